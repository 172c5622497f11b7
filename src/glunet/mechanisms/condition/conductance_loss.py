"""A share of a conductance is lost: channels or receptors that are missing, blocked or do not open."""

from glunet.vocabulary.mechanism import Feed, Mechanism
from glunet.vocabulary.parameter import Parameter, assumed

MECHANISM = Mechanism(
    name="conductance_loss",
    summary="Takes a share of a conductance away, in proportion to the level",
    per=("condition", "port"),
    tables=(("condition", (
        Parameter("share_{c}", "1", None, "share of the conductance that {c} takes at level 1",
                  assumed("1 makes the level itself the lost fraction"), low="0", high="1"),
    )),),
    requires=("level_{c}",),
    feeds=(Feed("{p}", "clip(1 - share_{c}*level_{c}, 0, 1)"),),
)
