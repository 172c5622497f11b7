"""Onset: when a population's rate leaves its baseline after a perturbation, and which one leaves first.

Two criteria, both on the rate pooled over seeds:

``cusum``
    Page's cumulative sum (Page 1954, Biometrika 41:100; for spike trains Ellaway 1978, Electroencephalogr
    Clin Neurophysiol 45:302). The standardised deviation, less an allowance, is summed and reset at zero;
    where the sum passes a threshold the rate has changed, and the onset is where that excursion began.
    Because it looks back from the alarm, a noisier population is not told later merely for being noisier
    (only by about the allowance).
``consecutive``
    First of a number of consecutive bins beyond baseline mean +- z SD of the pooled rate, the customary
    latency criterion of peri-stimulus histograms. The pooled rate's SD over baseline bins is the standard
    error over seeds, measured with its correlations. Noisier populations are told later.

The interval of a lead uses the jackknife over seeds (Miller, Patterson & Ulrich 1998, Psychophysiology
35:99), since an onset cannot be read off one seed but can off a mean over all but one.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from glunet.analysis.firing import FloatArray
from glunet.analysis.statistics import Interval

Direction = Literal["up", "down", "either"]
#: Standard deviations taken off each bin, so that noise around zero does not add up.
ALLOWANCE = 0.5

Method = Literal["cusum", "consecutive"]


def page_sum(deviation: ArrayLike, allowance: float) -> tuple[FloatArray, np.ndarray]:
    """Page's one-sided cumulative sum.

    Parameters
    ----------
    deviation : float64[T]
        Standardised deviations.
    allowance : float
        Subtracted at each bin, so that noise around zero does not add up.

    Returns
    -------
    height : float64[T]
        The sum after each bin, never below zero.
    begin : int64[T]
        Bin at which the excursion it belongs to began.
    """
    values = np.asarray(deviation, float)
    height, begin = np.zeros(values.size), np.zeros(values.size, np.int64)
    level, since = 0.0, 0
    for k, value in enumerate(values):
        if level == 0.0:
            since = k
        level = max(0.0, level + value - allowance)
        height[k], begin[k] = level, since
    return height, begin


def correlation_time(noise: ArrayLike) -> float:
    """Bins that an even noise stays correlated for: 1 + 2 x the sum of its autocorrelation.

    Parameters
    ----------
    noise : float64[T]
        A stationary signal.

    Returns
    -------
    float
        1 for independent bins, never less; the sum stops at the first autocorrelation that is not positive
        (as in Geyer 1992, Stat Sci 7:473).
    """
    values = np.asarray(noise, float)
    values = values - values.mean()
    power = np.abs(np.fft.rfft(values, 2 * values.size)) ** 2
    rho = np.fft.irfft(power)[:values.size // 2]
    if not rho[0] > 0:
        return 1.0
    negative = np.flatnonzero(rho <= 0)
    return float(1 + 2 * (rho[1:negative[0] if negative.size else None] / rho[0]).sum())


def _first_cusum(deviation: FloatArray, threshold: float) -> int | None:
    """Bin where the first excursion past the threshold began, None without one."""
    height, begin = page_sum(deviation, ALLOWANCE)
    alarm = np.flatnonzero(height > threshold)
    return int(begin[alarm[0]]) if alarm.size else None


def _first_consecutive(deviation: FloatArray, z: float, consecutive: int) -> int | None:
    """First bin of the first run beyond z, None without one."""
    beyond = np.concatenate(([0], np.cumsum(deviation > z)))
    full = np.flatnonzero(beyond[consecutive:] - beyond[:-consecutive] == consecutive)
    return int(full[0]) if full.size else None


def onset_time(times_s: ArrayLike, rate: ArrayLike, perturbation_s: float,
               baseline_start_s: float | None = None, reference: ArrayLike | None = None,
               direction: Direction = "either", method: Method = "cusum", z: float | None = None,
               consecutive: int = 3) -> float:
    """Time at which a rate, pooled over seeds, leaves its baseline band after a perturbation.

    Parameters
    ----------
    times_s : float64[T]
        Centres of even bins, seconds. About 20 ms suit a few hundred cells and five seeds.
    rate : float64[S, T] or float64[T]
        Rate per seed (averaged here) or already averaged, any unit.
    perturbation_s : float
        When the perturbation begins; bins before it form the baseline.
    baseline_start_s : float, optional
        Where the baseline begins, the first bin by default; leave out the settling of the run.
    reference : float64[S, T], optional
        The same seeds without the perturbation: deviations are taken from it bin by bin and its own scatter
        is the band, which removes slow trends. The two rates may be identical before the perturbation.
    direction : str
        Side on which to leave: 'up', 'down' or 'either'.
    method : str
        'cusum' or 'consecutive', see the module.
    z : float, optional
        Threshold in standard deviations, 8 for 'cusum' (times the correlation time of the noise in bins,
        since correlated noise adds up so much further), 3 for 'consecutive'.
    consecutive : int
        Bins in a row for 'consecutive'.

    Returns
    -------
    float
        Onset in seconds: start of the first bin that belongs to the change. nan where the rate never leaves.

    Raises
    ------
    ValueError
        For fewer than ten baseline bins.
    """
    times = np.asarray(times_s, float)
    pooled = np.atleast_2d(np.asarray(rate, float)).mean(axis=0)
    first = times[0] if baseline_start_s is None else baseline_start_s
    half = (times[1] - times[0]) / 2
    after = times - half >= perturbation_s - 1e-9
    baseline = (times + half <= perturbation_s + 1e-9) & (times >= first)
    if baseline.sum() < 10:
        raise ValueError(f"{baseline.sum()} bins of baseline before {perturbation_s} s; 10 are needed")
    if reference is None:
        noise = pooled[baseline]
        change = pooled - noise.mean()
    else:
        control = np.atleast_2d(np.asarray(reference, float))
        noise = _noise_of(control)[times >= first]
        change = pooled - control.mean(axis=0)
    return _leave((times - half)[after], change[after], noise, direction, method, z, consecutive)


def _noise_of(control: FloatArray) -> FloatArray:
    """Noise [T] of the difference of two means over seeds, without what the seeds have in common.

    Seeds are added with weights that sum to zero (plus-minus averaging, Schimmel 1967, Science 157:92), which
    cancels a shared time course and keeps the noise. The root of two makes it that of a difference of two
    independent runs, which is what paired runs become soon after the perturbation. One seed alone cannot be
    freed of its course.
    """
    number = len(control)
    if number == 1:
        return np.sqrt(2) * control[0]
    weight = (-1.0) ** np.arange(number)
    weight -= weight.mean()
    return np.sqrt(2 / number) * (weight / np.linalg.norm(weight)) @ control


def _leave(starts_s: FloatArray, change: FloatArray, noise: FloatArray, direction: Direction, method: Method,
           z: float | None, consecutive: int) -> float:
    """Earliest leaving on the sides asked for; `noise` is what an undisturbed signal would do."""
    sd = noise.std(ddof=1)
    if sd == 0:
        changed = np.flatnonzero(change != 0)
        return float(starts_s[changed[0]]) if changed.size else float("nan")
    found = []
    for sign in {"up": (1,), "down": (-1,), "either": (1, -1)}[direction]:
        if method == "cusum":
            found.append(_first_cusum(sign * change / sd, (z or 8.0) * correlation_time(noise)))
        else:
            found.append(_first_consecutive(sign * change / sd, z or 3.0, consecutive))
    bins = [k for k in found if k is not None]
    return float(starts_s[min(bins)]) if bins else float("nan")


def _grid_variance(times_s: ArrayLike) -> float:
    """Variance of the difference of two onsets that are each known to one bin only."""
    times = np.asarray(times_s, float)
    return float((times[1] - times[0]) ** 2 / 6)


def onset_lead(times_s: ArrayLike, first: ArrayLike, second: ArrayLike, perturbation_s: float,
               first_direction: Direction = "down", second_direction: Direction = "up",
               first_reference: ArrayLike | None = None, second_reference: ArrayLike | None = None,
               confidence: float = 0.95, **options: float | str | int | None) -> Interval:
    """By how long one population leaves its baseline before another.

    Parameters
    ----------
    times_s : float64[T]
        Bin centres in seconds.
    first, second : float64[S, T]
        Rates of the two populations in the same seeds, such as interneurons and pyramidal cells.
    perturbation_s : float
        When the perturbation begins.
    first_direction, second_direction : str
        Side on which each leaves.
    first_reference, second_reference : float64[S, T], optional
        The same seeds without the perturbation.
    confidence : float
        Coverage of the jackknife t interval.
    **options
        Further arguments of `onset_time`.

    Returns
    -------
    Interval
        Lead in seconds, positive where `first` leaves first; nan where either never leaves; the ends nan also
        where that happens in a jackknife sample or with one seed. The width of a bin counts towards the
        interval.
    """
    arrays = [np.atleast_2d(np.asarray(a, float)) for a in (first, second)]
    sides = (first_direction, second_direction)
    references = [None if a is None else np.atleast_2d(np.asarray(a, float))
                  for a in (first_reference, second_reference)]

    def lead(keep: np.ndarray) -> float:
        early, late = (onset_time(times_s, a[keep], perturbation_s, direction=d,
                                  reference=None if r is None else r[keep], **options)  # type: ignore[arg-type]
                       for a, r, d in zip(arrays, references, sides, strict=True))
        return late - early

    number = len(arrays[0])
    everyone = np.arange(number)
    value = lead(everyone)
    if number < 2:
        return Interval(value, float("nan"), float("nan"), number)
    left_out = np.array([lead(everyone != s) for s in everyone])
    variance = (number - 1) / number * np.sum((left_out - left_out.mean()) ** 2)
    error = np.sqrt(variance + _grid_variance(times_s))
    half = special.stdtrit(number - 1, 0.5 + confidence / 2) * error
    return Interval(value, float(value - half), float(value + half), number)
