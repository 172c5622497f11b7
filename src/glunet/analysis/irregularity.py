"""Irregularity of firing by measures that compare neighbours, so that slow changes of rate do not pass for it.

CV2: Holt, Softky, Koch & Douglas 1996, J Neurophysiol 75:1806. Local variation: Shinomoto, Shima & Tanji 2003, Neural
Comput 15:2823. Both are 1 for a Poisson train and 0 for a clock. Spikes as in `glunet.analysis.firing`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from glunet.analysis.firing import FloatArray, intervals


def cv2(times_s: ArrayLike, cell: ArrayLike, replicate: ArrayLike, n_cells: int, n_replicates: int, start_s: float,
        stop_s: float, min_spikes: int = 10) -> FloatArray:
    """Mean of ``2 |b - a| / (a + b)`` over neighbouring intervals a, b of a cell.

    Parameters
    ----------
    times_s, cell, replicate : array[n]
        Spikes.
    n_cells, n_replicates : int
        N and R.
    start_s, stop_s : float
        Window in seconds.
    min_spikes : int
        Cells with fewer spikes in the window have no value.

    Returns
    -------
    float64[R, N]
        As elephant's ``cv2``; nan below `min_spikes`.

    Raises
    ------
    ValueError
        For an empty window.
    """
    return _neighbours(times_s, cell, replicate, n_cells, n_replicates, start_s, stop_s, min_spikes, 2.0, 1)


def local_variation(times_s: ArrayLike, cell: ArrayLike, replicate: ArrayLike, n_cells: int, n_replicates: int,
                    start_s: float, stop_s: float, min_spikes: int = 10) -> FloatArray:
    """Mean of 3 ((b - a) / (a + b))**2 over neighbouring intervals a, b of a cell.

    Parameters
    ----------
    times_s, cell, replicate, n_cells, n_replicates, start_s, stop_s, min_spikes
        As for `cv2`.

    Returns
    -------
    float64[R, N]
        As elephant's ``lv``; nan below `min_spikes`.

    Raises
    ------
    ValueError
        For an empty window.
    """
    return _neighbours(times_s, cell, replicate, n_cells, n_replicates, start_s, stop_s, min_spikes, 3.0, 2)


def _neighbours(times_s: ArrayLike, cell: ArrayLike, replicate: ArrayLike, n_cells: int, n_replicates: int,
                start_s: float, stop_s: float, min_spikes: int, factor: float, power: int) -> FloatArray:
    """Mean over neighbouring intervals of factor * |(b - a) / (a + b)|**power."""
    interval, flat = intervals(times_s, cell, replicate, n_cells, start_s, stop_s)
    total = n_replicates * n_cells
    same = flat[1:] == flat[:-1]
    first, second = interval[:-1][same], interval[1:][same]
    both = first + second
    contrast = np.divide(np.abs(second - first), both, out=np.zeros_like(both), where=both > 0)
    number = np.bincount(flat[1:][same], minlength=total)
    summed = np.bincount(flat[1:][same], factor * contrast**power, minlength=total)
    few = np.bincount(flat, minlength=total) + 1 < max(min_spikes, 3)
    value = np.divide(summed, number, out=np.full(total, np.nan), where=~few)
    return value.reshape(n_replicates, n_cells)


def fano_factor(counts: ArrayLike) -> FloatArray:
    """Variance over mean of spike counts: 1 for a Poisson process, whatever the length of the windows.

    Parameters
    ----------
    counts : array[..., B]
        Counts in windows of one length (`glunet.analysis.synchrony.spike_counts`), or of B repeats of one window.

    Returns
    -------
    float64[...]
        Population form, as elephant's ``fanofactor``; nan where nothing was counted.
    """
    values = np.asarray(counts, float)
    mean = values.mean(axis=-1)
    return np.divide(values.var(axis=-1), mean, out=np.full(mean.shape, np.nan), where=mean > 0)
