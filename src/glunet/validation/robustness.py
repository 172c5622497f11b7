"""Which verdicts stay when the parameters that matter most are changed: the scoreboard's sensitivity analysis.

Morris' screening (SALib) orders all fitted and assumed parameters by how far they move the metrics; the first of them
are then changed one at a time, and every row is scored again. A metric whose verdict stays under all changes is robust.
Both steps are sweeps: a killed analysis goes on where it was.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import glunet
from glunet.analysis.sensitivity import sensitivity
from glunet.dispatch.local import Watch
from glunet.errors import GlunetError, InputError
from glunet.experiment.load import load
from glunet.store.result import Result
from glunet.validation import compute, perturb, rows, table
from glunet.validation.candidates import Candidate, chosen
from glunet.validation.perturb import Setting
from glunet.validation.score import score
from glunet.validation.selection import Whole

BASELINE = "validation/baseline"
Metric = tuple[str, str]        # row and metric
Scores = dict[Metric, table.Row]


@dataclass(frozen=True)
class Ranked:
    """A parameter and what the screening found.

    Parameters
    ----------
    candidate : Candidate
    importance : float
        Its mean elementary effect relative to the largest one of each metric, averaged over metrics; nan without screening.
    effects : mapping of Metric to float
        Mean absolute elementary effects (mu*) over 40 % of the parameter's value, in the metric's unit.
    """

    candidate: Candidate
    importance: float
    effects: Mapping[Metric, float]


@dataclass(frozen=True)
class Outcome:
    """What an analysis found.

    Parameters
    ----------
    setting : Setting
    rows : tuple of str
        Those examined.
    ranked : tuple of Ranked
        All candidates, the most important first.
    tried : tuple of Candidate
        Those changed one at a time.
    base : mapping of Metric to Row
        Scored at the unchanged parameters.
    moved : mapping of path to list of mapping
        Scores by change; an empty mapping where the run failed.
    """

    setting: Setting
    rows: tuple[str, ...]
    ranked: tuple[Ranked, ...]
    tried: tuple[Candidate, ...]
    base: Scores
    moved: Mapping[str, list[Scores]]

    def verdicts(self, metric: Metric) -> dict[str, list[str]]:
        """Verdicts of a metric, by path and change."""
        return {path: [scores[metric].verdict if metric in scores else "not run" for scores in at]
                for path, at in self.moved.items()}

    def values(self, metric: Metric) -> dict[str, list[float | None]]:
        """Values of a metric, by path and change."""
        return {path: [scores[metric].value if metric in scores else None for scores in at]
                for path, at in self.moved.items()}

    def robust(self, metric: Metric) -> bool:
        """Whether its verdict stays under all changes."""
        return all(word == self.base[metric].verdict for words in self.verdicts(metric).values() for word in words)


def examined(only: list[str], circuit: str, option: str = "--only") -> list[str]:
    """Rows that can be examined; an option of the command line names them.

    Raises
    ------
    InputError
        None of those asked for.
    """
    found = [row for row in rows.chosen(only, option) if perturb.usable(row, circuit)]
    if not found:
        raise InputError("command line", option, f"no row of these depends on the parameters of '{circuit}'",
                         [row for row in rows.computable() if perturb.usable(row, circuit)])
    return found


def _behind(wanted: Sequence[str]) -> list[str]:
    """Names of the experiments that rows read, each once."""
    return list(dict.fromkeys(name for row in wanted for name in rows.computable()[row]))


def analyse(only: list[str], setting: Setting, results: Path, watch: Callable[[str], Watch], *, jobs: int | None = None,
            device: str | None = None) -> Outcome:
    """Screen, change, score.

    Parameters
    ----------
    only : list of str
        Ids or patterns of rows; all that depend on the circuit where empty.
    setting : Setting
    results : Path
        Where results are kept.
    watch : callable
        Makes a watch for a step by its name.
    jobs, device
        As of `glunet.validate.main`.

    Raises
    ------
    GlunetError
        Something could not be computed at all; what is stored stays.
    """
    circuit = load(BASELINE).circuit
    wanted = examined(only, circuit)
    names = _behind(wanted)
    found = chosen(circuit, setting.parameters)
    ranked = [Ranked(candidate, float("nan"), {}) for candidate in found]
    if len(found) > setting.top:
        ordering = examined(list(setting.screen), circuit, "--screen") if setting.screen else wanted
        asked = {name: perturb.screening(name, setting, found) for name in _behind(ordering)
                 if load(name).circuit == circuit}
        paths = compute.compute(compute.planned(asked, results, jobs=jobs, device=device), jobs, watch("screening"))
        whole = {name: Whole(glunet.open(path)) for name, path in paths.items()}
        ranked = rank(found, [row for row in ordering if set(rows.computable()[row]) <= set(whole)], whole)
    tried = [one.candidate for one in ranked[:setting.top]]
    return _one_at_a_time(wanted, names, setting, ranked, tried, results, watch("changes"), jobs, device)


def _one_at_a_time(wanted: Sequence[str], names: Sequence[str], setting: Setting, ranked: Sequence[Ranked],
                   tried: Sequence[Candidate], results: Path, watch: Watch, jobs: int | None, device: str | None) -> Outcome:
    """Change one parameter after another."""
    asked = {name: perturb.baseline(name, setting) for name in names}
    for candidate in tried:
        for name in names:
            changed = perturb.one_changed(name, setting, candidate)
            if changed is not None:
                asked[f"{name} {candidate.path}"] = changed
    paths = compute.compute(compute.planned(asked, results, jobs=jobs, device=device), jobs, watch)
    missing = [name for name in names if name not in paths]
    if missing:
        raise GlunetError(f"{missing[0]}: could not be computed; the same command tries again")
    plain = {name: glunet.open(paths[name]) for name in names}
    base = scored(wanted, plain)
    moved: dict[str, list[Scores]] = {}
    for candidate in tried:
        keys = {name: f"{name} {candidate.path}" for name in names if f"{name} {candidate.path}" in asked}
        if not set(keys.values()) <= set(paths):
            moved[candidate.path] = [{} for _ in setting.changes]
            continue
        whole = {name: Whole(glunet.open(paths[key])) for name, key in keys.items()}
        values = [float(x) for x in next(iter(asked[key] for key in keys.values())).axes[candidate.path].values]
        moved[candidate.path] = [scored(wanted, {**plain, **{name: one.at({candidate.path: value})
                                                             for name, one in whole.items()}}) for value in values]
    return Outcome(setting, tuple(wanted), tuple(ranked), tuple(tried), base, moved)


def scored(wanted: Sequence[str], results: Mapping[str, Result]) -> Scores:
    """Rows scored from results; a row without numbers (such as a silent circuit's) fails, as on the scoreboard."""
    found: Scores = {}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        for row in wanted:
            target = table.targets()[row]
            try:
                lines = score(target, rows.function(row)(results))
            except (ValueError, IndexError, ZeroDivisionError):
                nothing = {entry["metric"]: np.full(1, np.nan) for entry in target["score"]}
                lines = score(target, nothing)
            found |= {(line.id, line.metric): line for line in lines}
    return found


def rank(candidates: Sequence[Candidate], wanted: Sequence[str], whole: Mapping[str, Whole]) -> list[Ranked]:
    """Order candidates by what the screening found.

    Parameters
    ----------
    candidates : sequence of Candidate
    wanted : sequence of str
        Rows to score.
    whole : mapping of experiment name to Whole
        Results of the screening, all of the same design.

    Raises
    ------
    GlunetError
        No metric has a value at every point.
    """
    from glunet.analysis.design import Design

    if not whole:
        raise GlunetError("the screening could not be computed; the same command tries again")
    design = Design.of(next(iter(whole.values())).result.provenance["design"])
    points = design.points()
    scores = [scored(wanted, {name: one.at(point) for name, one in whole.items()}) for point in points]
    row_of = design.find(np.array([[point[path] for path in design.ranges] for point in points]))
    effects: dict[Metric, NDArray[np.float64]] = {}
    for metric in scores[0]:
        values = np.array([np.nan if at[metric].value is None else at[metric].value for at in scores], float)
        if np.all(np.isfinite(values)) and np.ptp(values) > 0:
            found = sensitivity(design, values[row_of]).values["mu_star"]
            if found.max() > 0:     # a metric may differ between trajectories and be even in each
                effects[metric] = found
    if not effects:
        raise GlunetError("screening: no metric has a value at every point: use longer runs (--screening-shorten) or other "
                          "rows (--screen)")
    relative = np.mean([found / found.max() for found in effects.values()], axis=0)
    place = {path: index for index, path in enumerate(design.ranges)}
    ranked = [Ranked(one, float(relative[place[one.path]]), {metric: float(found[place[one.path]])
                                                             for metric, found in effects.items()}) for one in candidates]
    return sorted(ranked, key=lambda one: -one.importance)


def forecast(only: list[str], setting: Setting, results: Path, jobs: int | None, device: str | None) -> tuple[float, float]:
    """Seconds that the screening and the changes would take from nothing; which parameters are changed hardly matters."""
    from glunet.dispatch import estimate, machine
    from glunet.engine.simulate import usable

    circuit = load(BASELINE).circuit
    wanted = examined(only, circuit)
    ordering = _behind(examined(list(setting.screen), circuit, "--screen") if setting.screen else wanted)
    names = _behind(wanted)
    found = chosen(circuit, setting.parameters)
    first = [perturb.screening(name, setting, found) for name in ordering if load(name).circuit == circuit]
    made = [perturb.one_changed(name, setting, candidate) for name in names for candidate in found[:setting.top]]
    second = [perturb.baseline(name, setting) for name in names] + [one for one in made if one is not None]

    def seconds(experiments: Sequence[Any]) -> float:
        total = 0.0
        for sweep in compute.planned({str(i): one for i, one in enumerate(experiments)}, results, jobs=jobs, device=device,
                                     keep=False):
            if sweep.plan is not None and sweep.missing:
                workers = machine.limits(usable(sweep.plan.device), jobs=jobs).jobs
                total += estimate.forecast(sweep.plan.workload, sweep.plan.device,
                                           [len(batch.points) for batch in sweep.missing], workers).total
                total += estimate.COMPILE       # each parameter that varies makes a program of its own
        return total

    return seconds(first) if len(found) > setting.top else 0.0, seconds(second)
