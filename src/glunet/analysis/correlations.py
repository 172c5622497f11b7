"""Correlations between cells and between signals. For one number per replicate see `glunet.analysis.synchrony`."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from glunet.analysis.firing import FloatArray, check_window


def correlation_matrix(counts: ArrayLike) -> FloatArray:
    """Pearson correlations of all pairs of rows.

    Parameters
    ----------
    counts : array[N, B]
        One row per cell, such as `glunet.analysis.synchrony.spike_counts` of one replicate.

    Returns
    -------
    float64[N, N]
        Symmetric, 1 on the diagonal; nan for rows that never change. As numpy's ``corrcoef`` and elephant's
        ``correlation_coefficient``.
    """
    values = np.asarray(counts, float)
    values = values - values.mean(axis=1, keepdims=True)
    length = np.sqrt((values**2).sum(axis=1, keepdims=True))
    unit = np.divide(values, length, out=np.full_like(values, np.nan), where=length > 0)
    return unit @ unit.T


def cross_correlation(first: ArrayLike, second: ArrayLike, step_s: float, max_lag_s: float) -> tuple[FloatArray, FloatArray]:
    """Correlation of two signals over lags.

    Parameters
    ----------
    first, second : float64[..., T]
        Evenly sampled, such as population rates of interneurons and pyramidal cells; leading axes alike.
    step_s : float
        Sampling interval in seconds.
    max_lag_s : float
        Largest lag, seconds.

    Returns
    -------
    lag : float64[L]
        Seconds, rising; at positive ones `second` comes later than `first`.
    correlation : float64[..., L]
        Sum over the overlap of the products of the deviations from each signal's mean, over T times both standard
        deviations: Pearson's correlation at lag 0, shrinking with the overlap at others (the biased estimate, whose
        error does not grow with the lag). nan for a signal that does not vary.

    Raises
    ------
    ValueError
        For signals of different shape, or a lag as long as they.
    """
    a, b = np.asarray(first, float), np.asarray(second, float)
    number, most = a.shape[-1], int(round(max_lag_s / step_s))
    if a.shape != b.shape:
        raise ValueError(f"signals of shapes {a.shape} and {b.shape}")
    if not 0 <= most < number:
        raise ValueError(f"a lag of {max_lag_s} s does not fit into {number * step_s:g} s")
    a, b = a - a.mean(axis=-1, keepdims=True), b - b.mean(axis=-1, keepdims=True)
    size = 1 << (2 * number - 1).bit_length()       # long enough that ends do not meet
    product = np.fft.irfft(np.conj(np.fft.rfft(a, size)) * np.fft.rfft(b, size), size)
    lags = np.arange(-most, most + 1)
    scale = np.sqrt((a**2).sum(axis=-1) * (b**2).sum(axis=-1))[..., None]
    found = product[..., lags]
    value: FloatArray = np.divide(found, scale, out=np.full(found.shape, np.nan), where=scale > 0)
    return np.asarray(lags * step_s, float), value


def spike_time_tiling(first_s: ArrayLike, second_s: ArrayLike, start_s: float, stop_s: float,
                      window_s: float = 0.005) -> float:
    """Spike time tiling coefficient of two trains: a correlation that does not grow with their rates.

    Cutts & Eglen 2014, J Neurosci 34:14288. Compare it where a drug changes the rates.

    Parameters
    ----------
    first_s, second_s : float64[n], float64[m]
        Spike times in seconds; those outside the window are left out.
    start_s, stop_s : float
        Window in seconds.
    window_s : float
        Spikes no further apart than this coincide, seconds.

    Returns
    -------
    float
        Between -1 and 1, 0 for independent trains; nan where a train is empty. As elephant's
        ``spike_time_tiling_coefficient``.

    Raises
    ------
    ValueError
        For an empty window.
    """
    length = check_window(start_s, stop_s)
    trains = [np.sort(train[(train >= start_s) & (train <= stop_s)]) for train in
              (np.asarray(first_s, float), np.asarray(second_s, float))]
    if not all(train.size for train in trains):
        return float("nan")
    covered = [_covered(train, start_s, stop_s, window_s) / length for train in trains]
    near = [_near(trains[0], trains[1], window_s), _near(trains[1], trains[0], window_s)]
    terms = [1.0 if part * tiled == 1 else (part - tiled) / (1 - part * tiled)
             for part, tiled in zip(near, reversed(covered), strict=True)]
    return float(np.mean(terms))


def _covered(train: FloatArray, start_s: float, stop_s: float, window_s: float) -> float:
    """Time within the window of at least one spike, seconds."""
    begins, ends = np.maximum(train - window_s, start_s), np.minimum(train + window_s, stop_s)
    return float(ends[-1] - begins[-1] + np.sum(np.minimum(ends[:-1], begins[1:]) - begins[:-1]))


def _near(train: FloatArray, other: FloatArray, window_s: float) -> float:
    """Fraction of a train's spikes with a spike of the other one in reach."""
    after = np.searchsorted(other, train)
    reach = np.minimum(np.abs(train - other[np.minimum(after, other.size - 1)]),
                       np.abs(train - other[np.maximum(after - 1, 0)]))
    return float(np.mean(reach <= window_s * (1 + 1e-9)))
