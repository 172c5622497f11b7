"""The results that rows need: taken from the store, or computed as sweeps on this machine's cores.

Each experiment is a sweep (`glunet.dispatch`): what a killed run has stored is not computed again. A result that
`glunet run` has stored in one file counts as well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from glunet.dispatch import local, machine
from glunet.dispatch import plan as plans
from glunet.dispatch.local import Standing, Watch
from glunet.dispatch.plan import Batch, SweepPlan
from glunet.engine.simulate import usable
from glunet.experiment.plan import points
from glunet.experiment.types import Experiment
from glunet.store.hdf5 import is_whole
from glunet.store.naming import content_name

_RUN = re.compile(r"-[0-9a-f]{12}\.h5$")


@dataclass(frozen=True)
class Sweep:
    """An experiment, where its result is or will be, and what is missing of it."""

    name: str
    experiment: Experiment
    path: Path
    plan: SweepPlan | None
    missing: tuple[Batch, ...]

    @property
    def work(self) -> float:
        """Cell steps that are missing."""
        if self.plan is None:
            return 0.0
        return float(sum(len(batch.points) for batch in self.missing) * self.plan.workload.cells * self.plan.workload.steps)


def planned(experiments: Mapping[str, Experiment], results: Path, *, jobs: int | None = None, device: str | None = None,
            keep: bool = True) -> list[Sweep]:
    """What of these experiments is stored, and what is missing.

    Parameters
    ----------
    experiments : mapping of name to Experiment
    results : Path
        Folder of all results.
    jobs : int, optional
        Worker processes; one per core where not given.
    device : str, optional
        Instead of the experiments' own.
    keep : bool
        Write new plans down. Without it nothing is written.

    Raises
    ------
    GlunetError
    """
    return [_planned(name, experiment, results, jobs, device, keep) for name, experiment in experiments.items()]


def _planned(name: str, experiment: Experiment, results: Path, jobs: int | None, device: str | None, keep: bool) -> Sweep:
    """One of them."""
    alone = stored_alone(experiment, results)
    if alone is not None:
        return Sweep(name, experiment, alone, None, ())
    limits = machine.limits(usable(device or experiment.device), jobs=jobs)
    plan = plans.make(experiment, results, device=device, limits=limits, keep=keep)
    return Sweep(name, experiment, plan.path, plan, tuple(plan.missing()))


def stored_alone(experiment: Experiment, results: Path) -> Path | None:
    """The one file in which `glunet run` has stored this experiment on this circuit, where there is one."""
    folder = results / experiment.name
    if not any(_RUN.search(path.name) for path in folder.glob(f"{experiment.name}-*.h5")):
        return None
    from glunet import pipeline

    chosen = points(experiment)
    path = folder / content_name(experiment.text, chosen, pipeline.blueprint(experiment, chosen).digest())
    return path if is_whole(path) else None


def compute(sweeps: list[Sweep], jobs: int | None, watch: Watch) -> dict[str, Path]:
    """Compute what is missing, sweep after sweep, each on all cores.

    Parameters
    ----------
    sweeps : list of Sweep
    jobs : int or None
    watch : Watch
        Is told of all sweeps as if they were one.

    Returns
    -------
    dict of name to Path
        Of the results that are whole now; why others are not has been said.

    Raises
    ------
    GlunetError
        Workers cannot start.
    """
    total = sum(sweep.work for sweep in sweeps)
    done, seconds, simulated, points_before = 0.0, 0.0, 0.0, 0
    number = sum(len(batch.points) for sweep in sweeps for batch in sweep.missing)
    found: dict[str, Path] = {}
    for sweep in sweeps:
        left: list[Batch] = []
        if sweep.plan is not None and sweep.missing:
            part = _Part(watch, done / total, sweep.work / total, seconds, simulated, points_before, number)
            workers = machine.limits(usable(sweep.plan.device), jobs=jobs).jobs
            left = local.run(sweep.plan, sweep.missing, workers, part)
            seconds, simulated = part.seconds, part.simulated
        done += sweep.work
        points_before += sum(len(batch.points) for batch in sweep.missing)
        if not left:
            found[sweep.name] = sweep.path
    return found


class _Part:
    """The news of one sweep as news of all: what was done before it counts, and what is to come."""

    def __init__(self, watch: Watch, before: float, share: float, seconds: float, simulated: float, points: int,
                 of: int) -> None:
        self._watch, self._before, self._share = watch, before, share
        self._seconds, self._simulated, self._points, self._of = seconds, simulated, points, of
        self.seconds, self.simulated = seconds, simulated

    def standing(self, now: Standing) -> None:
        """How far all of them are."""
        self.seconds, self.simulated = self._seconds + now.elapsed_s, self._simulated + now.simulated_s
        fraction = self._before + self._share * now.fraction
        stored = self._points + now.stored
        self._watch.standing(Standing(stored, self._of, fraction if stored == self._of else min(fraction, 0.99),
                                      self.simulated, self.seconds, now.workers, now.phase))

    def say(self, line: str) -> None:
        """Handed on."""
        self._watch.say(line)
