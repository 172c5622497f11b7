"""Designs: the points at which a model is asked, drawn by SALib within ranges, and where to find them again.

Ranges are independent. A design is drawn in the unit cube and laid over the ranges, evenly or by ratio; it follows
from its numbers alone, so that a stored result is put in its order again without a list of points.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glunet.analysis.firing import FloatArray
from glunet.errors import GlunetError

DesignKind = Literal["sobol", "latin_hypercube", "morris"]

#: Levels of Morris's grid: steps of two thirds of a range, his own choice (Technometrics 33:161, 1991).
LEVELS = 4

#: How far a stored point may lie from its place in the unit cube.
_CLOSE = 1e-7


@dataclass(frozen=True)
class Range:
    """What one parameter is varied over.

    Parameters
    ----------
    low, high : float
        Ends, SI, both included.
    unit : str
        Unit they were given in, for showing them.
    log : bool
        Evenly in the logarithm instead; needs `low` above zero.
    """

    low: float
    high: float
    unit: str = "1"
    log: bool = False

    def at(self, unit: FloatArray) -> FloatArray:
        """SI values at places between 0 and 1, to 12 digits: processors differ in the last one of a power."""
        raw = self.low * (self.high / self.low) ** unit if self.log else self.low + (self.high - self.low) * unit
        return np.clip([float(f"{value:.12g}") for value in raw], self.low, self.high)

    def place(self, values: FloatArray) -> FloatArray:
        """Places between 0 and 1 of SI values; nan for what has none."""
        if self.log:
            with np.errstate(invalid="ignore", divide="ignore"):
                return np.asarray(np.log(values / self.low) / np.log(self.high / self.low))
        return (values - self.low) / (self.high - self.low)


@dataclass(frozen=True)
class Design:
    """How points are drawn.

    Parameters
    ----------
    kind : str
        'sobol' (Saltelli's cross-sampled Sobol sequence), 'latin_hypercube' or 'morris' (trajectories).
    samples : int
        Base samples of sobol (a power of two), points of latin_hypercube, trajectories of morris.
    ranges : dict of parameter path to Range
        D of them.
    second_order : bool
        Draw what the second-order indices of sobol need.
    seed : int
        Of the drawing.
    """

    kind: DesignKind
    samples: int
    ranges: dict[str, Range]
    second_order: bool = False
    seed: int = 1

    @classmethod
    def of(cls, table: dict[str, Any]) -> Design:
        """A design from what `dataclasses.asdict` made of one."""
        return cls(**{**table, "ranges": {path: Range(**ends) for path, ends in table["ranges"].items()}})

    @property
    def n_rows(self) -> int:
        """Rows: N (D + 2) or N (2 D + 2) of sobol, N of latin_hypercube, N (D + 1) of morris."""
        number = len(self.ranges)
        if self.kind == "latin_hypercube":
            return self.samples
        if self.kind == "morris":
            return self.samples * (number + 1)
        return self.samples * (2 * number + 2 if self.second_order else number + 2)

    @cached_property
    def unit_rows(self) -> FloatArray:
        """Rows in the unit cube, float64[n_rows, D], in the order that the indices need.

        Raises
        ------
        GlunetError
            SALib is not installed.
        """
        # Sums of grid steps differ in their last digits: one grid point has to be one number.
        return np.round(_drawn(self), 12)

    @property
    def rows(self) -> FloatArray:
        """The same in SI, float64[n_rows, D]."""
        return np.stack([ends.at(column) for ends, column in zip(self.ranges.values(), self.unit_rows.T, strict=True)],
                        axis=1)

    def points(self) -> list[dict[str, float]]:
        """The different points, SI values by path, in the order of their first row.

        Rows may meet in one point (trajectories of Morris do); it is computed once.
        """
        return [dict(zip(self.ranges, row, strict=True)) for row in dict.fromkeys(map(tuple, self.rows.tolist()))]

    def find(self, values: ArrayLike) -> NDArray[np.int64]:
        """Where each row stands among computed points.

        Parameters
        ----------
        values : float64[P, D]
            Points in any order, SI, columns in the order of `ranges`.

        Returns
        -------
        int64[n_rows]
            Index into the points, -1 for a row that is not among them.
        """
        from scipy.spatial import cKDTree

        points = np.asarray(values, float).reshape(-1, len(self.ranges))
        places = np.stack([ends.place(column) for ends, column in zip(self.ranges.values(), points.T, strict=True)], axis=1)
        usable = np.flatnonzero(np.all(np.isfinite(places), axis=1))
        if not usable.size:
            return np.full(self.n_rows, -1)
        distance, nearest = cKDTree(places[usable]).query(self.unit_rows)
        return np.where(distance < _CLOSE, usable[nearest], -1)


def problem(number: int) -> dict[str, Any]:
    """SALib's description of so many parameters in the unit cube."""
    return {"num_vars": number, "names": [str(i) for i in range(number)], "bounds": [[0.0, 1.0]] * number}


def missing_library() -> GlunetError:
    """The error where SALib cannot be imported."""
    return GlunetError("designs and sensitivity indices need SALib, which is not installed: pip install 'glunet[analysis]'")


def _drawn(design: Design) -> FloatArray:
    """SALib's rows."""
    try:
        from SALib.sample import latin, morris, sobol
    except ImportError:
        raise missing_library() from None
    asked = problem(len(design.ranges))
    if design.kind == "sobol":
        return np.asarray(sobol.sample(asked, design.samples, calc_second_order=design.second_order, seed=design.seed))
    if design.kind == "morris":
        return np.asarray(morris.sample(asked, design.samples, num_levels=LEVELS, seed=design.seed))
    return np.asarray(latin.sample(asked, design.samples, seed=design.seed))
