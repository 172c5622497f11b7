"""A result's name follows from what was computed: the same question finds its answer already there."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class PointLike(Protocol):
    """One point of a sweep: its seed and its axis values in SI."""

    @property
    def seed(self) -> int: ...

    @property
    def values(self) -> Mapping[str, float]: ...


def content_name(experiment_text: str, points: Sequence[PointLike], blueprint_digest: str) -> str:
    """Name of the file for these points of this experiment on this circuit.

    Parameters
    ----------
    experiment_text : str
        The experiment file. Comments, layout, title and figures do not count: they change no number.
    points : sequence of points
        In the order of the replicates.
    blueprint_digest : str
        Digest of the composed circuit (equations and parameter values).

    Returns
    -------
    str
        "<experiment>-<12 hex digits>.h5".
    """
    rows = [[int(p.seed), sorted((path, float(value)) for path, value in p.values.items())] for p in points]
    content = {
        "experiment": question(experiment_text),
        "points": rows,
        "blueprint": blueprint_digest,
    }
    digest = hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
    name = tomllib.loads(experiment_text)["experiment"]["name"]
    return f"{name}-{digest[:12]}.h5"


def question(experiment_text: str) -> Any:
    """What of an experiment text decides its numbers; a text that is no TOML stays as it is."""
    try:
        table = tomllib.loads(experiment_text)
    except tomllib.TOMLDecodeError:
        return experiment_text
    for name in ("figures", "cluster"):
        table.pop(name, None)
    if isinstance(table.get("experiment"), dict):
        table["experiment"].pop("title", None)
    return table
