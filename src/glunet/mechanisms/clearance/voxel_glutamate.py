"""Glutamate of a shell: what arrives from terminals, what carriers take or give back.

Carriers tell how fast they clear and towards what (ports ``clearance_rate`` and ``clearance_drive``). Within a slow step
that is solved exactly, so a step may be longer than the few milliseconds that clearance takes; receptors see the mean of
the step.
"""

from glunet.vocabulary.mechanism import Definition, Feed, Mechanism, Port, State
from glunet.vocabulary.parameter import Parameter, Source, assumed

_ACID = Source(
    "acidosis halves uptake by astrocytes: Swanson, Farrell & Simon 1995, J Cereb Blood Flow Metab 15:417", "", "memory"
)

MECHANISM = Mechanism(
    name="voxel_glutamate",
    summary="Extracellular glutamate of every shell",
    tables=(
        (
            "population",
            (
                Parameter(
                    "acid_half",
                    "mM",
                    "6 mM",
                    "lactate above rest that halves the speed of all carriers",
                    _ACID,
                    low="0.1 mM",
                ),
                Parameter(
                    "bath_exchange",
                    "1/s",
                    "0 1/s",
                    "rate at which the bath replaces the shell's glutamate",
                    assumed("none in tissue; some 10 1/s for a culture under its medium"),
                    low="0 1/s",
                ),
            ),
        ),
    ),
    requires=("lactate", "volume_shell", "volume_shell_rest", "slow_dt", "Glu_e_rest"),
    ports=(
        Port("clearance_rate", "sum", "1e-9*Hz", "Hz", "rate at which all carriers clear the shell"),
        Port(
            "clearance_drive",
            "sum",
            "1e-9*Hz*Glu_e_rest",
            "mM/s",
            "that rate times the glutamate at which each stands still",
        ),
        Port("Glu_e_bath", "sum", "Glu_e_rest", "mM", "glutamate of the bath"),
        Port("J_Glu_in", "sum", "0*mole/second", "fmol/s", "glutamate that leaks into the shell"),
        Port("J_Glu_away", "sum", "0*mole/second", "fmol/s", "glutamate that leaves the shell by diffusion"),
        Port(
            "amount_Glu",
            "sum",
            "n_Glu_e",
            "fmol",
            "all glutamate and glutamine of the cell, its shell and its terminals, and what the astrocyte has received",
        ),
    ),
    states=(
        State(
            "n_Glu_e",
            "glutamate in the shell",
            unit="fmol",
            clock="slow",
            initial="Glu_e_rest*volume_shell_rest",
            change="J_Glu_in - J_Glu_away - J_Glu_cleared + released_Glu/slow_dt",
        ),
    ),
    tallies=(Definition("released_Glu", "0*mole", "fmol", "glutamate released into the shell in this slow step"),),
    slow_definitions=(
        Definition(
            "alkalinity",
            "1/(1 + clip(lactate, 0*mM, 1e3*mM)/acid_half)",
            "1",
            "share of the carriers' speed that acid leaves",
        ),
        Definition("Glu_now", "n_Glu_e/volume_shell", "mM", "glutamate at the start of the step"),
        Definition("Glu_still", "clearance_drive/clearance_rate", "mM", "glutamate at which clearance stands still"),
        Definition(
            "Glu_mean",
            "Glu_still + (Glu_now - Glu_still)*(1 - exp(-clearance_rate*slow_dt))/(clearance_rate*slow_dt)",
            "mM",
            "mean glutamate of the step",
        ),
        Definition(
            "J_Glu_cleared",
            "volume_shell*(clearance_rate*Glu_mean - clearance_drive)",
            "fmol/s",
            "glutamate that all carriers take",
        ),
    ),
    feeds=(
        Feed("Glu_e", "Glu_mean - Glu_e_rest"),
        Feed("clearance_rate", "bath_exchange"),
        Feed("clearance_drive", "bath_exchange*Glu_e_bath"),
    ),
)
