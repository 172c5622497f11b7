"""CPU against GPU: do they agree, and from which size on does a GPU pay? ``make gpu-check`` runs all of it.

In parts that can be run one by one and taken up again after any interruption:

    python benchmarks/gpu.py agreement      # all validation experiments on both devices
    python benchmarks/gpu.py scaling        # 1 to 1024 replicates of 500 cells, and two CPU cores
    python benchmarks/gpu.py table          # results/gpu.json and results/gpu.md of whatever is there

``--shorten 0.2`` cuts the experiments' durations (the table says so). ``--card cpp_standalone --card-precision float32
--shorten 0.02 --sizes 1,2`` tries all of it without a GPU.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from common import RESULTS, machine, table
from gpu_agreement import compare

from glunet import provenance
from glunet.circuit.assemble import Setting, assemble
from glunet.engine import gpu
from glunet.engine.simulate import simulate
from glunet.errors import GlunetError

ROOT = Path(__file__).parents[1]
EXPERIMENTS = sorted(path.stem for path in (ROOT / "experiments" / "validation").glob("*.toml"))
SIZES = (1, 4, 16, 64, 256, 1024)
CELLS = 500
CPU_CORES, CPU_REPLICATES = 2, 8
HERE = Path(__file__).parent


def options() -> argparse.Namespace:
    """The command line."""
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("part", nargs="?", default="all", choices=["all", "agreement", "scaling", "table", "one"])
    wanted.add_argument("--card", default="cuda_standalone", help="device that is checked")
    wanted.add_argument("--card-precision", default="float64")
    wanted.add_argument("--host", default="cpp_standalone", help="device that it is checked against")
    wanted.add_argument("--shorten", type=float, default=1.0, help="share of the experiments' durations")
    wanted.add_argument("--seeds", type=int, default=0, help="of each experiment; 0 for all of them")
    wanted.add_argument("--cells", type=int, default=0, help="of each experiment; 0 for its own")
    wanted.add_argument("--experiments", type=lambda text: text.split(","), default=EXPERIMENTS)
    wanted.add_argument("--sizes", type=lambda text: [int(one) for one in text.split(",")], default=list(SIZES))
    wanted.add_argument("--seconds", type=float, default=1.0, help="simulated, for the scaling")
    wanted.add_argument("--jobs", type=int, default=os.cpu_count() or 2, help="processes at a time, both devices together")
    wanted.add_argument("--folder", type=Path, default=ROOT / "results" / "gpu-check")
    wanted.add_argument("--into", type=Path, default=RESULTS)
    wanted.add_argument("--commit", default="", help="of this checkout, where git is not there to tell")
    wanted.add_argument("--replicates", type=int, default=1)
    return wanted.parse_args()


def _child(*arguments: str, card: str = "") -> subprocess.CompletedProcess[str]:
    """One of this folder's scripts in a process of its own, on one GPU of several."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])}
    if card:
        environment[gpu.VISIBLE] = card
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, env=environment, cwd=ROOT)


def _last_line(done: subprocess.CompletedProcess[str]) -> str:
    lines = (done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}").splitlines()
    return lines[-1]


def agreement(given: argparse.Namespace) -> None:
    """Run every experiment on both devices, several at a time; one that fails is named and the others go on."""
    def run(job: tuple[str, str, str, str]) -> None:
        side, device, precision, name = job
        folder = given.folder / side
        folder.mkdir(parents=True, exist_ok=True)
        kept = folder / f"{name}.json"
        limits = [given.shorten, given.seeds, given.cells]
        if kept.is_file():
            found = json.loads(kept.read_text())
            if (found["device"], found["precision"], found["options"]) == (device, precision, limits):
                return
        done = _child(str(HERE / "gpu_agreement.py"), f"experiments/validation/{name}.toml", device, precision, str(folder),
                      "--shorten", repr(given.shorten), "--seeds", str(given.seeds), "--cells", str(given.cells))
        print(f"{side} {name}: {_last_line(done) if done.returncode else 'done'}", flush=True)

    # the longest first, and the GPU's early: they wait for their compiler
    jobs = [("card", given.card, given.card_precision, name) for name in given.experiments]
    jobs += [("host", given.host, "float64", name) for name in given.experiments]
    with ThreadPoolExecutor(given.jobs) as pool:
        list(pool.map(run, jobs))


def one(given: argparse.Namespace) -> None:
    """One batch of the resting circuit; prints its seconds per simulated second, without set-up, as JSON."""
    from dataclasses import replace

    elapsed = [0.0]
    settings = [Setting(seed, {}) for seed in range(1, given.replicates + 1)]
    blueprint = assemble("cortex", settings, given.seconds, cells=CELLS)
    found = simulate(replace(blueprint, precision=given.card_precision), given.card,
                     lambda _fraction, _simulated, seconds, _phase: elapsed.append(seconds))
    spikes = {name: int(data.cell.size) for name, data in found["spikes"].items()}
    print(json.dumps({"replicates": given.replicates, "loop": max(elapsed)/given.seconds, "spikes": spikes,
                      **found["timings"]}))


def _batch(given: argparse.Namespace, replicates: int, device: str, precision: str) -> dict[str, Any]:
    """`one` in a process of its own."""
    done = _child(str(HERE / "gpu.py"), "one", "--replicates", str(replicates), "--seconds", repr(given.seconds),
                  "--card", device, "--card-precision", precision)
    if done.returncode:
        return {"replicates": replicates, "failed": _last_line(done)}
    return dict(json.loads(done.stdout.splitlines()[-1]))


def scaling(given: argparse.Namespace) -> None:
    """Batches of growing size on the card, and as many replicates as fill two CPU cores; each is kept as it ends."""
    given.folder.mkdir(parents=True, exist_ok=True)
    path = given.folder / f"scaling_{given.card}_{given.card_precision}.json"
    kept = json.loads(path.read_text()) if path.is_file() else {}
    key = f"cpu {given.host}"
    if key not in kept:
        _batch(given, CPU_REPLICATES, given.host, "float64")        # compiles
        with ThreadPoolExecutor(CPU_CORES) as pool:
            found = list(pool.map(lambda _: _batch(given, CPU_REPLICATES, given.host, "float64"), range(CPU_CORES)))
        failed = [batch for batch in found if "failed" in batch]
        kept[key] = failed[0] if failed else {
            "per replicate": max(batch["loop"] for batch in found)/(CPU_REPLICATES*CPU_CORES), "batches": found}
        path.write_text(json.dumps(kept, indent=1))
    for size in given.sizes:
        if "loop" not in kept.get(str(size), {}):
            kept[str(size)] = _batch(given, size, given.card, given.card_precision)
            path.write_text(json.dumps(kept, indent=1))
        print(f"{size} replicates: {kept[str(size)].get('failed') or kept[str(size)]['loop']}", flush=True)


def _scaling_rows(kept: dict[str, Any], host: str) -> tuple[list[dict[str, Any]], str]:
    """The table of the scaling, and the size from which the card is faster than two cores."""
    cpu = kept.get(f"cpu {host}", {}).get("per replicate", float("nan"))
    sizes = sorted(int(key) for key in kept if key.isdigit())
    first = kept.get("1", {}).get("loop", float("nan"))
    rows, pays = [], []
    for size in sizes:
        loop = kept[str(size)].get("loop", float("nan"))
        rows.append({"replicates": size, "cells": size*CELLS, "s per simulated s": loop,
                     "ratio to one replicate": loop/first, "two CPU cores, s": cpu*size, "times faster": cpu*size/loop,
                     "compile s": kept[str(size)].get("compile", float("nan")),
                     "failed": kept[str(size)].get("failed", "-")})
        pays += [size] if loop < cpu*size else []
    said = (f"The card is faster than two CPU cores from {min(pays)} replicates ({min(pays)*CELLS} cells) on."
            if pays else "At no size measured was the card faster than two CPU cores.")
    return rows, said if np.isfinite(cpu) else "Two CPU cores were not measured."


def _agreement_rows(folder: Path, experiments: Sequence[str]) -> list[dict[str, Any]]:
    """The table of the agreement; an experiment that one side lacks has a row that says so."""
    rows = []
    for name in experiments:
        sides = [folder / side / f"{name}.json" for side in ("host", "card")]
        if all(path.is_file() for path in sides):
            rows += compare(name, *(json.loads(path.read_text()) for path in sides))
        else:
            lacking = [path.parent.name for path in sides if not path.is_file()]
            rows.append({"experiment": name, "seconds": "-", "metric": f"not run on: {', '.join(lacking)}", "points": 0,
                         "agree": 0, "worst": float("nan"), "unit of worst": "-", "host": "-", "card": "-"})
    return rows


def write_table(given: argparse.Namespace) -> bool:
    """Write ``gpu.json`` and ``gpu.md`` of what is there; tells whether everything was run and agrees."""
    path = given.folder / f"scaling_{given.card}_{given.card_precision}.json"
    rows, said = _scaling_rows(json.loads(path.read_text()) if path.is_file() else {}, given.host)
    agreed = _agreement_rows(given.folder, given.experiments)
    about = {"card": _card(given.card), "precision": given.card_precision, "against": given.host,
             "CUDA compiler": provenance.cuda_compiler(), "commit": given.commit or provenance.commit(), **machine()}
    good = sum(row["agree"] for row in agreed)
    total = sum(row["points"] for row in agreed)
    whole = bool(total) and good == total and all(row["points"] for row in agreed)
    given.into.mkdir(parents=True, exist_ok=True)
    kept = {"about": about, "agreement": agreed, "scaling": rows}
    (given.into / "gpu.json").write_text(json.dumps(kept, indent=1) + "\n")
    parts = ["# GPU against CPU", ", ".join(f"{key}: {value}" for key, value in about.items()),
             "## Agreement", f"{good} of {total} comparisons agree: the means over the seeds differ by less than chance "
             "exceeds once in a thousand comparisons, or by less than 2 %; clamped currents agree as numbers. One "
             "comparison is one metric at one point of an experiment.",
             table(agreed),
             "## Batch size", table(rows) if rows else "Not measured.", said if rows else ""]
    (given.into / "gpu.md").write_text("\n\n".join(part for part in parts if part) + "\n")
    print((given.into / "gpu.md").read_text())
    return whole


def _card(device: str) -> str:
    """The card's name, memory and driver; of another device its name, for a trial without a GPU."""
    try:
        return gpu.describe() if device == "cuda_standalone" else f"none: a trial on {device}"
    except GlunetError as error:
        return f"none: {error}"


def main() -> None:
    """The parts asked for."""
    given = options()
    if given.part == "one":
        one(given)
        return
    if given.card == "cuda_standalone" and given.part != "table":
        try:
            print(gpu.probe(gpu.nvcc()), flush=True)
        except GlunetError as error:
            sys.exit(f"gpu-check: {error}")
    if given.part in {"all", "scaling"}:
        scaling(given)
    if given.part in {"all", "agreement"}:
        agreement(given)
    sys.exit(0 if write_table(given) or given.part == "scaling" else 1)


if __name__ == "__main__":
    main()
