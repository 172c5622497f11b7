"""The objective: rows of a targets file or of the user's own, and what a number outside its band costs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from glunet.calibration.measures import PAIRED, SCOREBOARD, SINGLE, Measure, catalogue
from glunet.calibration.types import Aim, CalibrationFile, FloatArray, Goal, ObjectiveTable, Row
from glunet.errors import InputError
from glunet.experiment.check import Known, require
from glunet.experiment.load import read, translated
from glunet.validation import table as scoreboard

_SHORTEST_S = 0.1
_GAMMA_S = 1.0          # one segment of the spectrum


def penalty(values: FloatArray, goal: Goal, cap: float) -> FloatArray:
    """What numbers cost: nothing inside the band, then the distance in units of the goal's scale, bending over to a cap.

    Parameters
    ----------
    values : float64[...]
    goal : Goal
    cap : float
        No finite number costs more; the cost still grows with distance, so that the far side keeps a slope.

    Returns
    -------
    float64[...]
        ``cap*z/(cap + z)``; twice the cap for nan, so that no number is worse than any.
    """
    x = np.asarray(values, float)
    z = np.maximum(np.maximum(goal.low - x, x - goal.high), 0.0) / goal.scale
    with np.errstate(invalid="ignore"):
        cost = np.where(np.isinf(z), cap, cap * z / (cap + z))
    return np.where(np.isnan(x), 2.0 * cap, cost)


def rows(known: Known, raw: CalibrationFile, folder: Path) -> tuple[Row, ...]:
    """All rows of the objective, the targets file's among them.

    Parameters
    ----------
    known : Known
    raw : CalibrationFile
    folder : Path
        Of the calibration file: paths in it start there.

    Raises
    ------
    InputError
    """
    targets: dict[str, dict[str, Any]] | None = None
    found: list[Row] = []
    for name, entry in raw.objective.items():
        if entry.row is None:
            found.append(_row(known, raw, name, entry, entry, ""))
            continue
        if targets is None:
            targets = _targets(raw, folder)
        found += _target(known, raw, name, entry, targets)
    return tuple(found)


def _targets(raw: CalibrationFile, folder: Path) -> dict[str, dict[str, Any]]:
    """Targets by id: ours, or the user's own file."""
    if raw.calibration.targets is None:
        return scoreboard.targets()
    path = folder / raw.calibration.targets
    entries = read(path)[1].get("target")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise InputError(str(path), "target", "no tables [[target]]", "tables [[target]] with id and score")
    found: dict[str, dict[str, Any]] = {}
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry.get("id"), str) or not isinstance(entry.get("score"), list):
            raise InputError(str(path), f"target {number}", "lacks an id or a score",
                             'id = "..." and score = [{ metric = "...", band = [.., ..] }]')
        found[entry["id"]] = {**entry, "file": str(path)}
    return found


def _target(known: Known, raw: CalibrationFile, name: str, entry: ObjectiveTable,
            targets: dict[str, dict[str, Any]]) -> list[Row]:
    """Rows of one entry of the targets file."""
    key = f"objective.{name}"
    able = [row for row, target in targets.items() if any(_computable(score) for score in target["score"])]
    assert entry.row is not None
    if entry.row in targets and entry.row not in able:
        raise InputError(known.file, f"{key}.row", f"{entry.row} cannot be computed in a short search", able, entry.row)
    require(known.file, f"{key}.row", "row", entry.row, able)
    target = targets[entry.row]
    scores = {str(score.get("metric")): score for score in target["score"] if isinstance(score, dict)}
    for metric in entry.metrics or ():
        require(known.file, f"{key}.metrics", f"metric of {entry.row}", metric, scores)
    wanted = entry.metrics or tuple(scores)
    for metric in wanted:
        if not _computable(scores[metric]):
            usable = [other for other in scores if _computable(scores[other])]
            raise InputError(known.file, f"{key}.metrics", f"{metric} of {entry.row} cannot be computed in a short search",
                             f"metrics = {usable}")
    if entry.band is not None and len(wanted) > 1:
        raise InputError(known.file, f"{key}.band", "stands for several metrics", "one metric")
    file = target.get("file", "targets.toml")
    return [_row(known, raw, f"{entry.row} {metric}", entry, _aim(file, entry.row, scores[metric]), entry.row, key)
            for metric in wanted]


def _computable(score: Any) -> bool:
    return isinstance(score, dict) and score.get("metric") in catalogue()


def _aim(file: str, row: str, score: dict[str, Any]) -> Aim:
    """One entry of a target's score, checked."""
    try:
        return TypeAdapter(Aim).validate_python(score)
    except ValidationError as error:
        raise translated(f"{file}: {row}: {score.get('metric')}", error, Aim) from None


def _row(known: Known, raw: CalibrationFile, name: str, entry: ObjectiveTable, aim: Aim, target: str,
         key: str | None = None) -> Row:
    """One number of the objective."""
    key = key or f"objective.{name}"
    measure = _measure(known, key, aim, entry.min_spikes)
    require(known.file, f"{key}.condition", "condition", entry.condition, raw.conditions)
    reference = entry.reference or ""
    if measure.needs_reference and not reference:
        raise InputError(known.file, f"{key}.reference", f"missing: {aim.metric} compares two conditions", raw.conditions)
    if reference:
        require(known.file, f"{key}.reference", "condition", reference, raw.conditions)
        if not measure.needs_reference:
            raise InputError(known.file, f"{key}.reference", f"{aim.metric} compares nothing",
                             "no reference, or compare = 'change_fraction', 'ratio' or 'difference'")
    window = entry.window or raw.conditions[entry.condition].window
    other = entry.reference_window or entry.window or raw.conditions[reference or entry.condition].window
    if reference == entry.condition and window == other:
        raise InputError(known.file, f"{key}.reference", "a condition is held against itself",
                         "another condition, or a reference_window")
    for which, place in ((window, "window"), (other, "reference_window")):
        _window(known, f"{key}.{place}", which, raw.calibration.duration, measure)
    return Row(name, target, measure, entry.condition, reference, window, other, _goal(known, key, entry, aim), entry.weight)


def _window(known: Known, key: str, window: Sequence[float], duration: float, measure: Measure) -> None:
    """Refuse a window that is empty, too short or not within the run."""
    shortest = _GAMMA_S if measure.kind == "gamma_power" else _SHORTEST_S
    if not window[0] + shortest <= window[1] <= duration:
        raise InputError(known.file, key, f"{window[0]:g} s to {window[1]:g} s",
                         f"at least {shortest:g} s within the run of {duration:g} s")


def _measure(known: Known, key: str, aim: Aim, min_spikes: int | None) -> Measure:
    """What is measured: a metric of the scoreboard, or a measure of the catalogue with its options."""
    metric = aim.metric or ""
    require(known.file, f"{key}.metric", "measure", metric, catalogue())
    general = metric in SINGLE or metric in PAIRED
    if metric in SCOREBOARD and not (general and aim.population):
        for option in ("population", "variable", "over", "compare"):
            if getattr(aim, option) is not None:
                raise InputError(known.file, f"{key}.{option}", f"{metric} says it already", "no such key here")
        measure = SCOREBOARD[metric]
        measure = measure if min_spikes is None else Measure(**{**vars(measure), "min_spikes": min_spikes})
    else:
        if aim.population is None:
            raise InputError(known.file, f"{key}.population", f"missing: {metric} is one population's", known.populations)
        if metric in PAIRED and aim.compare is not None:
            raise InputError(known.file, f"{key}.compare", f"{metric} is a comparison already", "no such key here")
        measure = Measure(metric, aim.population, aim.compare or "value", aim.variable or "", aim.over or "",
                          min_spikes or aim.min_spikes or 10)
    _offered(known, key, measure)
    return measure


def _offered(known: Known, key: str, measure: Measure) -> None:
    """Refuse what the circuit does not have."""
    require(known.file, f"{key}.population", "population", measure.population, known.populations)
    if measure.kind in ("mean", "gamma_power"):
        offered = known.recordables.get(measure.population, [])
        for name, value in (("variable", measure.variable), ("over", measure.over)):
            if value or name == "variable":
                require(known.file, f"{key}.{name}", "variable", value, offered)
    elif measure.variables:
        raise InputError(known.file, f"{key}.variable", f"{measure.kind} reads no variable", "mean, gamma_power")
    for path in measure.constants:
        if path not in known.paths:
            raise InputError(known.file, f"{key}.population", f"{measure.population!r} has no release that depletes",
                             "a population with the mechanism 'depression'")


def _goal(known: Known, key: str, entry: ObjectiveTable, aim: Aim) -> Goal:
    """The band, and the distance outside it that costs one."""
    if aim.value is not None and aim.error is not None:
        return Goal(aim.value, aim.value, aim.error)
    if aim.band is None and entry.band is None:
        raise InputError(known.file, f"{key}.band", "missing", "band = [lowest, highest], or value and error")
    low, high = entry.band or aim.band or (0.0, 0.0)
    if aim.band is not None and not aim.band[0] <= low <= high <= aim.band[1]:
        raise InputError(known.file, f"{key}.band", f"[{low:g}, {high:g}] is wider than the target's",
                         f"a band within [{aim.band[0]:g}, {aim.band[1]:g}]")
    scale = entry.tolerance or aim.tolerance or high - low
    if not 0 < scale < math.inf:
        raise InputError(known.file, f"{key}.tolerance", "missing, and the band has no width of its own",
                         "how far outside the band costs one")
    return Goal(low, high, scale)
