"""Logistic curves through counts of yes and no, many at once, by Firth's penalised likelihood.

The penalty (Firth 1993, Biometrika 80:27) frees the maximum-likelihood fit of its first-order bias, and keeps its estimates
finite where the levels separate yes from no, when the likelihood alone would put the width at zero (Heinze & Schemper 2002,
Stat Med 21:2409).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from glunet.analysis.firing import FloatArray

#: Log odds from 10 to 90 %.
TEN_TO_NINETY = 2 * np.log(9.0)
_STEPS, _LONGEST_STEP, _CLOSE = 200, 3.0, 1e-8


def logistic_curves(levels: ArrayLike, yes: ArrayLike, total: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Middle and width of the logistic curve through each row of counts.

    Parameters
    ----------
    levels : float64[L]
        Rising.
    yes, total : float64[B, L]
        Number of yes, and of trials, at each level.

    Returns
    -------
    middle : float64[B]
        Level of 50 %; inf where all are no, -inf where all are yes, nan where the curve does not rise.
    width : float64[B]
        From 10 to 90 %; nan in these cases.
    """
    x, k, n = np.asarray(levels, float), np.asarray(yes, float), np.asarray(total, float)
    centre, scale = x.mean(), x.std()
    z = np.stack([np.ones_like(x), (x - centre) / scale], axis=1)
    beta = np.zeros((len(k), 2))
    for _ in range(_STEPS):
        step = _step(z, k, n, beta)
        beta += step
        if np.max(np.abs(step)) < _CLOSE:
            break
    never, always = k.sum(axis=1) == 0, k.sum(axis=1) == n.sum(axis=1)
    slope = np.where((beta[:, 1] > 0) & ~never & ~always, beta[:, 1], np.nan)
    middle = centre - scale * beta[:, 0] / slope
    return np.where(never, np.inf, np.where(always, -np.inf, middle)), scale * TEN_TO_NINETY / slope


def _step(z: FloatArray, yes: FloatArray, total: FloatArray, beta: FloatArray) -> FloatArray:
    """One step [B, 2] of Fisher scoring on Firth's modified score, no longer than allowed."""
    p = expit(beta @ z.T)
    weight = total * p * (1 - p)
    information = np.einsum("bl,li,lj->bij", weight, z, z) + 1e-12 * np.eye(2)
    inverse = np.linalg.inv(information)
    leverage = weight * np.einsum("li,bij,lj->bl", z, inverse, z)
    score = (yes - total * p + leverage * (0.5 - p)) @ z
    step = np.einsum("bij,bj->bi", inverse, score)
    return step * np.minimum(1.0, _LONGEST_STEP / np.maximum(np.abs(step).max(axis=1, keepdims=True), 1e-300))
