"""What is compared between two devices, and when they agree; `benchmarks/gpu.py` runs it.

Both draw the same noise, so the runs of one seed begin alike and drift apart once rounding has decided a spike: from then
on they are two draws from one distribution, and that of a dose or a parameter is known from its seeds. Clamped cells have
no spikes that rounding could decide: there the numbers themselves have to agree.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

import glunet
from glunet import pipeline
from glunet.analysis import firing, oscillations
from glunet.experiment.load import load, with_precision
from glunet.experiment.plan import points
from glunet.progress import Progress
from glunet.store.result import Result

CHANCE = 1e-3           # two means may differ by what chance exceeds once in a thousand comparisons (t test over seeds)
FLOOR = 0.02            # or by this share of their size, whichever is more
CLAMPED = 1e-4          # relative difference of clamped cells' currents; rounding alone gives about 1e-12
CLAMPED_FLOAT32 = 1e-2
BANDS = {"1-30 Hz power": (1.0, 30.0), "30-80 Hz power": (30.0, 80.0)}
_BIN_S = 1e-3
_SETTLED = 0.3          # share of a run that is left out


def _firing(result: Result, population: str) -> dict[str, np.ndarray]:
    """Rate, irregularity and spectrum of a population, one number per replicate."""
    data, start, stop = result.spikes(population), _SETTLED*result.duration_s, result.duration_s
    spikes = data.times_s, data.cell, data.replicate, data.n_cells, result.n_replicates
    _, rate = firing.population_rate(data.times_s, data.replicate, data.n_cells, result.n_replicates, start, stop, _BIN_S)
    frequency, density = oscillations.spectrum(rate, _BIN_S, min(1.0, (stop - start)/4))
    cv = firing.cv_isi(*spikes, start, stop, min_spikes=5)
    number = np.isfinite(cv).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = {"rate (Hz)": rate.mean(axis=1), "CV": np.nansum(cv, axis=1)/number}
        for name, (low, high) in BANDS.items():
            if not ((low <= frequency) & (frequency < high)).any():     # a run cut too short for the band
                continue
            found[name] = np.log10(oscillations.band_power(frequency, density, low, high))
    return found


def measures(path: Path) -> dict[str, dict[str, list[float]]]:
    """Everything compared of one stored result: metric -> point -> one number per seed."""
    result = glunet.open(path)
    columns = [name for name in result.points.data_vars if name != "seed"]
    labels = [", ".join(f"{name.split('.')[-2] if name.endswith('.concentration') else name} {value:.4g}"
                        for name, value in zip(columns, row, strict=True)) or "-"
              for row in zip(*(np.asarray(result.axis(str(name))) for name in columns), strict=True)
              ] or ["-"]*result.n_replicates
    found: dict[str, np.ndarray] = {}
    for population in result.recorded["spikes"]:
        found |= {f"{population} {name}": values for name, values in _firing(result, population).items()}
    if not found:
        for population, variables in result.recorded["means"].items():
            for variable in variables:
                series = result.mean(population, variable)
                found[f"{population} {variable}"] = np.asarray(series)[:, series.sizes["time"]//2:].mean(axis=1)
    grouped: dict[str, dict[str, list[float]]] = {}
    for name, values in found.items():
        for label, value in zip(labels, values, strict=True):
            grouped.setdefault(name, {}).setdefault(label, []).append(float(value))
    return grouped


def _spiking(ours: np.ndarray, other: np.ndarray, logarithmic: bool) -> tuple[float, bool]:
    """Difference of two means in standard errors, and whether they agree."""
    ours, other = ours[np.isfinite(ours)], other[np.isfinite(other)]
    if not ours.size or not other.size:
        return 0.0, ours.size == other.size
    gap = abs(float(ours.mean() - other.mean()))
    squares = [values.var(ddof=1)/values.size if values.size > 1 else 0.0 for values in (ours, other)]
    error, floor = float(np.sqrt(sum(squares))), 0.05 if logarithmic else FLOOR*abs(ours.mean()) + 1e-6
    allowed = float(stats.t.ppf(1 - CHANCE/2, max(1, ours.size + other.size - 2)))
    return gap/error if error > 0 else 0.0, bool(gap <= max(allowed*error, floor))


def compare(experiment: str, host: dict[str, Any], card: dict[str, Any]) -> list[dict[str, Any]]:
    """One row per metric of an experiment, over all its points.

    Parameters
    ----------
    experiment : str
    host, card : dict
        What `main` wrote for the two devices.
    """
    rows = []
    limit = CLAMPED_FLOAT32 if card["precision"] == "float32" else CLAMPED
    for metric, at in host["measures"].items():
        pairs = [(np.array(at[point]), np.array(card["measures"][metric][point])) for point in at]
        if host["spiking"]:
            found = [_spiking(*pair, "power" in metric) for pair in pairs]
            worst, agree = max(z for z, _ in found), sum(good for _, good in found)
        else:
            scale = max(np.abs(ours).max() for ours, _ in pairs) or 1.0
            gaps = [float(np.abs(ours - other).max()/scale) for ours, other in pairs]
            worst, agree = max(gaps), sum(gap <= limit for gap in gaps)
        means = [[float(np.nanmean(side)) if np.isfinite(side).any() else float("nan") for side in pair] for pair in pairs]
        rows.append({"experiment": experiment, "seconds": f"{card['duration']:g} of {card['whole']:g}", "metric": metric,
                     "points": len(pairs), "agree": agree, "worst": worst,
                     "unit of worst": "standard errors" if host["spiking"] else "relative",
                     "host": _range([ours for ours, _ in means]), "card": _range([other for _, other in means])})
    return rows


def _range(values: list[float]) -> str:
    """Lowest and highest of the points' means."""
    known = [value for value in values if np.isfinite(value)]
    return f"{min(known):.4g} to {max(known):.4g}" if known else "none"


def _slowest_clock(experiment: Any) -> float:
    """What a shortened duration is a multiple of: the slowest clock that anything is recorded on (s)."""
    return max([1e-3, *(max(one.means_every, one.traces_every) for one in experiment.record.values())])


def main() -> None:
    """Run one experiment on one device and write what is compared of it; what is there already is not computed again."""
    wanted = argparse.ArgumentParser()
    for name in ("experiment", "device", "precision", "folder"):
        wanted.add_argument(name)
    wanted.add_argument("--shorten", type=float, default=1.0)
    wanted.add_argument("--seeds", type=int, default=0)
    wanted.add_argument("--cells", type=int, default=0)
    given = wanted.parse_args()
    experiment = with_precision(load(given.experiment), given.precision)
    whole = experiment.duration
    step = _slowest_clock(experiment)
    experiment = experiment.model_copy(update={"duration": max(8, round(whole*given.shorten/step))*step, "figures": {},
                                               "cells": given.cells or experiment.cells})
    if given.seeds:
        kept = experiment.axes["seed"].values[:given.seeds]
        seeds = type(experiment.axes["seed"])(kept, "1")
        experiment = experiment.model_copy(update={"axes": {**experiment.axes, "seed": seeds}})
    started = time.perf_counter()
    with Progress() as progress:
        path = pipeline.run(experiment, results=Path(given.folder), device=given.device, progress=progress, figures=False)[0]
    result = glunet.open(path)
    Path(given.folder, f"{experiment.name}.json").write_text(json.dumps({
        "device": given.device, "precision": given.precision, "duration": experiment.duration, "whole": whole,
        "replicates": len(points(experiment)), "seconds": time.perf_counter() - started, "timings": result.timings,
        "options": [given.shorten, given.seeds, given.cells], "spiking": bool(result.recorded["spikes"]),
        "provenance": result.provenance, "measures": measures(path)}, default=str))


if __name__ == "__main__":
    main()
