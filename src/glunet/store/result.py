"""Stored results as labelled arrays. Nothing is read before it is asked for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from glunet.errors import InputError, StoreError
from glunet.store import tables
from glunet.store.describe import describe
from glunet.store.ensemble import SUFFIX, Part, gather, is_merged
from glunet.store.merged import common, read_merged, together
from glunet.store.recording import SpikeData
from glunet.store.sonata import join_spikes, read_spikes
from glunet.store.units import from_si


def open_result(path: str | Path, pattern: str = "*.h5") -> Result:
    """Open a result file, or the files of a folder or a sweep joined along the replicate dimension.

    Parameters
    ----------
    path : str or Path
        A file, a merged file, a sweep's plan, or a folder such as results/ketamine. A folder that holds a sweep and
        anything else is refused: name the plan file then.
    pattern : str
        Which files of a folder to join.

    Returns
    -------
    Result
        Lazy: the arrays stay on the disk until asked for.

    Raises
    ------
    StoreError
        Missing, unfinished, damaged or newer file; a folder of files that do not belong together.
    """
    path = Path(path)
    if path.suffix == SUFFIX and path.is_file() and is_merged(path):
        found, table = read_merged(path)
        return Result(path, found.parts, found.missing, table)
    found = gather(path, pattern)
    return Result(path, found.parts, found.missing)


class Result:
    """One or several batches of an experiment, as one ensemble of replicates.

    Arrays come as xarray with dimension `replicate` first, `units` in their attributes, and as coordinates
    `seed` and every axis: named by its full path, in SI, with attributes `units` = "SI" and `display_unit`.
    """

    def __init__(self, path: Path, parts: list[Part], missing: Sequence[tuple[int, int]] = (),
                 table: tables.Table | None = None) -> None:
        self.path = path
        #: (first, last) index, from 0, of points that the sweep's plan names and no file holds
        self.missing = list(missing)
        self._parts = parts
        self._head = parts[0].summary
        self._table = table

    def __repr__(self) -> str:
        return describe(self.path, [part.summary for part in self._parts], self.missing)

    @property
    def files(self) -> list[Path]:
        """The files joined, in the order of their replicates."""
        return [part.path for part in self._parts]

    @property
    def experiment(self) -> str:
        """Name of the experiment."""
        return str(self._head["experiment"])

    @property
    def title(self) -> str:
        """Title of the experiment."""
        return str(self._head["title"])

    @property
    def duration_s(self) -> float:
        """Simulated time in seconds."""
        return float(self._head["duration_s"])

    @property
    def dt_s(self) -> float:
        """Time step in seconds."""
        return float(self._head["dt_s"])

    @property
    def populations(self) -> list[str]:
        """Populations anything was recorded of, in the order of the recording."""
        return list(self._head["populations"])

    @property
    def n_replicates(self) -> int:
        """Number of replicates over all files."""
        return sum(part.summary["replicates"] for part in self._parts)

    @property
    def recorded(self) -> dict[str, Any]:
        """What to ask for: spikes, positions (populations); means, traces, cells (population -> variable ->
        unit); schedules (name -> unit)."""
        kept = {key: self._head[key] for key in ("means", "traces", "schedules", "positions", "cells")}
        return {"spikes": list(self._head["spikes"]), **kept}

    @cached_property
    def points(self) -> xr.Dataset:
        """Seed and axis values (SI) of every replicate."""
        columns: dict[str, Any] = {}
        columns["seed"] = ("replicate", np.concatenate([part.seeds for part in self._parts]))
        for path, axis in self._head["axes"].items():
            columns[path] = ("replicate", np.concatenate([part.axes[path] for part in self._parts]),
                             {"units": "SI", "display_unit": axis["unit"]})
        return xr.Dataset(columns, coords={"replicate": np.arange(self.n_replicates)})

    def axis(self, path: str) -> xr.DataArray:
        """One axis (replicate) in the unit it was written in, for tables and figures.

        Parameters
        ----------
        path : str
            The axis, or "seed".

        Raises
        ------
        InputError
            No such axis.
        """
        self._need(path, ["seed", *self._head["axes"]], "axis")
        values = self.points[path]
        unit = values.attrs.get("display_unit", "1")
        shown = from_si(values.values, unit) if path != "seed" else None
        return values if shown is None else values.copy(data=shown).assign_attrs(units=unit)

    def summary(self) -> xr.Dataset:
        """Every replicate's mean rates (``<population> rate``, Hz) and averages of recorded means over the whole run
        (``<population> <variable>``): read from a merged file at once, from other files by going through them."""
        self._table = self._table or tables.joined_table(self._parts)
        points = self._label(np.zeros(self.n_replicates), {}, "", "1").coords
        return xr.Dataset({f"{population} {column}": ("replicate", values, {"units": unit})
                           for (population, column), (values, unit) in self._table.items()}, points)

    def grid(self, values: xr.DataArray) -> xr.DataArray:
        """Values per replicate as an array with a dimension for each axis and the seed: see `glunet.store.tables.grid`."""
        planned = self.n_replicates + sum(last - first + 1 for first, last in self.missing)
        return tables.grid(values, [*self._head["axes"], "seed"], planned, str(self.path))

    def spikes(self, population: str) -> SpikeData:
        """Spikes of a population, sorted by time, over all replicates.

        Raises
        ------
        InputError
            No spikes of this population were recorded.
        """
        self._need(population, self._head["spikes"], "spikes")
        n_cells = self._head["populations"][population]
        pieces = [part.read(lambda file: read_spikes(file, population, n_cells)) for part in self._parts]
        if len(pieces) == 1:
            return pieces[0]
        return join_spikes(pieces, [part.summary["replicates"] for part in self._parts])

    def rates(self, population: str, start_s: float = 0.0, stop_s: float | None = None) -> xr.DataArray:
        """Firing rate of every cell (replicate, cell) in Hz, over start_s <= t < stop_s.

        Parameters
        ----------
        population : str
            One whose spikes were recorded.
        start_s, stop_s : float
            Window in seconds; by default the whole run.

        Raises
        ------
        InputError
            No spikes of this population, or an empty window.
        """
        stop_s = self.duration_s if stop_s is None else stop_s
        if not 0 <= start_s < stop_s <= self.duration_s + self.dt_s / 2:
            raise InputError(str(self.path), "rates", f"window {start_s:g} s to {stop_s:g} s",
                             f"a part of 0 s to {self.duration_s:g} s")
        data = self.spikes(population)
        # Half a step early, so that rounding of k * dt puts no spike on the wrong side of the window's edge.
        first, last = np.searchsorted(data.times_s, np.array([start_s, stop_s]) - self.dt_s / 2)
        node = data.replicate[first:last] * data.n_cells + data.cell[first:last]
        counts = np.bincount(node, minlength=self.n_replicates * data.n_cells)
        values = counts.reshape(self.n_replicates, data.n_cells) / (stop_s - start_s)
        return self._label(values, {"cell": np.arange(data.n_cells)}, f"{population} rate", "Hz")

    def mean(self, population: str, variable: str) -> xr.DataArray:
        """Population mean of a variable (replicate, time).

        Raises
        ------
        InputError
            It was not recorded.
        """
        unit = self._unit("means", population, variable)
        place = f"glunet/means/{population}/{variable}"
        along = {"time": self._shared(f"{place}/time_s")}
        return self._label(self._joined(f"{place}/values"), along, variable, unit)

    def trace(self, population: str, variable: str) -> xr.DataArray:
        """A variable of single cells (replicate, cell, time).

        Raises
        ------
        InputError
            It was not recorded.
        """
        unit = self._unit("traces", population, variable)
        place = f"glunet/traces/{population}/{variable}"
        along = {"cell": self._shared(f"{place}/cells"), "time": self._shared(f"{place}/time_s")}
        return self._label(self._joined(f"{place}/values"), along, variable, unit)

    def schedule(self, name: str) -> xr.DataArray:
        """Course of a dose (replicate, time) in the unit it was written in.

        Raises
        ------
        InputError
            No such schedule.
        """
        self._need(name, self._head["schedules"], "schedule")
        place = f"glunet/schedules/{name}"
        along = {"time": self._shared(f"{place}/time_s")}
        return self._label(self._joined(f"{place}/values"), along, name, self._head["schedules"][name])

    def cell_values(self, population: str, variable: str) -> xr.DataArray:
        """A value per cell at the end of the run (replicate, cell).

        Raises
        ------
        InputError
            It was not recorded.
        """
        unit = self._unit("cells", population, variable)
        values = self._joined(f"glunet/cells/{population}/{variable}")
        return self._label(values, {"cell": np.arange(values.shape[1])}, variable, unit)

    def positions(self, population: str) -> xr.DataArray:
        """Places of the cells in the sheet (replicate, cell, direction) in um.

        Raises
        ------
        InputError
            They were not recorded.
        """
        self._need(population, self._head["positions"], "positions")
        values = self._joined(f"glunet/positions/{population}")
        return self._label(values, {"cell": np.arange(values.shape[1]), "direction": np.array(["x", "y"])},
                           f"{population} positions", "um")

    @cached_property
    def blueprint(self) -> dict[str, Any]:
        """Equations, parameter values, units and sources the (first) batch was computed with."""
        return dict(json.loads(self._parts[0].text("blueprint")))

    @cached_property
    def experiment_text(self) -> str:
        """The experiment file as it was run."""
        return self._parts[0].text("experiment")

    @property
    def provenance(self) -> dict[str, Any]:
        """Versions, device, commit; where joined files differ, a list with one entry per file."""
        return common([part.summary["provenance"] for part in self._parts])

    @property
    def timings(self) -> dict[str, float]:
        """Seconds spent, summed over the files."""
        return dict(together([part.summary for part in self._parts])["timings"])

    def _need(self, name: str, allowed: Any, what: str) -> None:
        if name not in allowed:
            problem = f"nothing recorded under '{name}'"
            raise InputError(str(self.path), what, problem, list(allowed) or "none", name)

    def _unit(self, kind: str, population: str, variable: str) -> str:
        self._need(population, self._head[kind], kind)
        self._need(variable, self._head[kind][population], f"{kind}.{population}")
        return str(self._head[kind][population][variable])

    def _joined(self, place: str) -> np.ndarray:
        return np.concatenate([part.read(lambda file: file[place][:]) for part in self._parts])

    def _shared(self, place: str) -> np.ndarray:
        """An array every file must have alike: times, cells."""
        first, *others = (part.read(lambda file: file[place][:]) for part in self._parts)
        for part, other in zip(self._parts[1:], others, strict=True):
            if not np.array_equal(first, other):
                raise StoreError(f"{self.path}: {self._parts[0].path.name} and {part.path.name} do not join: "
                                 f"{place} differs")
        return np.asarray(first)

    def _label(self, values: np.ndarray, along: dict[str, np.ndarray], name: str, unit: str) -> xr.DataArray:
        coords: dict[str, Any] = {"replicate": self.points["replicate"], **along,
                                  **{str(key): column.variable for key, column in self.points.items()}}
        if "time" in along:
            coords["time"] = ("time", along["time"], {"units": "s"})
        return xr.DataArray(values, coords, ("replicate", *along), name, {"units": unit})
