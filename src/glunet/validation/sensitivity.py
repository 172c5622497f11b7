"""What a sensitivity analysis of the scoreboard found, written down: ``sensitivity.json``, ``sensitivity.md``, a figure."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from glunet import provenance
from glunet.errors import StoreError
from glunet.validation import dependence, pages, rows, table
from glunet.validation.robustness import Metric, Outcome

if TYPE_CHECKING:
    from glunet.figures.robustness import Moved

FILES = ("sensitivity.json", "sensitivity.md", "sensitivity.png")


def save(outcome: Outcome, device: str, folder: Path) -> list[Path]:
    """Write all three, each whole or not at all; rows that an earlier analysis of the same kind examined stay.

    Parameters
    ----------
    outcome : Outcome
    device : str
        What computed it.
    folder : Path
        Of the table.

    Returns
    -------
    list of Path

    Raises
    ------
    StoreError
        The earlier analysis is damaged.
    """
    from glunet.figures.robustness import draw_robustness

    content = joined(_stored(folder), describe(outcome, device))
    figure = draw_robustness([_moved(entry) for entry in content["metrics"]], [one["path"] for one in _tried(content)],
                             content["setting"]["changes"])
    return [table.write(folder / FILES[0], json.dumps(content, indent=1, allow_nan=False) + "\n"),
            table.write(folder / FILES[1], markdown(content)), pages.save(figure, folder / FILES[2])]


def joined(before: dict[str, Any] | None, now: dict[str, Any]) -> dict[str, Any]:
    """An analysis with the rows that only an earlier one examined, where both changed the same parameters in the same way.

    Parameters
    ----------
    before : dict or None
        As stored.
    now : dict
        As `describe` makes it.
    """
    if before is None or _kind(before) != _kind(now):
        return now
    kept = {row: stamp for row, stamp in before["stamps"].items()
            if row not in now["stamps"] and row in rows.computable() and stamp == dependence.stamp(row)}
    order = {row: index for index, row in enumerate(table.targets())}
    metrics = [*now["metrics"], *(entry for entry in before["metrics"] if entry["id"] in kept)]
    screened = any(one["importance"] is not None for one in now["parameters"])
    ordering = {} if screened else {key: before[key] for key in ("parameters", "setting")}
    return {**now, **ordering, "stamps": {**kept, **now["stamps"]},
            "metrics": sorted(metrics, key=lambda entry: order[entry["id"]])}


def _kind(content: Mapping[str, Any]) -> tuple[Any, ...]:
    """What two analyses must share for their rows to stand side by side."""
    setting = content["setting"]
    return ([setting[key] for key in ("seeds", "shorten", "changes", "cells")],
            {(one["path"], one["value"]) for one in _tried(content)})


def _tried(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The parameters that were changed."""
    return [one for one in content["parameters"] if one["changed"]]


def _moved(entry: Mapping[str, Any]) -> Moved:
    """A metric as its figure has it."""
    from glunet.figures.robustness import Moved

    values = np.array([[math.nan if x is None else x for x in found] for found in entry["values"].values()])
    low, high = (float(x) for x in entry["band"])
    base = math.nan if entry["value"] is None else entry["value"]
    return Moved(f"{entry['id']} {entry['metric']}", (low, high), base, values, entry["robust"])


def _stored(folder: Path) -> dict[str, Any] | None:
    """The analysis that a folder holds; None where there is none."""
    path = folder / FILES[0]
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        for key in ("setting", "stamps", "parameters", "metrics"):
            content[key]
        return dict(content)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{path}: not a sensitivity analysis: {' '.join(str(error).split())}") from None


def describe(outcome: Outcome, device: str) -> dict[str, Any]:
    """An outcome as it is stored; JSON-able."""
    return {
        "commit": provenance.commit() or "unknown", "device": device, "date": datetime.now(UTC).date().isoformat(),
        "setting": asdict(outcome.setting), "stamps": {row: dependence.stamp(row) for row in outcome.rows},
        "parameters": [{"path": one.candidate.path, "value": one.candidate.shown, "why": one.candidate.why,
                        "importance": None if math.isnan(one.importance) else one.importance,
                        "changed": one.candidate in outcome.tried,
                        "mu_star": {" ".join(metric): value for metric, value in one.effects.items()}}
                       for one in outcome.ranked],
        "metrics": [{"id": line.id, "metric": line.metric, "band": [table.plain(x) for x in line.band], "value": line.value,
                     "verdict": line.verdict, "robust": outcome.robust(metric), "values": outcome.values(metric),
                     "verdicts": outcome.verdicts(metric)} for metric, line in outcome.base.items()],
    }


def marks(folder: Path, stamps: Mapping[str, Any]) -> dict[Metric, tuple[str, bool]]:
    """For each metric the verdict that the analysis began with, and whether it is robust.

    Parameters
    ----------
    folder : Path
        Of the table.
    stamps : mapping of row id to dict
        What decides the rows' numbers now: rows that have changed since the analysis have no mark.

    Raises
    ------
    StoreError
        The file is damaged.
    """
    content = _stored(folder)
    if content is None:
        return {}
    try:
        return {(entry["id"], entry["metric"]): (entry["verdict"], bool(entry["robust"])) for entry in content["metrics"]
                if content["stamps"][entry["id"]] == stamps.get(entry["id"])}
    except (KeyError, TypeError) as error:
        raise StoreError(f"{folder / FILES[0]}: not a sensitivity analysis: {' '.join(str(error).split())}") from None


def markdown(content: Mapping[str, Any]) -> str:
    """The analysis as a page."""
    setting, changes = content["setting"], content["setting"]["changes"]
    tried = _tried(content)
    steps = ", ".join(_percent(change) for change in changes)
    lines = ["# Sensitivity of the verdicts", "",
             f"Commit {content['commit']}, device {content['device']}, {content['date']}.", "",
             *_how(setting, content, steps),
             "![Metrics against changes of the parameters](sensitivity.png)", "",
             f"## What {steps} of one parameter does", "",
             "| Row | Metric | Value | Lowest to highest | Band | Verdict | Robust | Where the verdict changes |",
             "|---|---|---|---|---|---|---|---|"]
    lines += [_line(entry, changes) for entry in content["metrics"]]
    lines += ["", "## Parameters", "",
              "Importance: mean absolute elementary effect (mu*) relative to the largest one of the metric, averaged over "
              "metrics.", "", "| Parameter | Value | Source | Importance | Changed |", "|---|---|---|---|---|"]
    for one in content["parameters"]:
        importance = "-" if one["importance"] is None else f"{one['importance']:.2f}"
        lines.append(f"| {one['path']} | {one['value']} | {one['why']} | {importance} | {'yes' if one in tried else 'no'} |")
    return "\n".join(lines) + "\n"


def _how(setting: Mapping[str, Any], content: Mapping[str, Any], steps: str) -> Sequence[str]:
    """How it was made, and what to keep in mind."""
    number = len(content["parameters"])
    cells = f", {setting['cells']} cells per network" if setting["cells"] else ""
    screened = any(one["importance"] is not None for one in content["parameters"])
    by = f" of the rows {', '.join(setting['screen'])}" if setting.get("screen") else ""
    first = (f"Morris' screening ({setting['trajectories']} trajectories, {setting['screening_seeds']} seeds, durations "
             f"times {setting['screening_shorten']:g}){by} ordered {number} fitted and assumed parameters of the circuit, "
             "each over 20 % below to 20 % above its value. " if screened else f"{number} parameters were given. ")
    changed, factor = sum(one["changed"] for one in content["parameters"]), f"{setting['shorten']:g}"
    return [first + f"The first {changed} were then changed one at a time by {steps}, with {setting['seeds']} seeds{cells}.",
            "", f"Durations and all times of doses of rows C and K are {factor} of the full experiments', the windows that "
            "are scored in proportion; seizures and ischaemia run in full. Values may differ from the "
            "[scoreboard](table.md)'s, and intervals are wider. A metric is robust where its verdict stays under all "
            "changes. Its mark stands on the scoreboard where these runs give the scoreboard's verdict.", ""]


def _percent(change: float) -> str:
    """A relative change for the eye."""
    return f"{100 * change:+.0f} %"


def _line(entry: Mapping[str, Any], changes: Sequence[float]) -> str:
    """One metric of the table."""
    values = [x for found in entry["values"].values() for x in found if x is not None]
    reach = f"{table.number(min(values))} to {table.number(max(values))}" if values else "-"
    where = []
    for path, words in entry["verdicts"].items():
        other = [f"{_percent(change)} {word}" for change, word in zip(changes, words, strict=True)
                 if word != entry["verdict"]]
        where += [f"{path}: {', '.join(other)}"] if other else []
    told = "; ".join(where)
    low, high = (table.number(float(x)) for x in entry["band"])
    return (f"| {entry['id']} | {entry['metric']} | {table.number(entry['value'])} | {reach} | {low} to {high} | "
            f"{entry['verdict']} | {'yes' if entry['robust'] else 'no'} | {told or '-'} |")
