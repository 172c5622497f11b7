"""AMPA receptor: each presynaptic spike opens a conductance that decays exponentially."""

from glunet.vocabulary.mechanism import Current, Feed, Mechanism, Port, Release, State
from glunet.vocabulary.parameter import Parameter, Source

_DECAY = Source("AMPA EPSC decay: about 2 ms in pyramidal and 1 ms in fast-spiking cells, e.g. Hestrin 1993, Neuron "
                "11:1083; Geiger et al. 1995, Neuron 15:193", "10.1016/0896-6273(93)90221-C", "memory")

MECHANISM = Mechanism(
    name="ampa",
    summary="AMPA receptors with exponential decay",
    tables=(("population", (
        Parameter("tau_ampa", "ms", None, "decay time constant of the AMPA conductance", _DECAY, low="0.1 ms"),
        Parameter("E_ampa", "mV", "0 mV", "reversal potential of AMPA receptors", _DECAY),
    )),),
    requires=("v",),
    ports=(
        Port("gate_ampa", "product", "1", "1", "fraction of AMPA receptors that drugs leave responsive"),
        Port("competition_ampa", "sum", "0", "1", "competitive antagonist over its dissociation constant"),
    ),
    # a bound competitive antagonist stays longer than a synaptic pulse of glutamate (Clements & Westbrook 1991)
    feeds=(Feed("gate_ampa", "1/(1 + competition_ampa)"),),
    states=(State("g_ampa", "AMPA conductance before block", unit="nS", tau="tau_ampa",
                  initial="n_excitatory*rate_excitatory*w_excitatory*tau_ampa"),),
    currents=(Current("I_ampa", "g_ampa*gate_ampa", "E_ampa", "AMPA current", "cation"),),
    release=Release(requires=("available",)),
    arrival="g_ampa_post += w*available_pre",
    background="g_ampa += w_excitatory*events_excitatory",
)
