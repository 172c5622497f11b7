"""Non-competitive block that needs neither an open channel nor a voltage: binding and unbinding at one site."""

from glunet.vocabulary.mechanism import Feed, Mechanism, State
from glunet.vocabulary.parameter import Parameter, Source

_LAW = Source("law of mass action at one allosteric site; Hanada et al. 2011, Epilepsia 52:1331",
              "10.1111/j.1528-1167.2011.03109.x", "memory")

MECHANISM = Mechanism(
    name="allosteric_block",
    summary="Non-competitive, state-independent block",
    per=("drug", "receptor"),
    tables=(("drug", (
        Parameter("binding_rate_{d}", "1/(uM*s)", None, "binding of {d}", _LAW, low="1e-9 1/(uM*s)"),
        Parameter("unbinding_rate_{d}", "1/s", None, "unbinding of {d}", _LAW, low="1e-9 1/s"),
    )),),
    requires=("concentration_{d}",),
    states=(
        State("block_{d}_{r}", "fraction of receptors that hold {d}", clock="slow",
              alpha="binding_rate_{d}*concentration_{d}", beta="unbinding_rate_{d}"),
    ),
    feeds=(Feed("gate_{r}", "(1 - block_{d}_{r})"),),
)
