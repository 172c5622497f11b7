"""Positive allosteric modulator: a receptor that holds it lets more current through, or closes later.

A benzodiazepine raises the receptor's affinity for GABA. After the brief saturating pulse at a synapse that shows as a
slower deactivation; where GABA does not saturate, as a larger current too. The share of receptors that hold the drug
follows its concentration at once: binding takes seconds, tissue concentrations minutes. Where a maximum is zero, that
part is switched off.
"""

from glunet.vocabulary.mechanism import Definition, Feed, Mechanism
from glunet.vocabulary.parameter import Parameter, Source

_LAW = Source("one site; Rogers, Twyman & Macdonald 1994, J Physiol 475:69 (single channels: affinity for GABA, not the "
              "open state)", "10.1113/jphysiol.1994.sp020050", "memory")

MECHANISM = Mechanism(
    name="positive_allosteric_modulation",
    summary="Raises a receptor's conductance or slows its deactivation, up to a maximum",
    per=("drug", "receptor"),
    tables=(("drug", (
        Parameter("EC50_{a}", "uM", None, "concentration of {d} for half of its effect", _LAW, low="1e-6 uM"),
        Parameter("maximum_gain_{a}", "1", None, "gain in peak conductance by saturating {d}: 0.5 is half as much again",
                  _LAW, low="0", high="10"),
        Parameter("maximum_prolongation_{a}", "1", None, "gain in decay time constant by saturating {d}", _LAW, low="0",
                  high="10"),
    )),),
    requires=("concentration_{d}",),
    slow_definitions=(
        Definition("bound_{a}", "concentration_{d}/(concentration_{d} + EC50_{a})", "1",
                   "fraction of receptors that hold {d}"),
    ),
    feeds=(
        Feed("gate_{r}", "(1 + maximum_gain_{a}*bound_{a})"),
        Feed("speed_{r}", "1/(1 + maximum_prolongation_{a}*bound_{a})", optional=True),
    ),
)
