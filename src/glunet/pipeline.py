"""The way of one experiment: points, blueprint, simulation, store, figures. What is stored is not computed again."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from glunet import provenance
from glunet.circuit.assemble import Setting, assemble
from glunet.circuit.blueprint import Blueprint, RecordPlan
from glunet.engine import gpu
from glunet.engine.simulate import NO_COMPILER, Progress, silent, simulate, usable
from glunet.experiment.check import COURSES
from glunet.experiment.plan import Point, points
from glunet.experiment.schedules import DoseSchedule, LevelSchedule
from glunet.experiment.types import Experiment
from glunet.store.atomic import ready
from glunet.store.hdf5 import is_whole, write
from glunet.store.naming import content_name
from glunet.store.recording import Recording
from glunet.vocabulary import schedule
from glunet.vocabulary.schedule import Ramp, Term


def _terms(dose: DoseSchedule) -> tuple[Term, ...]:
    """A dose's schedule, in mol/m^3."""
    concentration = dose.concentration
    if dose.schedule == "step":
        return schedule.step(concentration, dose.onset or 0.0, dose.offset)
    if dose.schedule == "bolus":
        return schedule.bolus(concentration, dose.onset or 0.0, dose.absorption_half_life or 0.0,
                              dose.elimination_half_life or 0.0)
    return schedule.constant(concentration)


def _ramps(course: LevelSchedule) -> tuple[Ramp, ...]:
    """A condition's schedule."""
    if course.schedule == "step":
        return schedule.ramped(course.level, course.onset or 0.0, course.offset, course.ramp or 0.0)
    return schedule.held(course.level)


def setting(experiment: Experiment, point: Point) -> Setting:
    """What one point of an experiment sets in the circuit."""
    values = {**experiment.overrides, **point.values}
    doses = {}
    for name, dose in experiment.drugs.items():
        changed = {key: values.pop(f"drugs.{name}.{key}") for key in COURSES["drugs"] if f"drugs.{name}.{key}" in values}
        doses[name] = _terms(dose.model_copy(update=changed))
    levels = {}
    for name, course in experiment.conditions.items():
        changed = {key: values.pop(f"conditions.{name}.{key}") for key in COURSES["conditions"]
                   if f"conditions.{name}.{key}" in values}
        levels[name] = _ramps(course.model_copy(update=changed))
    return Setting(point.seed, values, doses, levels)


def blueprint(experiment: Experiment, chosen: Sequence[Point]) -> Blueprint:
    """The blueprint of some points of an experiment, laid side by side as one network.

    Raises
    ------
    InputError, GlunetError
    """
    record = {name: RecordPlan(tuple(r.means), r.means_every, tuple(r.traces), tuple(r.cells) if r.traces else (),
                               r.traces_every) for name, r in experiment.record.items()}
    single = {path for path, axis in experiment.axes.items() if len(axis.values) < 2}
    plan = assemble(experiment.circuit, [setting(experiment, point) for point in chosen], experiment.duration,
                    cells=experiment.cells, dt=experiment.dt, slow_only=experiment.slow_only, record=record,
                    clamp=experiment.clamp, varying=set(experiment.units) - single)
    return replace(plan, precision=experiment.precision)


def record(experiment: Experiment, chosen: Sequence[Point], plan: Blueprint, device: str, progress: Progress) -> Recording:
    """Simulate a blueprint and add what makes the recording self-describing."""
    found = simulate(plan, device, progress)
    axes = {path: np.array([point.values[path] for point in chosen]) for path in experiment.units}
    design = {"design": asdict(experiment.design)} if experiment.design else {}
    card = {"gpu": gpu.describe()} if device == "cuda_standalone" else {}
    if experiment.record:
        wanted = {name for name, kept in experiment.record.items() if kept.spikes}
        found["spikes"] = {name: data for name, data in found["spikes"].items() if name in wanted}
    return Recording(
        experiment=experiment.name, title=experiment.title, duration_s=plan.duration, dt_s=plan.dt, seeds=plan.seeds,
        axes=axes, axis_units=experiment.units, blueprint=plan.describe(),
        experiment_text=experiment.text,
        provenance={**provenance.collect(device), **card, "precision": plan.precision, "batch_digest": plan.digest(),
                    "blueprint_digest": plan.model_digest(), **design}, **found)


def run(experiment: Experiment, *, force: bool = False, results: Path = Path("results"), device: str | None = None,
        progress: Progress = silent, figures: bool = True) -> list[Path]:
    """Run an experiment, store it and draw its figures.

    Parameters
    ----------
    experiment : Experiment
    force : bool
        Compute again what is stored already.
    results : Path
        Folder of all results; this experiment's files go to ``results/<name>/``.
    device : str, optional
        Instead of the experiment's own.
    progress : callable
        See `glunet.engine.simulate.simulate`.
    figures : bool
        Draw the experiment's figures.

    Returns
    -------
    list of Path
        The result file, then the figures.

    Raises
    ------
    GlunetError
        One line each; nothing stored is touched.
    """
    from glunet.store.result import open_result

    wanted = device or experiment.device
    chosen_device = usable(wanted)
    if chosen_device != wanted:
        print(NO_COMPILER, file=sys.stderr)
    chosen = points(experiment)
    plan = blueprint(experiment, chosen)
    path = results / experiment.name / content_name(experiment.text, chosen, plan.digest())
    if force or not is_whole(path):
        ready(path.parent)
        write(record(experiment, chosen, plan, chosen_device, progress), path)
    drawn: list[Path] = []
    if figures and experiment.figures:
        from glunet.figures import catalogue

        drawn = catalogue.draw_all(open_result(path), experiment.figures, path.parent / "figures")
    return [path, *drawn]
