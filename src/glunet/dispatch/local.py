"""A sweep on this machine: worker processes that take batches until none is left."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Protocol

from glunet.dispatch.plan import Batch, SweepPlan
from glunet.dispatch.worker import get_ready, serve
from glunet.engine import gpu
from glunet.errors import GlunetError
from glunet.store.hdf5 import is_whole

TRIES = 2            # of a batch whose worker is killed
_PATIENCE = 1.0      # s between looks at a batch that another process computes
_FAREWELL = 5.0      # s to leave in good order


@dataclass(frozen=True)
class Standing:
    """How far a sweep is.

    Parameters
    ----------
    stored, points : int
        Points whose batch is stored, and all that this sweep is to compute.
    fraction : float
        Share of the simulated time that is done, running batches included.
    simulated_s, elapsed_s : float
        Simulated seconds, summed over replicates, and wall-clock seconds.
    workers : int
        Processes at work.
    phase : str
        What they do.
    """

    stored: int
    points: int
    fraction: float
    simulated_s: float
    elapsed_s: float
    workers: int
    phase: str


class Watch(Protocol):
    """Whoever is told how a sweep goes."""

    def standing(self, now: Standing) -> None:
        """How far it is."""

    def say(self, line: str) -> None:
        """Something that the user should know at once."""


@dataclass
class _Worker:
    """One process and what it does."""

    process: BaseProcess
    pipe: Connection
    card: str = ""          # the GPU it was given
    scratch: str = ""
    batch: Batch | None = None
    fraction: float = 0.0
    phase: str = "starting"

    def work_on(self, batch: Batch) -> None:
        """Hand over a batch."""
        self.batch, self.fraction, self.phase = batch, 0.0, "preparing"
        with suppress(OSError):     # a worker that has just been killed is found by its end
            self.pipe.send(batch.index)


@dataclass
class _Sweep:
    """The state of a sweep while it runs."""

    plan: SweepPlan
    jobs: int
    watch: Watch
    queue: deque[Batch]
    points: int
    cards: list[str] = field(default_factory=list)            # GPUs, one to a worker
    started: float = field(default_factory=time.monotonic)
    workers: list[_Worker] = field(default_factory=list)
    deaths: dict[int, int] = field(default_factory=dict)      # by batch
    waiting: dict[int, float] = field(default_factory=dict)   # batches of other processes: when to look again
    stored: int = 0
    computed: int = 0
    missing: list[Batch] = field(default_factory=list)
    false_starts: int = 0


def run(plan: SweepPlan, batches: Sequence[Batch], jobs: int, watch: Watch) -> list[Batch]:
    """Compute batches in worker processes.

    Parameters
    ----------
    plan : SweepPlan
    batches : sequence of Batch
        Those to compute.
    jobs : int
        Workers at the same time.
    watch : Watch

    Returns
    -------
    list of Batch
        What is still missing; why has been said.

    Raises
    ------
    GlunetError
        Workers cannot start, or refuse the plan.
    """
    sweep = _Sweep(plan, min(jobs, len(batches)), watch, deque(batches), sum(len(batch.points) for batch in batches))
    if plan.device == "cuda_standalone":
        sweep.cards = [one.uuid for one in gpu.devices()]
    get_ready()
    try:
        while sweep.queue or any(worker.batch for worker in sweep.workers):
            _staff(sweep)
            _assign(sweep)
            _listen(sweep)
            watch.standing(_standing(sweep))
    finally:
        _dismiss(sweep.workers)
    return sorted(sweep.missing, key=lambda batch: batch.index)


def _staff(sweep: _Sweep) -> None:
    """Start workers, but no more than there is work for."""
    context = multiprocessing.get_context("forkserver")
    busy = sum(worker.batch is not None for worker in sweep.workers)
    while len(sweep.workers) < min(sweep.jobs, busy + len(sweep.queue)):
        ours, theirs = context.Pipe()
        card = _card(sweep)
        environment = {**os.environ, **({gpu.VISIBLE: card} if card else {})}
        process = context.Process(target=serve, args=(theirs, sweep.plan.path, sweep.plan.device, environment))
        process.start()
        theirs.close()      # else the end of the worker would not end the pipe
        sweep.workers.append(_Worker(process, ours, card))


def _card(sweep: _Sweep) -> str:
    """The GPU that the fewest workers have; empty where none is needed."""
    taken = [worker.card for worker in sweep.workers]
    return min(sweep.cards, key=taken.count, default="")


def _assign(sweep: _Sweep) -> None:
    """Give batches to idle workers; what another process has stored meanwhile needs nobody."""
    now = time.monotonic()
    for worker in [w for w in sweep.workers if w.scratch and w.batch is None]:
        for _ in range(len(sweep.queue)):
            batch = sweep.queue.popleft()
            if sweep.waiting.get(batch.index, 0.0) > now:
                sweep.queue.append(batch)
            elif batch.index in sweep.waiting and is_whole(batch.path):
                sweep.stored += len(batch.points)
            else:
                worker.work_on(batch)
                break


def _listen(sweep: _Sweep) -> None:
    """Wait for news from the workers, and take it in."""
    ready = wait([end for worker in sweep.workers for end in (worker.pipe, worker.process.sentinel)], _PATIENCE)
    for worker in list(sweep.workers):
        try:
            while worker.pipe.poll():
                _hear(sweep, worker, worker.pipe.recv())
        except (EOFError, ConnectionResetError):
            worker.process.join(_FAREWELL)
            _bury(sweep, worker)
        else:
            if worker.process.sentinel in ready:
                _bury(sweep, worker)


def _hear(sweep: _Sweep, worker: _Worker, message: tuple[Any, ...]) -> None:
    """One message of a worker."""
    kind, *told = message
    if kind == "progress":
        worker.fraction, _, worker.phase = told
        return
    if kind == "ready":
        worker.scratch, sweep.false_starts = told[0], 0
        return
    if kind == "refused":
        raise GlunetError(told[0])
    batch, worker.batch, worker.fraction = worker.batch, None, 0.0
    if batch is None:
        return
    if kind == "done":
        sweep.stored += len(batch.points)
        sweep.computed += len(batch.points)
    elif kind == "busy":
        sweep.waiting[batch.index] = time.monotonic() + _PATIENCE
        sweep.queue.append(batch)
    else:
        sweep.missing.append(batch)
        sweep.watch.say(f"batch {batch.index}: {told[0]}")


def _bury(sweep: _Sweep, worker: _Worker) -> None:
    """A worker has ended on its own: its batch is tried once more, in a fresh process."""
    sweep.workers.remove(worker)
    _clear(worker)
    code, batch = worker.process.exitcode, worker.batch
    how = f"was killed (signal {-code})" if code and code < 0 else f"ended (exit code {code})"
    if batch is None:
        sweep.false_starts += not worker.scratch
        if sweep.false_starts >= TRIES:
            raise GlunetError(f"worker processes do not start: the last one {how}")
        return
    sweep.deaths[batch.index] = sweep.deaths.get(batch.index, 0) + 1
    again = sweep.deaths[batch.index] < TRIES
    if again:
        sweep.queue.appendleft(batch)
    else:
        sweep.missing.append(batch)
    sweep.watch.say(f"batch {batch.index}: its worker {how}; " + (
        "it is tried once more" if again else "it is given up: out of memory? (see --per-batch, --jobs, --memory)"))


def _dismiss(workers: list[_Worker]) -> None:
    """Let all workers end: the idle ones by themselves, the others by a signal, which they obey in good order."""
    for worker in workers:
        with suppress(OSError):
            worker.pipe.send(None)
        if worker.batch is not None or not worker.scratch:
            worker.process.terminate()
    until = time.monotonic() + _FAREWELL
    for worker in workers:
        worker.process.join(max(0.0, until - time.monotonic()))
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()
        _clear(worker)


def _clear(worker: _Worker) -> None:
    """Remove what a killed worker left."""
    worker.pipe.close()
    if worker.scratch and Path(worker.scratch).name.startswith("glunet-"):
        shutil.rmtree(worker.scratch, ignore_errors=True)


def _standing(sweep: _Sweep) -> Standing:
    """How far the sweep is."""
    active = [worker for worker in sweep.workers if worker.batch is not None]
    running = sum(worker.fraction * len(worker.batch.points) for worker in active if worker.batch)
    duration = sweep.plan.experiment.duration
    simulating = any(worker.phase == "simulating" for worker in active) or sweep.stored > 0
    phase = "simulating" if simulating else active[0].phase if active else "starting" if sweep.workers else "waiting"
    share = (sweep.stored + running) / max(1, sweep.points)
    # what has run is not stored yet
    fraction = share if sweep.stored == sweep.points else min(share, 0.99)
    return Standing(sweep.stored, sweep.points, fraction, (sweep.computed + running) * duration,
                    time.monotonic() - sweep.started, len(active), phase)
