"""The curves of pharmacology and their least-squares fits: Hill, and the product of two Hill terms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import least_squares, leastsq

from glunet.analysis.firing import FloatArray

HILL_RANGE = (0.3, 6.0)
#: How far beyond the tested doses a half-maximal dose may be sought, as a factor.
BEYOND = 10.0


def occupancy(dose: ArrayLike, half: float, slope: float) -> FloatArray:
    """Hill term x**n / (half**n + x**n), 0 at zero dose.

    Parameters
    ----------
    dose : float64[...]
        Non-negative doses.
    half : float
        Dose of half effect, same unit, positive.
    slope : float
        Hill coefficient n.

    Returns
    -------
    float64[...]
        Between 0 and 1.
    """
    x = np.asarray(dose, float)
    with np.errstate(divide="ignore", over="ignore"):
        return 1.0 / (1.0 + np.exp(-slope * (np.log(x) - np.log(half))))


@dataclass(frozen=True)
class Hill:
    """zero + (saturated - zero) x**n / (half**n + x**n).

    Attributes
    ----------
    zero, saturated : float
        Response without drug and at infinite dose.
    half : float
        IC50 or EC50, unit of the doses.
    slope : float
        Hill coefficient n.
    """

    zero: float
    saturated: float
    half: float
    slope: float

    def __call__(self, dose: ArrayLike) -> FloatArray:
        """Response at each dose."""
        return self.zero + (self.saturated - self.zero) * occupancy(dose, self.half, self.slope)


@dataclass(frozen=True)
class Biphasic:
    """zero (1 + rise h(x; half_rise, n)) (1 - fall h(x; half_fall, n)), h the Hill term: two opposed effects.

    Attributes
    ----------
    zero : float
        Response without drug.
    rise, fall : float
        Relative sizes at saturation: the rising effect alone multiplies by 1 + rise, the falling one by 1 -
        fall.
    half_rise, half_fall : float
        Doses of half effect, unit of the doses; the rise comes first in an inverted U, the fall in a U.
    slope : float
        Hill coefficient shared by both.
    """

    zero: float
    rise: float
    half_rise: float
    fall: float
    half_fall: float
    slope: float

    def __call__(self, dose: ArrayLike) -> FloatArray:
        """Response at each dose."""
        up = 1 + self.rise * occupancy(dose, self.half_rise, self.slope)
        return self.zero * up * (1 - self.fall * occupancy(dose, self.half_fall, self.slope))

    def extreme(self, low: float, high: float) -> tuple[float, float]:
        """Dose and response of the turning point between two positive doses (an end where there is none)."""
        x = np.geomspace(low, high, 2001)
        y = self(x)
        k = int(np.argmax(np.abs(y - np.interp(np.log(x), np.log([low, high]), y[[0, -1]]))))
        return float(x[k]), float(y[k])


def aicc(residual_squares: float, n_points: int, n_parameters: int) -> float:
    """Akaike's criterion with the small-sample correction (Hurvich & Tsai 1989, Biometrika 76:297).

    Parameters
    ----------
    residual_squares : float
        Sum of squared residuals.
    n_points, n_parameters : int
        Observations, and fitted parameters of the curve (the variance is counted here as one more).

    Returns
    -------
    float
        Lower is better; inf where there are too few points for so many parameters.
    """
    k = n_parameters + 1
    if n_points - k - 1 <= 0:
        return float("inf")
    likelihood = n_points * np.log(max(residual_squares, np.finfo(float).tiny) / n_points)
    return float(likelihood + 2 * k + 2 * k * (k + 1) / (n_points - k - 1))


def _half_range(doses: FloatArray) -> tuple[float, float]:
    """Logarithms of the lowest and highest half-maximal dose to consider."""
    positive = doses[doses > 0]
    return float(np.log(positive.min() / BEYOND)), float(np.log(positive.max() * BEYOND))


def _best(curve: Callable[..., FloatArray], x: FloatArray, y: FloatArray, starts: list[list[float]],
          bounds: tuple[list[float], list[float]]) -> FloatArray | None:
    """Parameters of the best of several fits, None where all fail."""
    def residual(parameters: FloatArray) -> FloatArray:
        return curve(x, *parameters) - y

    best, lowest = None, np.inf
    for start in starts:
        found = _fit(residual, np.clip(start, *bounds), bounds, x.size)
        squares = np.inf if found is None else float(np.sum(residual(found) ** 2))
        if squares < lowest:
            best, lowest = found, squares
    return best


def _fit(residual: Callable[[FloatArray], FloatArray], start: FloatArray, bounds: tuple[list[float], list[float]],
         n_points: int) -> FloatArray | None:
    """One fit: MINPACK, ten times as fast, where its minimum lies within the bounds; else with the bounds."""
    try:
        if n_points >= start.size:
            with np.errstate(over="ignore", invalid="ignore"):
                free, _, _, _, told = leastsq(residual, start, full_output=True, maxfev=150)
            if 1 <= told <= 4 and np.all(free >= bounds[0]) and np.all(free <= bounds[1]):
                return np.asarray(free)
        bounded = least_squares(residual, start, bounds=bounds, max_nfev=400)
        return np.asarray(bounded.x) if bounded.success else None
    except ValueError:      # residuals that are not finite
        return None


def hill_curve(doses: FloatArray, mean: FloatArray, zero: float | None,
               saturated: float | None, start: Hill | None = None) -> Hill | None:
    """Least-squares Hill curve through mean responses.

    Parameters
    ----------
    doses, mean : float64[D]
        Doses, at least two of them positive, and responses.
    zero, saturated : float, optional
        Ends to hold fixed.
    start : Hill, optional
        Where to begin instead of at several places: for resamples of data that were fitted before.

    Returns
    -------
    Hill or None
        None where the fit does not converge or the response does not vary.
    """
    low, high = _half_range(doses)
    # Fitted on the scale of the data, so that nanoamperes and hertz meet the same tolerances.
    scale = float(np.ptp(mean)) or float("nan")
    if not np.isfinite(scale):
        return None
    y, free = mean / scale, [zero is None, saturated is None]

    def curve(x: FloatArray, half: float, slope: float, *ends: float) -> FloatArray:
        rest = iter(ends)
        at_zero = next(rest) if free[0] else zero / scale  # type: ignore[operator]
        at_end = next(rest) if free[1] else saturated / scale  # type: ignore[operator]
        return at_zero + (at_end - at_zero) * occupancy(x, np.exp(half), slope)

    first, last = y[np.argmin(doses)], y[np.argmax(doses)]
    ends = [value for value, is_free in zip((first, last), free, strict=True) if is_free]
    reach = [min(y) - 2.0] * len(ends), [max(y) + 2.0] * len(ends)
    middle = np.log(doses[doses > 0])
    starts = [[h, 1.0, *ends] for h in np.quantile(middle, [0.25, 0.5, 0.75])]
    if start is not None:
        starts = [[np.log(start.half), start.slope, *ends]]
    bounds = [low, HILL_RANGE[0], *reach[0]], [high, HILL_RANGE[1], *reach[1]]
    found = _best(curve, doses, y, starts, bounds)
    if found is None:
        return None
    rest = iter(found[2:] * scale)
    return Hill(zero=float(next(rest)) if zero is None else zero,
                saturated=float(next(rest)) if saturated is None else saturated,
                half=float(np.exp(found[0])), slope=float(found[1]))


def biphasic_curve(doses: FloatArray, mean: FloatArray) -> Biphasic | None:
    """Least-squares product of a rising and a falling Hill term through mean responses.

    Parameters
    ----------
    doses, mean : float64[D]
        Doses and responses.

    Returns
    -------
    Biphasic or None
        None where the fit does not converge or the response at the lowest dose is zero.
    """
    low, high = _half_range(doses)
    scale = float(mean[np.argmin(doses)])
    if scale == 0:
        return None

    def curve(x: FloatArray, zero: float, rise: float, up: float, fall: float, down: float,
              slope: float) -> FloatArray:
        return Biphasic(zero, rise, np.exp(up), fall, np.exp(down), slope)(x)

    logs = np.log(doses[doses > 0])
    early, late = np.quantile(logs, [0.2, 0.8])
    height = max(float(np.max(mean / scale)) - 1, 0.2)
    depth = float(np.clip(1 - np.min(mean / scale), 0.2, 0.9))
    starts = [[1.0, height * g, a, depth, b, n] for a, b in ((early, late), (late, early))
              for g in (1.0, 2.0) for n in (1.0, 2.0)]
    bounds = [0.0, 0.0, low, 0.0, low, HILL_RANGE[0]], [5.0, 20.0, high, 1.0, high, HILL_RANGE[1]]
    found = _best(curve, doses, mean / scale, starts, bounds)
    if found is None:
        return None
    zero, rise, up, fall, down, slope = (float(v) for v in found)
    return Biphasic(zero * scale, rise, float(np.exp(up)), fall, float(np.exp(down)), slope)
