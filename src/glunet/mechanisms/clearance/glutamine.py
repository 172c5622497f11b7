"""Glutamine of a shell: given by the astrocyte, taken up by terminals."""

from glunet.vocabulary.mechanism import Definition, Feed, Link, Mechanism, Port, State
from glunet.vocabulary.parameter import Parameter, Source, assumed

_FLUID = Source(
    "0.3-0.5 mM in cerebrospinal and extracellular fluid, e.g. Kanamori & Ross 2004, J Neurochem 90:203", "", "memory"
)

MECHANISM = Mechanism(
    name="glutamine",
    summary="Extracellular glutamine of every shell",
    tables=(
        (
            "population",
            (
                Parameter("Gln_e_rest", "mM", "0.4 mM", "extracellular glutamine at rest", _FLUID, low="0 mM"),
                Parameter(
                    "Gln_export",
                    "1/s",
                    "1 1/s",
                    "rate at which the astrocyte's glutamine and the shell's level out",
                    assumed("SNAT3 and SNAT5 are near equilibrium: a second"),
                    low="0 1/s",
                ),
            ),
        ),
    ),
    requires=("volume_shell", "volume_shell_rest"),
    reads=(
        Link("Gln_glia", "Gln_in", "mM", "glutamine in the cell's astrocyte"),
        Link("Gln_glia_rest", "Gln_resting", "mM", "the same at rest"),
    ),
    ports=(Port("J_Gln_away", "sum", "0*mole/second", "fmol/s", "glutamine that leaves the shell"),),
    states=(
        State(
            "n_Gln_e",
            "glutamine in the shell",
            unit="fmol",
            clock="slow",
            initial="Gln_e_rest*volume_shell_rest",
            change="J_Gln_glia - J_Gln_away",
        ),
        State(
            "Gln_from_glia",
            "glutamine that the astrocyte has given since the start",
            unit="fmol",
            clock="slow",
            initial="0*mole",
            change="J_Gln_glia",
        ),
    ),
    slow_definitions=(
        Definition("Gln_e", "n_Gln_e/volume_shell", "mM", "extracellular glutamine"),
        # the carrier's gradients hold a fixed ratio between astrocyte and shell
        Definition(
            "J_Gln_glia",
            "Gln_export*volume_shell_rest*(Gln_glia*Gln_e_rest/Gln_glia_rest - Gln_e)",
            "fmol/s",
            "glutamine that the astrocyte gives",
        ),
    ),
    feeds=(Feed("amount_Glu", "n_Gln_e"), Feed("amount_Glu", "(-1)*Gln_from_glia")),
)
