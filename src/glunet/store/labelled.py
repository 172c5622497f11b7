"""What stored files hold, as labelled arrays: the reading half of a result."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from glunet.errors import InputError, StoreError
from glunet.store.ensemble import Part
from glunet.store.lazy import lazily
from glunet.store.recording import SpikeData
from glunet.store.sonata import join_spikes
from glunet.store.spikes import counts_per_bin, counts_per_cell, select
from glunet.store.units import from_si


class Labelled:
    """Arrays of one or several files as one ensemble of replicates, with labels."""

    path: Path
    _parts: list[Part]
    _head: dict[str, Any]

    @property
    def n_replicates(self) -> int:
        """Number of replicates over all files."""
        return sum(len(part.seeds) for part in self._parts)

    @property
    def duration_s(self) -> float:
        """Simulated time in seconds."""
        return float(self._head["duration_s"])

    @property
    def dt_s(self) -> float:
        """Time step in seconds."""
        return float(self._head["dt_s"])

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

    def n_cells(self, population: str) -> int:
        """Cells per replicate of a population whose spikes were recorded.

        Raises
        ------
        InputError
            Neither spikes nor places of this population were recorded.
        """
        counted = [name for name, cells in self._head["populations"].items() if cells is not None]
        self._need(population, counted, "spikes")
        return int(self._head["populations"][population])

    def spikes(self, population: str, start_s: float | None = None, stop_s: float | None = None,
               replicates: Sequence[int] | None = None) -> SpikeData:
        """Spikes of a population, sorted by time.

        Parameters
        ----------
        population : str
            One whose spikes were recorded.
        start_s, stop_s : float, optional
            Window in seconds, its end excluded; the whole run by default.
        replicates : sequence of int, optional
            Of these replicates only, which keep their numbers; all by default.

        Raises
        ------
        InputError
            No spikes of this population were recorded, an empty window, or no such replicate.
        """
        n_cells = self.n_cells(population)
        bounds = (-np.inf, np.inf) if start_s is stop_s is None else self._window("spikes", start_s, stop_s)
        keep = None if replicates is None else self._chosen(replicates)
        pieces, first = [], 0
        for part in self._parts:
            own = None if keep is None else keep[first:first + len(part.seeds)]
            pieces.append(part.read(partial(select, population=population, n_cells=n_cells, start_s=bounds[0],
                                            stop_s=bounds[1], keep=own)))
            first += len(part.seeds)
        return pieces[0] if len(pieces) == 1 else join_spikes(pieces, [len(part.seeds) for part in self._parts])

    def spike_arrays(self, population: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, int, int]:
        """Spikes as `glunet.analysis` takes them: ``analysis.cv_isi(*result.spike_arrays("pyramidal"), 5, 10)``.

        Returns
        -------
        times_s : float64[n]
        cell, replicate : int64[n]
        n_cells, n_replicates : int

        Raises
        ------
        InputError
            No spikes of this population were recorded.
        """
        data = self.spikes(population)
        return data.times_s, data.cell, data.replicate, data.n_cells, self.n_replicates

    def rates(self, population: str, start_s: float | None = None, stop_s: float | None = None) -> xr.DataArray:
        """Firing rate of every cell (replicate, cell) in Hz, over start_s <= t < stop_s.

        Parameters
        ----------
        population : str
            One whose spikes were recorded.
        start_s, stop_s : float, optional
            Window in seconds; by default the whole run.

        Raises
        ------
        InputError
            No spikes of this population, or an empty window.
        """
        n_cells, (start_s, stop_s) = self.n_cells(population), self._window("rates", start_s, stop_s, edge=False)
        half = self.dt_s / 2    # so that rounding of k * dt puts no spike on the wrong side of the window's edge
        counts = [part.read(partial(counts_per_cell, population=population, n_cells=n_cells, rows=len(part.seeds),
                                    start_s=start_s - half, stop_s=stop_s - half)) for part in self._parts]
        return self._label(np.concatenate(counts) / (stop_s - start_s), {"cell": np.arange(n_cells)},
                           f"{population} rate", "Hz")

    def population_rate(self, population: str, bin_s: float = 0.020, start_s: float | None = None,
                        stop_s: float | None = None) -> xr.DataArray:
        """Rate of a population over time, per cell of it (replicate, time) in Hz; `time` is the middle of each bin.

        Parameters
        ----------
        population : str
            One whose spikes were recorded.
        bin_s : float
            Width of a bin in seconds; a remainder at the end of the window is left out.
        start_s, stop_s : float, optional
            Window in seconds; by default the whole run.

        Raises
        ------
        InputError
            No spikes of this population, an empty window, or a bin that does not fit into it.
        """
        n_cells, (start_s, stop_s) = self.n_cells(population), self._window("population_rate", start_s, stop_s, edge=False)
        if not 0 < bin_s <= (stop_s - start_s) * (1 + 1e-9):
            raise InputError(str(self.path), "population_rate", f"bin of {bin_s:g} s", f"0 s to {stop_s - start_s:g} s")
        counts = [part.read(partial(counts_per_bin, population=population, n_cells=n_cells, rows=len(part.seeds),
                                    start_s=start_s, stop_s=stop_s, bin_s=bin_s)) for part in self._parts]
        total = np.concatenate(counts)
        return self._label(total / (bin_s * n_cells), {"time": start_s + bin_s * (np.arange(total.shape[1]) + 0.5)},
                           f"{population} rate", "Hz")

    def mean(self, population: str, variable: str) -> xr.DataArray:
        """Population mean of a variable (replicate, time), read when its values are used.

        Raises
        ------
        InputError
            It was not recorded.
        """
        unit = self._unit("means", population, variable)
        place = f"glunet/means/{population}/{variable}"
        along = {"time": self._shared(f"{place}/time_s")}
        return self._label(lazily(self._parts, f"{place}/values"), along, variable, unit)

    def trace(self, population: str, variable: str) -> xr.DataArray:
        """A variable of single cells (replicate, cell, time), read when its values are used.

        Raises
        ------
        InputError
            It was not recorded.
        """
        unit = self._unit("traces", population, variable)
        place = f"glunet/traces/{population}/{variable}"
        along = {"cell": self._shared(f"{place}/cells"), "time": self._shared(f"{place}/time_s")}
        return self._label(lazily(self._parts, f"{place}/values"), along, variable, unit)

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

    def _need(self, name: str, allowed: Any, what: str) -> None:
        if name not in allowed:
            problem = f"nothing recorded under '{name}'"
            raise InputError(str(self.path), what, problem, list(allowed) or "none", name)

    def _unit(self, kind: str, population: str, variable: str) -> str:
        self._need(population, self._head[kind], kind)
        self._need(variable, self._head[kind][population], f"{kind}.{population}")
        return str(self._head[kind][population][variable])

    def _window(self, what: str, start_s: float | None, stop_s: float | None, edge: bool = True) -> tuple[float, float]:
        """A window of the run; with `edge` half a step early, see `rates`."""
        start, stop = 0.0 if start_s is None else start_s, self.duration_s if stop_s is None else stop_s
        if not 0 <= start < stop <= self.duration_s + self.dt_s / 2:
            raise InputError(str(self.path), what, f"window {start:g} s to {stop:g} s",
                             f"a part of 0 s to {self.duration_s:g} s")
        half = self.dt_s / 2 if edge else 0.0
        return start - half, stop - half

    def _chosen(self, replicates: Sequence[int]) -> np.ndarray:
        """Replicates as bool[R]."""
        keep = np.zeros(self.n_replicates, bool)
        for number in replicates:
            if not 0 <= number < keep.size:
                raise InputError(str(self.path), "replicates", f"no replicate {number}", f"0 to {keep.size - 1}")
            keep[number] = True
        return keep

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

    def _label(self, values: Any, along: dict[str, np.ndarray], name: str, unit: str) -> xr.DataArray:
        coords: dict[str, Any] = {"replicate": self.points["replicate"], **along,
                                  **{str(key): column.variable for key, column in self.points.items()}}
        if "time" in along:
            coords["time"] = ("time", along["time"], {"units": "s"})
        try:
            return xr.DataArray(xr.Variable(("replicate", *along), values, {"units": unit}), coords, name=name)
        except ValueError as error:
            raise StoreError(f"{self.path}: damaged: {name or 'an array'} does not fit its coordinates: {error}") from error
