"""The scoreboard as data and as Markdown."""

from __future__ import annotations

import json
import math
import os
import tomllib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from glunet.analysis.statistics import verdict

FILES = ("table.json", "table.md")


@dataclass(frozen=True)
class Row:
    """One metric of one target."""

    id: str
    metric: str
    value: float | None
    ci_low: float | None
    ci_high: float | None
    band: tuple[float, float]
    verdict: str
    seeds: int
    source: str


def targets() -> dict[str, dict[str, Any]]:
    """The published observations by id, as they stand in ``targets.toml``."""
    text = resources.files("glunet.validation").joinpath("targets.toml").read_text(encoding="utf-8")
    return {target["id"]: target for target in tomllib.loads(text)["target"]}


def score(target: dict[str, Any], metric: str, interval: tuple[float, float, float], seeds: int) -> Row:
    """One metric with its verdict; `interval` is mean, low and high."""
    value, low, high = interval
    band = next(tuple(s["band"]) for s in target["score"] if s["metric"] == metric)
    ends = [x if math.isfinite(x) else None for x in (value, low, high)]
    decided = verdict(value, low, high, band) if math.isfinite(value) else "fail"
    return Row(target["id"], metric, ends[0], ends[1], ends[2], band, decided, seeds, target["evidence"])


def not_run(target: dict[str, Any]) -> list[Row]:
    """The rows of a target that was not computed."""
    return [Row(target["id"], s["metric"], None, None, None, tuple(s["band"]), "not run", 0, target["evidence"])
            for s in target["score"]]


def number(value: float | None) -> str:
    """A number for the table."""
    if value is None:
        return "-"
    return "inf" if value == math.inf else f"{value:.3g}"


def markdown(rows: Iterable[Row], head: dict[str, Any]) -> str:
    """The table as Markdown."""
    lines = ["# Scoreboard", "",
             f"Commit {head['commit']}, device {head['device']}, {head['date']}. A metric passes where its whole 95 % "
             "interval over seeds lies in the band, is near where only its mean does.", "",
             "| Row | Metric | Value | 95 % interval | Band | Verdict | Source |", "|---|---|---|---|---|---|---|"]
    for row in rows:
        lines.append(f"| {row.id} | {row.metric} | {number(row.value)} | {number(row.ci_low)} to {number(row.ci_high)} | "
                     f"{number(row.band[0])} to {number(row.band[1])} | {row.verdict} | {row.source} |")
    return "\n".join(lines) + "\n"


def save(rows: list[Row], head: dict[str, Any], folder: Path) -> None:
    """Write ``table.json`` and ``table.md``, each whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    plain = [{**asdict(row), "band": [_json(x) for x in row.band]} for row in rows]
    texts = (json.dumps({**head, "rows": plain}, indent=1, allow_nan=False) + "\n", markdown(rows, head))
    for name, text in zip(FILES, texts, strict=True):
        part = folder / (name + ".part")
        part.write_text(text, encoding="utf-8")
        os.replace(part, folder / name)


def _json(value: float) -> float | str:
    """JSON has no infinity."""
    return value if math.isfinite(value) else ("inf" if value > 0 else "-inf")


def commit_of(folder: Path) -> str | None:
    """Commit of the stored table, None where there is none."""
    path = folder / FILES[0]
    return json.loads(path.read_text())["commit"] if path.is_file() else None


def load(folder: Path) -> list[Row]:
    """The rows stored last, empty where there are none."""
    path = folder / FILES[0]
    if not path.is_file():
        return []
    return [Row(**{**row, "band": tuple(float(x) for x in row["band"])}) for row in json.loads(path.read_text())["rows"]]
