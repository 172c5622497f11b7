"""Several files of one experiment as one: which belong together, and what speaks against joining them."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from glunet.errors import StoreError
from glunet.store import plans
from glunet.store.atomic import PART
from glunet.store.hdf5 import MERGED, reading, summary_of
from glunet.store.naming import question

SUFFIX = ".h5"


@dataclass(frozen=True)
class Part:
    """One stored file: what it holds, read once, and its arrays, read when asked for.

    Parameters
    ----------
    path : Path
    summary : dict
        See `glunet.store.summary`.
    seeds : int64[R]
    axes : dict of path to float64[R]
        SI.
    experiment_text : str
    """

    path: Path
    summary: dict[str, Any]
    seeds: np.ndarray
    axes: dict[str, np.ndarray]
    experiment_text: str

    def read(self, take: Callable[[Any], Any]) -> Any:
        """Open the file, hand it to `take`, close it. An open handle would keep an array job's files busy."""
        with reading(self.path) as file:
            return take(file)

    def text(self, name: str) -> str:
        """Text stored under /glunet: "blueprint", "provenance", "timings" or "experiment"."""
        return str(self.read(lambda file: file["glunet"][name].asstr()[()]))


def read_part(path: Path) -> Part:
    """A stored file as a part.

    Raises
    ------
    StoreError
        See `glunet.store.hdf5.reading`.
    """
    with reading(path) as file:
        points = file["glunet/points"]
        part = Part(path, summary_of(file, path), points["seed"][:],
                    {name: values[:] for name, values in points["axes"].items()},
                    str(file["glunet/experiment"].asstr()[()]))
        tomllib.loads(part.experiment_text)
    counts = {len(values) for values in (part.seeds, *part.axes.values())}
    if counts != {part.summary["replicates"]} or counts == {0}:
        raise StoreError(f"{path}: damaged: its points are not as many as its {part.summary['replicates']} replicates")
    return part


@dataclass(frozen=True)
class Gathered:
    """What a path stands for: its parts, and the points of its plan that are not there, as (first, last)."""

    parts: list[Part]
    missing: list[tuple[int, int]]


def gather(path: Path, pattern: str = f"*{SUFFIX}") -> Gathered:
    """The whole files that `path` stands for, checked to be parts of one experiment.

    Parameters
    ----------
    path : Path
        A file, the plan of a sweep, or a folder.
    pattern : str
        Which files of a folder; unfinished and merged ones never count.

    Raises
    ------
    StoreError
        Nothing there; a file that cannot be read; files that do not belong together; several sweeps in one folder.
    """
    if path.name.endswith(plans.SUFFIX):
        return _planned(plans.read_plan(path))
    if not path.is_dir():
        return Gathered([read_part(path)], [])
    # A finished name is only ever given to a whole file, so one that does not read is damage, not a run going
    # on: leaving it out in silence would take points out of a statistic unseen.
    files = [file for file in sorted(path.glob(pattern)) if file.is_file() and not file.name.endswith(PART)]
    if pattern == f"*{SUFFIX}":
        plan, files = _only_plan(path, files)
        if plan is not None:
            return _planned(plan)
    parts = [read_part(file) for file in files if not is_merged(file)]
    if not parts:
        raise StoreError(f"{path}: no finished result ({pattern}) in this folder")
    return Gathered(_joined(parts), [])


def _planned(plan: plans.PlanFile) -> Gathered:
    """The parts of a sweep that are there, and the points that are not."""
    files = {path: (first, stop - 1) for path, (first, stop) in zip(plan.parts, pairwise(plan.edges), strict=True)}
    there = {path for path in files if path.exists()}
    if not there:
        raise StoreError(f"{plan.path}: none of its {len(files)} files are there yet")
    missing: list[tuple[int, int]] = []
    for path, (first, last) in files.items():
        if path not in there and missing and missing[-1][1] == first - 1:
            missing[-1] = (missing[-1][0], last)
        elif path not in there:
            missing.append((first, last))
    return Gathered(_joined([read_part(path) for path in files if path in there]), missing)


def _only_plan(folder: Path, files: list[Path]) -> tuple[plans.PlanFile | None, list[Path]]:
    """The sweep that a folder holds, where it holds one and nothing else; and the files that no sweep made.

    Raises
    ------
    StoreError
        Several sweeps, or a sweep and other results: which one is meant has to be said.
    """
    found = [plans.read_plan(path) for path in sorted(folder.glob(f"*{plans.SUFFIX}"))]
    there = set(files)
    begun = {plan.path.name: [path for path in plan.parts if path in there] for plan in found}
    of_plans = {path for parts in begun.values() for path in parts}
    loose = [path for path in files if path not in of_plans and not is_merged(path)]
    held = {name: parts for name, parts in begun.items() if parts}
    if len(held) + bool(loose) > 1:
        told = [f"{name} ({len(parts)} files)" for name, parts in held.items()] + [path.name for path in loose[:3]]
        raise StoreError(f"{folder}: holds more than one result: {', '.join(told)}{', ...' if len(loose) > 3 else ''}; "
                         "open one of these instead of the folder, or move the others away")
    return next((plan for plan in found if plan.path.name in held), None), loose


def is_merged(path: Path) -> bool:
    """Tell whether a file joins others instead of holding results of its own; a damaged one does not."""
    try:
        with reading(path) as file:
            return MERGED in file.attrs
    except StoreError:
        return False


def _joined(parts: list[Part]) -> list[Part]:
    """The parts, if they belong together."""
    for other in parts[1:]:
        _compare(parts[0], other)
    _refuse_repeats(parts)
    return parts


_ALIKE = {"experiment": "experiments", "axes": "axes", "duration_s": "durations", "dt_s": "time steps",
          "populations": "populations", "spikes": "spike recordings", "means": "recorded means",
          "traces": "recorded traces", "schedules": "schedules", "positions": "recorded positions",
          "cells": "recorded cell values"}


def _compare(first: Part, other: Part) -> None:
    for key, what in _ALIKE.items():
        mine, its = (_comparable(key, part.summary[key]) for part in (first, other))
        if mine != its:
            _refuse(first, other, f"{what} differ")
    digests = [part.summary["provenance"].get("blueprint_digest") for part in (first, other)]
    if digests[0] != digests[1]:
        _refuse(first, other, "they were computed on different versions of the circuit")
    texts = first.experiment_text, other.experiment_text
    if texts[0] != texts[1] and question(texts[0]) != question(texts[1]):
        _refuse(first, other, "their experiment files differ")


def _comparable(key: str, value: Any) -> Any:
    if key == "axes":  # the values along an axis are what the files share out among them
        return {path: axis["unit"] for path, axis in value.items()}
    return sorted(value) if key == "spikes" else value


def _refuse_repeats(parts: list[Part]) -> None:
    """The same point twice would count as two independent replicates."""
    seen: dict[tuple[Any, ...], Part] = {}
    for part in parts:
        paths = sorted(part.axes)
        for row in zip(part.seeds.tolist(), *(part.axes[path].tolist() for path in paths), strict=True):
            if seen.setdefault(row, part) is not part:
                pairs = zip(("seed", *paths), row, strict=True)
                named = ", ".join(f"{path} = {value:g}" for path, value in pairs)
                _refuse(seen[row], part, f"both hold the point {named} (SI)")


def _refuse(first: Part, other: Part, why: str) -> None:
    raise StoreError(f"{first.path.parent}: {first.path.name} and {other.path.name} do not join: {why}; "
                     "open one file, or move the other away")
