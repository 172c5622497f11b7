"""GABA-A receptor: each presynaptic spike opens a chloride conductance that decays exponentially."""

from glunet.vocabulary.mechanism import Current, Mechanism, Port, Release, State
from glunet.vocabulary.parameter import Parameter, Source

_DECAY = Source("unitary IPSC of fast-spiking basket cells: faster between interneurons than onto pyramidal cells, "
                "Bartos et al. 2001, J Neurosci 21:2687; 2002, PNAS 99:13222", "10.1073/pnas.192233099", "memory")

MECHANISM = Mechanism(
    name="gaba_a",
    summary="GABA-A receptors with exponential decay; their reversal is chloride's",
    tables=(("population", (
        Parameter("tau_gaba_a", "ms", None, "decay time constant of the GABA-A conductance", _DECAY, low="0.1 ms"),
    )),),
    requires=("v", "E_Cl"),
    ports=(
        Port("gate_gaba_a", "product", "1", "1", "factor on the GABA-A conductance by drugs and disease"),
        Port("speed_gaba_a", "product", "1", "1", "factor on the rate of the GABA-A decay by drugs and disease"),
    ),
    states=(State("g_gaba_a", "GABA-A conductance", unit="nS", tau="tau_gaba_a", speed="speed_gaba_a",
                  initial="n_inhibitory*rate_inhibitory*w_inhibitory*tau_gaba_a/speed_gaba_a"),),
    currents=(Current("I_gaba_a", "g_gaba_a*gate_gaba_a", "E_Cl", "GABA-A current", "Cl"),),
    release=Release(requires=("available",)),
    arrival="g_gaba_a_post += w*available_pre",
    background="g_gaba_a += w_inhibitory*events_inhibitory",
)
