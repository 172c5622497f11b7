"""Loss of blood flow, from mean concentrations over time: when cells depolarise, when gradients are back.

Times are of samples; courses are one replicate's or all replicates', [R, T].
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from glunet.analysis.firing import FloatArray

#: Voltage above which a population has depolarised for good, mV (assumed: between the terminal depolarisation, above
#: -20 mV, and rest).
DEPOLARISED_MV = -30.0


def depolarisation_time(times_s: ArrayLike, voltage_mv: ArrayLike, onset_s: float, end_s: float,
                        threshold_mv: float = DEPOLARISED_MV) -> FloatArray:
    """Time from the onset after which the mean voltage stays above a threshold until flow returns.

    Parameters
    ----------
    times_s : float64[T]
    voltage_mv : float64[R, T]
        Mean membrane potential of the population, mV.
    onset_s, end_s : float
        Flow stops and returns, or the run ends.
    threshold_mv : float

    Returns
    -------
    float64[R]
        Seconds; nan where it does not come, or does not last.
    """
    times, voltage = np.asarray(times_s, float), np.atleast_2d(np.asarray(voltage_mv, float))
    during = (times >= onset_s) & (times < end_s)
    found = np.full(len(voltage), np.nan)
    for k, course in enumerate(voltage[:, during]):
        below = np.flatnonzero(course <= threshold_mv)
        if course.size and (not below.size or below[-1] < course.size - 1):
            found[k] = times[during][below[-1] + 1 if below.size else 0] - onset_s
    return found


def recovery_time(times_s: ArrayLike, courses: ArrayLike, rest: ArrayLike, reflow_s: float,
                  tolerance: float = 0.1) -> FloatArray:
    """Time from reflow after which all courses stay within a share of their rest.

    Parameters
    ----------
    times_s : float64[T]
    courses : float64[C, R, T]
        Such as potassium, sodium and the extracellular fraction.
    rest : float64[C, R]
    reflow_s : float
    tolerance : float
        As a share of rest.

    Returns
    -------
    float64[R]
        Seconds; nan where one of them is out of it at the end.
    """
    times, values = np.asarray(times_s, float), np.asarray(courses, float)
    after = times >= reflow_s
    out = (np.abs(values[..., after] / np.asarray(rest, float)[..., None] - 1.0) > tolerance).any(axis=0)
    found = np.full(out.shape[0], np.nan)
    for k, course in enumerate(out):
        last = np.flatnonzero(course)
        if course.size and (not last.size or last[-1] < course.size - 1):
            found[k] = times[after][last[-1] + 1 if last.size else 0] - reflow_s
    return found


def flow_threshold(flow: ArrayLike, fold: ArrayLike, wanted: float) -> FloatArray:
    """The highest flow at which a concentration has risen by a factor, between the flows that were tried.

    Parameters
    ----------
    flow : float64[F]
        Shares of normal flow, any order.
    fold : float64[S, F]
        Concentration over that at normal flow, by seed.
    wanted : float
        The factor, above 1.

    Returns
    -------
    float64[S]
        Interpolated in the logarithm of the factor; nan where no flow reaches it.
    """
    order = np.argsort(np.asarray(flow, float))[::-1]
    flows, rises = np.asarray(flow, float)[order], np.log(np.atleast_2d(np.asarray(fold, float))[:, order])
    limit, found = np.log(wanted), np.full(len(rises), np.nan)
    for k, rise in enumerate(rises):
        above = np.flatnonzero(rise >= limit)
        if above.size and above[0] == 0:
            found[k] = flows[0]
        elif above.size:
            first = above[0]
            share = (limit - rise[first - 1]) / (rise[first] - rise[first - 1])
            found[k] = flows[first - 1] + share * (flows[first] - flows[first - 1])
    return found
