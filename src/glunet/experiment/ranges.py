"""The check of the table [design]: ranges of parameters that the circuit knows, laid out as a design."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from glunet.analysis.design import Design, Range
from glunet.errors import InputError
from glunet.experiment.check import Known, info_of, quoted, require, unit_of, value_of
from glunet.experiment.types import DesignTable

RANGE_KEYS = ("low", "high", "scale")


def design(known: Known, table: DesignTable, fixed: Container[str], axes: Container[str]) -> Design:
    """The design of an experiment, values in SI.

    Parameters
    ----------
    known : Known
    table : DesignTable
        Its ranges with flat paths.
    fixed, axes : container of str
        Paths in [set] and in [axes].

    Raises
    ------
    InputError
        No range, an unknown path, a path that stands elsewhere as well, a range the wrong way round, a value out of
        bounds.
    """
    if not table.ranges:
        raise InputError(known.file, "design.ranges", "is empty", "one parameter or more")
    found = {}
    for path, ends in table.ranges.items():
        key = quoted("design.ranges", path)
        if path == "seed":
            raise InputError(known.file, key, "seeds are an axis", "seed = [1, 2, 3] in [axes]")
        info = info_of(known, key, path)
        for name, others in (("set", fixed), ("axes", axes)):
            if path in others:
                raise InputError(known.file, key, f"stands in [{name}] as well", "one of the two")
        ends = _table(known, key, ends)
        low, high = (value_of(known, f"{key}.{end}", ends[end], info) for end in ("low", "high"))
        if low >= high:
            told = f"{ends['low']!r} to {ends['high']!r}"
            raise InputError(known.file, key, f"the range from {told} is the wrong way round", "low below high")
        if ends["scale"] == "log" and low <= 0:
            raise InputError(known.file, f"{key}.low", f"{ends['low']!r} has no logarithm", "more than zero")
        found[path] = Range(low, high, unit_of(ends["low"]) or info.unit, ends["scale"] == "log")
    return Design(table.kind, table.samples, found, table.second_order, table.seed)


def _table(known: Known, key: str, ends: Any) -> dict[str, Any]:
    """A range as a table with all its keys; a list of two ends is a linear one."""
    if isinstance(ends, list) and len(ends) == 2:
        return {"low": ends[0], "high": ends[1], "scale": "linear"}
    if not isinstance(ends, dict):
        raise InputError(known.file, key, f"{ends!r} is not a range",
                         'two ends, or {low = .., high = .., scale = "linear" or "log"}')
    for name in ends:
        require(known.file, f"{key}.{name}", "key", name, RANGE_KEYS)
    for name in ("low", "high"):
        if name not in ends:
            raise InputError(known.file, f"{key}.{name}", "missing", "a range needs low and high")
    scale = ends.get("scale", "linear")
    require(known.file, f"{key}.scale", "scale", scale, ("linear", "log"))
    return {**ends, "scale": scale}
