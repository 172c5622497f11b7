"""Channels that open or close faster or slower: a factor on a gating rate, which grows linearly with the level."""

from glunet.vocabulary.mechanism import Feed, Mechanism
from glunet.vocabulary.parameter import Parameter, assumed

MECHANISM = Mechanism(
    name="gating_speed",
    summary="Scales a gating rate",
    per=("condition", "port"),
    tables=(("condition", (
        Parameter("factor_{c}", "1", None, "factor on the rate at level 1 of {c}",
                  assumed("the condition's file gives the measured factor"), low="0.1", high="10"),
    )),),
    requires=("level_{c}",),
    feeds=(Feed("{p}", "clip(1 + (factor_{c} - 1)*level_{c}, 0.1, 10)"),),
)
