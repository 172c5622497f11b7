"""What can be explored on the page: replicates, signals over time, rasters; thinned to a number of bytes, and told so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from glunet.figures import style
from glunet.report import pack, wording
from glunet.report.levels import Level

if TYPE_CHECKING:
    from glunet.store.result import Result

#: Replicates on one page at most, cells of one raster at most, width of a bin of the population rates.
MOST_REPLICATES, MOST_CELLS, BIN_S = 250, 240, 0.010
#: Fewest samples per signal, cells per population and replicates: below, there is nothing to look at.
FEWEST_SAMPLES, FEWEST_CELLS, FEWEST_REPLICATES = 400, 10, 20
#: Samples of a signal for which others give up replicates.
ENOUGH_SAMPLES = 1500
#: Characters of a sample or spike: two bytes, and base64 makes four characters of three bytes.
BYTES = 2 * 4 / 3
_POINTS_OF_A_COURSE = 600


def explorer(result: Result, group: list[Level], budget: int) -> tuple[dict[str, Any], list[str]]:
    """Data of the explorer, and what was left out of it.

    Parameters
    ----------
    result : Result
        An opened result.
    group : list of Level
        See `glunet.report.levels.levels`.
    budget : int
        Bytes that signals and rasters together should take, roughly.

    Returns
    -------
    dict
        duration (s), replicates (label, level, index), populations (name, title, colour), signals (population ->
        list, see `glunet.report.pack.series`, with label and unit), rasters (population -> see `_raster`).
    notes : list of str
        One sentence for each reduction.
    """
    lengths = _lengths(result, max(BIN_S, result.dt_s))
    room = int(budget / BYTES / max(sum(min(length, ENOUGH_SAMPLES) for length in lengths), 1))
    shown = _replicates(result, group, min(MOST_REPLICATES, max(room, FEWEST_REPLICATES)))
    notes = [] if len(shown) == result.n_replicates else [
        f"{len(shown)} of {wording.thousands(result.n_replicates)} replicates can be explored, spread evenly over all."]
    names = list(result.populations)
    rows = [one["index"] for one in shown]
    rasters, told = _rasters(result, rows, budget // 2)
    taken = sum(len(one["times"]) + len(one["counts"]) for one in rasters.values())
    signals, said = _signals(result, rows, lengths, budget - taken)
    populations = [{"name": name, "title": wording.spoken(name), "colour": style.population_colour(name, names)}
                   for name in names if signals.get(name) or name in rasters]
    return {"duration": result.duration_s, "replicates": shown, "populations": populations, "signals": signals,
            "rasters": rasters}, [*notes, *said, *told]


def _replicates(result: Result, group: list[Level], most: int) -> list[dict[str, Any]]:
    """Replicates to explore, by level and seed."""
    seeds = np.asarray(result.points["seed"].values)
    every = [{"label": ", ".join(filter(None, [level.label, f"seed {seeds[row]}"])), "level": k, "index": int(row)}
             for k, level in enumerate(group) for row in level.rows]
    keep = np.unique(np.linspace(0, len(every) - 1, min(len(every), most)).round().astype(int))
    return [every[k] for k in keep]


def _signals(result: Result, rows: list[int], lengths: list[int], budget: int
             ) -> tuple[dict[str, list[dict[str, Any]]], list[str]]:
    """Rates, recorded means, single cells' traces and courses of doses, per population."""
    recorded = result.recorded
    bin_s = max(BIN_S, result.dt_s)
    most = _share(lengths, int(budget / BYTES / max(len(rows), 1)))
    courses = [_course(result, name, rows) for name in recorded["schedules"]]
    found: dict[str, list[dict[str, Any]]] = {}
    for name in result.populations:
        own = [_rate(result, name, rows, bin_s, most)] if name in recorded["spikes"] else []
        own += [_mean(result, name, variable, rows, most) for variable in recorded["means"].get(name, {})]
        for variable in recorded["traces"].get(name, {}):
            own += _traces(result, name, variable, rows, most)
        found[name] = own + courses if own else []
    return found, _thinned(found)


def _lengths(result: Result, bin_s: float) -> list[int]:
    """Samples of every signal of one replicate."""
    recorded = result.recorded
    lengths = [int(result.duration_s / bin_s)] * len(recorded["spikes"])
    lengths += [result.mean(name, variable).sizes["time"] for name, found in recorded["means"].items() for variable in found]
    for name, found in recorded["traces"].items():
        sizes = [result.trace(name, variable).sizes for variable in found]
        lengths += [size["time"] for size in sizes for _ in range(size["cell"])]
    return lengths


def _share(lengths: list[int], samples: int) -> int:
    """How many samples a signal may keep so that all together keep `samples`: short ones leave theirs to long ones."""
    left = samples
    for k, length in enumerate(sorted(lengths)):
        even = left // (len(lengths) - k)
        if length > even:
            return max(even, FEWEST_SAMPLES)
        left -= length
    return max(lengths, default=FEWEST_SAMPLES)


def _thinned(found: dict[str, list[dict[str, Any]]]) -> list[str]:
    """Which signals were thinned, by how much."""
    by: dict[tuple[int, str], dict[str, list[str]]] = {}
    for name, signals in found.items():
        for signal in signals:
            if signal["stretch"] > 1:
                key = signal["stretch"], f"{signal['every'] * 2e3:.3g} ms"
                label = signal["label"].replace(", population mean", "")
                by.setdefault(key, {}).setdefault(wording.spoken(name), []).append(label)
    return [f"Signals over time show the lowest and the highest of every {stretch} samples ({width}): "
            + "; ".join(f"{name}: {', '.join(labels)}" for name, labels in own.items()) + "."
            for (stretch, width), own in by.items()]


def _signal(values: NDArray[np.float64], times_s: NDArray[Any], label: str, unit: str, most: int) -> dict[str, Any]:
    """One signal, a row per replicate."""
    every = float(times_s[-1] - times_s[0]) / max(len(times_s) - 1, 1)
    return {"label": label, "unit": wording.unit(unit), **pack.series(values, float(times_s[0]), every, most)}


def _rate(result: Result, name: str, rows: list[int], bin_s: float, most: int) -> dict[str, Any]:
    """Population rate in bins, counted from the spikes of the chosen replicates only."""
    data = result.spikes(name, replicates=rows)
    bins = max(int(np.floor(result.duration_s / bin_s + 1e-9)), 1)
    # the small term: simulated spikes stand on the grid of steps, where rounding would else move some a bin down
    index = np.floor(data.times_s / bin_s + 1e-6).astype(np.int64)
    place = np.full(result.n_replicates, -1)
    place[rows] = np.arange(len(rows))
    inside = index < bins
    flat = place[data.replicate[inside]] * bins + index[inside]
    counts = np.bincount(flat, minlength=len(rows) * bins).reshape(len(rows), bins)
    return _signal(counts / (bin_s * data.n_cells), bin_s * (np.arange(bins) + 0.5),
                   f"Firing rate, {bin_s * 1e3:g} ms bins", "Hz", most)


def _mean(result: Result, name: str, variable: str, rows: list[int], most: int) -> dict[str, Any]:
    """A recorded population mean."""
    found = result.mean(name, variable).isel(replicate=rows)
    return _signal(np.asarray(found.values, float), found["time"].values, f"{wording.spoken(variable)}, population mean",
                   str(found.attrs["units"]), most)


def _traces(result: Result, name: str, variable: str, rows: list[int], most: int) -> list[dict[str, Any]]:
    """A recorded variable of single cells."""
    found = result.trace(name, variable).isel(replicate=rows)
    values, times = np.asarray(found.values, float), found["time"].values
    return [_signal(values[:, k], times, f"{wording.spoken(variable)}, cell {cell}", str(found.attrs["units"]), most)
            for k, cell in enumerate(found["cell"].values)]


def _course(result: Result, name: str, rows: list[int]) -> dict[str, Any]:
    """The course of a dose on a regular grid: straight between many points (a bolus), level between few (steps)."""
    found = result.schedule(name).isel(replicate=rows)
    times, values = np.asarray(found["time"].values, float), np.asarray(found.values, float)
    grid = np.linspace(0.0, result.duration_s, _POINTS_OF_A_COURSE)
    if max(np.unique(row).size for row in values) > 5:
        on_grid = np.stack([np.interp(grid, times, row) for row in values])
    else:
        on_grid = values[:, np.clip(np.searchsorted(times, grid + 1e-9, side="right") - 1, 0, len(times) - 1)]
    return _signal(on_grid, grid, f"Course of {wording.spoken(name)}", str(found.attrs.get("units", "1")), len(grid))


def _rasters(result: Result, rows: list[int], budget: int) -> tuple[dict[str, Any], list[str]]:
    """Spikes of a sample of cells per population, sized by its share."""
    names = list(result.recorded["spikes"])
    sizes = {name: result.n_cells(name) for name in names}
    rates = result.summary()
    spikes = sum(float(np.sum(rates[f"{name} rate"].values[rows])) * sizes[name] for name in names) * result.duration_s
    share = min(1.0, MOST_CELLS / max(sum(sizes.values()), 1), budget / BYTES / max(spikes, 1.0))
    found, kept = {}, []
    for name, n in sizes.items():
        cells = np.unique(np.linspace(0, n - 1, min(n, max(FEWEST_CELLS, int(n * share)))).round().astype(np.int64))
        found[name] = _raster(result, name, rows, cells)
        if len(cells) < n:
            kept.append(f"{len(cells)} of {n} {wording.spoken(name)}")
    step = result.duration_s / 65535
    notes = [f"Rasters show {', '.join(kept)}, spread evenly over their numbers."] if kept else []
    if names and step > result.dt_s:
        notes.append(f"Spike times in rasters are rounded to {step * 1e3:.2g} ms.")
    return found, notes


def _raster(result: Result, name: str, rows: list[int], cells: NDArray[np.int64]) -> dict[str, Any]:
    """One population's raster.

    Returns
    -------
    dict
        cells (their numbers), step (s), counts (base64 of uint32[R, C]: spikes of each cell), times (base64 of uint16:
        in steps, by replicate, then cell, then time).
    """
    data = result.spikes(name, replicates=rows)
    column = np.full(data.n_cells, -1)
    column[cells] = np.arange(len(cells))
    place = np.full(result.n_replicates, -1)
    place[rows] = np.arange(len(rows))
    inside = column[data.cell] >= 0
    flat = place[data.replicate[inside]] * len(cells) + column[data.cell[inside]]
    step = result.duration_s / 65535
    times = np.clip(np.round(data.times_s[inside] / step), 0, 65535)
    order = np.lexsort((times, flat))
    counts = np.bincount(flat, minlength=len(rows) * len(cells))
    return {"cells": cells.tolist(), "step": step, "counts": pack.base64_of(counts, "u4"),
            "times": pack.base64_of(times[order], "u2")}
