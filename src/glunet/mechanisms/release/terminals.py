"""The glutamatergic terminals in a shell: vesicles that arriving spikes empty, and glutamine that fills them again.

Terminals of the patch's own cells and of its unmodelled afferents lie in the shell of the cell that they end on. A spike
releases the same content at all of them, by the share of vesicles that stands ready and by how full the vesicles are.
"""

from glunet.vocabulary.mechanism import Definition, Feed, Mechanism, Release, State
from glunet.vocabulary.parameter import Parameter, Source, assumed

_CYCLE = assumed(
    "with the resting rates of cells and afferents, a glutamate-glutamine cycle of 0.1-0.2 umol/g/min; man has 0.32"
)
_CALCIUM = assumed("terminals lie in the shell, whose potassium depolarises them as it does the cell; release takes calcium")
_POOL = Source("a vesicle holds some 5000 molecules; pools of synapses, about 1 mM of tissue", "", "memory")

MECHANISM = Mechanism(
    name="terminals",
    summary="Release of glutamate into the shell, and refilling from glutamine",
    tables=(
        (
            "population",
            (
                Parameter(
                    "quantum",
                    "fmol",
                    None,
                    "glutamate that one presynaptic spike releases from full terminals",
                    _CYCLE,
                    low="0 fmol",
                ),
                Parameter(
                    "vesicular_Glu",
                    "mM",
                    "8 mM",
                    "glutamate in vesicles, over the resting volume of the shell",
                    _POOL,
                    low="0.01 mM",
                ),
                Parameter(
                    "refilling",
                    "1/s",
                    "0.05 1/s",
                    "rate at which empty vesicles fill",
                    assumed("some twenty seconds"),
                    low="0 1/s",
                ),
                Parameter(
                    "ATP_filling",
                    "mM",
                    "0.4 mM",
                    "ATP for half of the speed of filling",
                    assumed("the vesicular proton pump, as other ATPases"),
                    low="0 mM",
                ),
                Parameter(
                    "Gln_half",
                    "mM",
                    "0.2 mM",
                    "extracellular glutamine at half of the speed of its uptake",
                    assumed("system A, a few tenths of a millimolar"),
                    low="0.001 mM",
                ),
                Parameter(
                    "burst_rate",
                    "1/s",
                    "0.1 1/s",
                    "rate at which lasting depolarisation empties terminals, with resting calcium outside",
                    assumed("a tenth of the pool goes in the seconds before calcium is gone"),
                    low="0 1/s",
                ),
                Parameter(
                    "V_release", "mV", "-20 mV", "voltage at which half of the terminals are open to calcium", _CALCIUM
                ),
                Parameter("k_release", "mV", "5 mV", "slope of that", _CALCIUM, low="0.1 mV"),
                Parameter(
                    "glutaminase",
                    "1/s",
                    "0.01 1/s",
                    "rate at which the shell's glutamine turns to glutamate in cells whose phosphates have all been split",
                    assumed("glutamine falls to two thirds in ten minutes of arrest (Benveniste 1984)"),
                    low="0 1/s",
                ),
            ),
        ),
    ),
    requires=(
        "v",
        "volume_shell_rest",
        "Ca_e",
        "Ca_e_rest",
        "Gln_e",
        "ATP",
        "ATP_rest",
        "released_Glu",
        "slow_dt",
        "phosphates_lost",
    ),
    states=(
        State(
            "n_Glu_t",
            "glutamate in terminals",
            unit="fmol",
            clock="slow",
            initial="vesicular_Glu*volume_shell_rest",
            change="J_Gln_taken - J_burst - released_Glu/slow_dt",
        ),
    ),
    slow_definitions=(
        Definition("n_Glu_t_rest", "vesicular_Glu*volume_shell_rest", "fmol", "glutamate in terminals at rest"),
        Definition("content", "quantum*clip(n_Glu_t/n_Glu_t_rest, 0, 1)", "fmol", "glutamate that one spike releases"),
        Definition(
            "J_Gln_taken",
            "refilling*clip(n_Glu_t_rest - n_Glu_t, 0*mole, 1*mole)*(Gln_e/(Gln_e + Gln_half))*(ATP/(ATP + ATP_filling))",
            "fmol/s",
            "glutamine that terminals take up and turn into glutamate",
        ),
        # the fourth power of calcium, as of a spike's release (Dodge & Rahamimoff 1967, J Physiol 193:419)
        Definition(
            "J_burst",
            "burst_rate*n_Glu_t*clip(Ca_e/Ca_e_rest, 0, 1)**4/(1 + exp(-(v - V_release)/k_release))",
            "fmol/s",
            "glutamate that lasting depolarisation releases",
        ),
        # the phosphate that splitting sets free activates the enzyme
        Definition(
            "J_glutaminase",
            "glutaminase*volume_shell_rest*Gln_e*phosphates_lost",
            "fmol/s",
            "glutamine that turns to glutamate in the cytosol",
        ),
    ),
    release=Release(requires=("available",)),
    arrival="released_Glu_post += content_post*available_pre",
    background="released_Glu += content*events_excitatory",
    feeds=(
        Feed("J_Gln_away", "J_Gln_taken + J_glutaminase"),
        Feed("J_Glu_made", "J_glutaminase"),
        Feed("J_Glu_in", "J_burst"),
        Feed("amount_Glu", "n_Glu_t"),
    ),
)
