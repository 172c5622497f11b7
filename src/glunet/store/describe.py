"""A result in a few lines, from its summary."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from glunet.store.units import from_si


def describe(path: Path, summaries: list[dict[str, Any]], missing: Sequence[tuple[int, int]] = ()) -> str:
    """Say what a result holds.

    Parameters
    ----------
    path : Path
        The file or folder.
    summaries : list of dict
        `glunet.store.summary` of each of its files; at least one.
    missing : sequence of (int, int)
        First and last index of points that should be there and are not.

    Returns
    -------
    str
        Several lines, without a trailing newline.
    """
    first = summaries[0]
    replicates, size = (sum(summary[key] for summary in summaries) for key in ("replicates", "bytes"))
    spikes = {name: sum(summary["spikes"][name] for summary in summaries) for name in first["spikes"]}
    rows = [("axes", f"{name}  {_span(values, axis['unit'])}") for name, axis in first["axes"].items()
            for values in [_union(summary["axes"][name]["values"] for summary in summaries)]]
    rows.append(("axes", f"seed  {_span(_union(summary['seeds'] for summary in summaries), '1')}"))
    rows += [("spikes", f"{name}  {first['populations'][name]} cells, {count} spikes")
             for name, count in spikes.items()]
    for kind in ("means", "traces", "cells"):
        rows += [(kind, f"{name}  {_variables(variables)}") for name, variables in first[kind].items()]
    rows += [("schedules", _variables(first["schedules"]))] if first["schedules"] else []
    if missing:
        count = sum(last - first + 1 for first, last in missing)
        rows.append(("missing", f"{_plural(count, 'point')} of {replicates + count}: {spans(missing)} (counted from 0)"))
    lines = [f"<glunet result '{first['experiment']}': {first['title']}>",
             f"  {path}, {_plural(len(summaries), 'file')}, {_size(size)}",
             f"  {_plural(replicates, 'replicate')} of {first['duration_s']:g} s "
             f"in steps of {first['dt_s'] * 1e3:g} ms"]
    shown = [kind if kind != before else "" for (kind, _), before in
             zip(rows, [None, *(kind for kind, _ in rows)], strict=False)]
    return "\n".join(lines + [f"  {kind:<10} {text}" for kind, (_, text) in zip(shown, rows, strict=True)])


def spans(ranges: Sequence[tuple[int, int]], most: int = 8) -> str:
    """Ranges of whole numbers in words: ``0 to 15, 32``."""
    told = [f"{first}" if first == last else f"{first} to {last}" for first, last in ranges]
    return ", ".join(told if len(told) <= most else [*told[:most], f"and {len(told) - most} more"])


def _union(lists: Iterable[list[float]]) -> list[float]:
    return sorted({value for values in lists for value in values})


def _span(values: list[float], unit: str) -> str:
    in_unit = from_si(values, unit)
    name = "" if unit == "1" else " SI" if in_unit is None else f" {unit}"
    shown = [f"{value:g}" for value in (values if in_unit is None else in_unit)]
    if len(shown) > 8:
        shown = [*shown[:3], "...", *shown[-2:]]
    return ", ".join(shown) + name


def _variables(variables: dict[str, str]) -> str:
    return ", ".join(name if unit == "1" else f"{name} ({unit})" for name, unit in variables.items())


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _size(size: float) -> str:
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} GB"
