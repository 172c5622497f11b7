"""Our circuit against the same circuit as a plain Brian2 standalone script: ``python benchmarks/plain.py``."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from common import circuit, interleaved, keep, middle, numbers, ours, python, ratio

SIZES = {500: 4.0, 1000: 2.0}      # cells: simulated seconds
REPEATS = 5
TARGET = 2.5


def built(program: Path) -> Callable[[], float]:
    """A call that runs a built program once more and gives its seconds; each run has a results folder of its own."""
    def run() -> float:
        with tempfile.TemporaryDirectory() as results:
            started = time.perf_counter()
            subprocess.run([str(program), "--results_dir", f"{results}/"], cwd=program.parent, check=True,
                           stdout=subprocess.DEVNULL)
            return time.perf_counter() - started
    return run


def compare(cells: int, duration: float, scratch: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """One size: first runs with everything in them, then interleaved runs of the programs."""
    blueprint = circuit(cells, duration)
    np.savez(scratch / f"{cells}.npz", **numbers(blueprint))
    plain = python("plain_script.py", str(scratch / f"{cells}.npz"), str(scratch / f"plain_{cells}"))
    os.environ["GLUNET_CACHE"] = str(scratch / f"cache_{cells}")
    first = python("first_run.py", str(cells), str(duration))
    _, spikes = ours(blueprint)
    runs = interleaved({"ours": lambda: ours(blueprint)[0], "plain": built(scratch / f"plain_{cells}" / "main")}, REPEATS)
    wall, cpu = ratio(runs, "plain", "ours")
    row = {"cells": cells, "simulated s": duration, "plain run s": middle(runs["plain"].wall),
           "our run s": middle(runs["ours"].wall), "run ratio": wall, "processor time ratio": cpu,
           "plain total s": plain["total"], "our total s": first["total"], "total ratio": plain["total"] / first["total"],
           "plain spikes": plain["spikes"], "our spikes": spikes}
    return row, {"runs": runs, "plain first run": plain, "our first run": first}


def main() -> None:
    """All sizes."""
    rows, raw = [], {}
    with tempfile.TemporaryDirectory() as scratch:
        for cells, duration in SIZES.items():
            row, raw[str(cells)] = compare(cells, duration, Path(scratch))
            rows.append(row)
    met = all(row["run ratio"] >= TARGET for row in rows)
    keep("plain", "Against a plain Brian2 standalone script", rows, raw,
         f"Target: run ratio of at least {TARGET}: {'met' if met else 'missed'}. `plain_script.py` is the script; total "
         "is everything in a new process: imports, generation, compilation with an empty cache, run. Spikes differ by "
         "the noise drawn and by the first-order error of Brian2's exponential Euler.")


if __name__ == "__main__":
    main()
