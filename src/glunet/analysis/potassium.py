"""Extracellular potassium around one seizure: rest, peak, undershoot.

For excursions of all replicates at one known time there is `glunet.analysis.transients`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

#: How long after the end of a seizure the peak may still come, s (assumed: release outlasts firing by little).
PEAK_AFTER_S = 2.0


@dataclass(frozen=True)
class Potassium:
    """Landmarks of potassium, mM.

    Attributes
    ----------
    rest, peak : float
        Before, and highest from the onset to 2 s after the end.
    undershoot : float
        Rest less the lowest value after the end, negative where it never comes back to rest; nan where the seizure does
        not end.
    """

    rest: float
    peak: float
    undershoot: float


def potassium_summary(times_s: ArrayLike, potassium_mm: ArrayLike, onset_s: float, end_s: float | None,
              baseline: tuple[float, float] | None = None, rest_mm: float | None = None) -> Potassium:
    """Potassium around one seizure.

    Parameters
    ----------
    times_s : float64[T]
        Seconds.
    potassium_mm : float64[T]
        Mean extracellular potassium of the replicate, mM.
    onset_s, end_s : float, float or None
        The seizure.
    baseline : (float, float), optional
        Window over which rest is averaged; by default all that precedes the onset.
    rest_mm : float, optional
        Rest, where nothing precedes the onset.

    Returns
    -------
    Potassium
        Rest is nan where nothing precedes the onset and none is given.
    """
    times, values = np.asarray(times_s, float), np.asarray(potassium_mm, float)
    start, stop = baseline or (-np.inf, onset_s)
    before = values[(times >= start) & (times < stop)]
    rest = rest_mm if rest_mm is not None else float(before.mean()) if before.size else float("nan")
    until = np.inf if end_s is None else end_s + PEAK_AFTER_S
    during = values[(times >= onset_s) & (times < until)]
    after = values[times >= end_s] if end_s is not None else values[:0]
    return Potassium(float(rest), float(during.max()) if during.size else float("nan"),
                     float(rest - after.min()) if after.size else float("nan"))
