"""What was found, for the product to use: an overlay with a table [set], or the values put into a circuit file."""

from __future__ import annotations

import math
import re
import tomllib
from pathlib import Path
from typing import Any

from glunet.calibration.generation import candidate
from glunet.calibration.search import Best
from glunet.calibration.types import Calibration, Goal
from glunet.errors import InputError
from glunet.store import atomic
from glunet.vocabulary.quantity import show

_TABLE = re.compile(r"^\s*\[([^\[\]]+)\]\s*(?:#.*)?$")
_ENTRY = re.compile(r'^(\s*)([\w-]+)(\s*=\s*)(\{.*\}|"[^"]*"|[-+.\w]+)(\s*(?:#.*)?)$')


def quoted(text: str) -> str:
    """A text as a TOML string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + " ".join(escaped.split()) + '"'


def aimed_at(calibration: Calibration) -> str:
    """The rows of the objective in few words: ids of the targets file, and how many rows of its own."""
    ids = list(dict.fromkeys(row.target for row in calibration.rows if row.target))
    own = sum(not row.target for row in calibration.rows)
    return ", ".join([f"rows {', '.join(ids)}"] * bool(ids) + [f"{own} row{'s' * (own > 1)} of its own"] * bool(own))


def fitted(calibration: Calibration, best: Best) -> dict[str, tuple[str, str]]:
    """Every fitted and tied parameter with its value and its source, as texts.

    Parameters
    ----------
    calibration : Calibration
    best : Best

    Returns
    -------
    dict of path to (value, source)
    """
    how = f"fitted by glunet calibrate {calibration.header.name} to {aimed_at(calibration)} (score {best.score:.3g})"
    values, found = candidate(calibration, best.point), {}
    for parameter in calibration.parameters:
        ends = f"within {show(parameter.low, parameter.unit)} to {show(parameter.high, parameter.unit)}"
        found[parameter.path] = (show(values[parameter.path], parameter.unit), f"{how} {ends}: {parameter.source}")
        for tie in parameter.ties:
            found[tie.path] = (show(values[tie.path], tie.unit), f"{how}; {tie.expression}, x = {parameter.path}")
    return found


def spoken(goal: Goal) -> str:
    """A goal as printed."""
    if goal.low == goal.high:
        return f"{goal.low:g} +- {goal.scale:g}"
    return f"{goal.low:g} to {goal.high:g}"


def text(calibration: Calibration, best: Best, key: str) -> str:
    """The overlay: how good it is, and a table [set] that any experiment on this circuit may take over.

    Parameters
    ----------
    calibration : Calibration
    best : Best
    key : str
        Of the search.
    """
    header = calibration.header
    lines = [f"# {header.title or header.name}: the best candidate of {best.generations} generations.",
             "# An experiment takes it by `overlay = \"<this file>\"` in [experiment], or by copying the table [set].", "",
             "[fitted]", f"calibration = {quoted(header.name)}", f"search = {quoted(key)}",
             f"circuit = {quoted(header.circuit)}", f"rows = {quoted(aimed_at(calibration))}",
             f"score = {best.score:.6g}", f"generations = {best.generations}", f"seeds = {list(best.seeds)}", "",
             "[fitted.scores]"]
    for row, value, cost in zip(calibration.rows, best.values, best.penalties, strict=True):
        number = f"{value:.6g}" if math.isfinite(value) else "nan"
        lines.append(f"{quoted(row.name)} = {{ value = {number}, band = {quoted(spoken(row.goal))}, penalty = {cost:.4g} }}")
    found = fitted(calibration, best)
    lines += ["", "[fitted.sources]", *(f"{quoted(path)} = {quoted(source)}" for path, (_, source) in found.items())]
    lines += ["", "[set]", *(f"{quoted(path)} = {_literal(value)}" for path, (value, _) in found.items())]
    return "\n".join(lines) + "\n"


def _literal(value: str) -> str:
    """A value as TOML: a bare number where it has no unit."""
    try:
        float(value)
    except ValueError:
        return quoted(value)
    return value


def save(path: Path, content: str) -> None:
    """Write a text, whole or not at all.

    Raises
    ------
    InputError
        It cannot be written.
    """
    try:
        atomic.put(path, memoryview(content.encode()))
    except OSError as error:
        raise InputError(str(path), "file", f"cannot be written ({error.strerror})", "a writable place") from None


def apply(circuit_text: str, found: dict[str, tuple[str, str]], file: str) -> tuple[str, list[str]]:
    """A circuit file's text with the fitted values and their sources in it; every other line stays as it is.

    Parameters
    ----------
    circuit_text : str
    found : dict of path to (value, source)
    file : str
        Its name, for messages.

    Returns
    -------
    text : str
    left : list of str
        Paths that do not stand in a circuit file (constants of receptors and drugs).

    Raises
    ------
    InputError
        The file's layout is not understood; nothing is written.
    """
    lines, table, heads = circuit_text.split("\n"), "", {}
    wanted = {path: entry for path, entry in found.items() if path.split(".")[0] in ("milieu", "populations", "projections")}
    done = set()
    for number, line in enumerate(lines):
        if header := _TABLE.match(line):
            table = header[1].strip()
            heads[table] = number
        elif entry := _ENTRY.match(line):
            path = f"{table}.{entry[2]}"
            if path in wanted:
                lines[number] = f"{entry[1]}{entry[2]}{entry[3]}{_replaced(entry[4], *wanted[path])}{entry[5]}"
                done.add(path)
    for path in [path for path in wanted if path not in done]:
        table, name = path.rsplit(".", 1)
        if table not in heads:
            raise InputError(file, path, f"there is no line [{table}] to put it under", f"a table [{table}]")
        # a default that the file has left out; behind the table's head on its own line, so that no number moves
        lines[heads[table]] += f"\n{name} = {_replaced(quoted(''), *wanted[path])}"
    changed = "\n".join(lines)
    _verify(circuit_text, changed, wanted, file)
    return changed, [path for path in found if path not in wanted]


def _replaced(entry: str, value: str, source: str) -> str:
    """One entry of a circuit file with another value and source; its spread and note stay."""
    old: Any = tomllib.loads(f"x = {entry}")["x"]
    kept = old if isinstance(old, dict) else {}
    parts = [f"value = {quoted(value)}"]
    if "spread" in kept:
        parts.append(f"spread = {kept['spread']!r}")
    parts += [f"source = {quoted(source)}", 'trust = "computed"']
    if "note" in kept:
        parts.append(f"note = {quoted(str(kept['note']))}")
    return "{ " + ", ".join(parts) + " }"


def _verify(before: str, after: str, wanted: dict[str, tuple[str, str]], file: str) -> None:
    """Refuse a change that reaches further than the wanted values: text was edited, so meaning is compared."""
    old, new = tomllib.loads(before), tomllib.loads(after)
    for path in wanted:
        for table in (old, new):
            *above, last = path.split(".")
            for part in above:
                table = table[part]
            table[last] = None
    if old != new:
        raise InputError(file, "file", "its layout is not understood", "one entry per line")
