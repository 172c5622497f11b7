"""Some replicates of a result, seen as a result of their own: what scores a row then scores one parameter point of many."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from glunet.store.recording import SpikeData
from glunet.store.result import Result
from glunet.vocabulary.quantity import show

_BY_REPLICATE = ("axis", "mean", "trace", "rates", "population_rate", "schedule", "cell_values", "positions")


class Whole:
    """A result that is read once, however many selections are made of it.

    Parameters
    ----------
    result : Result
    """

    def __init__(self, result: Result) -> None:
        self.result = result
        self._read: dict[tuple[Any, ...], Any] = {}
        self._spikes: dict[str, tuple[SpikeData, NDArray[np.int64]]] = {}

    def array(self, name: str, *asked: Any, **options: Any) -> xr.DataArray:
        """What a method of the result returns, over all replicates."""
        key = (name, *asked, *sorted(options.items()))
        if key not in self._read:
            self._read[key] = getattr(self.result, name)(*asked, **options)
        found: xr.DataArray = self._read[key]
        return found

    def spikes(self, population: str) -> tuple[SpikeData, NDArray[np.int64]]:
        """Spikes by replicate, by time within each, and where each replicate begins, int64[R + 1]."""
        if population not in self._spikes:
            data = self.result.spikes(population)
            order = np.argsort(data.replicate, kind="stable")
            edges = np.searchsorted(data.replicate[order], np.arange(self.result.n_replicates + 1))
            sorted_ = SpikeData(data.times_s[order], data.cell[order], data.replicate[order], data.n_cells)
            self._spikes[population] = sorted_, edges
        return self._spikes[population]

    def where(self, values: Mapping[str, float]) -> NDArray[np.int64]:
        """Replicates whose axes have these values (SI), to nine digits."""
        keep = np.ones(self.result.n_replicates, bool)
        for path, value in values.items():
            keep &= np.isclose(np.asarray(self.result.points[path]), value, rtol=1e-9, atol=0.0)
        return np.flatnonzero(keep)

    def at(self, values: Mapping[str, float]) -> Result:
        """The replicates at one point, as a result."""
        return Selection(self, self.where(values), values)  # type: ignore[return-value]


class Selection:
    """The reading half of `Result`, over some of its replicates, which are numbered anew.

    Parameters
    ----------
    whole : Whole
    replicates : int64[n]
    values : mapping of path to float
        Parameters that were changed (SI): the blueprint tells these values instead of averages over all replicates.
    """

    def __init__(self, whole: Whole, replicates: NDArray[np.int64], values: Mapping[str, float]) -> None:
        self._whole, self._replicates, self._values = whole, replicates, values

    def __getattr__(self, name: str) -> Any:
        # only what is not replicate by replicate gets here
        if name in _BY_REPLICATE:
            return self._taker(name)
        return getattr(self._whole.result, name)

    def _taker(self, name: str) -> Callable[..., xr.DataArray]:
        def take(*asked: Any, **options: Any) -> xr.DataArray:
            found = self._whole.array(name, *asked, **options).isel(replicate=self._replicates)
            return found.assign_coords(replicate=np.arange(self.n_replicates))

        return take

    @property
    def n_replicates(self) -> int:
        """Number of replicates."""
        return len(self._replicates)

    @cached_property
    def points(self) -> xr.Dataset:
        """Seed and axis values (SI) of every replicate."""
        found = self._whole.result.points.isel(replicate=self._replicates)
        return found.assign_coords(replicate=np.arange(self.n_replicates))

    def spikes(self, population: str) -> SpikeData:
        """Spikes of a population, sorted by time."""
        data, edges = self._whole.spikes(population)
        pieces = [slice(edges[r], edges[r + 1]) for r in self._replicates]
        times, cell = (np.concatenate([np.empty(0, values.dtype), *(values[piece] for piece in pieces)])
                       for values in (data.times_s, data.cell))
        replicate = np.repeat(np.arange(self.n_replicates), [piece.stop - piece.start for piece in pieces])
        order = np.argsort(times, kind="stable")
        return SpikeData(times[order], cell[order], replicate[order], data.n_cells)

    def spike_arrays(self, population: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, int, int]:
        """Spikes as the functions of `glunet.analysis` take them."""
        data = self.spikes(population)
        return data.times_s, data.cell, data.replicate, data.n_cells, self.n_replicates

    @cached_property
    def blueprint(self) -> dict[str, Any]:
        """Equations and values, those that were changed with what they are here."""
        found = deepcopy(self._whole.result.blueprint)
        for population in found["populations"].values():
            for entry in population["parameters"].values():
                if entry["path"] in self._values:
                    unit = entry["value"].partition(" ")[2] or "1"
                    entry["value"] = show(self._values[entry["path"]], unit)
        return found
