"""Non-competitive block that needs neither an open channel nor a voltage: binding and unbinding at one site.

Where the drug leaves some current even when it has bound everywhere, ``maximum_block`` is below one; zero switches the
act off.
"""

from glunet.vocabulary.mechanism import Feed, Mechanism, State
from glunet.vocabulary.parameter import Parameter, Source, assumed

_LAW = Source("law of mass action at one allosteric site; Hanada et al. 2011, Epilepsia 52:1331",
              "10.1111/j.1528-1167.2011.03109.x", "memory")

MECHANISM = Mechanism(
    name="allosteric_block",
    summary="Non-competitive, state-independent block",
    per=("drug", "receptor"),
    tables=(("drug", (
        Parameter("binding_rate_{a}", "1/(uM*s)", None, "binding of {d}", _LAW, low="1e-9 1/(uM*s)"),
        Parameter("unbinding_rate_{a}", "1/s", None, "unbinding of {d}", _LAW, low="1e-9 1/s"),
        Parameter("maximum_block_{a}", "1", "1", "share of the current that saturating {d} takes",
                  assumed("a bound receptor passes nothing, unless the drug's file says otherwise"), low="0", high="1"),
    )),),
    requires=("concentration_{d}",),
    states=(
        State("block_{a}_{r}", "fraction of receptors that hold {d}", clock="slow",
              alpha="binding_rate_{a}*concentration_{d}", beta="unbinding_rate_{a}"),
    ),
    feeds=(Feed("gate_{r}", "(1 - maximum_block_{a}*block_{a}_{r})"),),
)
