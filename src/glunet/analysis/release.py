"""Glutamate release computed from spikes: vesicle depletion is a function of a cell's spike times alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from glunet.analysis.firing import FloatArray


def available(times_s: ArrayLike, unit: ArrayLike, use: float, tau_refill_s: float) -> FloatArray:
    """Fraction of releasable vesicles that stood ready for each spike.

    Parameters
    ----------
    times_s : float64[n]
        Spike times in seconds, in any order.
    unit : int[n]
        Cell of each spike, one number per cell of each replicate.
    use : float
        Fraction of the ready vesicles that a spike releases.
    tau_refill_s : float
        Refilling time constant, seconds.

    Returns
    -------
    float64[n]
        1 for a cell's first spike. Tsodyks & Markram 1997, doi:10.1073/pnas.94.2.719.
    """
    times, cells = np.asarray(times_s, float), np.asarray(unit)
    order = np.lexsort((times, cells))
    sorted_cells, sorted_times = cells[order], times[order]
    first = np.concatenate([[True], sorted_cells[1:] != sorted_cells[:-1]]) if order.size else np.zeros(0, bool)
    starts = np.flatnonzero(first)
    rank = np.arange(order.size) - np.repeat(starts, np.diff(np.append(starts, order.size)))
    ready = np.ones(order.size)
    # the k-th spikes of all cells follow from their (k-1)-th, so the loop runs over ranks, not over spikes
    by_rank = np.argsort(rank, kind="stable")
    edges = np.searchsorted(rank[by_rank], np.arange(rank.max() + 2 if rank.size else 1))
    for k in range(1, edges.size - 1):
        now = by_rank[edges[k]:edges[k + 1]]
        left = ready[now - 1] * (1.0 - use)
        ready[now] = 1.0 - (1.0 - left) * np.exp(-(sorted_times[now] - sorted_times[now - 1]) / tau_refill_s)
    result = np.empty_like(ready)
    result[order] = ready
    return result


def release_rate(times_s: ArrayLike, cell: ArrayLike, replicate: ArrayLike, n_cells: int, n_replicates: int, use: float,
                 tau_refill_s: float, start_s: float, stop_s: float) -> FloatArray:
    """Vesicle pools released per cell and second.

    Parameters
    ----------
    times_s, cell, replicate : array[n]
        Spikes of the whole run (depletion has a memory).
    n_cells, n_replicates : int
        N and R.
    use, tau_refill_s : float
        See `available`.
    start_s, stop_s : float
        Window in seconds.

    Returns
    -------
    float64[R]
    """
    times, where = np.asarray(times_s, float), np.asarray(replicate)
    amount = use * available(times, where * n_cells + np.asarray(cell), use, tau_refill_s)
    inside = (times >= start_s) & (times < stop_s)
    total = np.bincount(where[inside], amount[inside], minlength=n_replicates)
    return total / (n_cells * (stop_s - start_s))
