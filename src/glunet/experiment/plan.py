"""From axes to points, and from points to batches that fit the device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

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
        A design without SALib.
    """
    names = list(experiment.axes)
    drawn: list[dict[str, float]] = experiment.design.points() if experiment.design else [{}]
    found = []
    crossed = product(drawn, product(*(axis.values for axis in experiment.axes.values())))
    for index, (row, values) in enumerate(crossed):
        at = dict(zip(names, values, strict=True))
        seed = int(at.pop("seed"))
        found.append(Point(index, seed, {**row, **{path: float(value) for path, value in at.items()}}))
    return found


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
