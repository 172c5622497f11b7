"""What all benchmarks share: circuits, interleaved repeats, and a table of what was found.

Seconds depend on the machine and on who else uses it; ratios of medians of interleaved runs are what to trust, and
where others use the machine, those of processor time.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from glunet.circuit.assemble import Setting, assemble
from glunet.circuit.blueprint import Blueprint
from glunet.engine.simulate import simulate

RESULTS = Path(__file__).parent / "results"
TINY = 1e-3      # s: a run this short measures everything but the stepping


def circuit(cells: int, duration: float, values: Mapping[str, float] | None = None, name: str = "cortex") -> Blueprint:
    """One replicate of the resting circuit, without drugs, at the circuit's own step."""
    return assemble(name, [Setting(1, values or {})], duration, cells=cells)


def ours(blueprint: Blueprint) -> tuple[float, int]:
    """Seconds that the compiled program took, start-up and reading of its arrays included, and spikes counted."""
    found = simulate(blueprint)
    return found["timings"]["run"], sum(data.cell.size for data in found["spikes"].values())


def numbers(blueprint: Blueprint) -> dict[str, np.ndarray]:
    """A blueprint's numbers as ``<population>.<name>`` (one per cell, or one for all) and ``<projection>.<name>``."""
    found: dict[str, np.ndarray] = {"duration": np.array(blueprint.duration), "dt": np.array(blueprint.dt)}
    for name, plan in blueprint.populations.items():
        found[f"{name}.cells"] = np.array(plan.n)
        for key, value in {**plan.constants, **plan.arrays, **plan.initial}.items():
            found[f"{name}.{key}"] = np.ravel(value)
    for name, projection in blueprint.projections.items():
        for key in ("source_index", "target_index", "weight", "delay"):
            found[f"{name}.{key}"] = np.asarray(getattr(projection, key))
    return found


@dataclass
class Seconds:
    """Repeats of one run: seconds on the clock, and seconds of processor time of the processes it started."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def interleaved(runs: Mapping[str, Callable[[], float]], repeats: int) -> dict[str, Seconds]:
    """Seconds of each run, taken in turns so that a busy minute of the machine hits all alike.

    Each run returns its seconds on the clock and starts its program once; processor time is that of child processes,
    so a run must not compile.
    """
    found = {name: Seconds() for name in runs}
    for _ in range(repeats):
        for name, run in runs.items():
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            found[name].wall.append(run())
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            found[name].cpu.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return found


def middle(seconds: Sequence[float]) -> float:
    """Median."""
    return float(median(seconds))


def ratio(found: Mapping[str, Seconds], above: str, below: str) -> tuple[float, float]:
    """Ratio of two runs' medians, on the clock and in processor time."""
    return (middle(found[above].wall) / middle(found[below].wall), middle(found[above].cpu) / middle(found[below].cpu))


def machine() -> dict[str, Any]:
    """What the numbers were taken on."""
    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.split(":")[1].strip() for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        processor = names[0] if names else processor
    version = subprocess.run([os.environ.get("CXX", "g++"), "-dumpfullversion"], capture_output=True, text=True).stdout
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    return {"date": date.today().isoformat(), "processor": processor, "cores": os.cpu_count(), "g++": version.strip(),
            "python": platform.python_version(), "load_at_the_end": round(load, 2)}


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as a Markdown table; numbers with three digits."""
    def cell(value: Any) -> str:
        return f"{value:.3g}" if isinstance(value, float) else str(value)

    heads = list(rows[0])
    lines = [" | ".join(heads), " | ".join("---" for _ in heads)]
    lines += [" | ".join(cell(row[head]) for head in heads) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def keep(name: str, title: str, rows: Sequence[Mapping[str, Any]], raw: Mapping[str, Any], verdict: str) -> None:
    """Write ``results/<name>.json`` and ``results/<name>.md``, and print the latter."""
    about = machine()
    RESULTS.mkdir(exist_ok=True)
    everything = {"machine": about, "rows": list(rows), "raw": raw}
    (RESULTS / f"{name}.json").write_text(json.dumps(everything, indent=1, default=asdict) + "\n")
    where = ", ".join(f"{key} {value}" for key, value in about.items())
    text = f"# {title}\n\n{table(rows)}\n\n{verdict}\n\nMedians of interleaved runs; {where}.\n"
    (RESULTS / f"{name}.md").write_text(text)
    print(text)


def python(script: str, *arguments: str) -> dict[str, Any]:
    """Run a script of this folder in a Python of its own; its last line of output is JSON."""
    command = [sys.executable, str(Path(__file__).parent / script), *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{script} failed:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])
