"""From axes to points, and from points to batches that fit the device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from glunet.errors import InputError
from glunet.experiment.types import Experiment


@dataclass(frozen=True)
class Point:
    """One place of the sweep: what one replicate runs with.

    Parameters
    ----------
    index : int
        Place in the whole sweep, from 0.
    seed : int
    values : dict of parameter path to float
        SI values of every axis but ``seed``.
    """

    index: int
    seed: int
    values: dict[str, float]


def points(experiment: Experiment) -> list[Point]:
    """Outer product of the design's points, where there are any, and the axes, the last axis of the file varying fastest.

    Parameters
    ----------
    experiment : Experiment

    Returns
    -------
    list of Point
        As many as the product of the axes' lengths and the number of the design's different points.

    Raises
    ------
    GlunetError
        A design without SALib, or a drug that no cell would notice at any point.
    """
    names = list(experiment.axes)
    drawn: list[dict[str, float]] = experiment.design.points() if experiment.design else [{}]
    found = []
    crossed = product(drawn, product(*(axis.values for axis in experiment.axes.values())))
    for index, (row, values) in enumerate(crossed):
        at = dict(zip(names, values, strict=True))
        seed = int(at.pop("seed"))
        found.append(Point(index, seed, {**row, **{path: float(value) for path, value in at.items()}}))
    for drug in experiment.drugs:
        _check_bath(experiment, drug, found)
    return found


def _check_bath(experiment: Experiment, drug: str, found: Sequence[Point]) -> None:
    """Refuse a drug for a bath with which nobody exchanges at any point that has the drug: it would silently do nothing."""
    # late, because they import brian2
    from glunet.circuit.baths import exchange_rates
    from glunet.vocabulary.quantity import show

    key, applied = f"drugs.{drug}.concentration", experiment.drugs[drug].concentration
    given = [point.values for point in found if point.values.get(key, applied) > 0]
    for species, rates in exchange_rates(experiment.circuit, drug).items():
        fixed = {path: experiment.overrides.get(path, rate) for path, rate in rates.items()}
        if given and rates and not any(values.get(path, rate) > 0 for values in given for path, rate in fixed.items()):
            most = show(max(values.get(key, applied) for values in given), "uM")
            raise InputError(experiment.file, f"drugs.{drug}",
                             f"adds {most} of {species} to a bath with which no population exchanges",
                             f"a concentration of 0 uM, or above zero in [set] or [axes]: {' or '.join(rates)}")


def batches(points: Sequence[Point], per_batch: int) -> list[list[Point]]:
    """Cut points into batches, in order and as even as can be.

    Parameters
    ----------
    points : sequence of Point
    per_batch : int
        Most points in one batch.

    Returns
    -------
    list of list of Point

    Raises
    ------
    ValueError
        `per_batch` below 1.
    """
    if per_batch < 1:
        raise ValueError(f"a batch of {per_batch} points holds nothing")
    if not points:
        return []
    number = -(-len(points) // per_batch)
    edges = [len(points) * i // number for i in range(number + 1)]
    return [list(points[a:b]) for a, b in zip(edges[:-1], edges[1:], strict=True)]
