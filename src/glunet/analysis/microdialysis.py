"""What a microdialysis probe would read of a concentration: late, beside tissue that it has injured, in long bins."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from glunet.analysis.firing import FloatArray

#: Glutamate that the injury around a probe adds, uM: probes read 1-10 uM where the membrane sees 0.025 uM (Herman & Jahr
#: 2007, J Neurosci 27:9736); the middle of that range on a logarithmic scale.
INJURY_UM = 3.0
#: Time constant of a probe and its tubing, s (assumed: a few microlitres of dead volume at 2 ul/min).
DELAY_S = 60.0
BIN_S = 300.0


def dialysate(times_s: ArrayLike, concentration: ArrayLike, *, injury: float = INJURY_UM, delay_s: float = DELAY_S,
              bin_s: float = BIN_S, start_s: float = 0.0) -> tuple[FloatArray, FloatArray]:
    """Readings of a virtual probe, in the unit of the concentration.

    Parameters
    ----------
    times_s : float64[T]
        Evenly spaced, seconds.
    concentration : float64[R, T]
        In the extracellular space.
    injury : float
        What injured tissue adds.
    delay_s : float
        Time constant of the probe.
    bin_s : float
        Length of a sample.
    start_s : float
        Beginning of a sample; samples before it and after it follow one another without gaps.

    Returns
    -------
    starts_s : float64[B]
        Of whole samples.
    readings : float64[R, B]
    """
    times, values = np.asarray(times_s, float), np.atleast_2d(np.asarray(concentration, float)) + injury
    step = float(np.median(np.diff(times)))
    keep, slow = np.exp(-step / delay_s), np.empty_like(values)
    slow[:, 0] = values[:, 0]
    for k in range(1, times.size):
        slow[:, k] = keep * slow[:, k - 1] + (1.0 - keep) * values[:, k]
    first = start_s - np.floor((start_s - times[0]) / bin_s) * bin_s
    starts = np.arange(first, times[-1] + 1.5 * step - bin_s, bin_s)
    return starts, np.stack([slow[:, (times >= s - 1e-9) & (times < s + bin_s - 1e-9)].mean(axis=1) for s in starts],
                            axis=1) if starts.size else np.empty((len(values), 0))
