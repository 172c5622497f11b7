"""The recording: what the engine hands to the store, in plain arrays.

R replicates, N cells per replicate, C recorded cells, T times, K knots of a schedule. Seconds everywhere;
values of series, traces and schedules are in the unit they name; axis values are SI.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class SpikeData:
    """Spikes of one population over all replicates, sorted by time."""

    times_s: Floats  # [n]
    cell: Ints  # [n], within its replicate
    replicate: Ints  # [n]
    n_cells: int  # per replicate


@dataclass(frozen=True)
class Series:
    """A population mean over time, one row per replicate, in `unit`."""

    population: str
    variable: str
    unit: str
    times_s: Floats  # [T]
    values: Floats  # [R, T]


@dataclass(frozen=True)
class Trace:
    """A variable of single cells over time, in `unit`."""

    population: str
    variable: str
    unit: str
    times_s: Floats  # [T]
    cells: Ints  # [C]
    values: Floats  # [R, C, T]


@dataclass(frozen=True)
class ScheduleData:
    """The course of a dose (or any imposed quantity), one row per replicate, in `unit`."""

    name: str
    unit: str
    times_s: Floats  # [K]
    values: Floats  # [R, K]


@dataclass(frozen=True)
class Recording:
    """Everything one batch leaves behind."""

    experiment: str
    title: str
    duration_s: float
    dt_s: float
    seeds: Ints  # [R]
    axes: dict[str, Floats]  # path -> [R], SI; the seed is not among them
    axis_units: dict[str, str]  # path -> the unit to show it in
    spikes: dict[str, SpikeData]
    means: list[Series]
    traces: list[Trace]
    schedules: list[ScheduleData]
    positions_um: dict[str, Floats]  # population -> [R, N, 2]
    cell_values: dict[str, dict[str, Floats]]  # population -> variable -> [R, N], at the end of the run
    cell_units: dict[str, dict[str, str]]
    blueprint: dict[str, Any]
    experiment_text: str
    provenance: dict[str, Any]
    timings: dict[str, float]  # seconds


def check(recording: Recording) -> None:
    """Refuse a recording whose arrays do not fit each other.

    Raises
    ------
    ValueError
        Naming the first part whose shape, range or name is wrong.
    """
    replicates = len(recording.seeds)
    for path, values in recording.axes.items():
        _shape(f"axis {path}", values, (replicates,))
        if path not in recording.axis_units:
            raise ValueError(f"axis {path}: has no unit")
    for population, spikes in recording.spikes.items():
        _check_spikes(population, spikes, replicates)
    for series in recording.means:
        _shape(f"mean {series.population}.{series.variable}", series.values,
               (replicates, len(series.times_s)))
    for trace in recording.traces:
        _shape(f"trace {trace.population}.{trace.variable}", trace.values,
               (replicates, len(trace.cells), len(trace.times_s)))
    for schedule in recording.schedules:
        _shape(f"schedule {schedule.name}", schedule.values, (replicates, len(schedule.times_s)))
    for population, places in recording.positions_um.items():
        _shape(f"positions {population}", places, (replicates, None, 2))
    for population, variables in recording.cell_values.items():
        for variable, values in variables.items():
            _shape(f"cell value {population}.{variable}", values, (replicates, None))
            if variable not in recording.cell_units.get(population, {}):
                raise ValueError(f"cell value {population}.{variable}: has no unit")
    _check_names(recording)


def _shape(what: str, values: Any, wanted: tuple[int | None, ...]) -> None:
    have = np.shape(values)
    if len(have) != len(wanted) or any(w is not None and h != w for h, w in zip(have, wanted, strict=True)):
        raise ValueError(f"{what}: shape {have}, expected {wanted}")


def _check_spikes(population: str, spikes: SpikeData, replicates: int) -> None:
    for name in ("cell", "replicate"):
        _shape(f"spikes {population}.{name}", getattr(spikes, name), (len(spikes.times_s),))
    # A cell beyond n_cells would silently become a cell of the next replicate in the stored node ids.
    for name, bound in (("cell", spikes.n_cells), ("replicate", replicates)):
        values = getattr(spikes, name)
        if len(values) and (np.min(values) < 0 or np.max(values) >= bound):
            raise ValueError(f"spikes {population}.{name}: outside 0 ... {bound - 1}")


def _check_names(recording: Recording) -> None:
    keys = [f"mean {s.population} {s.variable}" for s in recording.means]
    keys += [f"trace {t.population} {t.variable}" for t in recording.traces]
    keys += [f"schedule {s.name}" for s in recording.schedules]
    keys += [f"axis {path}" for path in recording.axes]
    keys += [f"population {name}" for name in (*recording.spikes, *recording.positions_um)]
    for name, variables in recording.cell_values.items():
        keys += [f"cell value {name} {variable}" for variable in variables]
    twice = {key for key in keys if keys.count(key) > 1 and not key.startswith("population")}
    if twice:
        raise ValueError(f"{min(twice)}: recorded twice")
    # HDF5 would take a slash as one more level of groups.
    slashed = [key for key in keys if "/" in key]
    if slashed:
        raise ValueError(f"{slashed[0]}: a name may not hold '/'")
