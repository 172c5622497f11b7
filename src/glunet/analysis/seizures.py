"""Seizures in stored spikes: when they begin and end, their phases, what precedes and follows them.

What counts as a seizure is in `glunet.analysis.episodes`, its phases in `glunet.analysis.ictal_phases`, the block of
interneurons in `glunet.analysis.depolarisation_block`, potassium in `glunet.analysis.potassium`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glunet.analysis.depolarisation_block import Voltage, find_block
from glunet.analysis.episodes import Activity, Criteria, Episode, Spikes, episodes, population_activity
from glunet.analysis.firing import FloatArray, population_rate, smooth
from glunet.analysis.ictal_phases import seizure_phases
from glunet.analysis.statistics import Interval
from glunet.analysis.synchrony import pairwise_correlation

#: Window after the end in which the postictal rate is taken, s, and the least of it that must be recorded (assumed: the
#: silence of human seizures lasts seconds to minutes).
POSTICTAL_S, POSTICTAL_LEAST_S = 5.0, 1.0
#: Activity has come back where it reaches half the baseline over 2 s, and has failed to after 30 s without (assumed).
BACK, BACK_OVER_S, BACK_WITHIN_S = 0.5, 2.0, 30.0


@dataclass(frozen=True)
class Seizure:
    """One seizure of one replicate; times in seconds of the recording, rates per cell.

    Attributes
    ----------
    replicate : int
    onset_s : float
        The pyramidal rate becomes excessive.
    end_s : float or None
        It falls back for good; None where the recording ends first.
    tonic_to_clonic_s : float or None
        First clonic discharge, None without a clonic phase.
    clonic_hz : float
        Discharges per second of the clonic phase, nan without.
    runaway_s : float
        Excitation runs away: the pyramidal rate is half the way up to its tonic height.
    interneuron_peak_s : float
        Interneurons fire most (within 5 s of the runaway); nan without interneurons.
    pyramidal_peak_hz, interneuron_peak_hz : float
        Highest rates, smoothed over 50 ms.
    late_minus_early_synchrony : float
        Mean pairwise correlation of pyramidal cells in 50 ms bins, last third of the seizure less the first; nan for one
        that does not end.
    postictal_rate_fraction : float
        Pyramidal rate in the 5 s after the end over the baseline rate; nan with less than 1 s recorded.
    recovers : bool or None
        Whether the pyramidal rate is back at half its baseline within the recording; None where the recording ends within
        30 s without it.
    recovery_s : float
        Seconds from the end until then, nan without.
    block_fraction : float
        Interneurons that go into depolarisation block; nan without interneurons.
    block_recovers_fraction : float
        Of these, the fraction that fires after the end; nan where none was blocked, the seizure does not end, or the
        recording is too short to tell.
    """

    replicate: int
    onset_s: float
    end_s: float | None
    tonic_to_clonic_s: float | None
    clonic_hz: float
    runaway_s: float
    interneuron_peak_s: float
    pyramidal_peak_hz: float
    interneuron_peak_hz: float
    late_minus_early_synchrony: float
    postictal_rate_fraction: float
    recovers: bool | None
    recovery_s: float
    block_fraction: float
    block_recovers_fraction: float

    @property
    def duration_s(self) -> float:
        """Seconds from onset to end, nan where the recording ends first."""
        return float("nan") if self.end_s is None else self.end_s - self.onset_s

    @property
    def interneuron_peak_lead_s(self) -> float:
        """By how much interneurons peak before excitation runs away."""
        return self.runaway_s - self.interneuron_peak_s


def find_seizures(pyramidal: Spikes, n_replicates: int, duration_s: float, *, interneuron: Spikes | None = None,
                  baseline: tuple[float, float] | None = None, reference_hz: ArrayLike | None = None,
                  voltage: Voltage | None = None, criteria: Criteria | None = None) -> list[Seizure]:
    """All seizures of a recording.

    Parameters
    ----------
    pyramidal, interneuron : Spikes
        Spikes: ``times_s`` in seconds, ``cell``, ``replicate``, ``n_cells``.
    n_replicates : int
        R.
    duration_s : float
        Length of the recording, seconds.
    baseline : (float, float), optional
        Window before the perturbation, seconds.
    reference_hz : float or float64[R], optional
        Pyramidal rate of the undisturbed circuit instead of a baseline, Hz per cell.
    voltage : Voltage, optional
        Membrane potential of interneurons, to tell depolarisation block from inhibition.
    criteria : Criteria, optional

    Returns
    -------
    list of Seizure
        In the order of replicates and onsets.

    Raises
    ------
    ValueError
        Where neither or both of baseline and reference are given.
    """
    c = criteria or Criteria()
    found = population_activity(pyramidal, n_replicates, duration_s, baseline, reference_hz, c)
    inhibition = None
    if interneuron is not None:
        _, inhibition = population_rate(interneuron.times_s, interneuron.replicate, interneuron.n_cells, n_replicates, 0.0,
                                        duration_s, c.bin_s)
    told = list(episodes(found, c))
    return [_describe(found, inhibition, pyramidal, interneuron, voltage, episode, duration_s, c) for episode in told]


def find_events(pyramidal: Spikes, n_replicates: int, duration_s: float, *, baseline: tuple[float, float] | None = None,
                reference_hz: ArrayLike | None = None, criteria: Criteria | None = None) -> list[Episode]:
    """Brief population events outside seizures; `glunet.analysis.episodes.event_frequency` counts them.

    Parameters
    ----------
    pyramidal, n_replicates, duration_s, baseline, reference_hz, criteria
        As for `find_seizures`.

    Returns
    -------
    list of Episode
        All shorter than the shortest seizure, or too sparse to be one.

    Raises
    ------
    ValueError
        Where neither or both of baseline and reference are given.
    """
    c = criteria or Criteria()
    return list(episodes(population_activity(pyramidal, n_replicates, duration_s, baseline, reference_hz, c), c, brief=True))


def seizing(seizures: list[Seizure], n_replicates: int) -> NDArray[np.bool_]:
    """Which replicates had a seizure: the outcome that a threshold is fitted to.

    Parameters
    ----------
    seizures : list of Seizure
    n_replicates : int
        R.

    Returns
    -------
    bool[R]
    """
    return np.isin(np.arange(n_replicates), [s.replicate for s in seizures])


def seizure_probability(outcomes: ArrayLike, confidence: float = 0.95) -> Interval:
    """Probability at each level with Wilson's score interval (Wilson 1927, J Am Stat Assoc 22:209).

    Parameters
    ----------
    outcomes : bool[S, L] or float64[S, L]
        Seizure or not, per seed and level; nan where a seed was not run.
    confidence : float
        Coverage.

    Returns
    -------
    Interval
        Arrays [L]; nan at levels without a seed.
    """
    from scipy.stats import binomtest  # slow to import

    seen = np.asarray(outcomes, float)
    yes, number = np.nansum(seen, axis=0), np.sum(~np.isnan(seen), axis=0)
    rows = np.full((3, number.size), np.nan)
    for k in np.flatnonzero(number):
        ends = binomtest(int(yes[k]), int(number[k])).proportion_ci(confidence, "wilson")
        rows[:, k] = yes[k] / number[k], ends.low, ends.high
    return Interval(rows[0], rows[1], rows[2], number)


def _describe(found: Activity, inhibition: FloatArray | None, pyramidal: Spikes, interneuron: Spikes | None,
              voltage: Voltage | None, episode: Episode, duration_s: float, c: Criteria) -> Seizure:
    """Everything about one seizure."""
    r, stop_s = episode.replicate, duration_s if episode.end_s is None else episode.end_s
    course = seizure_phases(found.starts_s, found.raw_hz[r], None if inhibition is None else inhibition[r], episode.onset_s,
                            stop_s, float(found.baseline_hz[r]), float(found.threshold_hz[r]), c.merge_gap_s)
    after = _afterwards(found, r, episode.end_s, duration_s, c.bin_s)
    blocked, again = _block(found, interneuron, voltage, episode, stop_s, after.recovers)
    peak = float("nan")
    if inhibition is not None:
        span = (found.starts_s >= episode.onset_s - 5.0) & (found.starts_s < stop_s)
        peak = float(smooth(inhibition[r], c.bin_s, c.smooth_s)[span].max())
    return Seizure(r, episode.onset_s, episode.end_s, course.clonic_s, course.clonic_hz, course.runaway_s,
                   course.interneuron_peak_s, episode.peak_hz, peak, _synchrony_gain(pyramidal, episode),
                   after.rate_fraction, after.recovers, after.recovery_s, blocked, again)


def _synchrony_gain(spikes: Spikes, episode: Episode) -> float:
    """Mean pairwise correlation of the last third less that of the first."""
    if episode.end_s is None:
        return float("nan")
    mine = np.asarray(spikes.replicate) == episode.replicate
    third = (episode.end_s - episode.onset_s) / 3
    times, cells, alone = spikes.times_s[mine], spikes.cell[mine], np.zeros(mine.sum(), int)
    early, late = (pairwise_correlation(times, cells, alone, spikes.n_cells, 1, start, start + third)[0]
                   for start in (episode.onset_s, episode.end_s - third))
    return float(late - early)


@dataclass(frozen=True)
class _After:
    """What follows a seizure."""

    rate_fraction: float
    recovers: bool | None
    recovery_s: float


def _afterwards(found: Activity, replicate: int, end_s: float | None, duration_s: float, bin_s: float) -> _After:
    """Postictal rate and recovery of the pyramidal cells."""
    nothing = _After(float("nan"), None, float("nan"))
    usual = found.baseline_hz[replicate]
    if end_s is None or not usual > 0:
        return nothing
    rate = found.raw_hz[replicate, np.searchsorted(found.starts_s, end_s - 1e-9):]
    first = rate[:round(POSTICTAL_S / bin_s)]
    fraction = float(first.mean() / usual) if first.size * bin_s >= POSTICTAL_LEAST_S else float("nan")
    width = round(BACK_OVER_S / bin_s)
    if rate.size >= width:
        mean = np.convolve(rate, np.ones(width) / width, "valid")
        back = np.flatnonzero(mean >= BACK * usual)
        if back.size:
            return _After(fraction, True, float(back[0] * bin_s))
    return _After(fraction, False if duration_s - end_s >= BACK_WITHIN_S else None, float("nan"))


def _block(found: Activity, interneuron: Spikes | None, voltage: Voltage | None, episode: Episode, stop_s: float,
           recovers: bool | None) -> tuple[float, float]:
    """Fraction of interneurons blocked, and of these the fraction that fires after the end."""
    if interneuron is None:
        return float("nan"), float("nan")
    r = episode.replicate
    mine = np.asarray(interneuron.replicate) == r
    times, cells = interneuron.times_s[mine], interneuron.cell[mine]
    traces = {} if voltage is None else {"voltage_times_s": voltage.times_s, "voltage_cells": voltage.cells,
                                         "voltage_mv": np.asarray(voltage.values_mv[r], float)}
    block = find_block(times, cells, interneuron.n_cells, (episode.onset_s, stop_s), found.starts_s,
                       found.rate_hz[r] >= found.threshold_hz[r], **traces)
    if episode.end_s is None or not block.blocked.any():
        return block.fraction, float("nan")
    again = float(np.isin(np.flatnonzero(block.blocked), cells[times >= episode.end_s]).mean())
    # Where the recording ends in the postictal silence, those that have not fired yet may still do so.
    return block.fraction, again if recovers is not None or again == 1.0 else float("nan")
