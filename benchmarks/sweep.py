"""A sweep of doses against one plain Brian2 script per point: ``python benchmarks/sweep.py [POINTS [SCRIPTS]]``.

64 doses of the ketamine circuit, one second each, on two workers: `glunet sweep` as a command, from its start to its end,
with an empty cache, with the binary cached, and with one point per process. Against it `plain_script.py` (see plain.py),
which writes, compiles and runs a program of its own for every point, two scripts at a time; some are timed, and scaled to
all points.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from common import keep, numbers, python

import glunet
from glunet import pipeline
from glunet.experiment.load import load
from glunet.experiment.plan import points

POINTS, SCRIPTS, WORKERS = 64, 4, 2
WITH_BUILD, CACHED = 30.0, 60.0      # targets
EXPERIMENT = """
[experiment]
name = "doses"
circuit = "cortex"
duration = "1 s"

[drugs.ketamine]
schedule = "constant"
concentration = "3 uM"

[axes]
"drugs.ketamine.concentration" = {{from = "0.1 uM", to = "100 uM", number = {points}, spacing = "log"}}
"""


def sweep(folder: Path, cache: str, results: str, *options: str) -> dict[str, Any]:
    """One `glunet sweep` in a process of its own: seconds, spikes of all points, and the size of its batches."""
    environment = {**os.environ, "GLUNET_CACHE": str(folder / cache)}
    command = [sys.executable, "-m", "glunet", "sweep", "doses.toml", "--jobs", str(WORKERS), "--results", results, *options]
    started = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    seconds = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(f"glunet sweep failed:\n{done.stderr[-3000:]}")
    result = glunet.open(folder / results / "doses")
    spikes = sum(result.spikes(name).cell.size for name in result.populations)
    return {"seconds": seconds, "spikes": spikes, "points": result.n_replicates, "files": len(result.files),
            "phases": result.timings}


def scripts(folder: Path, count: int) -> dict[str, Any]:
    """Some plain scripts, as many at a time as there are workers: seconds, and what each took."""
    experiment = load(folder / "doses.toml")
    every = points(experiment)
    chosen = [every[round(place)] for place in np.linspace(0, len(every) - 1, count)]
    for number, point in enumerate(chosen):
        np.savez(folder / f"{number}.npz", **numbers(pipeline.blueprint(experiment, [point])))
    started = time.perf_counter()
    with ThreadPoolExecutor(WORKERS) as pool:
        each = list(pool.map(lambda number: python("plain_script.py", str(folder / f"{number}.npz"),
                                                   str(folder / f"plain_{number}")), range(count)))
    return {"seconds": time.perf_counter() - started, "each": each}


def main(number: int, count: int) -> None:
    """Plain scripts before and after, sweeps in between."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "doses.toml").write_text(EXPERIMENT.format(points=number))
        plain = [scripts(folder, count)]
        cold = [sweep(folder, f"cache_{turn}", f"cold_{turn}") for turn in range(2)]
        # the logs of what batches took stay out of it: every sweep plans from the shipped table
        for turn in range(2):
            (folder / f"cache_{turn}" / "batches.jsonl").unlink()
        warm = [sweep(folder, f"cache_{turn}", f"warm_{turn}") for turn in range(2)]
        single = [sweep(folder, "cache_single", f"single_{turn}", "--per-batch", "1") for turn in range(2)][1:]
        plain.append(scripts(folder, count))
    scripted = [run["seconds"] / count * number for run in plain]
    script = sum(scripted) / len(scripted)
    rows = []
    for name, runs in (("with the build", cold), ("cached build", warm), ("cached, one point per process", single)):
        seconds = sum(run["seconds"] for run in runs) / len(runs)
        rows.append({"glunet sweep": name, "points": number, "batches": runs[0]["files"], "seconds": seconds,
                     "plain scripts, scaled s": script, "times faster": script / seconds})
    met = rows[0]["times faster"] >= WITH_BUILD and rows[1]["times faster"] >= CACHED
    slower = rows[1]["seconds"] > rows[2]["seconds"]
    keep("sweep", "A sweep against one plain script per point", rows,
         {"plain": plain, "cold": cold, "warm": warm, "single": single},
         f"Targets: {WITH_BUILD:g} times with the build, {CACHED:g} times with a cached one: {'met' if met else 'missed'}; "
         f"never slower than one point per process: {'missed' if slower else 'met'}. {WORKERS} workers, or {WORKERS} "
         f"scripts at a time; {count} scripts were timed before and {count} after, and scaled to {number}. A dose is in the "
         "plain script by its block at the start. Everything is in the seconds: imports, planning, figures (none here).")


if __name__ == "__main__":
    main(*(int(text) for text in [*sys.argv[1:], *map(str, (POINTS, SCRIPTS)[len(sys.argv) - 1:])]))
