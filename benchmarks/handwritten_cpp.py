"""Our circuit against a hand-written C++ program of its fast block: ``python benchmarks/handwritten_cpp.py``."""

from __future__ import annotations

import json
import struct
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from common import TINY, circuit, interleaved, keep, middle, numbers, ours, ratio

from glunet.engine import compiler

SIZES = {500: 4.0, 1000: 2.0}      # cells: simulated seconds
REPEATS = 5
TARGET = 1.5


def build(folder: Path) -> Path:
    """The hand-written program, with the flags that our own operations get."""
    command, program = compiler.compiler(), folder / "fast_block"
    assert command is not None, "this benchmark needs a C++ compiler"
    flags = [*compiler.FAST, *compiler._machine_flags(command), "-std=c++11"]
    subprocess.run([command, *flags, str(Path(__file__).parent / "fast_block.cpp"), "-o", str(program)], check=True)
    return program


def write(path: Path, values: dict[str, np.ndarray]) -> None:
    """Numbers as the program reads them: length of name, name, count, doubles."""
    with open(path, "wb") as file:
        for name, array in values.items():
            data = np.ascontiguousarray(array, dtype=float).ravel()
            file.write(struct.pack("<i", len(name)) + name.encode() + struct.pack("<q", data.size) + data.tobytes())


def by_hand(program: Path, given: Path, duration: float) -> tuple[float, int]:
    """Seconds of the whole program, and its spikes."""
    started = time.perf_counter()
    done = subprocess.run([str(program), str(given), repr(duration)], capture_output=True, text=True, check=True)
    return time.perf_counter() - started, int(json.loads(done.stdout)["spikes"])


def compare(program: Path, cells: int, duration: float, scratch: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """One size; both programs' runs of a millisecond are taken off, so that stepping alone is compared."""
    blueprint, instant, given = circuit(cells, duration), circuit(cells, TINY), scratch / f"{cells}.bin"
    write(given, numbers(blueprint))
    spikes = ours(blueprint)[1], by_hand(program, given, duration)[1]
    runs = interleaved({"ours": lambda: ours(blueprint)[0], "hand": lambda: by_hand(program, given, duration)[0],
                        "ours, instant": lambda: ours(instant)[0],
                        "hand, instant": lambda: by_hand(program, given, TINY)[0]}, REPEATS)

    def stepping(name: str, kind: str) -> float:
        return middle(getattr(runs[name], kind)) - middle(getattr(runs[f"{name}, instant"], kind))

    row = {"cells": cells, "simulated s": duration, "our stepping s": stepping("ours", "wall"),
           "by hand s": stepping("hand", "wall"), "ratio": stepping("ours", "wall") / stepping("hand", "wall"),
           "processor time ratio": stepping("ours", "cpu") / stepping("hand", "cpu"),
           "whole run ratio": ratio(runs, "ours", "hand")[0], "our spikes": spikes[0], "spikes by hand": spikes[1]}
    return row, runs


def main() -> None:
    """All sizes."""
    rows, raw = [], {}
    with tempfile.TemporaryDirectory() as scratch:
        program = build(Path(scratch))
        for cells, duration in SIZES.items():
            row, raw[str(cells)] = compare(program, cells, duration, Path(scratch))
            rows.append(row)
    met = all(row["ratio"] <= TARGET for row in rows)
    keep("handwritten_cpp", "Against hand-written C++ of the fast block", rows, raw,
         f"Target: at most {TARGET} times its time: {'met' if met else 'missed'}. Same equations, noise, wiring and flags; "
         "`stepping` leaves out what a run of one millisecond takes.")


if __name__ == "__main__":
    main()
