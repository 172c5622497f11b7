"""Score the circuit: run the experiments behind the published observations and compare."""

from __future__ import annotations

import fnmatch
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

import glunet
from glunet import pipeline, provenance
from glunet.analysis.statistics import Interval, mean_interval
from glunet.engine.simulate import Progress, silent
from glunet.errors import InputError
from glunet.experiment.load import load
from glunet.experiment.types import AxisValues, DoseSchedule, Experiment
from glunet.library import names
from glunet.store.result import Result
from glunet.validation import control, ketamine, receptors, table

GROUPS = (control, ketamine, receptors)
FOLDER = Path("validation")


def computable() -> dict[str, tuple[str, ...]]:
    """Rows that this version computes, with the experiments each needs."""
    return {row: experiments for group in GROUPS for row, experiments in group.EXPERIMENTS.items()}


def chosen(only: list[str]) -> list[str]:
    """Row ids that match the patterns (``K1``, ``K*``; several may be joined by commas), all where none is given.

    Raises
    ------
    InputError
    """
    known, found = list(computable()), []
    for pattern in [part for entry in only for part in entry.split(",")]:
        matching = [row for row in known if fnmatch.fnmatchcase(row, pattern)]
        if not matching:
            raise InputError("command line", "--only", f"no row matches {pattern!r}", known, pattern)
        found += matching
    return [row for row in known if row in found or not only]


def _seeded(experiment: Experiment, seeds: int | None) -> Experiment:
    """The experiment with another number of seeds."""
    if seeds is None:
        return experiment
    axes = {**experiment.axes, "seed": AxisValues(tuple(range(1, seeds + 1)), "1")}
    text = experiment.text + f"\n# seeds: {seeds}\n"
    return experiment.model_copy(update={"axes": axes, "text": text})


def _result(name: str, seeds: int | None, results: Path, progress: Progress) -> Result:
    """An experiment's result, computed where it is not stored yet."""
    path = pipeline.run(_seeded(load(name), seeds), results=results, progress=progress, figures=False)[0]
    return glunet.open(path)


def zero_dose(seeds: int | None, results: Path, progress: Progress) -> dict[str, np.ndarray]:
    """Row P5: every drug in turn at zero dose against the circuit that has never heard of it."""
    plain = _seeded(load("validation/zero_dose"), seeds)
    first = glunet.open(pipeline.run(plain, results=results, progress=progress, figures=False)[0])
    worst = np.zeros(first.n_replicates)
    for drug in names("drugs"):
        dose = DoseSchedule(schedule="constant", concentration="0 uM")
        text = plain.text + f'\n[drugs.{drug}]\nschedule = "constant"\nconcentration = "0 uM"\n'
        dosed = plain.model_copy(update={"drugs": {drug: dose}, "text": text})
        second = glunet.open(pipeline.run(dosed, results=results, progress=progress, figures=False)[0])
        worst = np.maximum(worst, receptors.largest_difference(first, second))
    return {"max_abs_voltage_difference_mv": worst}


def compute(row: str, seeds: int | None, results: Path, progress: Progress, opened: dict[str, Result]) -> list[table.Row]:
    """All metrics of one row, scored."""
    target = table.targets()[row]
    if row == "P5":
        values: dict[str, Any] = dict(zero_dose(seeds, results, progress))
    else:
        for name in computable()[row]:
            if name not in opened:
                opened[name] = _result(name, seeds, results, progress)
        function = next(group.ROWS[row] for group in GROUPS if row in group.ROWS)
        values = function(opened)
    rows = []
    for entry in target["score"]:
        value = values[entry["metric"]]
        found = value if isinstance(value, Interval) else mean_interval(value)
        numbers = [float(x) for x in (found.mean, found.low, found.high)]
        if entry["metric"].startswith("fraction_"):
            numbers = [min(max(x, 0.0), 1.0) for x in numbers]     # a share of cells has no interval beyond all of them
        rows.append(table.score(target, entry["metric"], (numbers[0], numbers[1], numbers[2]), int(found.n)))
    return rows


def main(only: list[str], seeds: int | None, results: Path, progress: Progress = silent, folder: Path = FOLDER) -> int:
    """Compute rows of the scoreboard, print them, and keep the table.

    Parameters
    ----------
    only : list of str
        Ids or patterns; all computable rows where empty.
    seeds : int or None
        Seeds per experiment; the experiments' own where None.
    results : Path
        Where results are kept: what is stored is not computed again.
    progress : callable
    folder : Path
        Where ``table.json`` and ``table.md`` are written. Rows not computed now keep their last value only where they
        were computed by the same commit.

    Returns
    -------
    int
        0; a row that fails is a result, not an error.
    """
    head = {"commit": provenance.commit() or "unknown", "device": "cpp_standalone",
            "date": datetime.now(UTC).date().isoformat(), "glunet": glunet.__version__}
    opened: dict[str, Result] = {}
    found = {row: compute(row, seeds, results, progress, opened) for row in chosen(only)}
    kept: dict[str, list[table.Row]] = {}
    if only and table.commit_of(folder) == head["commit"]:
        for row in table.load(folder):
            kept.setdefault(row.id, []).append(row)
    rows = [line for id_, target in table.targets().items()
            for line in found.get(id_) or kept.get(id_) or table.not_run(target)]
    for line in rows:
        if line.id in found:
            interval = f"[{table.number(line.ci_low)}, {table.number(line.ci_high)}]"
            band = f"{table.number(line.band[0])} to {table.number(line.band[1])}"
            print(f"{line.verdict:<8}{line.id:<4}{line.metric:<58}{table.number(line.value):>9} {interval:<22} band {band}")
    table.save(rows, head, folder)
    return 0
