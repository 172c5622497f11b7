"""Recruitment: which cells gain and which lose when the same cells are seen under two conditions.

Rates are float64[R, N] in Hz, the same cells in both arrays. Finite counts alone make cells change places:
compare every measure with two windows of an undisturbed run (or with zero dose at another time).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from glunet.analysis.firing import FloatArray


def _fraction(part: np.ndarray, whole: np.ndarray) -> FloatArray:
    """Share of `part` among `whole` along the cells, nan where there are none."""
    number = whole.sum(axis=-1).astype(float)
    return np.divide((part & whole).sum(axis=-1), number, out=np.full(number.shape, np.nan), where=number > 0)


def fraction_increased(before_hz: ArrayLike, after_hz: ArrayLike) -> FloatArray:
    """Fraction of cells that fire faster after, among those that fire in either window.

    Parameters
    ----------
    before_hz, after_hz : float64[R, N]
        Rates.

    Returns
    -------
    float64[R]
        A cell with equal rates is not increased; nan where no cell fires. About 0.5 by chance.
    """
    a, b = np.asarray(before_hz, float), np.asarray(after_hz, float)
    return _fraction(b > a, (a > 0) | (b > 0))


def fraction_recruited(before_hz: ArrayLike, after_hz: ArrayLike, silent_hz: float = 0.1,
                       active_hz: float | None = None) -> FloatArray:
    """Fraction of the silent cells that become active.

    Parameters
    ----------
    before_hz, after_hz : float64[R, N]
        Rates.
    silent_hz : float
        A cell is silent below this rate. Choose it well above one spike per window.
    active_hz : float, optional
        A cell is active from this rate on, `silent_hz` by default; a higher one asks for a clear change.

    Returns
    -------
    float64[R]
        nan where no cell was silent before.
    """
    a, b = np.asarray(before_hz, float), np.asarray(after_hz, float)
    return _fraction(b >= (silent_hz if active_hz is None else active_hz), a < silent_hz)


def fraction_suppressed(before_hz: ArrayLike, after_hz: ArrayLike, silent_hz: float = 0.1,
                        active_hz: float | None = None) -> FloatArray:
    """Fraction of the active cells that fall silent: `fraction_recruited` seen backwards.

    Parameters
    ----------
    before_hz, after_hz, silent_hz, active_hz
        As for `fraction_recruited`.

    Returns
    -------
    float64[R]
        nan where no cell was active before.
    """
    a, b = np.asarray(before_hz, float), np.asarray(after_hz, float)
    return _fraction(b < silent_hz, a >= (silent_hz if active_hz is None else active_hz))


def significant_changes(before_hz: ArrayLike, after_hz: ArrayLike, before_s: float, after_s: float,
                        alpha: float = 0.05) -> tuple[FloatArray, FloatArray]:
    """Fractions of cells whose rate rises or falls by more than counting noise allows.

    Given the sum of a Poisson cell's two counts, the later one is binomial; the exact two-sided test of equal
    rates is made on each cell (Przyborowski & Wilenski 1940, Biometrika 31:313).

    Parameters
    ----------
    before_hz, after_hz : float64[R, N]
        Rates.
    before_s, after_s : float
        Lengths of the windows they were counted in, seconds.
    alpha : float
        Level of the test; by chance at most half of it rises and half of it falls.

    Returns
    -------
    risen, fallen : float64[R]
        Fractions of all cells.
    """
    from scipy.stats import binom

    first = np.rint(np.asarray(before_hz, float) * before_s).astype(np.int64)
    second = np.rint(np.asarray(after_hz, float) * after_s).astype(np.int64)
    total, share = first + second, after_s / (before_s + after_s)
    risen = binom.sf(second - 1, total, share) < alpha / 2
    fallen = binom.cdf(second, total, share) < alpha / 2
    return risen.mean(axis=-1), fallen.mean(axis=-1)
