"""Firing: rates per cell and per population, irregularity of intervals, bursts.

Spikes arrive as three equal-length arrays: ``times_s`` float64[n] in seconds, ``cell`` int64[n] counted
within its replicate, ``replicate`` int64[n]. They need not be sorted. Shapes name R replicates, N cells per
replicate, T bins.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def check_window(start_s: float, stop_s: float) -> float:
    """Length of a time window.

    Parameters
    ----------
    start_s, stop_s : float
        Its ends in seconds.

    Returns
    -------
    float
        ``stop_s - start_s`` in seconds.

    Raises
    ------
    ValueError
        Where the window is empty or the wrong way round.
    """
    if not stop_s > start_s:
        raise ValueError(f"window from {start_s} s to {stop_s} s is empty")
    return stop_s - start_s


def bin_edges(start_s: float, stop_s: float, bin_s: float) -> FloatArray:
    """Edges of the whole bins that fit into a window; a remainder at its end is left out.

    Parameters
    ----------
    start_s, stop_s : float
        Window in seconds.
    bin_s : float
        Width of a bin in seconds.

    Returns
    -------
    float64[T + 1]
        Edges in seconds.

    Raises
    ------
    ValueError
        Where not one bin fits.
    """
    length = check_window(start_s, stop_s)
    # The small term keeps 1.0 / 0.1 = 9.999... from losing its last bin.
    number = int(np.floor(length / bin_s + 1e-9)) if bin_s > 0 else 0
    if number < 1:
        raise ValueError(f"no bin of {bin_s} s fits into {length} s")
    return start_s + bin_s * np.arange(number + 1, dtype=np.float64)


def bin_index(times_s: ArrayLike, start_s: float, stop_s: float, bin_s: float) -> NDArray[np.int64]:
    """Bin each spike falls into, -1 for those outside every whole bin.

    A spike on an edge, give or take a millionth of a bin, belongs to the later bin: simulated spikes stand on
    a grid of time steps, where rounding would else spread those of one step over two bins.

    Parameters
    ----------
    times_s : float64[n]
        Spike times in seconds.
    start_s, stop_s, bin_s : float
        As for `bin_edges`.

    Returns
    -------
    int64[n]
        Index from 0 to T - 1, or -1.
    """
    number = bin_edges(start_s, stop_s, bin_s).size - 1
    index = np.floor((np.asarray(times_s, float) - start_s) / bin_s + 1e-6).astype(np.int64)
    index[(index < 0) | (index >= number)] = -1
    return index


def rate_per_cell(times_s: ArrayLike, cell: ArrayLike, replicate: ArrayLike, n_cells: int, n_replicates: int,
                  start_s: float, stop_s: float) -> FloatArray:
    """Mean rate of every cell in a window.

    Parameters
    ----------
    times_s, cell, replicate : array[n]
        Spikes.
    n_cells, n_replicates : int
        N and R; cells without spikes are counted too.
    start_s, stop_s : float
        Window in seconds, its end excluded.

    Returns
    -------
    float64[R, N]
        Rates in Hz.

    Raises
    ------
    ValueError
        For an empty window.
    """
    length = check_window(start_s, stop_s)
    times = np.asarray(times_s, float)
    inside = (times >= start_s) & (times < stop_s)
    flat = np.asarray(replicate)[inside] * n_cells + np.asarray(cell)[inside]
    counts = np.bincount(flat.astype(np.int64), minlength=n_replicates * n_cells)
    return counts.reshape(n_replicates, n_cells) / length


def population_rate(times_s: ArrayLike, replicate: ArrayLike, n_cells: int, n_replicates: int, start_s: float,
                    stop_s: float, bin_s: float) -> tuple[FloatArray, FloatArray]:
    """Rate of a population over time, per cell of it.

    Parameters
    ----------
    times_s, replicate : array[n]
        Spikes.
    n_cells, n_replicates : int
        N and R.
    start_s, stop_s, bin_s : float
        Window and width of a bin in seconds.

    Returns
    -------
    centres : float64[T]
        Bin centres in seconds.
    rate : float64[R, T]
        Hz per cell.

    Raises
    ------
    ValueError
        Where not one bin fits.
    """
    edges = bin_edges(start_s, stop_s, bin_s)
    number = edges.size - 1
    index = bin_index(times_s, start_s, stop_s, bin_s)
    inside = index >= 0
    flat = np.asarray(replicate).astype(np.int64)[inside] * number + index[inside]
    counts = np.bincount(flat, minlength=n_replicates * number).reshape(n_replicates, number)
    return edges[:-1] + bin_s / 2, counts / (bin_s * n_cells)


def smooth(rate: ArrayLike, bin_s: float, sigma_s: float) -> FloatArray:
    """Rate over time, smoothed with a Gaussian that is renormalised at the ends.

    Parameters
    ----------
    rate : float64[..., T]
        Binned rate.
    bin_s, sigma_s : float
        Width of a bin and standard deviation of the kernel, seconds; 0 leaves the rate as it is.

    Returns
    -------
    float64[..., T]
        The rate, without the inward pull that zero padding would give at the ends.
    """
    from scipy.ndimage import gaussian_filter1d

    values = np.asarray(rate, float)
    if sigma_s <= 0:
        return values
    width = sigma_s / bin_s
    weight = gaussian_filter1d(np.ones(values.shape[-1]), width, mode="constant")
    return gaussian_filter1d(values, width, axis=-1, mode="constant") / weight


def intervals(times_s: ArrayLike, cell: ArrayLike, replicate: ArrayLike, n_cells: int, start_s: float,
              stop_s: float) -> tuple[FloatArray, NDArray[np.int64]]:
    """Inter-spike intervals of all cells, cell by cell and in the order of time.

    Parameters
    ----------
    times_s, cell, replicate : array[n]
        Spikes.
    n_cells : int
        N.
    start_s, stop_s : float
        Window in seconds, its end excluded; intervals that reach out of it are left out.

    Returns
    -------
    interval : float64[m]
        Seconds.
    flat : int64[m]
        Cell each belongs to, as replicate * N + cell.

    Raises
    ------
    ValueError
        For an empty window.
    """
    check_window(start_s, stop_s)
    times = np.asarray(times_s, float)
    inside = (times >= start_s) & (times < stop_s)
    flat = (np.asarray(replicate) * n_cells + np.asarray(cell))[inside].astype(np.int64)
    times = times[inside]
    order = np.lexsort((times, flat))
    flat, times = flat[order], times[order]
    same = flat[1:] == flat[:-1]
    return np.diff(times)[same], flat[1:][same]


def cv_isi(times_s: ArrayLike, cell: ArrayLike, replicate: ArrayLike, n_cells: int, n_replicates: int,
           start_s: float, stop_s: float, min_spikes: int = 10) -> FloatArray:
    """Coefficient of variation of each cell's inter-spike intervals (1 for a Poisson train, 0 for a clock).

    Parameters
    ----------
    times_s, cell, replicate : array[n]
        Spikes.
    n_cells, n_replicates : int
        N and R.
    start_s, stop_s : float
        Window in seconds.
    min_spikes : int
        Cells with fewer spikes in the window have no value: with few intervals the estimate is biased low.

    Returns
    -------
    float64[R, N]
        Standard deviation over mean (population form, as elephant's ``cv``); nan below `min_spikes`.

    Raises
    ------
    ValueError
        For an empty window.
    """
    interval, flat = intervals(times_s, cell, replicate, n_cells, start_s, stop_s)
    total = n_replicates * n_cells
    number = np.bincount(flat, minlength=total)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(flat, interval, minlength=total) / number
        spread = np.bincount(flat, (interval - mean[flat]) ** 2, minlength=total) / number
        value = np.sqrt(spread) / mean
    value[number + 1 < max(min_spikes, 3)] = np.nan
    return value.reshape(n_replicates, n_cells)


def burst_fraction(times_s: ArrayLike, cell: ArrayLike, replicate: ArrayLike, n_cells: int, n_replicates: int,
                   start_s: float, stop_s: float, interval_s: float = 0.010) -> FloatArray:
    """Fraction of spikes that belong to a burst: a neighbour of the same cell lies closer than an interval.

    Parameters
    ----------
    times_s, cell, replicate : array[n]
        Spikes.
    n_cells, n_replicates : int
        N and R.
    start_s, stop_s : float
        Window in seconds.
    interval_s : float
        Longest interval within a burst, seconds. A Poisson train of rate r has the fraction
        1 - exp(-2 r interval_s), so the measure grows with rate alone; compare against that.

    Returns
    -------
    float64[R]
        Fraction of all spikes of a replicate; nan where it has none.

    Raises
    ------
    ValueError
        For an empty window.
    """
    check_window(start_s, stop_s)
    times = np.asarray(times_s, float)
    inside = (times >= start_s) & (times < stop_s)
    where = np.asarray(replicate).astype(np.int64)[inside]
    flat = where * n_cells + np.asarray(cell).astype(np.int64)[inside]
    order = np.lexsort((times[inside], flat))
    flat, where, times = flat[order], where[order], times[inside][order]
    close = (flat[1:] == flat[:-1]) & (np.diff(times) < interval_s)
    member = np.zeros(times.size, bool)
    member[1:] |= close
    member[:-1] |= close
    total = np.bincount(where, minlength=n_replicates).astype(float)
    burst = np.bincount(where, member, minlength=n_replicates)
    return np.divide(burst, total, out=np.full(n_replicates, np.nan), where=total > 0)
