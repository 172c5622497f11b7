"""Background input: Poisson spikes of many unmodelled afferents onto the cell's own receptors.

The number of spikes in a step is drawn from a counter-based generator (see `glunet.engine.noise`), so it depends on the
seed, the cell and the step alone. Excitatory afferents reach AMPA and NMDA receptors alike, so a drug that blocks a
receptor blocks its share of the drive as well.

Afferents come from tissue that fares as the cell does: they fall silent where its ATP falls.
"""

from glunet.vocabulary.mechanism import Definition, Mechanism
from glunet.vocabulary.parameter import Parameter, assumed

_SILENCE = assumed("transmission fails within a minute or two of ischaemia, while ATP still falls (Hansen 1985, Physiol Rev "
                   "65:101); at rest and in seizures ATP stays above this")
_DRIVE = assumed("fitted to resting rates in awake cortex (scoreboard row C1)")

MECHANISM = Mechanism(
    name="afferents",
    summary="Poisson spikes of unmodelled excitatory and inhibitory afferents",
    tables=(("population", (
        Parameter("n_excitatory", "1", None, "number of excitatory afferents", _DRIVE, low="0"),
        Parameter("rate_excitatory", "Hz", None, "rate of each excitatory afferent", _DRIVE, low="0 Hz"),
        Parameter("w_excitatory", "nS", None, "peak AMPA conductance of one excitatory afferent", _DRIVE, low="0 nS"),
        Parameter("n_inhibitory", "1", None, "number of inhibitory afferents", _DRIVE, low="0"),
        Parameter("rate_inhibitory", "Hz", None, "rate of each inhibitory afferent", _DRIVE, low="0 Hz"),
        Parameter("w_inhibitory", "nS", None, "peak GABA-A conductance of one inhibitory afferent", _DRIVE,
                  low="0 nS"),
        Parameter("ATP_firing", "1", "0.8", "ATP, as a share of rest, down to which all afferents fire", _SILENCE,
                  low="0.01"),
        Parameter("ATP_silent", "1", "0.625", "share of that ATP from which on none does", _SILENCE, low="0", high="0.99"),
    )),),
    requires=("noise_key_0", "noise_key_1", "ATP", "ATP_rest"),
    definitions=tuple(
        Definition(f"events_{kind}", f"poisson_events(noise_key_0, noise_key_1, t_in_timesteps, {stream}, "
                   f"n_{kind}*rate_{kind}*firing*dt)", "1", f"spikes of {kind} afferents in this step")
        for stream, kind in enumerate(("excitatory", "inhibitory"))
    ),
    slow_definitions=(
        Definition("firing", "clip((ATP/ATP_rest/ATP_firing - ATP_silent)/(1 - ATP_silent), 0, 1)", "1",
                   "share of the afferents that fire"),
    ),
)
