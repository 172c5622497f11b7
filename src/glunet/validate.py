"""Score the circuit: get the results behind the published observations, and hold them against their bands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import glunet
from glunet import provenance
from glunet.dispatch.local import Watch
from glunet.errors import GlunetError, StoreError
from glunet.store.result import Result
from glunet.validation import compute, dependence, pages, rows, table
from glunet.validation.experiments import named
from glunet.validation.perturb import Setting
from glunet.validation.score import score

FOLDER = Path("validation")
FEWEST_SEEDS = 5        # the rule of targets.toml


def main(only: list[str], seeds: int | None, results: Path, watch: Watch, *, jobs: int | None = None,
         device: str | None = None, folder: Path = FOLDER, say: Callable[[str], None] = print) -> list[str]:
    """Compute rows of the scoreboard, print them, and keep the table and its pages.

    Parameters
    ----------
    only : list of str
        Ids or patterns; all computable rows where empty.
    seeds : int or None
        Seeds per experiment; the experiments' own where None.
    results : Path
        Where results are kept: what is stored is not computed again.
    watch : Watch
        Is told how far the computing is.
    jobs : int, optional
        Worker processes; one per core where not given.
    device : str, optional
        Instead of the experiments' own.
    folder : Path
        Where the table and the pages are written. Rows that are not computed now keep what they have, with the commit that
        scored them.
    say : callable
        Takes the lines of the outcome.

    Returns
    -------
    list of str
        Rows that could not be computed; a row that fails is a result, not an error.

    Raises
    ------
    GlunetError
    """
    wanted = rows.chosen(only)
    before = table.load(folder)
    needed = {row: rows.computable()[row] for row in wanted}
    experiments = {name: named(name, seeds) for name in dict.fromkeys(name for names in needed.values() for name in names)}
    sweeps = compute.planned(experiments, results, jobs=jobs, device=device)
    paths = compute.compute(sweeps, jobs, watch)
    found: dict[str, list[table.Row]] = {}
    for row in wanted:
        if set(needed[row]) <= set(paths):
            found[row] = _scored(row, {name: paths[name] for name in needed[row]}, folder, say)
    left = [row for row in wanted if row not in found]
    keep(found, before, folder)
    return left


def _scored(row: str, paths: Mapping[str, Path], folder: Path, say: Callable[[str], None]) -> list[table.Row]:
    """One row from its results, its figures drawn and its lines told."""
    opened = {name: glunet.open(path) for name, path in paths.items()}
    lines = score(table.targets()[row], rows.function(row)(opened))
    lines = [replace(line, **_circumstances(list(opened.values()))) for line in lines]
    for problem in pages.draw(row, lines, opened, folder):
        say(problem)
    for line in lines:
        say(f"{line.verdict:<8}{line.id:<4}{line.metric:<58}{table.number(line.value):>9} "
            f"{'[' + table.interval(line) + ']':<24} band {table.band(line)}")
    return lines


def _circumstances(results: Sequence[Result]) -> dict[str, Any]:
    """What computed a row, how long that took, and what scored it."""
    devices = sorted({str(part) for result in results for part in _listed(result.provenance.get("device"))})
    return {"duration_s": round(sum(sum(result.timings.values()) for result in results), 1), "device": ", ".join(devices),
            "commit": provenance.commit() or "unknown", "date": datetime.now(UTC).date().isoformat()}


def _listed(value: Any) -> list[Any]:
    """What differs between joined files is a list already."""
    return value if isinstance(value, list) else [value]


def keep(found: Mapping[str, list[table.Row]], before: table.Stored | None, folder: Path) -> None:
    """Write the table and all pages: rows computed now, and before; the rest as not run.

    Parameters
    ----------
    found : mapping of row id to list of Row
    before : Stored or None
        The table that is there.
    folder : Path
    """
    from glunet.validation import sensitivity

    kept = before.by_id() if before else {}
    stamps = {**(before.stamps if before else {}), **{row: dependence.stamp(row) for row in found}}
    marks = sensitivity.marks(folder, stamps)
    lines: list[table.Row] = []
    for id_, target in table.targets().items():
        here = found.get(id_) or _still(kept.get(id_, []), target, before) or table.not_run(target)
        for line in here:
            verdict, robust = marks.get((line.id, line.metric), ("", False))
            lines.append(replace(line, robust=robust if verdict == line.verdict else None))
    head: dict[str, Any] = {"commit": "", "device": "", "date": "", "glunet": glunet.__version__}
    computed = [line for line in lines if line.verdict != "not run"]
    for key in ("commit", "device", "date"):
        head[key] = ", ".join(sorted({getattr(line, key) for line in computed if getattr(line, key)})) or "none"
    written = {line.id for line in computed}
    table.save(lines, head, folder, {row: stamps[row] for row in stamps if row in written})
    for id_, target in table.targets().items():
        pages.write(target, [line for line in lines if line.id == id_], folder)


def _still(lines: list[table.Row], target: Mapping[str, Any], before: table.Stored | None) -> list[table.Row]:
    """A row of the former table, where it has the metrics and bands that are asked for now."""
    asked = [(entry["metric"], tuple(float(x) for x in entry["band"])) for entry in target["score"]]
    if before is None or [(line.metric, line.band) for line in lines] != asked:
        return []
    # tables of older versions said commit, device and date once, at their head
    return [replace(line, source=table.source_text(target), commit=line.commit or str(before.head.get("commit", "")),
                    device=line.device or str(before.head.get("device", "")),
                    date=line.date or str(before.head.get("date", ""))) for line in lines]


def sensitivity(only: list[str], setting: Setting, results: Path, watch: Callable[[str], Watch], *, jobs: int | None = None,
                device: str | None = None, folder: Path = FOLDER) -> list[Path]:
    """Tell how robust the verdicts are, write that down, and mark the rows of the table.

    Parameters
    ----------
    only, results, jobs, device, folder
        As of `main`.
    setting : Setting
        How it is made.
    watch : callable
        Makes a watch for a step by its name.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    GlunetError
    """
    from glunet.validation import robustness
    from glunet.validation import sensitivity as written

    outcome = robustness.analyse(only, setting, results, watch, jobs=jobs, device=device)
    paths = written.save(outcome, device or "cpp_standalone", folder)
    stored = table.load(folder)
    if stored is not None:
        keep({}, stored, folder)
    return paths


def check(folder: Path = FOLDER) -> tuple[list[str], bool]:
    """Compare the stored table with what decides its numbers now: experiments, circuit, analysis, bands. Simulates nothing.

    Parameters
    ----------
    folder : Path
        Of the table.

    Returns
    -------
    lines : list of str
        One per stale row, and one that counts them.
    stale : bool

    Raises
    ------
    StoreError
        There is no table, or it is none.
    """
    stored = table.load(folder)
    if stored is None:
        raise StoreError(f"{folder / table.FILES[0]}: no scoreboard here; glunet validate makes it")
    known = table.targets()
    unknown = sorted({row.id for row in stored.rows} - set(known))
    if unknown:
        raise StoreError(f"{folder / table.FILES[0]}: not a scoreboard: no row {unknown[0]} in targets.toml")
    computed, computable = stored.by_id(), rows.computable()
    why = {row: _why_stale(row, computed[row], known[row], stored) for row in computable if row in computed}
    stale = [row for row in why if why[row]]
    lost = [row for row in computed if row not in computable]
    missing = [row for row in computable if row not in computed]
    told = f"{len(computed) - len(stale) - len(lost)} of {len(computed)} computed rows are up to date"
    told += f"; computable and not in the table: {', '.join(missing)}" if missing else ""
    told += f"; glunet validate --only {','.join(stale)} brings up to date what is stale" if stale else ""
    return [*(f"{row} is stale: {'; '.join(why[row])}" for row in stale),
            *(f"{row} is stale: nothing computes it any more" for row in lost), told], bool(stale or lost)


def _why_stale(row: str, lines: list[table.Row], target: Mapping[str, Any], stored: table.Stored) -> list[str]:
    """What has changed since a row was scored."""
    asked = [(entry["metric"], tuple(float(x) for x in entry["band"])) for entry in target["score"]]
    if [(line.metric, line.band) for line in lines] != asked:
        return ["its metrics or bands have changed"]
    if row not in stored.stamps:
        return ["the table does not say what it was computed from"]
    try:
        return dependence.differences(stored.stamps[row], dependence.stamp(row))
    except GlunetError as error:
        return [str(error)]
