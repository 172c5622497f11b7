"""Phases of a seizure: interneurons peak, excitation runs away, tonic firing gives way to clonic discharges.

Tonic is sustained firing, clonic a train of discharges with pauses between them (Smith et al. 2016, Nat Commun 7:11098:
a wavefront of tonic firing, then repetitive bursts until all of them stop). That fast-spiking cells peak before
excitation rises is Merricks et al. 2024 (medRxiv 2024.01.26.24301821). The numbers below are assumed and chosen for
populations of a hundred cells and more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.ndimage import maximum_filter1d

from glunet.analysis.firing import FloatArray, smooth

#: Kernel for single discharges, s: it smooths away rhythms above about 5 Hz, such as the 10 Hz of a tonic phase, and gamma.
DISCHARGE_SMOOTH_S = 0.050
#: Kernel for the slow course, s: discharges at more than 2 Hz merge.
SLOW_SMOOTH_S = 0.200
#: A pause falls below this part of the highest rate near by (within 1 s), a discharge rises above that part.
PAUSE, DISCHARGE, NEAR_S = 0.25, 0.5, 1.0
#: Fewest discharges of a clonic phase.
FEWEST_DISCHARGES = 4
#: How far around the start interneurons may peak, s: the target's band for their lead ends at 4 s.
AROUND_S = 5.0


@dataclass(frozen=True)
class Phases:
    """Times within a seizure, in seconds of the recording.

    Attributes
    ----------
    runaway_s : float
        The pyramidal rate has come half the way from baseline to the height of its tonic phase.
    interneuron_peak_s : float
        The interneurons' slow rate is highest, within 5 s of that; nan without interneurons.
    clonic_s : float or None
        First discharge of the clonic phase, None without one; the start of the seizure where nothing tonic precedes it.
    clonic_hz : float
        Discharges per second in it, nan without one.
    """

    runaway_s: float
    interneuron_peak_s: float
    clonic_s: float | None
    clonic_hz: float


def discharge_starts(rate_hz: ArrayLike, bin_s: float, threshold_hz: float) -> np.ndarray:
    """Bins in which discharges begin.

    Parameters
    ----------
    rate_hz : float64[T]
        Binned rate of one replicate.
    bin_s : float
        Width of a bin, seconds.
    threshold_hz : float
        A discharge rises above it.

    Returns
    -------
    int64[n]
        Bins in which the rate, after a pause, passes half its highest value within a second.
    """
    rate = smooth(rate_hz, bin_s, DISCHARGE_SMOOTH_S)
    near = maximum_filter1d(rate, 2 * round(NEAR_S / bin_s) + 1)
    state = np.zeros(rate.size, np.int8)
    state[(rate < PAUSE * near) | (rate < threshold_hz / 2)] = -1
    state[(rate >= DISCHARGE * near) & (rate >= threshold_hz)] = 1
    told = np.flatnonzero(state)
    up = (state[told][1:] == 1) & (state[told][:-1] == -1)
    begin = told[1:][up]
    return np.concatenate((told[:1], begin)) if told.size and state[told[0]] == 1 else begin


def clonic_phase(begins_s: ArrayLike, end_s: float, longest_s: float) -> tuple[float, float] | None:
    """The train of discharges that a seizure ends with.

    Parameters
    ----------
    begins_s : float64[n]
        Discharges within the seizure, seconds.
    end_s : float
        End of the seizure (or of the recording).
    longest_s : float
        Longest interval in a train.

    Returns
    -------
    (float, float) or None
        Its first discharge in seconds and its discharges per second. None with fewer than four discharges, or where
        firing goes on long after the last one. The train begins where an interval is three times the usual one.
    """
    begins = np.asarray(begins_s, float)
    if begins.size < FEWEST_DISCHARGES or end_s - begins[-1] > longest_s:
        return None
    intervals = np.diff(begins)
    first = begins.size - 1
    while first:
        usual = np.median(intervals[first:]) if first < begins.size - 2 else np.inf
        if intervals[first - 1] > min(longest_s, 3 * usual):
            break
        first -= 1
    if begins.size - first < FEWEST_DISCHARGES:
        return None
    return float(begins[first]), float((begins.size - 1 - first) / (begins[-1] - begins[first]))


def seizure_phases(starts_s: FloatArray, pyramidal_hz: FloatArray, interneuron_hz: FloatArray | None, onset_s: float,
                   end_s: float, baseline_hz: float, threshold_hz: float, longest_s: float) -> Phases:
    """Phases of one seizure.

    Parameters
    ----------
    starts_s : float64[T]
        Starts of even bins, seconds.
    pyramidal_hz, interneuron_hz : float64[T]
        Binned rates of the replicate; interneurons may be missing.
    onset_s, end_s : float
        The seizure; its end, or that of the recording.
    baseline_hz, threshold_hz : float
        Usual pyramidal rate, and where it becomes excessive.
    longest_s : float
        Longest pause within a seizure.

    Returns
    -------
    Phases
    """
    bin_s = float(starts_s[1] - starts_s[0])
    begins = starts_s[discharge_starts(pyramidal_hz, bin_s, threshold_hz)]
    within = begins[(begins >= onset_s - NEAR_S / 10) & (begins < end_s)]
    clonic = clonic_phase(within, end_s, longest_s)
    # A clonic phase from the very start leaves no tonic one; its first half second then shows the rise.
    tonic_stop = end_s if clonic is None else max(clonic[0], onset_s + 0.5)
    slow = smooth(pyramidal_hz, bin_s, SLOW_SMOOTH_S)
    tonic = np.flatnonzero((starts_s >= onset_s - 1e-9) & (starts_s < tonic_stop))
    half = baseline_hz + (slow[tonic].max() - baseline_hz) / 2
    rise = np.flatnonzero((starts_s >= onset_s - NEAR_S) & (starts_s < tonic_stop) & (slow >= half))
    runaway = float(starts_s[rise[0]])
    peak = float("nan")
    if interneuron_hz is not None:
        around = np.flatnonzero((starts_s >= onset_s - AROUND_S) & (starts_s < min(runaway + AROUND_S, end_s)))
        peak = float(starts_s[around[np.argmax(smooth(interneuron_hz, bin_s, SLOW_SMOOTH_S)[around])]])
    start, rhythm = clonic if clonic is not None else (None, float("nan"))
    return Phases(runaway, peak, None if start is None else max(start, onset_s), rhythm)
