"""What a batch takes in time and memory: from batches that this machine has computed, or from a table measured once.

A batch takes a part that hardly depends on what is in it (the network is laid out, its program started and its results
read back), and a part for every step of every cell. The latter grows beyond some thousand cells, which no longer fit the
processor's caches. How many replicates should share a process follows from both.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from glunet.circuit.blueprint import Blueprint
from glunet.engine.compiler import cache_folder

_RATE = 10.0            # Hz over all cells that can fire: what a lively circuit fires at
_SYNAPSE = 16           # bytes: two indices and a weight
_SPIKE = 16             # bytes: time and index
LOG = "batches.jsonl"
_RECENT = 500           # lines of the log that count
COMPILE = 8.0           # s, for every size of batch that has no program yet
START = 5.0             # s until a worker has brian2 and its first network
_EACH = 200             # sizes up to this that divide the points evenly are all looked at
_AS_GOOD = 1.03         # a smaller batch that costs so much more is preferred: less is lost with it

# benchmarks/results/replicates.json: peak memory of a worker and its program together, above an idle worker, for each
# byte of `Workload.bytes`: the program, Brian2's copies of the arrays, and the recording
BYTES_FACTOR = 7.0
WORKER_BYTES = 2.0e8


@dataclass(frozen=True)
class Speeds:
    """What batches cost on a device.

    Parameters
    ----------
    cells : tuple of float
        Sizes of batches, rising: cells times replicates.
    nanoseconds : tuple of float
        Per cell and step at these sizes.
    fixed, per_cell : float
        Seconds of everything but the steps: once, and for every cell in the batch.
    """

    cells: tuple[float, ...]
    nanoseconds: tuple[float, ...]
    fixed: float
    per_cell: float

    def stepping(self, cells: np.ndarray, steps: int) -> np.ndarray:
        """Seconds of the steps."""
        cost = np.interp(np.log(cells), np.log(self.cells), np.log(self.nanoseconds))
        return np.exp(cost) * 1e-9 * cells * steps

    def other(self, cells: np.ndarray) -> np.ndarray:
        """Seconds of everything else, but for compiling."""
        return self.fixed + self.per_cell * cells


# Without a log of this machine: cpp_standalone is measured (benchmarks/results/replicates.md: AMD EPYC, g++ 12.2, two
# processes at a time), runtime is a hundred times that, cuda_standalone is a guess: a step costs its launches.
SHIPPED = {
    "cpp_standalone": Speeds((500, 1000, 2000, 4000, 8000, 16000, 32000), (40, 38, 39, 36, 40, 42, 54), 1.0, 5e-5),
    "runtime": Speeds((500, 32000), (12000, 2000), 1.5, 4e-5),
    "cuda_standalone": Speeds((500, 32000, 1e6), (400, 8, 2), 4.0, 4e-5),
}
# Where every step is a slow one (`slow_only`), each cell's pumps, carriers and ions move at each. Measured with 100 to 700
# cells, AMD EPYC, two processes at a time: 330 to 590 ns, whatever the size, of a step of ischemia_reperfusion,
# ischemia_neuroprotection and excitotoxicity; 540 ns is what they take while both cores are busy, with 4 s around them.
# Elsewhere launching a step costs more than what is in it: the steps of `runtime`, at 9 us per cell for 480 cells, are no
# dearer than fast ones.
SLOW_ONLY = {**SHIPPED, "cpp_standalone": Speeds((100,), (540,), 4.0, 5e-5)}


@dataclass(frozen=True)
class Limits:
    """What a batch may take.

    Parameters
    ----------
    jobs : int
        Processes that work at the same time.
    memory : int or None
        Bytes that one process and its program may use together.
    seconds : float
        That a batch should take at most: what a crash costs.
    per_batch : int or None
        Points per batch at most, chosen by hand.
    """

    jobs: int = 1
    memory: int | None = None
    seconds: float = 600.0
    per_batch: int | None = None


@dataclass(frozen=True)
class Workload:
    """What one replicate amounts to.

    Parameters
    ----------
    digest : str
        Of the circuit's equations.
    cells, steps : int
        Cells, and time steps: fast ones, unless there are slow ones alone.
    bytes : int
        Of its arrays, synapses, spikes and recordings, each counted once.
    slow_only : bool
        Whether it is a run of the slow clock alone.
    """

    digest: str
    cells: int
    steps: int
    bytes: int
    slow_only: bool = False


@dataclass(frozen=True)
class Forecast:
    """Seconds of all batches and of the longest one, and what that is based on."""

    total: float
    longest: float
    basis: str


def workload(blueprint: Blueprint) -> Workload:
    """What one replicate of a blueprint amounts to.

    Parameters
    ----------
    blueprint : Blueprint
        Of one or more replicates.
    """
    replicates, duration = blueprint.replicates, blueprint.duration
    plans = blueprint.populations.values()
    cells = sum(plan.n for plan in plans)
    arrays = sum(values.nbytes for plan in plans for group in (plan.arrays, plan.initial) for values in group.values())
    synapses = sum(plan.weight.size for plan in blueprint.projections.values())
    recorded = sum(8 * len(plan.record.means) * duration / plan.record.means_every
                   + 8 * len(plan.record.traces) * len(plan.record.cells) * duration / plan.record.traces_every
                   for plan in plans)
    spikes = _SPIKE * _RATE * duration * sum(plan.n for plan in plans if plan.model.fires)
    total = (arrays + _SYNAPSE * synapses) / replicates + recorded + spikes
    return Workload(blueprint.model_digest(), cells, round(duration / blueprint.dt), round(total),
                    all(plan.model.silent for plan in plans))


def memory(load: Workload, replicates: int) -> float:
    """Peak bytes of a worker and its program with so many replicates."""
    return WORKER_BYTES + BYTES_FACTOR * load.bytes * replicates


def batch_size(counts: Sequence[int], load: Workload, device: str, limits: Limits) -> int:
    """Most points per batch, for the least time over all.

    Parameters
    ----------
    counts : sequence of int
        Points that may share batches, group by group.
    load : Workload
    device : str
    limits : Limits

    Returns
    -------
    int
        At least 1, whatever the limits say.
    """
    largest = max(counts)
    if limits.per_batch:
        return min(limits.per_batch, largest)
    speeds, _ = known(load, device)
    numbers = np.unique(np.round(np.geomspace(1, largest, 400)).astype(int))     # of batches in the largest group
    sizes = np.unique([*-(-largest // numbers), *(size for size in range(1, _EACH + 1) if largest % size == 0)])
    need, seconds = memory(load, 1) + BYTES_FACTOR * load.bytes * (sizes - 1), _seconds(speeds, load, sizes)
    fits = (seconds <= limits.seconds) & (need <= (limits.memory or np.inf))
    cuts = {int(size): _cut(counts, int(size)) for size in sizes[fits | (sizes == 1)]}
    totals = {size: _makespan(speeds, load, cut, limits.jobs) for size, cut in cuts.items()}
    good = [size for size, total in totals.items() if total <= _AS_GOOD * min(totals.values())]
    # batches that are all alike need one program, small ones are no great loss
    return min(good, key=lambda size: (len(set(cuts[size])), size))


def forecast(load: Workload, device: str, sizes: Sequence[int], jobs: int) -> Forecast:
    """What batches of these sizes will take on so many workers."""
    speeds, basis = known(load, device)
    each = _seconds(speeds, load, np.array(sizes))
    return Forecast(START + _makespan(speeds, load, sizes, jobs), float(each.max()), basis)


def _seconds(speeds: Speeds, load: Workload, sizes: np.ndarray) -> np.ndarray:
    """Seconds of batches of these sizes, one at a time."""
    cells = np.asarray(sizes, float) * load.cells
    return speeds.other(cells) + speeds.stepping(cells, load.steps)


def _cut(counts: Sequence[int], size: int) -> list[int]:
    """Sizes of the batches that groups of points are cut into, as even as can be."""
    found: list[int] = []
    for count in counts:
        number = -(-count // size)
        more = count % number
        found += [count // number + 1] * more + [count // number] * (number - more)
    return found


def _makespan(speeds: Speeds, load: Workload, sizes: Sequence[int], jobs: int) -> float:
    """Seconds until the last batch is done; each size needs a program of its own."""
    different, counts = np.unique(np.asarray(sizes), return_counts=True)
    each = _seconds(speeds, load, different)
    rounds = -(-len(sizes) // jobs)
    return float(max(rounds * (each @ counts) / len(sizes), each.max()) + COMPILE * (len(different) - 1))


def known(load: Workload, device: str) -> tuple[Speeds, str]:
    """Speeds of this circuit on a device, and what they are based on.

    The shipped table is bent through what was measured here: its ratio to the table, between sizes by interpolation,
    beyond them as at the last one. Other circuits tell how fast the machine is, not what size suits: one ratio for all.
    Only steps of the same kind are compared: a slow one costs ten times a fast one.
    """
    shipped = SLOW_ONLY if load.slow_only else SHIPPED
    table = shipped.get(device, shipped["cpp_standalone"])
    mine = [entry for entry in _log() if entry["device"] == device]
    same = [entry for entry in mine if entry["digest"] == load.digest]
    # lines of older versions do not say what their steps were, and count for their own circuit alone
    alike = [entry for entry in mine if entry.get("slow_only") is load.slow_only]
    used = same or [entry for entry in alike if entry["cells"] * entry["replicates"] >= table.cells[0]]
    if not used:
        return table, "from the shipped table, not this machine"
    by_size: dict[float, list[float]] = {}
    for entry in used:
        cells = np.array(float(entry["cells"] * entry["replicates"]))
        ratio = entry["stepping"] / float(table.stepping(cells, entry["steps"]))
        by_size.setdefault(float(cells) if same else 1.0, []).append(ratio)
    at = sorted(by_size)
    grid = np.unique([*table.cells, *(at if same else [])])
    bent = np.exp(np.interp(np.log(grid), np.log(at), np.log([median(by_size[size]) for size in at])))
    costs = bent * table.stepping(grid, 1) / grid * 1e9
    others = [entry["other"] / float(table.other(np.array(entry["cells"] * entry["replicates"]))) for entry in used]
    # a process writes its program with its first batch only, which must not count as what every batch costs
    other = float(np.quantile(others, 0.25))
    speeds = Speeds(tuple(grid), tuple(costs), other * table.fixed, other * table.per_cell)
    what = "this circuit" if same else "other circuits"
    return speeds, f"from {len(used)} batch{'es' if len(used) > 1 else ''} of {what} on this machine"


def note(load: Workload, device: str, replicates: int, stepping: float, other: float) -> None:
    """Remember what a batch took. What cannot be written is not missed.

    Parameters
    ----------
    load : Workload
    device : str
    replicates : int
    stepping, other : float
        Seconds of the steps, and of everything else but compiling.
    """
    if min(stepping, other) <= 0:
        return
    entry = {"when": round(time.time()), "digest": load.digest, "device": device, "cells": load.cells, "steps": load.steps,
             "replicates": replicates, "stepping": round(stepping, 4), "other": round(other, 4), "slow_only": load.slow_only}
    with suppress(OSError):
        path = cache_folder() / LOG
        path.parent.mkdir(parents=True, exist_ok=True)
        # one short write in append mode: lines of processes that write at the same time do not mix
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        try:
            os.write(descriptor, (json.dumps(entry) + "\n").encode())
        finally:
            os.close(descriptor)


def _log() -> list[dict[str, Any]]:
    """What was remembered, without lines that are damaged."""
    found = []
    try:
        lines = (cache_folder() / LOG).read_text(errors="replace").splitlines()[-_RECENT:]
    except OSError:
        return []
    for line in lines:
        with suppress(ValueError, KeyError, TypeError):
            entry = json.loads(line)
            numbers = [float(entry[key]) for key in ("cells", "steps", "replicates", "stepping", "other")]
            if all(0 < number < float("inf") for number in numbers) and {"digest", "device"} <= set(entry):
                found.append(entry)
    return found
