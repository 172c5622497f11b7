"""Slow inactivation of sodium channels: fast firing and depolarisation take channels away for seconds.

Channels enter it while the membrane is depolarised, mostly during spikes, and return within seconds. What is left
thus follows the firing rate: a cell that is driven hard ends in depolarisation block.
"""

from glunet.vocabulary.mechanism import Feed, Mechanism, State
from glunet.vocabulary.parameter import Parameter, Source, assumed

_SLOW = Source("Fleidervish, Friedman & Gutnick 1996, J Physiol 493:83; Mickus, Jung & Spruston 1999, Biophys J 76:846",
               "10.1113/jphysiol.1996.sp021366", "memory")

MECHANISM = Mechanism(
    name="slow_inactivation",
    summary="Slow, use-dependent inactivation of the sodium channels",
    tables=(("population", (
        Parameter("V_slow", "mV", "-30 mV", "voltage at which the rate of entry is half of its largest", _SLOW),
        Parameter("k_slow", "mV", "5 mV", "slope of that rate", _SLOW, low="0.1 mV"),
        Parameter("tau_entry", "s", None, "time constant of entry at full depolarisation", _SLOW, low="1 ms"),
        Parameter("tau_recovery", "s", None, "time constant of recovery", _SLOW, low="1 ms"),
        Parameter("available_start", "1", None, "share of the channels that is available at the start",
                  assumed("the mean in the resting circuit, so that a run starts there"), low="0", high="1"),
    )),),
    requires=("v",),
    states=(State("available_Na", "sodium channels that are not slowly inactivated", clock="slow",
                  initial="available_start", alpha="1/tau_recovery", beta="1/(tau_entry*(1 + exp(-(v - V_slow)/k_slow)))"),),
    feeds=(Feed("gate_sodium", "available_Na"),),
)
