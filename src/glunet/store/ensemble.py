"""Several files of one experiment as one: which belong together, and what speaks against joining them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from glunet.errors import StoreError
from glunet.store.atomic import PART
from glunet.store.hdf5 import reading, summary
from glunet.store.naming import question


class Part:
    """One stored file: its summary, read once, and its arrays, read when asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.summary: dict[str, Any] = summary(path)
        self.seeds, self.axes = self.read(_points)

    def read(self, take: Callable[[Any], Any]) -> Any:
        """Open the file, hand it to `take`, close it. An open handle would keep an array job's files busy."""
        with reading(self.path) as file:
            return take(file)

    def text(self, name: str) -> str:
        """Text stored under /glunet: "blueprint", "provenance", "timings" or "experiment"."""
        return str(self.read(lambda file: file["glunet"][name].asstr()[()]))


def _points(file: Any) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    points = file["glunet/points"]
    return points["seed"][:], {path: values[:] for path, values in points["axes"].items()}


def gather(path: Path, pattern: str) -> list[Part]:
    """The whole files that `path` stands for, checked to be parts of one experiment.

    Parameters
    ----------
    path : Path
        A file, or a folder.
    pattern : str
        Which files of a folder; unfinished ones never count.

    Raises
    ------
    StoreError
        Nothing there; a file that cannot be read; files that do not belong together.
    """
    if not path.is_dir():
        return [Part(path)]
    # A finished name is only ever given to a whole file, so one that does not read is damage, not a run going
    # on: leaving it out in silence would take points out of a statistic unseen.
    files = (file for file in sorted(path.glob(pattern)) if file.is_file() and not file.name.endswith(PART))
    parts = [Part(file) for file in files]
    if not parts:
        raise StoreError(f"{path}: no finished result ({pattern}) in this folder")
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
    if question(first.text("experiment")) != question(other.text("experiment")):
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
