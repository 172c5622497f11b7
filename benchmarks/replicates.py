"""What a batch costs against the replicates in it: ``python benchmarks/replicates.py``.

The planner of sweeps starts from these numbers until it has some of the machine it runs on. Each batch is the ketamine
experiment (500 cells, all its recordings) with a cached binary, the second of two in a new process: workers of a sweep
live on, and peak memory is then that of this size alone.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from common import keep, middle, python

from glunet import pipeline
from glunet.dispatch import estimate
from glunet.experiment.load import load
from glunet.experiment.plan import points
from glunet.experiment.types import AxisValues
from glunet.store import write

if TYPE_CHECKING:
    from glunet.experiment.plan import Point
    from glunet.experiment.types import Experiment

SIZES = (1, 2, 4, 8, 16, 32, 64)
SECONDS = 0.5
REPEATS = 3


def peak() -> int:
    """Peak memory of this process in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def programs() -> int:
    """Peak memory in bytes of the program that this process runs now; its rusage would count this process's own."""
    found = [0]
    for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
        try:
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        except OSError:
            continue
        found += [int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")]
    return max(found)


def processor(who: int) -> float:
    """Seconds of processor time."""
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def batch(experiment: Experiment, chosen: Sequence[Point]) -> dict[str, float]:
    """One batch, stored and thrown away, with its phases in seconds; `stepping` is the program's own account.

    `processor` is the time of both processors, and `processor stepping` the part of it that the steps take: the
    program's, shared out as its seconds on the clock are.
    """
    started, stepping, memory = time.perf_counter(), [0.0], [0]
    used = [processor(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]

    def listen(_fraction: float, _simulated: float, elapsed: float, phase: str) -> None:
        stepping.append(elapsed)
        memory.append(programs() if phase == "simulating" else 0)

    blueprint = pipeline.blueprint(experiment, chosen)
    assembled = time.perf_counter()
    recording = pipeline.record(experiment, chosen, blueprint, "cpp_standalone", listen)
    timings, recorded = recording.timings, time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        write(recording, Path(folder) / "a.h5")
    stored = time.perf_counter()
    python_, program = (processor(who) - before for who, before in
                        zip((resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN), used, strict=True))
    return {"processor": python_ + program, "processor stepping": program * max(stepping) / timings["run"],
            "assemble": assembled - started, **timings, "stepping": max(stepping), "store": stored - recorded,
            "collect": recorded - assembled - sum(timings.values()), "total": stored - started,
            "program peak": max(memory),
            "spikes": sum(data.cell.size for data in recording.spikes.values())}


def one(replicates: int, duration: float) -> dict[str, Any]:
    """Two batches in this process, and its memory."""
    loaded = load("ketamine")
    seeds = AxisValues(tuple(range(1, 1 + -(-2 * replicates // 7))), "1")
    experiment = loaded.model_copy(update={"axes": {**loaded.axes, "seed": seeds}, "duration": duration})
    chosen = points(experiment)
    load_ = estimate.workload(pipeline.blueprint(experiment, chosen[:1]))
    empty = peak()
    first, second = batch(experiment, chosen[:replicates]), batch(experiment, chosen[replicates:2 * replicates])
    return {"first": first, **second, "empty": empty, "python peak": peak(),
            "bytes": load_.bytes, "steps": load_.steps, "cells": load_.cells}


def main() -> None:
    """All sizes, in turns."""
    found: dict[int, list[dict[str, Any]]] = {size: [] for size in SIZES}
    for size in SIZES:
        python("replicates.py", str(size), "0.01")      # compiles
    for _ in range(REPEATS):
        for size in SIZES:
            found[size].append(python("replicates.py", str(size), str(SECONDS)))
    rows = []
    for size, runs in found.items():
        def mid(key: str, runs: list[dict[str, Any]] = runs) -> float:
            return middle([run[key] for run in runs])

        cells, steps = runs[0]["cells"] * size, runs[0]["steps"]
        memory = mid("python peak") - mid("empty") + mid("program peak")
        rows.append({"replicates": size, "cells": cells, "processor s": mid("processor"),
                     "processor s per replicate": mid("processor") / size,
                     "ns per cell and step": 1e9 * mid("processor stepping") / cells / steps,
                     "all else s": mid("processor") - mid("processor stepping"), "on the clock s": mid("total"),
                     "MB python": mid("python peak") / 1e6, "MB program": mid("program peak") / 1e6,
                     "MB above an idle worker": memory / 1e6, "counted MB": mid("bytes") * size / 1e6})
    keep("replicates", "What a batch costs against the replicates in it", rows,
         {str(size): runs for size, runs in found.items()},
         f"The ketamine experiment, 500 cells a replicate, {SECONDS:g} s simulated, binary cached, second batch of its "
         "process. Seconds are of processor time, which others on the machine disturb less. `counted` is what "
         "the planner counts from one replicate's blueprint.")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(one(int(sys.argv[1]), float(sys.argv[2]))))
    else:
        main()
