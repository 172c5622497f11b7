"""Dose-response: a Hill fit with bootstrap intervals over seeds, and whether one Hill curve fits at all.

Responses are float64[S, D], one row per seed. Rows are resampled whole, so the pairing of doses within a seed
is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from glunet.analysis.firing import FloatArray
from glunet.analysis.hill import BEYOND, Biphasic, Hill, aicc, biphasic_curve, hill_curve


@dataclass(frozen=True)
class HillFit:
    """A Hill curve with 95 % intervals.

    Attributes
    ----------
    half, half_low, half_high : float
        IC50 (falling) or EC50 (rising) in the unit of the doses, and its interval; its ends are nan with fewer
        than three seeds, which have too few resamples.
    slope, slope_low, slope_high : float
        Hill coefficient and its interval.
    bottom, top : float
        Lower and upper end of the curve.
    direction : str
        'rising' or 'falling'.
    inside : bool
        Whether `half` lies within the tested doses; a value outside is an extrapolation.
    aicc : float
        Akaike's corrected criterion over all seeds and doses.
    r_squared : float
        Variance of the mean responses that the curve explains.
    curve : Hill
        The curve itself, callable.
    """

    half: float
    half_low: float
    half_high: float
    slope: float
    slope_low: float
    slope_high: float
    bottom: float
    top: float
    direction: Literal["rising", "falling"]
    inside: bool
    aicc: float
    r_squared: float
    curve: Hill


@dataclass(frozen=True)
class BiphasicFit:
    """Two opposed Hill terms, for data that turn back.

    Attributes
    ----------
    curve : Biphasic
        The curve, callable, with its parameters.
    turning_dose, turning_response : float
        Where it turns.
    shape : str
        'inverted U' or 'U'.
    aicc : float
        Comparable with `HillFit.aicc` of the same data.
    """

    curve: Biphasic
    turning_dose: float
    turning_response: float
    shape: Literal["inverted U", "U"]
    aicc: float


@dataclass(frozen=True)
class DoseResponse:
    """What a set of dose-response data says.

    Attributes
    ----------
    hill : HillFit or None
        None where no curve could be fitted.
    effect : bool or None
        Whether a curve describes the data better than their mean, by AICc; without that the rest means
        nothing. None with one seed, whose few values cannot tell.
    non_monotonic : bool
        Whether the response turns back significantly (see `is_non_monotonic`); its Hill fit is then no
        description.
    biphasic : BiphasicFit or None
        Only where it fits better than the Hill curve by AICc and has a turning point.
    """

    hill: HillFit | None
    effect: bool | None
    non_monotonic: bool
    biphasic: BiphasicFit | None


def _checked(doses: ArrayLike, responses: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Doses in rising order with responses [S, D] beside them."""
    x, y = np.asarray(doses, float), np.atleast_2d(np.asarray(responses, float))
    if y.shape[1] != x.size:
        raise ValueError(f"{x.size} doses but responses of shape {y.shape}")
    if np.any(x < 0) or np.unique(x[x > 0]).size < 3:
        raise ValueError("doses must be non-negative, with at least three different positive ones")
    if not np.all(np.isfinite(y)):
        raise ValueError("responses must be finite")
    order = np.argsort(x)
    return x[order], y[:, order]


def is_non_monotonic(doses: ArrayLike, responses: ArrayLike, alpha: float = 0.05) -> bool:
    """Whether a middle dose differs from the lowest and from the highest dose in the same direction.

    Paired t-tests over seeds at an interior dose against both ends, the level shared among the interior doses
    (Bonferroni), so that noise is not taken for a turn.

    Parameters
    ----------
    doses : float64[D]
        Doses.
    responses : float64[S, D]
        Responses; one seed alone cannot tell and gives False.
    alpha : float
        Level.

    Returns
    -------
    bool
        True for a significant inverted U or U.
    """
    x, y = _checked(doses, responses)
    if len(y) < 2 or x.size < 3:
        return False
    for k in range(1, x.size - 1):
        steps = [y[:, k] - y[:, 0], y[:, k] - y[:, -1]]
        if steps[0].mean() * steps[1].mean() <= 0:
            continue
        errors = [d.std(ddof=1) / np.sqrt(len(y)) for d in steps]
        t = min(abs(d.mean()) / e if e > 0 else np.inf for d, e in zip(steps, errors, strict=True))
        if 2 * special.stdtr(len(y) - 1, -t) < alpha / (x.size - 2):
            return True
    return False


def fit_hill(doses: ArrayLike, responses: ArrayLike, bottom: float | None = None, top: float | None = None,
             bootstrap: int = 300, seed: int = 0, confidence: float = 0.95) -> HillFit | None:
    """Hill curve through the means over seeds, its interval by resampling seeds.

    Parameters
    ----------
    doses : float64[D]
        Non-negative doses in any unit, zero allowed, at least three positive.
    responses : float64[S, D] or float64[D]
        Responses.
    bottom, top : float, optional
        Lower and upper end to hold fixed, such as 0 and 1 for a fraction.
    bootstrap : int
        Resamples of the seeds for the interval; 0 for none.
    seed : int
        Seed of the resampling.
    confidence : float
        Coverage of the percentile interval.

    Returns
    -------
    HillFit or None
        None where the response does not vary or no fit converges. Half-maximal doses are sought up to a
        factor 10 beyond the tested ones.

    Raises
    ------
    ValueError
        For shapes that do not match, too few doses, or values that are not finite.
    """
    x, y = _checked(doses, responses)
    falling = _is_falling(x, y.mean(axis=0))
    zero, saturated = (top, bottom) if falling else (bottom, top)
    curve = hill_curve(x, y.mean(axis=0), zero, saturated)
    if curve is None:
        return None
    intervals = _resample(x, y, zero, saturated, curve, bootstrap, seed, confidence)
    squares = float(np.sum((y - curve(x)) ** 2))
    free = 2 + (bottom is None) + (top is None)
    mean = y.mean(axis=0)
    unexplained = np.sum((mean - curve(x)) ** 2) / np.sum((mean - mean.mean()) ** 2)
    positive = x[x > 0]
    return HillFit(curve.half, *intervals[0], curve.slope, *intervals[1], min(curve.zero, curve.saturated),
                   max(curve.zero, curve.saturated), "falling" if curve.saturated < curve.zero else "rising",
                   bool(positive[0] <= curve.half <= positive[-1]), aicc(squares, y.size, free),
                   float(1 - unexplained), curve)


def _is_falling(x: FloatArray, mean: FloatArray) -> bool:
    """Whether the response falls with dose, over all doses rather than between two."""
    ranks = np.sign(mean[:, None] - mean).sum(axis=1)     # twice the ranks less their mean, ties averaged
    return bool(np.sum((np.arange(x.size) - (x.size - 1) / 2) * ranks) < 0)


def _resample(x: FloatArray, y: FloatArray, zero: float | None, saturated: float | None, start: Hill,
              number: int, seed: int, confidence: float) -> list[tuple[float, float]]:
    """Percentile intervals of the half-maximal dose and the slope."""
    if len(y) < 3 or number < 1:
        return [(float("nan"), float("nan"))] * 2
    random = np.random.default_rng(seed)
    found = []
    for _ in range(number):
        mean = y[random.integers(len(y), size=len(y))].mean(axis=0)
        curve = hill_curve(x, mean, zero, saturated, start)
        if curve is not None:
            found.append((curve.half, curve.slope))
    if not found:
        return [(float("nan"), float("nan"))] * 2
    tail = (1 - confidence) / 2
    ends = np.quantile(found, [tail, 1 - tail], axis=0)
    return [(float(low), float(high)) for low, high in ends.T]


def describe(doses: ArrayLike, responses: ArrayLike, bottom: float | None = None, top: float | None = None,
             bootstrap: int = 300, seed: int = 0) -> DoseResponse:
    """Hill fit, whether the data turn back, and the biphasic curve where it describes them better.

    Parameters
    ----------
    doses, responses, bottom, top, bootstrap, seed
        As for `fit_hill`.

    Returns
    -------
    DoseResponse
        Look at `effect`, `non_monotonic` and `biphasic` before quoting the half-maximal dose of `hill`, which has no
        interval where there is no effect.

    Raises
    ------
    ValueError
        As `fit_hill`.
    """
    x, y = _checked(doses, responses)
    hill = fit_hill(x, y, bottom, top, 0)
    turned = is_non_monotonic(x, y)
    best = hill.aicc if hill is not None else np.inf
    biphasic = _biphasic(x, y, best)
    best = biphasic.aicc if biphasic is not None else best
    flat = aicc(float(np.sum((y - y.mean()) ** 2)), y.size, 1)
    effect = None if len(y) < 2 else turned or bool(best < flat)
    if effect is not False and bootstrap:       # resampling noise takes longest of all, and says nothing
        hill = fit_hill(x, y, bottom, top, bootstrap, seed)
    return DoseResponse(hill, effect, turned, biphasic)


def _biphasic(x: FloatArray, y: FloatArray, best: float) -> BiphasicFit | None:
    """The biphasic fit where it turns inside the tested doses and beats the criterion `best`."""
    mean = y.mean(axis=0)
    if np.all(mean <= max(mean[0], mean[-1])) and np.all(mean >= min(mean[0], mean[-1])):
        return None     # no mean lies beyond both ends, so there is no turn to describe
    curve = biphasic_curve(x, mean) if x.size >= 5 else None
    if curve is None:
        return None
    score = aicc(float(np.sum((y - curve(x)) ** 2)), y.size, 6)
    positive = x[x > 0]
    dose, response = curve.extreme(positive[0] / BEYOND, positive[-1])
    ends = curve.zero, float(curve(x[-1]))
    turns = response > max(ends) or response < min(ends)
    if not turns or not score < best:
        return None
    shape: Literal["inverted U", "U"] = "inverted U" if response > max(ends) else "U"
    return BiphasicFit(curve, dose, response, shape, score)
