"""Synchrony: mean correlation of spike counts over pairs of cells."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glunet.analysis.firing import FloatArray, bin_edges, bin_index


def spike_counts(times_s: ArrayLike, cell: ArrayLike, n_cells: int, start_s: float, stop_s: float,
                 bin_s: float = 0.050) -> NDArray[np.int64]:
    """Spike counts of one replicate.

    Parameters
    ----------
    times_s, cell : array[n]
        Spikes of one replicate, times in seconds.
    n_cells : int
        N.
    start_s, stop_s, bin_s : float
        Window and width of a bin in seconds.

    Returns
    -------
    int64[N, B]
        Counts in whole bins.
    """
    number = bin_edges(start_s, stop_s, bin_s).size - 1
    index = bin_index(times_s, start_s, stop_s, bin_s)
    inside = index >= 0
    flat = np.asarray(cell).astype(np.int64)[inside] * number + index[inside]
    return np.bincount(flat, minlength=n_cells * number).reshape(n_cells, number)


def mean_correlation(counts: ArrayLike) -> float:
    """Mean Pearson correlation over all pairs of rows.

    The sum of all N x N correlations is the squared length of the sum of the standardised rows, so no N x N
    matrix is built: O(N B).

    Parameters
    ----------
    counts : array[N, B]
        One row per cell; rows that never change have no correlation and are left out.

    Returns
    -------
    float
        Mean over pairs, nan with fewer than two usable rows.
    """
    values = np.asarray(counts, float)
    spread = values.std(axis=1)
    values, spread = values[spread > 0], spread[spread > 0]
    number = len(values)
    if number < 2:
        return float("nan")
    z = (values - values.mean(axis=1, keepdims=True)) / spread[:, None]
    total = np.sum(z.sum(axis=0) ** 2) / values.shape[1]
    return float((total - number) / (number * (number - 1)))


def pairwise_correlation(times_s: ArrayLike, cell: ArrayLike, replicate: ArrayLike, n_cells: int,
                         n_replicates: int, start_s: float, stop_s: float, bin_s: float = 0.050,
                         min_spikes: int = 5, max_cells: int | None = None, seed: int = 0,
                         active: ArrayLike | None = None) -> FloatArray:
    """Mean pairwise spike-count correlation of each replicate.

    Parameters
    ----------
    times_s, cell, replicate : array[n]
        Spikes.
    n_cells, n_replicates : int
        N and R.
    start_s, stop_s : float
        Window in seconds.
    bin_s : float
        Width of a counting bin in seconds.
    min_spikes : int
        A cell takes part if it fires at least so often in the window.
    max_cells : int, optional
        Sample at most so many of the active cells, as a recording would; all by default.
    seed : int
        Seed of that sample.
    active : bool[R, N], optional
        Cells to use instead, for the same cells before and after a change.

    Returns
    -------
    float64[R]
        Mean correlation over pairs; nan with fewer than two usable cells.
    """
    times, cells, where = np.asarray(times_s, float), np.asarray(cell), np.asarray(replicate)
    chosen = None if active is None else np.asarray(active, bool)
    result = np.full(n_replicates, np.nan)
    for r in range(n_replicates):
        mine = where == r
        counts = spike_counts(times[mine], cells[mine], n_cells, start_s, stop_s, bin_s)
        use = np.flatnonzero(counts.sum(axis=1) >= min_spikes if chosen is None else chosen[r])
        if max_cells is not None and use.size > max_cells:
            use = np.random.default_rng([seed, r]).choice(use, max_cells, replace=False)
        result[r] = mean_correlation(counts[use])
    return result
