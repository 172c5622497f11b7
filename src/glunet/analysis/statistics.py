"""Statistics over seeds: means with intervals, verdicts against a band, paired changes, trends.

Seeds are paired: a seed gives the same cells, wiring and noise at every dose, so changes are taken within a
seed first and averaged over seeds afterwards.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from glunet.analysis.firing import FloatArray

Verdict = Literal["pass", "near", "fail"]


@dataclass(frozen=True)
class Interval:
    """A mean over seeds with its interval.

    Attributes
    ----------
    mean, low, high : float or float64[...]
        Unit of the values. The interval is nan with fewer than two seeds.
    n : int or int64[...]
        Seeds that had a value.
    """

    mean: FloatArray | float
    low: FloatArray | float
    high: FloatArray | float
    n: FloatArray | int


def mean_interval(values: ArrayLike, axis: int = 0, confidence: float = 0.95) -> Interval:
    """Mean over seeds with its t interval.

    Parameters
    ----------
    values : float64[..., S, ...]
        One value per seed along `axis`; nan marks a seed without a value and is left out (`Interval.n`
        tells).
    axis : int
        The axis of the seeds.
    confidence : float
        Coverage.

    Returns
    -------
    Interval
        Arrays of the remaining shape, floats for one-dimensional values.
    """
    data = np.asarray(values, float)
    number = np.sum(~np.isnan(data), axis=axis)
    with warnings.catch_warnings(), np.errstate(invalid="ignore", divide="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        mean = np.nanmean(data, axis=axis)
        error = np.nanstd(data, axis=axis, ddof=1) / np.sqrt(number)
        factor = special.stdtrit(np.maximum(number - 1, 1), 0.5 + confidence / 2)
        half = np.where(number > 1, factor * error, np.nan)
    if np.ndim(mean) == 0:
        return Interval(float(mean), float(mean - half), float(mean + half), int(number))
    return Interval(mean, mean - half, mean + half, number)


def verdict(mean: float, low: float, high: float, band: tuple[float, float]) -> Verdict:
    """Whether a measured value meets its band.

    Parameters
    ----------
    mean, low, high : float
        Mean and ends of its interval.
    band : (float, float)
        Lowest and highest value that passes, both included; may be infinite.

    Returns
    -------
    str
        'pass' where the whole interval lies in the band, 'near' where only the mean does, 'fail' otherwise
        (also where there is no mean). Without an interval the best verdict is 'near'.

    Raises
    ------
    ValueError
        For a band the wrong way round.
    """
    bottom, top = band
    if bottom > top:
        raise ValueError(f"band {bottom} to {top} is the wrong way round")
    if not bottom <= mean <= top:
        return "fail"
    return "pass" if bottom <= low and high <= top else "near"


def paired_ratio(before: ArrayLike, after: ArrayLike) -> FloatArray:
    """After over before, seed by seed.

    Parameters
    ----------
    before, after : float64[S]
        Values of the same seeds.

    Returns
    -------
    float64[S]
        Ratio; nan where `before` is zero.
    """
    a, b = np.broadcast_arrays(np.asarray(after, float), np.asarray(before, float))
    return np.divide(a, b, out=np.full(a.shape, np.nan), where=b != 0)


def change_fraction(before: ArrayLike, after: ArrayLike) -> FloatArray:
    """Change relative to before, seed by seed: after / before - 1.

    Parameters
    ----------
    before, after : float64[S]
        Values of the same seeds.

    Returns
    -------
    float64[S]
        0 for no change, -1 for a value that falls to zero, also for quantities that are negative by
        convention, such as inward currents; nan where `before` is zero.
    """
    return paired_ratio(before, after) - 1.0


def drift_fraction(values: ArrayLike, times_s: ArrayLike, over_s: float = 60.0) -> FloatArray:
    """Linear drift over a time, relative to the mean.

    Parameters
    ----------
    values : float64[..., T]
        A rate or other signal per replicate.
    times_s : float64[T]
        Its times in seconds.
    over_s : float
        Time the drift is told for, seconds.

    Returns
    -------
    float64[...]
        Slope of the least-squares line x `over_s` / mean; nan for a mean of zero.
    """
    y, t = np.asarray(values, float), np.asarray(times_s, float)
    t = t - t.mean()
    slope = (y * t).sum(axis=-1) / (t**2).sum()
    mean = y.mean(axis=-1)
    return np.divide(slope * over_s, mean, out=np.full(mean.shape, np.nan), where=mean != 0)


def spearman_per_seed(doses: ArrayLike, values: ArrayLike) -> FloatArray:
    """Rank correlation of a measure with dose, seed by seed.

    Parameters
    ----------
    doses : float64[D]
        Doses, any unit.
    values : float64[S, D]
        The measure.

    Returns
    -------
    float64[S]
        Spearman's rho; nan where a seed's values are all the same.
    """
    return rank_correlation(np.broadcast_to(np.asarray(doses, float), np.shape(values)), values)


def rank_correlation(first: ArrayLike, second: ArrayLike) -> FloatArray:
    """Spearman's rho of paired rows, ties averaged.

    Parameters
    ----------
    first, second : float64[S, N]
        Such as the rates of N cells before and after, in S seeds.

    Returns
    -------
    float64[S]
        Between -1 and 1; nan where a row does not vary.
    """
    from scipy.stats import rankdata  # takes longer to import than all else here

    a, b = rankdata(np.asarray(first, float), axis=-1), rankdata(np.asarray(second, float), axis=-1)
    a, b = a - a.mean(axis=-1, keepdims=True), b - b.mean(axis=-1, keepdims=True)
    scale = np.sqrt((a**2).sum(axis=-1) * (b**2).sum(axis=-1))
    return np.divide((a * b).sum(axis=-1), scale, out=np.full(scale.shape, np.nan), where=scale > 0)
