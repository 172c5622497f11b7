"""The scoreboard as data and as Markdown."""

from __future__ import annotations

import json
import math
import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from glunet.errors import StoreError

FILES = ("table.json", "table.md")
RULE = ("A metric passes where its whole 95 % interval over seeds lies in the band, is near where only its mean does, and "
        "fails elsewhere.")
VERDICTS = ("pass", "near", "fail", "not run")
_KEYS = ("commit", "device", "rows")


@dataclass(frozen=True)
class Row:
    """One metric of one target.

    Parameters
    ----------
    id, metric : str
    value, ci_low, ci_high : float or None
        Mean over seeds, and the ends of its 95 % interval.
    band : (float, float)
    verdict : str
        pass, near, fail or "not run".
    seeds : int
    source : str
        Evidence and DOIs.
    duration_s : float or None
        Seconds that its experiments took to compute; experiments that rows share count in each.
    robust : bool or None
        Whether the sensitivity analysis left its verdict alone; None where there is none.
    commit, device, date : str
        Of the code that scored it, of what computed it.
    """

    id: str
    metric: str
    value: float | None
    ci_low: float | None
    ci_high: float | None
    band: tuple[float, float]
    verdict: str
    seeds: int
    source: str
    duration_s: float | None = None
    robust: bool | None = None
    commit: str = ""
    device: str = ""
    date: str = ""


@dataclass(frozen=True)
class Stored:
    """A table as it was written.

    Parameters
    ----------
    head : dict
        commit, device, date, glunet: of the run that wrote it.
    rows : tuple of Row
    stamps : dict of row id to dict
        See `glunet.validation.dependence.stamp`.
    """

    head: dict[str, Any]
    rows: tuple[Row, ...]
    stamps: dict[str, dict[str, Any]]

    def by_id(self) -> dict[str, list[Row]]:
        """Rows by target, those that were computed."""
        found: dict[str, list[Row]] = {}
        for row in self.rows:
            if row.verdict != "not run":
                found.setdefault(row.id, []).append(row)
        return found


@cache
def _toml(name: str) -> dict[str, Any]:
    """A TOML file of this folder."""
    return tomllib.loads(resources.files("glunet.validation").joinpath(name).read_text(encoding="utf-8"))


def targets() -> dict[str, dict[str, Any]]:
    """The published observations by id, as they stand in ``targets.toml``."""
    return {target["id"]: target for target in _toml("targets.toml")["target"]}


def sources(id_: str) -> list[dict[str, Any]]:
    """The papers of a row, as they stand in ``sources.toml``: cite, doi (empty: none found) and verified."""
    return [{"doi": "", "verified": False, **entry} for entry in _toml("sources.toml").get(id_, {}).get("papers", [])]


def source_text(target: Mapping[str, Any]) -> str:
    """The evidence of a target with its DOIs; a DOI that was not looked up says so."""
    dois = [f"doi:{paper['doi']}" + ("" if paper["verified"] else " (unverified)")
            for paper in sources(target["id"]) if paper["doi"]]
    return "; ".join([target["evidence"], *dois])


def not_run(target: Mapping[str, Any]) -> list[Row]:
    """The rows of a target that was not computed."""
    return [Row(target["id"], s["metric"], None, None, None, tuple(s["band"]), "not run", 0, source_text(target))
            for s in target["score"]]


def number(value: float | None) -> str:
    """A number for the table."""
    if value is None:
        return "-"
    return f"{value:.3g}"


def interval(row: Row) -> str:
    """The interval of a row in words; one seed has none."""
    return "-" if row.ci_low is None else f"{number(row.ci_low)} to {number(row.ci_high)}"


def band(row: Row) -> str:
    """The band of a row in words."""
    low, high = row.band
    if math.isinf(high):
        return f"from {number(low)}"
    return f"up to {number(high)}" if math.isinf(low) else f"{number(low)} to {number(high)}"


def cited(id_: str, evidence: str) -> str:
    """The papers of a row with links, for Markdown; the evidence where it has none."""
    told = [f"[{p['cite']}](https://doi.org/{p['doi']})" + ("" if p["verified"] else " (DOI unverified)") if p["doi"]
            else p["cite"] for p in sources(id_)]
    return "; ".join(told) or evidence


def markdown(rows: Iterable[Row], head: Mapping[str, Any]) -> str:
    """The table as Markdown."""
    rows = list(rows)
    counts = ", ".join(f"{sum(row.verdict == word for row in rows)} {word}" for word in VERDICTS)
    lines = ["# Scoreboard", "",
             f"Commit {head['commit']}, device {head['device']}, {head['date']}. {RULE} Of {len(rows)} metrics: {counts}.",
             "", "Each row links to its page. Robust: the verdict stays under changes of the parameters that matter most by "
             "10 and 20 % (`glunet validate --sensitivity`, sensitivity.md); - where that was not computed. Time: what "
             "computing the row's experiments took; rows share experiments.", "",
             "| Row | Metric | Value | 95 % interval | Band | Verdict | Robust | Seeds | Time (s) | Commit | Source |",
             "|---|---|---|---|---|---|---|---|---|---|---|"]
    for row in rows:
        robust = {True: "yes", False: "no", None: "-"}[row.robust]
        took = "-" if row.duration_s is None else f"{row.duration_s:.0f}"
        lines.append(f"| [{row.id}]({row.id}.md) | {row.metric} | {number(row.value)} | {interval(row)} | "
                     f"{band(row)} | {row.verdict} | {robust} | {row.seeds or '-'} | {took} | "
                     f"{row.commit[:7] or '-'} | {cited(row.id, targets()[row.id]['evidence'])} |")
    return "\n".join(lines) + "\n"


def save(rows: list[Row], head: Mapping[str, Any], folder: Path, stamps: Mapping[str, Any] | None = None) -> None:
    """Write ``table.json`` and ``table.md``, each whole or not at all."""
    entries = [{**asdict(row), "band": [plain(x) for x in row.band]} for row in rows]
    content = {**head, "stamps": dict(stamps or {}), "rows": entries}
    texts = (json.dumps(content, indent=1, allow_nan=False) + "\n", markdown(rows, head))
    for name, text in zip(FILES, texts, strict=True):
        write(folder / name, text)


def write(path: Path, text: str) -> Path:
    """Write a text whole or not at all.

    Raises
    ------
    StoreError
    """
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        os.replace(part, path)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror or error}") from error
    return path


def plain(value: float) -> float | str:
    """A number as JSON has it, which knows no infinity."""
    return value if math.isfinite(value) else ("inf" if value > 0 else "-inf")


def load(folder: Path) -> Stored | None:
    """The table stored last, None where there is none.

    Raises
    ------
    StoreError
        Not a table.
    """
    path = folder / FILES[0]
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        missing = [key for key in _KEYS if key not in content]
        if missing:
            raise ValueError(f"{missing[0]} is missing")
        rows = tuple(_row(entry) for entry in content["rows"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(f"{path}: not a scoreboard: {' '.join(str(error).split())}") from None
    head = {key: value for key, value in content.items() if key not in ("rows", "stamps")}
    return Stored(head, rows, dict(content.get("stamps", {})))


def _row(entry: dict[str, Any]) -> Row:
    """One row of the file."""
    known = {field.name for field in fields(Row)}
    row = Row(**{key: value for key, value in entry.items() if key in known})
    if row.verdict not in VERDICTS:
        raise ValueError(f"{row.id} {row.metric}: unknown verdict {row.verdict!r}")
    low, high = row.band
    return replace(row, band=(float(low), float(high)))
