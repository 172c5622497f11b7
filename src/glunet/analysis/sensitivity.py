"""Sensitivity: how much of an output's variance each parameter of a design explains, or how far it moves the output.

Indices come from SALib. A Sobol design gives first-order (S1) and total (ST) indices, Morris's trajectories the mean
absolute elementary effect (mu_star) and its spread (sigma). A Latin hypercube gives S1 by RBD-FAST: it means the same
as Sobol's S1, needs no order of the points, and costs the same for any number of parameters; the other method
for such points, delta, estimates densities within slices of each range and needs several hundred points to do so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from glunet.analysis.design import LEVELS, Design, missing_library, problem
from glunet.analysis.firing import FloatArray
from glunet.errors import InputError

#: Indices of each kind of design, in the order in which they are told.
INDICES = {"sobol": ("S1", "ST"), "latin_hypercube": ("S1",), "morris": ("mu_star", "sigma")}

#: Harmonics of RBD-FAST, and the fewest points that resolve them in resamples of half of the points.
HARMONICS, FEWEST_POINTS = 6, 64

_Told = tuple[dict[str, FloatArray], dict[str, FloatArray], dict[str, FloatArray]]
_RESAMPLES = 500
_SEED = 1


@dataclass(frozen=True)
class Sensitivity:
    """Indices of D parameters with 95 % intervals.

    Attributes
    ----------
    values : dict of str to float64[D]
        S1, ST (fractions of the output's variance, which noise may push below 0 or above 1); mu_star, sigma (unit of
        the output, per whole range).
    low, high : dict of str to float64[D]
        Ends of their intervals, by resampling the design: percentiles for S1 and ST of sobol, whose resamples have long
        tails; else 1.96 standard deviations; nan for sigma. RBD-FAST resamples half of the points, so that its
        intervals are one and a half to two times as wide as they need be.
    second, second_half : float64[D, D] or None
        Second-order indices of sobol above the diagonal, nan elsewhere, and half the widths of their intervals.
    noise : float
        Fraction of the variance of the outputs that comes from the seeds, not from the parameters; nan with one
        seed. It is part of every ST, mu_star and sigma.
    """

    values: dict[str, FloatArray]
    low: dict[str, FloatArray]
    high: dict[str, FloatArray]
    second: FloatArray | None = None
    second_half: FloatArray | None = None
    noise: float = float("nan")


def sensitivity(design: Design, outputs: ArrayLike) -> Sensitivity:
    """Indices of a design's parameters.

    Seeds are averaged before: every seed sees the same rows, so that the spread of indices over seeds would leave out
    the error of the design itself, which resampling its rows shows.

    Parameters
    ----------
    design : Design
        With D parameters.
    outputs : float64[n_rows] or float64[S, n_rows]
        One row per seed, in the order of `Design.unit_rows`.

    Returns
    -------
    Sensitivity

    Raises
    ------
    InputError
        Outputs that do not vary or are not finite; a Latin hypercube of fewer than `FEWEST_POINTS` points.
    GlunetError
        SALib is not installed.
    ValueError
        Outputs that do not fit the design.
    """
    per_seed = np.atleast_2d(np.asarray(outputs, float))
    _refuse(design, per_seed)
    mean = per_seed.mean(axis=0)
    try:
        from SALib.analyze import morris, rbd_fast, sobol
    except ImportError:
        raise missing_library() from None
    asked, noise = problem(len(design.ranges)), _noise(per_seed)
    if design.kind == "sobol":
        found = sobol.analyze(asked, mean, calc_second_order=design.second_order, num_resamples=_RESAMPLES, seed=_SEED,
                              keep_resamples=True)
        second, half = (np.asarray(found[k]) if design.second_order else None for k in ("S2", "S2_conf"))
        return Sensitivity(*_percentiles(found), second, half, noise)
    if design.kind == "morris":
        found = morris.analyze(asked, design.unit_rows, mean, num_levels=LEVELS, num_resamples=_RESAMPLES, seed=_SEED)
        return Sensitivity(*_around(found, mu_star="mu_star_conf", sigma=None), noise=noise)
    found = rbd_fast.analyze(asked, design.unit_rows, mean, M=HARMONICS, num_resamples=_RESAMPLES, seed=_SEED)
    return Sensitivity(*_around(found, S1="S1_conf"), noise=noise)


def _refuse(design: Design, per_seed: FloatArray) -> None:
    """Refuse outputs without indices."""
    if per_seed.ndim != 2 or per_seed.shape[1] != design.n_rows:
        raise ValueError(f"outputs of shape {per_seed.shape} for a design of {design.n_rows} rows")
    bad = int(np.sum(~np.all(np.isfinite(per_seed), axis=0)))
    if bad:
        raise InputError("sensitivity", "outputs", f"{bad} of {design.n_rows} rows have no finite value", "numbers")
    if np.ptp(per_seed.mean(axis=0)) == 0:
        raise InputError("sensitivity", "outputs", f"all are {per_seed.mean():g}", "outputs that vary over the design")
    if design.kind == "latin_hypercube" and design.samples < FEWEST_POINTS:
        raise InputError("sensitivity", "design.samples", f"{design.samples} points are too few for RBD-FAST",
                         f"{FEWEST_POINTS} or more")


def _noise(per_seed: FloatArray) -> float:
    """Fraction of the variance of the means over seeds that is left of the spread between seeds.

    What a seed adds everywhere alike is no noise: it moves all rows together.
    """
    if len(per_seed) < 2:
        return float("nan")
    seeds, rows = per_seed.shape
    left = per_seed - per_seed.mean(axis=1, keepdims=True)
    left = left - left.mean(axis=0)
    variance = np.sum(left**2) / ((seeds - 1) * max(rows - 1, 1)) / seeds
    return float(min(variance / per_seed.mean(axis=0).var(ddof=1), 1.0))


def _percentiles(found: dict[str, Any]) -> _Told:
    """Values, and the ends of their intervals from the resamples."""
    ends = {name: np.quantile(found[f"{name}_conf_all"], [0.025, 0.975], axis=0) for name in INDICES["sobol"]}
    return ({name: np.array(found[name], float) for name in ends},
            {name: low for name, (low, _) in ends.items()}, {name: high for name, (_, high) in ends.items()})


def _around(found: dict[str, Any], **names: str | None) -> _Told:
    """Values, and the ends of their intervals where these have a half-width."""
    values = {name: np.array(found[name], float) for name in names}
    half = {name: np.nan if other is None else np.array(found[other], float) for name, other in names.items()}
    return values, {name: values[name] - half[name] for name in names}, {name: values[name] + half[name] for name in names}
