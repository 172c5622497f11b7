"""EAAT3: glutamate uptake and its reversal by the neuron's own carriers.

Three sodium and a proton go with glutamate, one potassium against it. The carrier stands still at the glutamate that
these gradients and the membrane potential hold in balance; above it takes up, with Michaelis' law; below it runs backwards,
at most at a share of its forward speed that saturates with the glutamate inside.
"""

from glunet.vocabulary.mechanism import Definition, Feed, Mechanism, Port, State
from glunet.vocabulary.parameter import Parameter, Source, assumed

_VOLT = "(8.31446*joule/kelvin/mole)*temperature/(96485.33*coulomb/mole)"
_FARADAY = "(96485.33*coulomb/mole)"
_SHARE = Source(
    "EAAC1 is about a hundredth of GLT-1 in hippocampus: Holmseth et al. 2012, J Neurosci 32:6000",
    "10.1523/JNEUROSCI.5347-11.2012",
    "memory",
)
_INSIDE = Source("10 mM in glutamatergic neurons: Ottersen et al. 1992, Neuroscience 46:519", "", "memory")
_KM = Source("about 20 uM, e.g. Arriza et al. 1994, J Neurosci 14:5559", "10.1523/JNEUROSCI.14-09-05559.1994", "memory")

MECHANISM = Mechanism(
    name="eaat_neuronal",
    summary="Uptake of glutamate into the neuron, reversible, with its charge",
    tables=(
        (
            "population",
            (
                Parameter(
                    "uptake_max_neuronal",
                    "mM/s",
                    "0.06 mM/s",
                    "fastest uptake, over the resting volume of the shell",
                    _SHARE,
                    low="0 mM/s",
                ),
                Parameter("K_uptake_neuronal", "uM", "20 uM", "glutamate at half of that", _KM, low="0.1 uM"),
                Parameter(
                    "reverse_neuronal",
                    "1",
                    "0.01",
                    "fastest reversal, as a share of fastest uptake",
                    assumed("slower than the astrocyte's: glutamate rises over an hour, not at once"),
                    low="1e-4",
                    high="1",
                ),
                Parameter(
                    "K_inside_neuronal",
                    "mM",
                    "4 mM",
                    "glutamate inside at half of that reversal",
                    assumed("a few millimolar"),
                    low="0.01 mM",
                ),
                Parameter(
                    "proton_ratio_neuronal",
                    "1",
                    "1.3",
                    "protons inside over outside",
                    Source("pH 7.2 inside, 7.3 outside", "", "memory"),
                    low="0.1",
                ),
                Parameter("Glu_i_rest", "mM", "10 mM", "glutamate in the cell at rest", _INSIDE, low="0.01 mM"),
            ),
        ),
    ),
    requires=(
        "v",
        "temperature",
        "volume",
        "volume_rest",
        "volume_shell",
        "volume_shell_rest",
        "Na_e",
        "K_e",
        "Na_i",
        "K_i",
        "Glu_now",
        "Glu_mean",
        "moving",
    ),
    states=(
        State(
            "n_Glu_i",
            "glutamate in the cell",
            unit="fmol",
            clock="slow",
            initial="Glu_i_rest*volume_rest",
            change="J_Glu_neuron + J_Glu_made",
        ),
    ),
    ports=(
        Port("J_Glu_made", "sum", "0*mole/second", "fmol/s", "glutamate made in the cell from glutamine"),
        Port("competition_eaat_neuronal", "sum", "0", "1", "blocker of the carriers over its dissociation constant"),
    ),
    slow_definitions=(
        Definition("Glu_i", "n_Glu_i/volume", "mM", "glutamate in the cell"),
        Definition(
            "Glu_still_neuron",
            f"proton_ratio_neuronal*Glu_i*(Na_i/Na_e)**3*(K_e/K_i)*exp(2*v/({_VOLT}))",
            "mM",
            "glutamate outside at which the neuron's carriers stand still",
        ),
        Definition(
            "uptake_rate_neuron",
            "uptake_max_neuronal*alkalinity*volume_shell_rest/volume_shell/(Glu_now + (1 + competition_eaat_neuronal)"
            "*(K_uptake_neuronal + Glu_still_neuron/(reverse_neuronal*Glu_i/(Glu_i + K_inside_neuronal))))",
            "Hz",
            "rate of clearance",
        ),
        Definition(
            "J_Glu_neuron",
            "volume_shell*uptake_rate_neuron*(Glu_mean - Glu_still_neuron)",
            "fmol/s",
            "glutamate going into the neuron",
        ),
    ),
    feeds=(
        Feed("clearance_rate", "uptake_rate_neuron"),
        Feed("clearance_drive", "uptake_rate_neuron*Glu_still_neuron"),
        Feed("J_Na_out", "-moving*3*J_Glu_neuron"),
        Feed("J_K_out", "moving*J_Glu_neuron"),
        Feed("I_transport", f"-moving*2*{_FARADAY}*J_Glu_neuron"),
        Feed("amount_Glu", "n_Glu_i"),
    ),
)
