"""Bursts of single cells, one by one: runs of spikes whose intervals are all short.

`glunet.analysis.firing.burst_fraction` tells what share of the spikes is in them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glunet.analysis.firing import FloatArray, check_window


@dataclass(frozen=True)
class Bursts:
    """B bursts, by replicate, cell and time.

    Attributes
    ----------
    start_s, stop_s : float64[B]
        Times of the first and the last spike, seconds.
    spikes : int64[B]
        Spikes in each.
    cell, replicate : int64[B]
        Whose they are.
    """

    start_s: FloatArray
    stop_s: FloatArray
    spikes: NDArray[np.int64]
    cell: NDArray[np.int64]
    replicate: NDArray[np.int64]


def find_bursts(times_s: ArrayLike, cell: ArrayLike, replicate: ArrayLike, n_cells: int, start_s: float, stop_s: float,
                interval_s: float = 0.010, min_spikes: int = 3) -> Bursts:
    """Runs of spikes of one cell with no interval longer than allowed.

    Parameters
    ----------
    times_s, cell, replicate : array[n]
        Spikes.
    n_cells : int
        N.
    start_s, stop_s : float
        Window in seconds, its end excluded.
    interval_s : float
        Intervals within a burst are shorter, seconds. A fixed criterion, so rates matter: in a Poisson train of rate r
        an interval is that short with probability 1 - exp(-r interval_s).
    min_spikes : int
        Fewest spikes of a burst.

    Returns
    -------
    Bursts

    Raises
    ------
    ValueError
        For an empty window, or fewer than two spikes asked of a burst.
    """
    check_window(start_s, stop_s)
    if min_spikes < 2:
        raise ValueError(f"a burst has two spikes or more, not {min_spikes}")
    times = np.asarray(times_s, float)
    inside = (times >= start_s) & (times < stop_s)
    times = times[inside]
    flat = np.asarray(replicate).astype(np.int64)[inside] * n_cells + np.asarray(cell).astype(np.int64)[inside]
    order = np.lexsort((times, flat))
    times, flat = times[order], flat[order]
    # a run ends where the cell changes or an interval is long
    ends = np.flatnonzero((np.diff(flat) != 0) | (np.diff(times) >= interval_s))
    first = np.concatenate(([0], ends + 1)) if times.size else np.zeros(0, np.int64)
    last = np.concatenate((ends, [times.size - 1])) if times.size else np.zeros(0, np.int64)
    long = last - first + 1 >= min_spikes
    first, last = first[long], last[long]
    return Bursts(times[first], times[last], last - first + 1, flat[first] % n_cells, flat[first] // n_cells)
