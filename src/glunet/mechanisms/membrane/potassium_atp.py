"""Potassium channels that open when energy fails: ADP opens them, and the cell falls silent before its pumps stop."""

from glunet.vocabulary.mechanism import Current, Definition, Mechanism
from glunet.vocabulary.parameter import Parameter, Source, assumed

_HYPOXIA = Source(
    "hyperpolarisation of cortical and hippocampal neurons within the first minute of hypoxia: Leblond & Krnjevic "
    "1989, J Neurophysiol 62:1; channels open as ADP rises: Nichols 2006, Nature 440:470",
    "10.1038/nature04711",
    "memory",
)

MECHANISM = Mechanism(
    name="potassium_atp",
    summary="Potassium current of KATP channels",
    tables=(
        (
            "population",
            (
                Parameter(
                    "g_KATP",
                    "mS/cm**2",
                    "0.1 mS/cm**2",
                    "conductance of all KATP channels",
                    assumed("about three times the leak: holds the cell near the potassium potential"),
                    low="0 mS/cm**2",
                ),
                Parameter("ADP_half", "uM", "80 uM", "free ADP at which half of them are open", _HYPOXIA, low="1 uM"),
                Parameter(
                    "hill_ADP",
                    "1",
                    "4",
                    "Hill coefficient of that",
                    assumed("hardly any are open at rest, 15 uM"),
                    low="1",
                    high="8",
                ),
            ),
        ),
    ),
    requires=("v", "area", "E_K", "ADP"),
    slow_definitions=(
        Definition(
            "open_KATP",
            "1/(1 + (ADP_half/(clip(ADP, 0*mM, 1e3*mM) + 1e-6*mM))**hill_ADP)",
            "1",
            "share of open KATP channels",
        ),
    ),
    currents=(Current("I_KATP", "g_KATP*area*open_KATP", "E_K", "KATP current", "K"),),
)
