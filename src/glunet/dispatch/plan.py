"""From an experiment to batches with a file each, and one batch computed: what local sweeps and clusters share."""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from glunet import pipeline
from glunet.dispatch import estimate
from glunet.dispatch.claim import claim
from glunet.dispatch.estimate import Limits, Workload
from glunet.engine.simulate import Progress, usable
from glunet.errors import GlunetError
from glunet.experiment.load import load_text
from glunet.experiment.plan import Point, points
from glunet.experiment.types import Experiment
from glunet.store import plans
from glunet.store.hdf5 import is_whole, write
from glunet.store.naming import question

# what one network cannot hold two values of
_STRUCTURE = re.compile(r"^projections\..+\.(in_degree|delay)$")
DAMAGED = ".damaged"


@dataclass(frozen=True)
class Batch:
    """Some points that are computed as one network and stored in one file."""

    index: int
    points: tuple[Point, ...]
    path: Path


@dataclass(frozen=True)
class SweepPlan:
    """All points of an experiment, cut into batches.

    Parameters
    ----------
    experiment : Experiment
    device : str
    folder : Path
        Of the results.
    key : str
        Twelve hex digits of what is computed: experiment, points and circuit.
    path : Path
        The plan file.
    batches : tuple of Batch
        In the order of their points.
    workload : Workload
        What one replicate costs.
    """

    experiment: Experiment
    device: str
    folder: Path
    key: str
    path: Path
    batches: tuple[Batch, ...]
    workload: Workload

    def missing(self) -> list[Batch]:
        """Batches without a whole file."""
        return [batch for batch in self.batches if not is_whole(batch.path)]

    @property
    def n_points(self) -> int:
        """Number of points."""
        return sum(len(batch.points) for batch in self.batches)


def make(experiment: Experiment, results: Path, *, device: str | None = None, limits: Limits | None = None,
         keep: bool = True, replan: bool = False) -> SweepPlan:
    """The plan of an experiment: the one that is there already, or a new one.

    Parameters
    ----------
    experiment : Experiment
        As loaded from a file.
    results : Path
        Folder of all results; this experiment's files go to ``results/<name>/``.
    device : str, optional
        What computes the missing batches, instead of the plan's or the experiment's own.
    limits : Limits, optional
        For a new cut; a plan that is there keeps its own.
    keep : bool
        Write a new plan down. Without it nothing is written.
    replan : bool
        Cut what is not stored yet anew; stored files keep their ranges.

    Returns
    -------
    SweepPlan

    Raises
    ------
    GlunetError
        One line: a point that cannot be assembled, a folder that cannot be written, a plan in use.
    """
    chosen = points(experiment)
    key, workload = _identify(experiment, chosen)
    folder = results / experiment.name
    path = plans.plan_path(folder, experiment.name, key)
    if path.exists() and not replan:
        found = plans.read_plan(path)
    else:
        wanted = device or experiment.device
        edges = _edges(chosen, _stored(folder, experiment.name, key), workload, usable(wanted), limits or Limits())
        found = plans.PlanFile(path, experiment.name, key, edges, experiment.text, experiment.file, wanted)
        if keep and path.exists():
            # the lock goes when the new file takes the old one's place; until then nobody computes by the old cut
            with claim(path, None, f"{path}: cannot be planned anew"):
                found = plans.write_plan(found, replace=True)
        elif keep:
            found = plans.write_plan(found)
    return _joined(experiment, device or found.device, found, chosen, workload)


def read(path: Path) -> SweepPlan:
    """A plan from its file alone.

    Parameters
    ----------
    path : Path
        The plan file.

    Returns
    -------
    SweepPlan

    Raises
    ------
    GlunetError
        No plan, or the circuit or the code has changed since it was made.
    """
    found = plans.read_plan(path)
    experiment = load_text(found.text, found.file)
    chosen = points(experiment)
    key, workload = _identify(experiment, chosen)
    if key != found.key:
        raise GlunetError(f"{path}: the circuit or the code has changed since this was planned: plan it again "
                          f"(glunet sweep {found.file})")
    return _joined(experiment, found.device, found, chosen, workload)


def run_batch(plan: SweepPlan, batch: Batch, progress: Progress) -> Path:
    """Compute and store one batch, unless its file is whole already.

    Parameters
    ----------
    plan : SweepPlan
    batch : Batch
    progress : callable
        See `glunet.engine.simulate.simulate`.

    Returns
    -------
    Path
        The batch's file. One that could not be read is kept beside it, with ``.damaged`` appended.

    Raises
    ------
    GlunetError
        One line each; Busy where another process computes this batch now.
    """
    with claim(plan.path, batch.index, str(batch.path)):
        if is_whole(batch.path):
            return batch.path
        device, clock = usable(plan.device), _Clock(progress)
        blueprint = pipeline.blueprint(plan.experiment, batch.points)
        recording = pipeline.record(plan.experiment, batch.points, blueprint, device, clock)
        if batch.path.exists():
            os.replace(batch.path, batch.path.with_name(batch.path.name + DAMAGED))
        write(recording, batch.path)
        estimate.note(plan.workload, device, len(batch.points), clock.stepping, clock.other(recording.timings))
    return batch.path


class _Clock:
    """Passes progress on, and tells what a batch took without compiling and without waiting for a compiler."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._started = self._ran = time.perf_counter()
        self._assembled: float | None = None
        self.stepping = 0.0

    def __call__(self, fraction: float, simulated_s: float, elapsed_s: float, phase: str) -> None:
        self._ran = time.perf_counter()
        self._assembled = self._assembled or self._ran
        self.stepping = max(self.stepping, elapsed_s)
        self._progress(fraction, simulated_s, elapsed_s, phase)

    def other(self, timings: dict[str, float]) -> float:
        """Seconds of everything but stepping and compiling, if asked as soon as the batch is stored."""
        around = (self._assembled or self._started) - self._started + time.perf_counter() - self._ran
        return around + timings.get("generate", 0.0) + timings.get("run", 0.0) - self.stepping


def _identify(experiment: Experiment, chosen: Sequence[Point]) -> tuple[str, Workload]:
    """The key of what is computed, and what one replicate of it costs; one point is assembled, not all."""
    first = pipeline.blueprint(experiment, chosen[:1])
    # a plan made here is computed elsewhere: nothing in its key may depend on the processor
    rows = [[point.seed, sorted((path, f"{value:.12g}") for path, value in point.values.items())] for point in chosen]
    content = json.dumps([question(experiment.text), rows, first.fingerprint()], sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()[:12], estimate.workload(first)


def _joined(experiment: Experiment, device: str, found: plans.PlanFile, chosen: Sequence[Point],
            workload: Workload) -> SweepPlan:
    """The plan in memory."""
    if found.edges[-1] != len(chosen):
        raise GlunetError(f"{found.path}: damaged: {found.edges[-1]} points, and the experiment has {len(chosen)}")
    batches = tuple(Batch(index, tuple(chosen[first:stop]), path)
                    for index, ((first, stop), path) in enumerate(zip(pairwise(found.edges), found.parts, strict=True)))
    return SweepPlan(experiment, device, found.path.parent, found.key, found.path, batches, workload)


def _stored(folder: Path, name: str, key: str) -> list[tuple[int, int]]:
    """Ranges of the points that lie stored, in order; where two overlap the first counts."""
    kept: list[tuple[int, int]] = []
    for first, stop, path in plans.ranges(folder, name, key):
        if (not kept or first >= kept[-1][1]) and is_whole(path):
            kept.append((first, stop))
    return kept


def _edges(chosen: Sequence[Point], kept: Sequence[tuple[int, int]], workload: Workload, device: str,
           limits: Limits) -> tuple[int, ...]:
    """Where to cut: around what is stored, where the structure changes, and evenly in between."""
    kept = [(first, stop) for first, stop in kept if stop <= len(chosen)]
    fixed = {0, len(chosen), *(edge for pair in kept for edge in pair)}
    varying = [path for path in chosen[0].values if _STRUCTURE.match(path)]
    structure = [tuple(point.values[path] for path in varying) for point in chosen]
    fixed |= {index for index in range(1, len(chosen)) if structure[index] != structure[index - 1]}
    gaps = [(first, stop) for first, stop in pairwise(sorted(fixed)) if not any(a <= first < b for a, b in kept)]
    size = estimate.batch_size([stop - first for first, stop in gaps], workload, device, limits) if gaps else 1
    for first, stop in gaps:
        number = -(-(stop - first) // size)
        fixed |= {first + (stop - first) * i // number for i in range(number)}
    return tuple(sorted(fixed))
