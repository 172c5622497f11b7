"""Concentrations over time: what glutamate, potassium or calcium do in answer to something, in a few numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from glunet.analysis.firing import FloatArray


@dataclass(frozen=True)
class Transient:
    """An excursion from rest and back, one value per replicate, R.

    Attributes
    ----------
    rest : float64[R]
        Mean before the onset, unit of the values.
    peak : float64[R]
        Most extreme value after it: the highest, or the lowest of one that falls.
    fold : float64[R]
        Peak over rest; nan for a rest that is not positive.
    time_to_peak_s : float64[R]
        From the onset, seconds.
    recovery_s : float64[R]
        From the offset until all but a tenth (`tolerance`) of the excursion is gone, seconds; nan where that never
        happens.
    undershoot : float64[R]
        How far it goes beyond rest on the other side after recovery, unit of the values, not negative; nan where it does
        not recover.
    undershoot_time_s : float64[R]
        When that is, from the offset, seconds; nan without undershoot.
    """

    rest: FloatArray
    peak: FloatArray
    fold: FloatArray
    time_to_peak_s: FloatArray
    recovery_s: FloatArray
    undershoot: FloatArray
    undershoot_time_s: FloatArray


def transient(times_s: ArrayLike, values: ArrayLike, onset_s: float, offset_s: float | None = None,
              rest_from_s: float | None = None, direction: Literal["up", "down"] = "up",
              tolerance: float = 0.1) -> Transient:
    """Rest, peak, recovery and undershoot of a recorded course.

    Noise raises a peak and deepens an undershoot: smooth what is noisy before (`glunet.analysis.firing.smooth`).

    Parameters
    ----------
    times_s : float64[T]
        Rising, seconds.
    values : float64[R, T] or float64[T]
        A concentration or a potential, any unit.
    onset_s : float
        When the cause begins: stimulus, seizure, loss of flow.
    offset_s : float, optional
        When it ends, which recovery is counted from; else the time of the peak, which may differ between replicates.
    rest_from_s : float, optional
        Where rest begins, the first sample by default; leave out the settling of the run.
    direction : str
        'up' for a rise such as potassium's, 'down' for a fall such as calcium's in ischaemia.
    tolerance : float
        Part of the excursion that may be left at recovery.

    Returns
    -------
    Transient
        With one replicate arrays of one element.

    Raises
    ------
    ValueError
        Without samples before the onset or after it, for an offset before the onset, or another direction.
    """
    times, rows = np.asarray(times_s, float), np.atleast_2d(np.asarray(values, float))
    if direction not in ("up", "down"):
        raise ValueError(f"direction '{direction}'; allowed: up, down")
    if offset_s is not None and offset_s < onset_s:
        raise ValueError(f"offset at {offset_s} s before the onset at {onset_s} s")
    before = (times < onset_s) & (times >= (times[0] if rest_from_s is None else rest_from_s))
    after = times >= onset_s
    if not before.any() or not after.any():
        raise ValueError(f"no samples before or after {onset_s} s")
    rest = rows[:, before].mean(axis=1)
    sign = 1.0 if direction == "up" else -1.0
    late, course = times[after], sign * (rows[:, after] - rest[:, None])
    top = course.argmax(axis=1)
    height = course[np.arange(len(course)), top]
    back = np.array([_recovery(late, row, row_top, tall, offset_s, tolerance)
                     for row, row_top, tall in zip(course, top, height, strict=True)])
    origin = late[top] if offset_s is None else np.full(len(course), offset_s)
    under = np.array([_undershoot(late, row, when) for row, when in zip(course, back, strict=True)])
    peak = rest + sign * height
    fold = np.divide(peak, rest, out=np.full(rest.shape, np.nan), where=rest > 0)
    return Transient(rest, peak, fold, late[top] - onset_s, back - origin, under[:, 0], under[:, 1] - origin)


def _recovery(times: FloatArray, course: FloatArray, top: int, height: float, offset_s: float | None,
              tolerance: float) -> float:
    """First time, after the peak and the offset, at which so little is left; nan where there is none."""
    if not height > 0:
        return float("nan")
    level = tolerance * height
    start = top if offset_s is None else max(top, int(np.searchsorted(times, offset_s)))
    low = np.flatnonzero(course[start:] <= level)
    if not low.size:
        return float("nan")
    k = start + int(low[0])
    if k == start:      # recovered already when the cause ends
        return float(times[k])
    part = (course[k - 1] - level) / (course[k - 1] - course[k])
    return float(times[k - 1] + part * (times[k] - times[k - 1]))


def _undershoot(times: FloatArray, course: FloatArray, from_s: float) -> tuple[float, float]:
    """Depth beyond rest after a time, and when."""
    if np.isnan(from_s):
        return float("nan"), float("nan")
    late = np.flatnonzero(times >= from_s)
    if not late.size:
        return 0.0, float("nan")
    k = late[course[late].argmin()]
    return (float(-course[k]), float(times[k])) if course[k] < 0 else (0.0, float("nan"))
