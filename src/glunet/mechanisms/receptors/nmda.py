"""NMDA receptor by GluN2 subunit: saturating gate, magnesium block, glycine site, ambient glutamate.

Gating lives with the presynaptic cell. When that cell fires, its gate ``s`` jumps by a fixed fraction of the receptors
that are still closed and that jump, not the gate, travels to the target, where all jumps of one subunit share one linear
decay: exact for a saturating gate with a fast rise, and its cost grows with spikes, not with synapses times steps.
Receptors that no spike has opened see ambient glutamate. Magnesium blocks with its own fast relaxation, which keeps the
membrane equation linear in v within a step.
"""

from glunet.vocabulary.mechanism import (
    Current,
    Definition,
    Feed,
    Mechanism,
    Port,
    Release,
    State,
)
from glunet.vocabulary.parameter import Parameter, Source, assumed

_MG = Source("Jahr & Stevens 1990, J Neurosci 10:3178 (GluN2A/B)", "10.1523/JNEUROSCI.10-09-03178.1990", "read")
_MG_SPEED = Source("Jahr & Stevens 1990, J Neurosci 10:1830: magnesium block relaxes in well under a millisecond",
                   "10.1523/JNEUROSCI.10-06-01830.1990", "memory")
_SITE = Source("recombinant receptors, e.g. Paoletti, Bellone & Zhou 2013, Nat Rev Neurosci 14:383", "10.1038/nrn3504",
               "memory")
# where the background alone would hold it: opening and closing in balance
_START = ("capacity*n_excitatory*rate_excitatory*w_excitatory*bound_{s}*tau_{s}"
          "/(capacity + n_excitatory*rate_excitatory*w_excitatory*bound_{s}*tau_{s})")

MECHANISM = Mechanism(
    name="nmda",
    summary="NMDA receptors by GluN2 subunit",
    per=("subunit",),
    tables=(
        ("population", (
            Parameter("nmda_ratio", "1", None, "peak NMDA conductance without magnesium per peak AMPA conductance of "
                      "the same synapse", low="0"),
            Parameter("E_nmda", "mV", "0 mV", "reversal potential of NMDA receptors", _MG),
            Parameter("tonic_share", "1", "1", "receptors that ambient glutamate reaches, over the synapses'", assumed(
                "all, unless the circuit's synapses stand for several of a real cell's"), low="0", high="1"),
            Parameter("fraction_{s}", "1", None, "share of the NMDA conductance carried by {s}", low="0", high="1"),
            Parameter("tau_magnesium", "ms", "0.2 ms", "relaxation of the magnesium block", _MG_SPEED, low="0.01 ms"),
        )),
        ("receptor", (
            Parameter("tau_{s}", "ms", None, "deactivation time constant of {s}", _SITE, low="1 ms"),
            Parameter("bound_{s}", "1", None, "fraction of unbound {s} receptors that one vesicle opens",
                      assumed("Lester & Jahr 1992 kinetics with 1 mM for 1 ms give about one half"), low="0", high="1"),
            Parameter("K_Mg_{s}", "mM", None, "magnesium dissociation constant at 0 mV of {s}", _MG, low="0.001 mM"),
            Parameter("slope_Mg_{s}", "1/mV", None, "voltage dependence of the magnesium block of {s}", _MG),
            Parameter("EC50_Glu_{s}", "uM", None, "glutamate for half-maximal activation of {s}", _SITE, low="1 nM"),
            Parameter("hill_Glu_{s}", "1", None, "Hill coefficient of glutamate at {s}", _SITE, low="0.5", high="3"),
            Parameter("EC50_Gly_{s}", "uM", None, "glycine for half-maximal occupancy at {s}", _SITE, low="1 nM"),
            Parameter("EC50_DSer_{s}", "uM", None, "D-serine for half-maximal occupancy at {s}", _SITE, low="1 nM"),
        )),
    ),
    requires=("v", "capacity", "Mg_e", "Glu_e", "Gly_e", "DSer_e"),
    ports=(
        Port("gate_nmda_{s}", "product", "1", "1", "factor on the {s} conductance by drugs and co-agonists"),
        Port("competition_nmda", "sum", "0", "1", "competitive antagonist over its dissociation constant"),
    ),
    states=(
        State("S_{s}", "synaptically opened {s}, as conductance of the AMPA receptors of the same synapses", unit="nS",
              tau="tau_{s}", initial=_START),
        State("unblocked_{s}", "fraction of {s} pores free of magnesium", target="unblocked_inf_{s}",
              tau="tau_magnesium"),
    ),
    definitions=(
        Definition("unblocked_inf_{s}", "1/(1 + Mg_e/K_Mg_{s}*exp(-slope_Mg_{s}*v))", "1",
                   "steady fraction of {s} pores free of magnesium"),
        Definition("open_{s}", "S_{s}*free_nmda + tonic_share*(capacity - S_{s})*tonic_{s}", "nS",
                   "opened {s}, by spikes and by ambient glutamate"),
    ),
    slow_definitions=(
        # a bound competitive antagonist stays longer than a synaptic pulse of glutamate (Clements & Westbrook 1991)
        Definition("free_nmda", "1/(1 + competition_nmda)", "1", "fraction of NMDA receptors free of antagonist"),
        Definition("tonic_{s}", "1/(1 + rarity_{s}*(1 + competition_nmda)**hill_Glu_{s})", "1",
                   "fraction of {s} that ambient glutamate opens"),
        Definition("rarity_{s}", "(EC50_Glu_{s}/(Glu_e + 1e-9*mM))**hill_Glu_{s}", "1",
                   "closed over open {s} in ambient glutamate alone"),
    ),
    currents=(
        Current("I_nmda_{s}", "nmda_ratio*fraction_{s}*open_{s}*unblocked_{s}*gate_nmda_{s}", "E_nmda",
                "{s} current", "cation"),
    ),
    feeds=(
        Feed("gate_nmda_{s}", "(Gly_e/EC50_Gly_{s} + DSer_e/EC50_DSer_{s})"
                              "/(1 + Gly_e/EC50_Gly_{s} + DSer_e/EC50_DSer_{s})"),
        Feed("I_nmda_sampled", "nmda_ratio*fraction_{s}*open_{s}*unblocked_{s}*gate_nmda_{s}*(v - E_nmda)", optional=True),
    ),
    release=Release(
        requires=("available",),
        states=(
            Definition("s_{s}", "0", "1", "fraction of {s} receptors open at this cell's synapses, at its last spike"),
            Definition("jump_{s}", "0", "1", "rise of that fraction at its last spike"),
        ),
        at_spike="""
            s_{s} = s_{s}*exp(-(t - last_spike)/tau_{s})
            jump_{s} = bound_{s}*available*(1 - s_{s})
            s_{s} = s_{s} + jump_{s}
        """,
    ),
    arrival="S_{s}_post += w*jump_{s}_pre",
    background="S_{s} += w_excitatory*bound_{s}*events_excitatory*(1 - S_{s}/capacity)",
)
