"""Episodes of excessive firing: where a population's rate stays far above its usual one, seizures told from brief events.

What makes a run of activity a seizure follows the electrographic definition of Hirsch et al. 2021 (J Clin Neurophysiol
38:1, the terminology of the American Clinical Neurophysiology Society): at least 10 s, of discharges above 2.5 Hz or
sustained; what is shorter is a brief event (interictal discharge), and discharges below that rate that go on are periodic
discharges, not a seizure. Spikes take the place of the trace, as in the human recordings in which the start and the
abrupt stop of firing mark the seizure (Truccolo et al. 2011, Nat Neurosci 14:635; Smith et al. 2016, Nat Commun 7:11098).
The level that counts as excessive has no published number for a simulated patch; it is assumed, see `Criteria`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glunet.analysis.firing import FloatArray, check_window, population_rate, smooth

#: Start and stop bins of stretches, the stop excluded, [n, 2].
Runs = NDArray[np.int64]


class Spikes(Protocol):
    """Spikes of one population, as the store hands them out."""

    @property
    def times_s(self) -> FloatArray: ...
    @property
    def cell(self) -> NDArray[np.int64]: ...
    @property
    def replicate(self) -> NDArray[np.int64]: ...
    @property
    def n_cells(self) -> int: ...


@dataclass(frozen=True)
class Criteria:
    """What counts as a seizure.

    Attributes
    ----------
    factor : float
        The rate is excessive from so many times its baseline on (3, assumed: above the 2.5 that target K1 allows to the
        disinhibition by ketamine, which is no seizure).
    z : float
        And from so many robust standard deviations above baseline (5, assumed: chance fluctuations stay below).
    floor_hz : float
        And from this rate on: cells of awake cortex fire at up to 5 Hz (target C1).
    min_duration_s : float
        Shortest seizure: 10 s (Hirsch 2021), which is also where the band of target S3 begins.
    merge_gap_s : float
        Stretches that stand no further apart are one seizure (2 s, assumed: clonic discharges slow down to about one per
        second before they stop).
    discharge_hz : float
        Discharges of this rate are a seizure also where their mean rate is not excessive: 2.5 Hz (Hirsch 2021).
    burst_gap_s : float
        Peaks of firing that stand no further apart are one discharge (0.2 s, assumed: half the interval at 2.5 Hz).
    bin_s, smooth_s : float
        Bin and standard deviation of the Gaussian with which rates are read (10 and 50 ms, assumed: a discharge lasts
        about 100 ms).
    """

    factor: float = 3.0
    z: float = 5.0
    floor_hz: float = 5.0
    min_duration_s: float = 10.0
    merge_gap_s: float = 2.0
    discharge_hz: float = 2.5
    burst_gap_s: float = 0.2
    bin_s: float = 0.010
    smooth_s: float = 0.050


@dataclass(frozen=True)
class Episode:
    """A stretch of excessive firing.

    Attributes
    ----------
    replicate : int
    onset_s : float
        Start, seconds.
    end_s : float or None
        None where the recording ends first.
    peak_hz : float
        Highest smoothed rate per cell.
    """

    replicate: int
    onset_s: float
    end_s: float | None
    peak_hz: float


@dataclass(frozen=True)
class Activity:
    """A population's rate in all replicates, and from where on it is excessive.

    Attributes
    ----------
    starts_s : float64[T]
        Starts of the bins, seconds.
    raw_hz, rate_hz : float64[R, T]
        Rate per cell, binned and smoothed.
    baseline_hz : float64[R]
        Mean rate of the baseline, or the reference given.
    threshold_hz : float64[R]
        Excessive from here on.
    """

    starts_s: FloatArray
    raw_hz: FloatArray
    rate_hz: FloatArray
    baseline_hz: FloatArray
    threshold_hz: FloatArray


def population_activity(spikes: Spikes, n_replicates: int, duration_s: float, baseline: tuple[float, float] | None = None,
             reference_hz: ArrayLike | None = None, criteria: Criteria | None = None) -> Activity:
    """The rate of a population beside what is usual for it.

    Parameters
    ----------
    spikes : Spikes
        Of the population that decides, the pyramidal cells.
    n_replicates : int
        R.
    duration_s : float
        Length of the recording, seconds.
    baseline : (float, float), optional
        Window before the perturbation, seconds. Its median and median absolute deviation are taken, which a few events
        in it do not move.
    reference_hz : float or float64[R], optional
        Rate per cell of the undisturbed circuit instead, for perturbations that are there from the start. Without a
        baseline the criterion in standard deviations is left out.
    criteria : Criteria, optional

    Returns
    -------
    Activity

    Raises
    ------
    ValueError
        Where neither or both of baseline and reference are given, or the baseline lies outside the recording.
    """
    c = criteria or Criteria()
    centres, raw = population_rate(spikes.times_s, spikes.replicate, spikes.n_cells, n_replicates, 0.0, duration_s, c.bin_s)
    starts, rate = centres - c.bin_s / 2, smooth(raw, c.bin_s, c.smooth_s)
    if (baseline is None) == (reference_hz is None):
        raise ValueError("a baseline window or a reference rate is needed, and not both")
    if baseline is not None:
        check_window(*baseline)
        inside = (starts >= baseline[0] - 1e-9) & (starts + c.bin_s <= baseline[1] + 1e-9)
        if not inside.any():
            raise ValueError(f"the baseline from {baseline[0]} s to {baseline[1]} s holds no bin of the recording")
        mean, usual = raw[:, inside].mean(axis=1), np.median(rate[:, inside], axis=1)
        # 1.4826 turns the median absolute deviation of a Gaussian into its standard deviation.
        spread = 1.4826 * np.median(np.abs(rate[:, inside] - usual[:, None]), axis=1)
    else:
        mean = usual = np.broadcast_to(np.asarray(reference_hz, float), (n_replicates,))
        spread = np.zeros(n_replicates)
    threshold = np.maximum(np.maximum(c.factor * usual, usual + c.z * spread), c.floor_hz)
    return Activity(starts, raw, rate, np.asarray(mean), threshold)


def _runs_of(active: ArrayLike) -> Runs:
    """Stretches of true values.

    Parameters
    ----------
    active : bool[T]

    Returns
    -------
    int64[n, 2]
        Start and stop of each, the stop excluded.
    """
    edge = np.diff(np.concatenate(([0], np.asarray(active, bool).astype(np.int8), [0])))
    return np.stack([np.flatnonzero(edge == 1), np.flatnonzero(edge == -1)], axis=1)


def _merged(runs: Runs, gap: int) -> Runs:
    """Stretches joined where they stand no further apart than a number of bins.

    Parameters
    ----------
    runs : int64[n, 2]
        In order.
    gap : int
        Bins.

    Returns
    -------
    int64[m, 2]
    """
    if len(runs) < 2:
        return runs
    apart = np.flatnonzero(runs[1:, 0] - runs[:-1, 1] > gap)
    return np.stack([runs[np.concatenate(([0], apart + 1)), 0], runs[np.concatenate((apart, [len(runs) - 1])), 1]], axis=1)


def _split(found: Activity, replicate: int, criteria: Criteria) -> tuple[Runs, Runs]:
    """Stretches of seizure and brief events of one replicate, in bins.

    Parameters
    ----------
    found : Activity
    replicate : int
    criteria : Criteria

    Returns
    -------
    seizures, events : int64[n, 2], int64[m, 2]
        Start and stop bins. A stretch that the end of the recording cuts short before `min_duration_s` is an event.
    """
    c, threshold = criteria, found.threshold_hz[replicate]
    bursts = _merged(_runs_of(found.rate_hz[replicate] >= threshold), round(c.burst_gap_s / c.bin_s))
    seizures = []
    for start, stop in _merged(bursts, round(c.merge_gap_s / c.bin_s)):
        length_s = (stop - start) * c.bin_s
        discharges = np.sum((bursts[:, 0] >= start) & (bursts[:, 1] <= stop))
        sustained = found.raw_hz[replicate, start:stop].mean() >= threshold
        if length_s >= c.min_duration_s - 1e-9 and (sustained or discharges / length_s >= c.discharge_hz):
            seizures.append((start, stop))
    long = np.array(seizures, np.int64).reshape(-1, 2)
    outside = [not np.any((b[0] >= long[:, 0]) & (b[1] <= long[:, 1])) for b in bursts]
    return long, bursts[np.array(outside, bool)]


def episodes(found: Activity, criteria: Criteria | None = None, brief: bool = False) -> Iterator[Episode]:
    """Seizures, or the brief events outside them, in the order of replicates and times.

    Parameters
    ----------
    found : Activity
    criteria : Criteria, optional
    brief : bool
        Brief events instead of seizures.

    Yields
    ------
    Episode
        Its end is None where the recording ends within the gap that would still have been bridged.
    """
    c = criteria or Criteria()
    bridged = round((c.burst_gap_s if brief else c.merge_gap_s) / c.bin_s)
    for replicate, rate in enumerate(found.rate_hz):
        for start, stop in _split(found, replicate, c)[brief]:
            open_end = stop + bridged > rate.size
            yield Episode(replicate, float(found.starts_s[start]), None if open_end else float(found.starts_s[stop]),
                          float(rate[start:stop].max()))


def event_frequency(found: Activity, start_s: float, stop_s: float, criteria: Criteria | None = None) -> FloatArray:
    """Brief events per second outside seizures.

    Parameters
    ----------
    found : Activity
    start_s, stop_s : float
        Window in seconds; an event counts where it begins.
    criteria : Criteria, optional

    Returns
    -------
    float64[R]
        Hz; nan where a seizure fills the window.
    """
    c = criteria or Criteria()
    first, last = np.searchsorted(found.starts_s, [start_s - 1e-9, stop_s - 1e-9])
    result = np.full(len(found.rate_hz), np.nan)
    for replicate in range(len(result)):
        seizures, brief = _split(found, replicate, c)
        taken = np.clip(seizures, first, last)
        free_s = (last - first - np.sum(taken[:, 1] - taken[:, 0])) * c.bin_s
        if free_s > 0:
            result[replicate] = np.sum((brief[:, 0] >= first) & (brief[:, 0] < last)) / free_s
    return result
