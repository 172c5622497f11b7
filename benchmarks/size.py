"""Cost per cell from 500 to 8000 cells at constant in-degree: ``python benchmarks/size.py``."""

from __future__ import annotations

from common import TINY, circuit, interleaved, keep, middle, ours

SIZES = (500, 1000, 2000, 4000, 8000)
DURATION = 1.0
REPEATS = 3
TARGET = 1.2


def main() -> None:
    """Run time of each size, less that of a run of one millisecond, per cell and simulated second."""
    whole = {cells: circuit(cells, DURATION) for cells in SIZES}
    short = {cells: circuit(cells, TINY) for cells in SIZES}
    spikes = {cells: ours(blueprint)[1] for cells, blueprint in whole.items()}
    runs = interleaved({f"{cells} {kind}": (lambda plan=plans[cells]: ours(plan)[0])
                        for cells in SIZES for kind, plans in (("whole", whole), ("short", short))}, REPEATS)
    def stepping(cells: int, kind: str) -> float:
        whole_run, short_run = (getattr(runs[f"{cells} {part}"], kind) for part in ("whole", "short"))
        return (middle(whole_run) - middle(short_run)) / (DURATION - TINY) / cells * 1e6

    wall, cpu = ({cells: stepping(cells, kind) for cells in SIZES} for kind in ("wall", "cpu"))
    rows = [{"cells": cells, "run s": middle(runs[f"{cells} whole"].wall),
             "before the first step s": middle(runs[f"{cells} short"].wall), "us per cell and simulated s": wall[cells],
             "relative": wall[cells] / wall[SIZES[0]], "relative, processor time": cpu[cells] / cpu[SIZES[0]],
             "rate Hz": spikes[cells] / cells / DURATION} for cells in SIZES]
    growth = wall[SIZES[-1]] / wall[SIZES[0]]
    keep("size", "Cost per cell against size", rows, {"runs": runs},
         f"Target: at most {TARGET} times the cost per cell at {SIZES[-1]} cells; found {growth:.2f}: "
         f"{'met' if growth <= TARGET else 'missed'}.")


if __name__ == "__main__":
    main()
