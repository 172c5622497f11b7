"""One generation: candidates x conditions x seeds as one network, simulated once and scored row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glunet.calibration.expression import evaluate
from glunet.calibration.measures import Observation, Spikes, seen_through
from glunet.calibration.measures import evaluate as measure
from glunet.calibration.objective import penalty
from glunet.calibration.types import Calibration, FloatArray
from glunet.circuit.assemble import Setting, assemble
from glunet.circuit.blueprint import Blueprint, RecordPlan
from glunet.engine.simulate import Progress, silent, simulate
from glunet.experiment.plan import Point
from glunet.pipeline import setting
from glunet.vocabulary.quantity import parse, to_unit

MEANS_EVERY_S = 2e-3


@dataclass(frozen=True)
class Scored:
    """What a generation of C candidates was worth.

    Parameters
    ----------
    scores : float64[C]
        Always finite; 0 where every row is in its band.
    values, penalties : float64[C, M]
        Per row, means over seeds; nan values where there is no number.
    bad : bool[C]
        Voltages that are no numbers, or a population that runs away.
    """

    scores: FloatArray
    values: FloatArray
    penalties: FloatArray
    bad: NDArray[np.bool_]


def candidate(calibration: Calibration, point: Sequence[float] | FloatArray) -> dict[str, float]:
    """SI values of the fitted and the tied parameters at one point of the search.

    Parameters
    ----------
    calibration : Calibration
    point : float64[P]
        Places between the bounds, 0 to 1; further entries are left unread.
    """
    values = {}
    for parameter, place in zip(calibration.parameters, point, strict=False):
        values[parameter.path] = float(parameter.value(float(place)))
        x = to_unit(values[parameter.path], parameter.unit)
        for tie in parameter.ties:
            values[tie.path] = evaluate(tie.expression, x) * parse(f"1 {tie.unit}" if tie.unit != "1" else 1, tie.unit)
    return values


def settings(calibration: Calibration, points: FloatArray, seeds: Sequence[int]) -> list[Setting]:
    """Replicates in the order candidate, condition, seed; what a condition sets itself goes before a candidate's value."""
    found = []
    for point in points:
        values = candidate(calibration, point)
        for condition in calibration.conditions.values():
            own = {**values, **condition.experiment.overrides}
            found += [setting(condition.experiment, Point(0, seed, own)) for seed in seeds]
    return found


def blueprint(calibration: Calibration, points: FloatArray, seeds: Sequence[int]) -> Blueprint:
    """All candidates, conditions and seeds laid side by side as one network.

    Raises
    ------
    InputError, GlunetError
    """
    wanted: dict[str, set[str]] = {}
    for row in calibration.rows:
        wanted.setdefault(row.measure.population, set()).update(row.measure.variables)
    record = {name: RecordPlan(means=tuple(sorted(variables)), means_every=MEANS_EVERY_S)
              for name, variables in wanted.items() if variables}
    header = calibration.header
    varying = {path for parameter in calibration.parameters
               for path in (parameter.path, *(tie.path for tie in parameter.ties))}
    return assemble(header.circuit, settings(calibration, points, seeds), header.duration, cells=header.cells, dt=header.dt,
                    record=record, varying=varying)


def run(calibration: Calibration, points: FloatArray, seeds: Sequence[int], device: str,
        progress: Progress = silent) -> Scored:
    """Simulate and score one generation.

    Parameters
    ----------
    calibration : Calibration
    points : float64[C, P]
        Places between the bounds.
    seeds : sequence of int
    device : str
    progress : callable

    Raises
    ------
    GlunetError
        The engine failed; a candidate that fails alone is scored instead.
    """
    found = simulate(blueprint(calibration, points, seeds), device, progress, tolerant=True)
    return score(calibration, points, len(seeds), found)


def score(calibration: Calibration, points: FloatArray, n_seeds: int, found: dict[str, Any]) -> Scored:
    """Score what was recorded.

    Parameters
    ----------
    calibration : Calibration
    points : float64[C, P]
    n_seeds : int
    found : dict
        ``spikes``, ``means`` and ``finite`` (bool[R]), as `glunet.engine.simulate.simulate` gives them.

    Returns
    -------
    Scored
    """
    seen = _observations(calibration, points, n_seeds, found)
    shape = (len(points), n_seeds)
    bad = _bad(calibration, seen, found["finite"].reshape(len(points), len(calibration.conditions), n_seeds))
    values, costs = [], []
    for row in calibration.rows:
        here = seen_through(seen[row.condition], row.window)
        there = seen_through(seen[row.reference], row.reference_window) if row.reference else None
        value = _mean(measure(row.measure, here, there).reshape(shape))
        value[bad] = np.nan
        values.append(value)
        costs.append(row.weight * penalty(value, row.goal, calibration.header.cap))
    penalties = np.array(costs).T
    return Scored(penalties.sum(axis=1), np.array(values).T, penalties, bad)


def _mean(values: FloatArray) -> FloatArray:
    """Mean over the seeds that have a number, float64[C]; what is not finite is none."""
    usable = np.isfinite(values)
    count = usable.sum(axis=1)
    total = np.where(usable, values, 0.0).sum(axis=1)
    return np.divide(total, count, out=np.full(len(values), np.nan), where=count > 0)


def _observations(calibration: Calibration, points: FloatArray, n_seeds: int,
                  found: dict[str, Any]) -> dict[str, Observation]:
    """The recording taken apart by condition; each then has candidates x seeds as its replicates."""
    names = list(calibration.conditions)
    total, seen = len(points) * n_seeds, {}
    paths = {path for row in calibration.rows for path in row.measure.constants}
    values = [candidate(calibration, point) for point in points]
    for index, (name, condition) in enumerate(calibration.conditions.items()):
        spikes: dict[str, Spikes] = {}
        for population, data in found["spikes"].items():
            mine = (data.replicate // n_seeds) % len(names) == index
            where = data.replicate[mine]
            own = where // (n_seeds * len(names)) * n_seeds + where % n_seeds
            spikes[population] = (data.times_s[mine], data.cell[mine], own, data.n_cells, total)
        means = {}
        for series in found["means"]:
            by = series.values.reshape(len(points), len(names), n_seeds, -1)
            means[series.population, series.variable] = (series.times_s, by[:, index].reshape(total, -1))
        fixed = {**calibration.defaults, **calibration.fixed}
        constants = {path: np.repeat([{**fixed, **v, **condition.experiment.overrides}[path] for v in values], n_seeds)
                     for path in paths}
        seen[name] = Observation(spikes, means, constants, condition.window)
    return seen


def _bad(calibration: Calibration, seen: dict[str, Observation], finite: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Candidates whose voltages are no numbers or whose cells run away, in any condition and seed; bool[C]."""
    bad = ~finite.all(axis=(1, 2))
    for observation in seen.values():
        for _, _, where, n, total in observation.spikes.values():
            rate = np.bincount(where, minlength=total) / (n * calibration.header.duration)
            bad |= (rate > calibration.header.runaway_hz).reshape(len(bad), -1).any(axis=1)
    return bad
