"""Survival of cells: curves over time, fractions with intervals, and how late a treatment still helps.

Cells of one network share its fate, so their number is not the number of observations: for a claim about the model take
fractions per seed and their interval over seeds (`glunet.analysis.statistics.mean_interval`, `therapeutic_window`). The
intervals of `survival_curve` and `surviving_fraction` are those of independent cells, as in a culture dish.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glunet.analysis.firing import FloatArray


@dataclass(frozen=True)
class SurvivalCurve:
    """A Kaplan-Meier estimate at the K times at which cells died or left.

    Attributes
    ----------
    times_s : float64[K]
        Rising.
    surviving, low, high : float64[K]
        Fraction alive from each time on, and its interval; nan where the interval is not defined (all alive, or none).
    at_risk : float64[K]
        Cells under observation just before.
    """

    times_s: FloatArray
    surviving: FloatArray
    low: FloatArray
    high: FloatArray
    at_risk: FloatArray

    def at(self, times_s: ArrayLike) -> FloatArray:
        """Fraction alive at other times: 1 before the first, a step function after it."""
        place = np.searchsorted(self.times_s, np.asarray(times_s, float), side="right")
        return np.concatenate(([1.0], self.surviving))[place]


def survival_curve(times_s: ArrayLike, died: ArrayLike, confidence: float = 0.95) -> SurvivalCurve:
    """Kaplan-Meier estimate of survival (Kaplan & Meier 1958, J Am Stat Assoc 53:457), by scipy.

    Parameters
    ----------
    times_s : float64[n]
        When each cell died, or was last seen alive; seconds or any unit.
    died : bool[n]
        Which it was. Cells alive at the end of the run have its duration and False.
    confidence : float
        Coverage of the interval (log-log transformed Greenwood), for each time by itself.

    Returns
    -------
    SurvivalCurve
        To compare two of them: ``scipy.stats.logrank``.

    Raises
    ------
    ValueError
        Without cells, or for arrays of different length.
    """
    from scipy.stats import CensoredData, ecdf

    times, dead = np.asarray(times_s, float), np.asarray(died, bool)
    if not times.size or times.shape != dead.shape:
        raise ValueError(f"{times.size} times and {dead.size} marks of death; as many of both, one at least, are needed")
    sample = CensoredData(uncensored=times[dead], right=times[~dead])
    found = ecdf(sample).sf
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = _quiet(found, confidence)
    at_risk = times.size - np.searchsorted(np.sort(times), found.quantiles)
    return SurvivalCurve(found.quantiles, found.probabilities, *ends, at_risk.astype(float))


def _quiet(found: object, confidence: float) -> tuple[FloatArray, FloatArray]:
    """Ends of the interval, without scipy's warning where there is none."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        ends = found.confidence_interval(confidence_level=confidence, method="log-log")  # type: ignore[attr-defined]
    return ends.low.probabilities, ends.high.probabilities


def surviving_fraction(death_s: ArrayLike, at_s: ArrayLike, confidence: float = 0.95
                       ) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Fraction of cells alive at given times, with Wilson's interval (Wilson 1927, J Am Stat Assoc 22:209).

    Parameters
    ----------
    death_s : float64[..., N]
        When each cell died; nan or infinite for those that did not.
    at_s : float64[K]
        Times, same unit.
    confidence : float
        Coverage, for independent cells.

    Returns
    -------
    fraction, low, high : float64[..., K]
        A cell that dies at a time is no longer alive at it.
    """
    from scipy.special import ndtri

    death = np.asarray(death_s, float)
    death = np.where(np.isnan(death), np.inf, death)
    number = death.shape[-1]
    alive = (death[..., None, :] > np.asarray(at_s, float)[:, None]).sum(axis=-1)
    p, z = alive / number, float(ndtri(0.5 + confidence / 2))
    middle = (p + z**2 / (2 * number)) / (1 + z**2 / number)
    half = z / (1 + z**2 / number) * np.sqrt(p * (1 - p) / number + z**2 / (4 * number**2))
    return p, np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)


@dataclass(frozen=True)
class TherapeuticWindow:
    """How a treatment's benefit falls with its delay, D delays.

    Attributes
    ----------
    delays_s : float64[D]
        Rising.
    benefit, low, high : float64[D]
        Fraction of the cells that die untreated which the treatment saves, mean over seeds and interval over resamples
        of the seeds (nan with fewer than three seeds). Negative where the treatment harms.
    half_delay_s, half_low_s, half_high_s : float
        Delay at which the benefit has fallen to half of that at the shortest one, by straight lines between delays, and
        its interval. Infinite where it has not by the longest delay; nan where the shortest has no benefit.
    inside : bool
        Whether `half_delay_s` lies among the tested delays.
    """

    delays_s: FloatArray
    benefit: FloatArray
    low: FloatArray
    high: FloatArray
    half_delay_s: float
    half_low_s: float
    half_high_s: float
    inside: bool


def therapeutic_window(delays_s: ArrayLike, treated: ArrayLike, untreated: ArrayLike, bootstrap: int = 500, seed: int = 0,
                       confidence: float = 0.95) -> TherapeuticWindow:
    """Benefit of a treatment over the delay at which it is given, and the delay that halves it.

    Parameters
    ----------
    delays_s : float64[D]
        From the insult to the treatment, seconds or any unit; two or more.
    treated : float64[S, D]
        Surviving fraction, one row per seed.
    untreated : float64[S]
        The same seeds without treatment.
    bootstrap : int
        Resamples of the seeds, taken whole, for the intervals; 0 for none.
    seed : int
        Seed of the resampling.
    confidence : float
        Coverage of the percentile intervals.

    Returns
    -------
    TherapeuticWindow

    Raises
    ------
    ValueError
        For shapes that do not match, fewer than two delays, or values that are not finite.
    """
    x, y, base = np.asarray(delays_s, float), np.atleast_2d(np.asarray(treated, float)), np.atleast_1d(untreated)
    if x.size < 2 or y.shape != (base.size, x.size):
        raise ValueError(f"{x.size} delays, treated {y.shape}, untreated {base.shape}: need D > 1, [S, D] and [S]")
    if not (np.all(np.isfinite(y)) and np.all(np.isfinite(base)) and np.all(np.isfinite(x))):
        raise ValueError("delays and survival must be finite")
    order = np.argsort(x)
    x, y = x[order], y[:, order]
    benefit = _benefit(y, base)
    half = half_delay(x, benefit)
    low = high = np.full(x.size, np.nan)
    half_low = half_high = float("nan")
    if base.size >= 3 and bootstrap > 0:
        draws = np.random.default_rng(seed).integers(base.size, size=(bootstrap, base.size))
        found = np.array([_benefit(y[rows], base[rows]) for rows in draws])
        tail = (1 - confidence) / 2
        low, high = np.quantile(found, [tail, 1 - tail], axis=0)
        halves = np.sort([half_delay(x, row) for row in found])      # those without benefit, nan, come last
        if not np.isnan(halves).any():
            # no interpolation between resamples, of which some may be infinite
            half_low, half_high = (float(v) for v in np.quantile(halves, [tail, 1 - tail], method="nearest"))
    return TherapeuticWindow(x, benefit, low, high, half, half_low, half_high, bool(np.isfinite(half)))


def _benefit(treated: FloatArray, untreated: NDArray[np.float64]) -> FloatArray:
    """Fraction saved of those that die untreated, of means over seeds; 0 where none dies."""
    lost = 1 - untreated.mean()
    return (treated.mean(axis=0) - untreated.mean()) / lost if lost > 0 else np.zeros(treated.shape[1])


def half_delay(delays: FloatArray, benefit: FloatArray) -> float:
    """First delay at which a benefit reaches half of the first one, by straight lines between delays.

    Parameters
    ----------
    delays : float64[D]
        Rising.
    benefit : float64[D]

    Returns
    -------
    float
        Unit of the delays; infinite where it does not by the longest, nan where the shortest has no benefit.
    """
    if not benefit[0] > 0:
        return float("nan")
    level = benefit[0] / 2
    below = np.flatnonzero(benefit <= level)
    if not below.size:
        return float("inf")
    k = int(below[0])
    part = (benefit[k - 1] - level) / (benefit[k - 1] - benefit[k])
    return float(delays[k - 1] + part * (delays[k] - delays[k - 1]))
