"""EAAT1 and EAAT2: glutamate uptake and its reversal by the astrocyte's carriers.

Three sodium and a proton go with glutamate, one potassium against it (Zerangue & Kavanaugh 1996, Nature 383:634). The
carrier stands still at the glutamate that these gradients and the membrane potential hold in balance; above it takes up,
with Michaelis' law; below it runs backwards, at most at a share of its forward speed that saturates with the glutamate
inside.
"""

from glunet.vocabulary.mechanism import Definition, Feed, Link, Mechanism, Port, State
from glunet.vocabulary.parameter import Parameter, Source, assumed

_VOLT = "(8.31446*joule/kelvin/mole)*temperature/(96485.33*coulomb/mole)"
_DENSITY = Source(
    "12 000 GLT-1 and 3 200 GLAST per um^3 of CA1: Lehre & Danbolt 1998, J Neurosci 18:8751; turnover 13-30 /s",
    "10.1523/JNEUROSCI.18-21-08751.1998",
    "read",
)
_KM = Source("about 20 uM, e.g. Arriza et al. 1994, J Neurosci 14:5559", "10.1523/JNEUROSCI.14-09-05559.1994", "memory")

MECHANISM = Mechanism(
    name="eaat_glial",
    summary="Uptake of glutamate into the astrocyte, reversible",
    tables=(
        (
            "population",
            (
                Parameter(
                    "uptake_max",
                    "mM/s",
                    "5.5 mM/s",
                    "fastest uptake, over the resting volume of the shell",
                    _DENSITY,
                    low="0 mM/s",
                ),
                Parameter("K_uptake", "uM", "20 uM", "glutamate at half of that", _KM, low="0.1 uM"),
                Parameter(
                    "reverse_glial",
                    "1",
                    "0.2",
                    "fastest reversal, as a share of fastest uptake",
                    assumed("the inward-facing steps are slower; glutamate inside saturates them"),
                    low="1e-4",
                    high="1",
                ),
                Parameter(
                    "K_inside_glial",
                    "mM",
                    "4 mM",
                    "glutamate inside at half of that reversal",
                    assumed("a few millimolar"),
                    low="0.01 mM",
                ),
                Parameter(
                    "proton_ratio",
                    "1",
                    "1.3",
                    "protons inside over outside",
                    Source("pH 7.2 inside, 7.3 outside", "", "memory"),
                    low="0.1",
                ),
            ),
        ),
    ),
    requires=(
        "v_glia",
        "temperature",
        "volume_shell",
        "volume_shell_rest",
        "Na_e",
        "K_e",
        "Na_glia_in",
        "K_glia_in",
        "Glu_now",
        "Glu_mean",
        "weighing",
    ),
    reads=(Link("Glu_glia", "Glu_in", "mM", "glutamate in the cell's astrocyte"),),
    ports=(
        Port("J_Glu_returned", "sum", "0*mole/second", "fmol/s", "glutamate that the astrocyte gives back"),
        Port("competition_eaat_glial", "sum", "0", "1", "blocker of the carriers over its dissociation constant"),
    ),
    states=(
        State(
            "Glu_to_glia",
            "glutamate that has gone into the astrocyte since the start",
            unit="fmol",
            clock="slow",
            initial="0*mole",
            change="J_Glu_glia - J_Glu_returned",
        ),
        State(
            "load_Glu",
            "glutamate that the astrocyte takes up at rest",
            unit="fmol/s",
            clock="slow",
            initial="0*mole/second",
            change="weighing*(J_Glu_glia - J_Glu_returned - load_Glu)",
        ),
    ),
    slow_definitions=(
        Definition(
            "Glu_still_glia",
            f"proton_ratio*Glu_glia*(Na_glia_in/Na_e)**3*(K_e/K_glia_in)*exp(2*v_glia/({_VOLT}))",
            "mM",
            "glutamate outside at which the astrocyte's carriers stand still",
        ),
        Definition(
            "uptake_rate_glia",
            "uptake_max*alkalinity*volume_shell_rest/volume_shell/(Glu_now + (1 + competition_eaat_glial)"
            "*(K_uptake + Glu_still_glia/(reverse_glial*Glu_glia/(Glu_glia + K_inside_glial))))",
            "Hz",
            "rate of clearance",
        ),
        Definition(
            "J_Glu_glia",
            "volume_shell*uptake_rate_glia*(Glu_mean - Glu_still_glia)",
            "fmol/s",
            "glutamate going into the astrocyte",
        ),
    ),
    feeds=(
        Feed("clearance_rate", "uptake_rate_glia"),
        Feed("clearance_drive", "uptake_rate_glia*Glu_still_glia"),
        Feed("J_Na_glia", "3*J_Glu_glia"),
        Feed("amount_Glu", "Glu_to_glia"),
    ),
)
