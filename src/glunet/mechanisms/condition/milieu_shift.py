"""Another bath: a concentration of the extracellular fluid goes from its resting value to that of the condition's solution.

The level is the share of the new solution in the mixture, so that level 1 is the published bath whatever the circuit's own
concentration is.
"""

from glunet.vocabulary.mechanism import Feed, Mechanism
from glunet.vocabulary.parameter import Parameter, assumed

MECHANISM = Mechanism(
    name="milieu_shift",
    summary="Moves an extracellular concentration from rest to that of another solution",
    per=("condition", "port", "species"),
    tables=(("condition", (
        Parameter("target_{c}", "mM", None, "concentration at level 1 of {c}",
                  assumed("the condition's file gives the published solution"), low="0 mM"),
    )),),
    requires=("level_{c}",),
    feeds=(Feed("{p}", "level_{c}*(target_{c} - {x}_rest)"),),
)
