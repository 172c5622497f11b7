"""Opening a result of 1 GB and drawing its summary: ``python benchmarks/open_large.py``.

The file is made of random numbers in the proportions of `ketamine_dose`: 400 and 100 cells, spikes at 4 and 13 Hz per cell,
and means of six variables. Each way of looking at it runs in a Python of its own, imports included; what is measured is
its time on the clock and the largest memory it held.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import numpy as np
from common import keep, middle

from glunet.store import Recording, ScheduleData, Series, SpikeData, write

LEVELS_UM = (0.0, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
DURATION = 35.0
RATES = {"pyramidal": (400, 4.0), "interneuron": (100, 13.0)}      # cells, Hz
MEANS = {"pyramidal": ("I_ampa", "I_nmda", "block_ketamine_GluN2A"),
         "interneuron": ("I_nmda", "block_ketamine_GluN2A", "block_ketamine_GluN2D")}
STEPS = {"pyramidal": 2e-3, "interneuron": 5e-3}                   # s between stored means
SEEDS = 93                                                         # 8 levels of them are about 1 GB
REPEATS = 5
SECONDS, GIGABYTES = 3.0, 1.0                                      # targets

WAYS = {
    "open and print": "print(result)",
    "+ table of every replicate": "print(result.summary())",
    "+ rates against dose, drawn": """
        print(result.summary())
        from glunet.figures import catalogue
        catalogue.draw_all(result, {"rates": ("dose_response", {})}, folder)""",
    "rates over time, drawn": """
        from glunet.figures import catalogue
        catalogue.draw_all(result, {"courses": ("rates", {})}, folder)""",
    "raster, drawn": """
        from glunet.figures import catalogue
        catalogue.draw_all(result, {"raster": ("raster", {})}, folder)""",
    "all spikes of one population": "print(result.spikes('pyramidal').times_s.size)",
}
TARGETED = "+ rates against dose, drawn"


def recording(seeds: int) -> Recording:
    """Poisson spikes that fall with dose, and means that wander."""
    rng = np.random.default_rng(1)
    levels = np.repeat(np.array(LEVELS_UM) * 1e-3, seeds)
    rows = levels.size
    spikes, means = {}, []
    for name, (cells, rate) in RATES.items():
        expected = rate * cells * DURATION / (1 + levels / 10e-3)
        counts = rng.poisson(expected)
        steps = np.sort(rng.integers(0, round(DURATION / 1e-4), counts.sum()))
        replicate = rng.permutation(np.repeat(np.arange(rows), counts))
        spikes[name] = SpikeData(steps * 1e-4, rng.integers(0, cells, steps.size), replicate, cells)
        times = np.arange(0, DURATION, STEPS[name])
        for variable in MEANS[name]:
            values = 50 + rng.normal(size=(rows, times.size)).cumsum(axis=1, dtype=np.float32).astype(float)
            means.append(Series(name, variable, "pA" if variable.startswith("I") else "1", times, values))
    return Recording(
        experiment="large", title="A result of 1 GB", duration_s=DURATION, dt_s=1e-4,
        seeds=np.tile(np.arange(1, seeds + 1), len(LEVELS_UM)), axes={"drugs.ketamine.concentration": levels},
        axis_units={"drugs.ketamine.concentration": "uM"}, spikes=spikes, means=means, traces=[],
        schedules=[ScheduleData("ketamine", "uM", np.array([0.0]), levels[:, None] * 1e3)], positions_um={},
        cell_values={}, cell_units={}, blueprint={}, experiment_text="", provenance={}, timings={})


def look(way: str, path: Path, folder: Path) -> dict[str, float]:
    """Seconds on the clock and of the processor, and gigabytes, of one look."""
    code = "import glunet\nfrom pathlib import Path\n" \
           f"result, folder = glunet.open({str(path)!r}), Path({str(folder)!r})\n" + textwrap.dedent(WAYS[way])
    process = subprocess.run([sys.executable, __file__, "--measure", code], capture_output=True, text=True)
    if process.returncode:
        raise SystemExit(f"{way} failed:\n{process.stderr[-3000:]}")
    return dict(json.loads(process.stdout.splitlines()[-1]))


def measure(code: str) -> None:
    """Run code in a process of its own and tell, as JSON, what it took."""
    import resource
    import time

    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, env={**os.environ, "MPLBACKEND": "Agg"})
    seconds = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(done.returncode)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(json.dumps({"s": seconds, "cpu": used.ru_utime + used.ru_stime, "GB": used.ru_maxrss * 1024 / 1e9}))


def main() -> None:
    """Make the file, look at it in every way, and keep the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS, help="per dose")
    parser.add_argument("--file", type=Path, help="keep the file here, and use it where it is there already")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        measure(given.measure)
        return
    with tempfile.TemporaryDirectory() as scratch:
        path = given.file or Path(scratch) / "large.h5"
        if not path.exists():
            write(recording(given.seeds), path)
        size = path.stat().st_size / 1e9
        found: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
        for _ in range(REPEATS):        # in turns, so that a busy minute of the machine hits all alike
            for way, repeats in found.items():
                repeats.append(look(way, path, Path(scratch)))
    rows = [{"what": way, "s": middle([one["s"] for one in repeats]), "processor s": middle([one["cpu"] for one in repeats]),
             "largest memory GB": max(one["GB"] for one in repeats)} for way, repeats in found.items()]
    row = next(row for row in rows if row["what"] == TARGETED)
    met = row["s"] < SECONDS and row["largest memory GB"] < GIGABYTES
    keep("open_large", f"Looking at a result of {size:.2f} GB", rows, {"runs": found, "gigabytes": size},
         f"Target: opened and its rates against dose drawn in under {SECONDS:g} s and {GIGABYTES:g} GB; found "
         f"{row['s']:.2g} s ({row['processor s']:.2g} s of the processor) and {row['largest memory GB']:.2g} GB: "
         f"{'met' if met else 'missed'}. "
         "The file is in the page cache.")


if __name__ == "__main__":
    main()
