"""From `glunet run` to the first spike, with a cold and a warm cache: ``python benchmarks/startup.py``.

The experiment is short and draws no figure, so the command's end is the first spike, but for milliseconds.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import keep, middle

import glunet

REPEATS = 3
EXPERIMENT = """
[experiment]
name = "startup"
title = "As short as it gets"
circuit = "cortex"
duration = "20 ms"
"""
IMPORTS = "import brian2, glunet.pipeline, glunet.experiment.load"


def command(folder: Path, cache: Path) -> dict[str, float]:
    """One `glunet run`, with its phases in seconds."""
    environment = {**os.environ, "GLUNET_CACHE": str(cache)}
    code = "import sys; from glunet.cli import main; main(sys.argv[1:])"
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code, "run", "startup.toml", "--force"], cwd=folder, env=environment, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    total = time.perf_counter() - started
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", IMPORTS], check=True)
    imports = time.perf_counter() - started
    newest = max((folder / "results" / "startup").glob("*.h5"), key=lambda path: path.stat().st_mtime)
    timings = timings_of(newest)
    return {"import": imports, **timings, "rest": total - imports - sum(timings.values()), "total": total}


def timings_of(file: Path) -> dict[str, float]:
    """Phases of the engine that a result file holds."""
    return {key: float(value) for key, value in glunet.open(file).timings.items()}


def main() -> None:
    """Cold and warm, in turns."""
    kept: dict[str, list[dict[str, float]]] = {"cold": [], "warm": []}

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "startup.toml").write_text(EXPERIMENT)
        command(folder, folder / "warm")        # also brings Python's own files into memory
        for number in range(REPEATS):
            kept["cold"].append(command(folder, folder / f"cold_{number}"))
            kept["warm"].append(command(folder, folder / "warm"))
    phases = list(kept["cold"][0])
    rows = [{"cache": kind, **{f"{phase} s": middle([one[phase] for one in found]) for phase in phases}}
            for kind, found in kept.items()]
    keep("startup", "From `glunet run` to the first spike", rows, {"runs": kept, "version": glunet.__version__},
         "Goal: compile at most 4 s cold, 2 s warm. `import` is Brian2 and glunet in a process of their own; `rest` is "
         "reading the experiment, assembling the circuit and writing the result.")


if __name__ == "__main__":
    main()
