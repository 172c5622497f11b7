"""System xc-: the astrocyte takes up cystine and gives glutamate for it, whether anybody fires or not.

Cystine has to be reduced before more can enter, so the exchange stops with the energy of glia.
"""

from glunet.vocabulary.mechanism import Definition, Feed, Mechanism
from glunet.vocabulary.parameter import Parameter, assumed

MECHANISM = Mechanism(
    name="cystine_exchange",
    summary="Glutamate that the cystine-glutamate exchanger gives to the shell",
    tables=(
        (
            "population",
            (
                Parameter(
                    "exchange_Glu",
                    "uM/s",
                    "3 uM/s",
                    "glutamate given at rest, over the resting volume of the shell",
                    assumed(
                        "a quarter to a third of ambient glutamate; its block lowers a striatal probe's by 60 % "
                        "(Baker et al. 2002), slices' by less"
                    ),
                    low="0 uM/s",
                ),
                Parameter(
                    "Glu_exchange",
                    "mM",
                    "2.5 mM",
                    "glutamate in the astrocyte that gives as much",
                    assumed("its resting glutamate"),
                    low="0.01 mM",
                ),
            ),
        ),
    ),
    requires=("volume_shell_rest", "Glu_glia", "surroundings"),
    slow_definitions=(
        Definition(
            "J_Glu_exchanged",
            "surroundings*exchange_Glu*volume_shell_rest*Glu_glia/Glu_exchange",
            "fmol/s",
            "glutamate that the exchanger gives",
        ),
    ),
    feeds=(Feed("J_Glu_in", "J_Glu_exchanged"), Feed("J_Glu_returned", "J_Glu_exchanged")),
)
