"""Short-term depression: each spike uses a fraction of the releasable vesicles, which refill exponentially.

Held with the presynaptic cell and changed only when it fires (Tsodyks & Markram 1997), so that it costs nothing between
spikes. ``available`` is the fraction of vesicles that stood ready for the latest spike.
"""

from glunet.vocabulary.mechanism import Definition, Mechanism
from glunet.vocabulary.parameter import Parameter, Source

_TM = Source("Tsodyks & Markram 1997, PNAS 94:719", "10.1073/pnas.94.2.719", "memory")

MECHANISM = Mechanism(
    name="depression",
    summary="Depletion and refilling of releasable vesicles",
    tables=(("population", (
        Parameter("use", "1", None, "fraction of the releasable vesicles used by one spike", _TM, low="0", high="1"),
        Parameter("tau_refill", "ms", None, "refilling time constant", _TM, low="1 ms"),
    )),),
    requires=("last_spike",),
    event_states=(
        Definition("available", "1", "1", "releasable vesicles that stood ready at the latest spike"),
    ),
    at_spike="available = 1 - (1 - available*(1 - use))*exp(-(t - last_spike)/tau_refill)",
)
