"""A result in a few lines, from its summary."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from glunet.store.units import from_si

Row = tuple[str, str]       # what it is, what there is of it


def contents(path: Path, summaries: list[dict[str, Any]], missing: Sequence[tuple[int, int]] = ()
             ) -> tuple[list[str], list[Row]]:
    """What a result holds: title, place and extent, then rows.

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
    head : list of str
    rows : list of (str, str)
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
    return [f"glunet result '{first['experiment']}': {first['title']}",
            f"{path}, {_plural(len(summaries), 'file')}, {_size(size)}",
            f"{_plural(replicates, 'replicate')} of {first['duration_s']:g} s "
            f"in steps of {first['dt_s'] * 1e3:g} ms"], _once(rows)


def describe(path: Path, summaries: list[dict[str, Any]], missing: Sequence[tuple[int, int]] = ()) -> str:
    """Say what a result holds, in several lines without a trailing newline; parameters as for `contents`."""
    (title, *about), rows = contents(path, summaries, missing)
    return "\n".join([f"<{title}>", *(f"  {line}" for line in about), *(f"  {kind:<10} {text}" for kind, text in rows)])


def describe_html(path: Path, summaries: list[dict[str, Any]], missing: Sequence[tuple[int, int]] = ()) -> str:
    """The same for a notebook, with what to type for each row; parameters as for `contents`."""
    (title, *about), rows = contents(path, summaries, missing)
    lines = "".join(f"<tr><th style='text-align:left'>{escape(kind)}</th><td style='text-align:left'>{escape(text)}</td>"
                    f"<td style='text-align:left'><code>{escape(ask)}</code></td></tr>"
                    for (kind, text), ask in zip(rows, _calls(summaries[0], rows), strict=True))
    return (f"<div><strong>{escape(title)}</strong><br>{'<br>'.join(map(escape, about))}"
            f"<table><thead><tr><th></th><th style='text-align:left'>holds</th><th style='text-align:left'>ask with"
            f"</th></tr></thead><tbody>{lines}</tbody></table></div>")


def _once(rows: list[Row]) -> list[Row]:
    """Rows whose kind is told once."""
    kinds = [kind for kind, _ in rows]
    return [(kind if kind != before else "", text) for (kind, text), before in zip(rows, [None, *kinds], strict=False)]


def _calls(first: dict[str, Any], rows: list[Row]) -> list[str]:
    """An example of how to get at each row."""
    asked = [f'result.axis("{name}")' for name in first["axes"]] + ["result.points"]
    asked += [f'result.rates("{name}")' for name in first["spikes"]]
    for kind, verb in (("means", "mean"), ("traces", "trace"), ("cells", "cell_values")):
        asked += [f'result.{verb}("{name}", "{next(iter(variables), "")}")' for name, variables in first[kind].items()]
    asked += [f'result.schedule("{next(iter(first["schedules"]))}")'] if first["schedules"] else []
    return asked + ["result.missing"] * (len(rows) - len(asked))


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
