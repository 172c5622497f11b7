"""One stored result, read by dose and seed: what every row of the scoreboard starts from."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from glunet.analysis import firing, synchrony
from glunet.analysis.firing import FloatArray
from glunet.store.recording import SpikeData
from glunet.store.result import Result


def window(result: Result, ends: tuple[float, float], full_s: float) -> tuple[float, float]:
    """The part of a run that is scored: as given for the full duration, in proportion for a shortened one.

    Parameters
    ----------
    result : Result
    ends : (float, float)
        Seconds of the full run.
    full_s : float
        Its duration.
    """
    factor = result.duration_s / full_s
    return ends[0] * factor, ends[1] * factor


class Sweep:
    """A result whose replicates are doses x seeds.

    Parameters
    ----------
    result : Result
    drug : str
        Whose concentration is the dose.
    """

    def __init__(self, result: Result, drug: str) -> None:
        self.result = result
        self._dose = np.round(np.asarray(result.axis(f"drugs.{drug}.concentration")), 9)
        self._seed = np.asarray(result.points["seed"])
        self.doses, self.seeds = np.unique(self._dose), np.unique(self._seed)

    def at(self, dose: float) -> np.ndarray:
        """Replicates of a dose (uM), in the order of the seeds."""
        found = np.flatnonzero(np.isclose(self._dose, dose))
        return found[np.argsort(self._seed[found])]

    @cached_property
    def _spikes(self) -> dict[str, SpikeData]:
        return {name: self.result.spikes(name) for name in self.result.recorded["spikes"]}

    def spikes(self, population: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, int, int]:
        """times_s, cell, replicate, N, R of a population."""
        data = self._spikes[population]
        return data.times_s, data.cell, data.replicate, data.n_cells, self.result.n_replicates

    def rates(self, population: str, window: tuple[float, float]) -> FloatArray:
        """Rates of all cells in a window, float64[R, N] in Hz."""
        return firing.rate_per_cell(*self.spikes(population), *window)

    def correlation(self, population: str, window: tuple[float, float]) -> FloatArray:
        """Mean pairwise correlation of spike counts in 50 ms bins, float64[R]."""
        return synchrony.pairwise_correlation(*self.spikes(population), *window)

    def mean(self, population: str, variable: str, window: tuple[float, float]) -> FloatArray:
        """A recorded mean averaged over a window, float64[R]."""
        series = self.result.mean(population, variable)
        return np.asarray(series.sel(time=slice(*window)).mean("time"))
