"""Phase locking of spikes to an oscillation: phase of a signal in a band, phases at the spikes, how much they agree.

The resultant length is biased: n spikes at random phases have a mean squared one of 1 / n. Compare cells, doses or
populations that fire at different rates by the pairwise phase consistency, which has no such bias (Vinck, van Wingerden,
Womelsdorf, Fries & Pennartz 2010, NeuroImage 51:112). Neither knows whether the spikes made the signal themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glunet.analysis.firing import FloatArray


def band_phase(signal: ArrayLike, step_s: float, low_hz: float, high_hz: float, order: int = 4) -> FloatArray:
    """Phase of a signal in a band: Butterworth filter forwards and backwards, then the Hilbert transform.

    Parameters
    ----------
    signal : float64[..., T]
        Evenly sampled, such as a field potential.
    step_s : float
        Sampling interval in seconds.
    low_hz, high_hz : float
        Band; narrow, since a broad one has no one phase.
    order : int
        Of the filter; going both ways doubles it and leaves no delay.

    Returns
    -------
    float64[..., T]
        Radians, -pi to pi; 0 at the peaks of the filtered signal. A period or two at both ends suffer from the edge.

    Raises
    ------
    ValueError
        For a band that is empty or reaches the Nyquist frequency, or a signal too short to filter.
    """
    from scipy.signal import butter, hilbert, sosfiltfilt

    if not 0 < low_hz < high_hz < 0.5 / step_s:
        raise ValueError(f"band {low_hz} to {high_hz} Hz; allowed: within 0 and {0.5 / step_s:g} Hz")
    sections = butter(order, [low_hz, high_hz], btype="bandpass", fs=1.0 / step_s, output="sos")
    return np.angle(hilbert(sosfiltfilt(sections, np.asarray(signal, float), axis=-1), axis=-1))


def spike_phases(times_s: ArrayLike, replicate: ArrayLike, phase: ArrayLike, first_s: float, step_s: float) -> FloatArray:
    """Phase at each spike, interpolated on the circle between samples.

    Parameters
    ----------
    times_s, replicate : array[n]
        Spikes.
    phase : float64[R, T]
        Radians.
    first_s, step_s : float
        Time of its first sample, and its sampling interval, seconds.

    Returns
    -------
    float64[n]
        Radians, -pi to pi; nan for spikes before the first or after the last sample. As elephant's
        ``spike_triggered_phase`` with interpolation.
    """
    circle = np.exp(1j * np.atleast_2d(np.asarray(phase, float)))
    place = (np.asarray(times_s, float) - first_s) / step_s
    last = circle.shape[1] - 1
    inside = (place >= 0) & (place <= last)
    left = np.clip(np.floor(place).astype(np.int64), 0, max(last - 1, 0))
    part = place - left
    where = np.asarray(replicate).astype(np.int64)
    mixed = (1 - part) * circle[where, left] + part * circle[where, np.minimum(left + 1, last)]
    return np.where(inside, np.angle(mixed), np.nan)


def resultant(phases: ArrayLike, group: ArrayLike, n_groups: int) -> tuple[FloatArray, FloatArray, NDArray[np.int64]]:
    """Mean vector of phases, group by group.

    Parameters
    ----------
    phases : float64[n]
        Radians; nan is left out.
    group : int[n]
        Group of each, 0 to G - 1, such as replicate * N + cell.
    n_groups : int
        G.

    Returns
    -------
    length : float64[G]
        0 (phases cancel) to 1 (all alike); nan for an empty group.
    angle : float64[G]
        Preferred phase, radians; nan for an empty group.
    number : int64[G]
        Phases in each.
    """
    values = np.asarray(phases, float)
    known = np.isfinite(values)
    values, groups = values[known], np.asarray(group).astype(np.int64)[known]
    number = np.bincount(groups, minlength=n_groups)
    total = np.bincount(groups, np.cos(values), n_groups) + 1j * np.bincount(groups, np.sin(values), n_groups)
    mean = np.divide(total, number, out=np.full(n_groups, np.nan + 1j * np.nan), where=number > 0)
    return np.abs(mean), np.angle(mean), number


def pairwise_phase_consistency(length: ArrayLike, number: ArrayLike) -> FloatArray:
    """Mean cosine of the difference of two phases, over all pairs: the squared resultant length without its bias.

    Parameters
    ----------
    length : float64[...]
        Resultant length.
    number : int[...]
        Phases it was taken from.

    Returns
    -------
    float64[...]
        (n length**2 - 1) / (n - 1): 0 on average for random phases, 1 where all are alike; nan for fewer than two.
    """
    r, n = np.broadcast_arrays(np.asarray(length, float), np.asarray(number, float))
    return np.divide(n * r**2 - 1, n - 1, out=np.full(n.shape, np.nan), where=n > 1)


def rayleigh_p(length: ArrayLike, number: ArrayLike) -> FloatArray:
    """Probability of so long a resultant, or a longer one, from phases that are spread evenly.

    Parameters
    ----------
    length : float64[...]
        Resultant length.
    number : int[...]
        Phases it was taken from, independent of each other (spikes of a burst are not).

    Returns
    -------
    float64[...]
        By the approximation of Zar (1999, Biostatistical Analysis, eq. 27.4), good from ten phases on; nan for none.
    """
    r, n = np.broadcast_arrays(np.asarray(length, float), np.asarray(number, float))
    p = np.exp(np.sqrt(1 + 4 * n + 4 * (n**2 - (n * r) ** 2)) - (1 + 2 * n))
    return np.where(n > 0, np.minimum(p, 1.0), np.nan)


@dataclass(frozen=True)
class PhaseLocking:
    """Phase locking of every cell.

    Attributes
    ----------
    consistency : float64[R, N]
        Pairwise phase consistency.
    length : float64[R, N]
        Resultant length, biased by about 1 / n in its square.
    angle : float64[R, N]
        Preferred phase, radians.
    number : int64[R, N]
        Spikes used.
    """

    consistency: FloatArray
    length: FloatArray
    angle: FloatArray
    number: NDArray[np.int64]


def phase_locking(times_s: ArrayLike, cell: ArrayLike, replicate: ArrayLike, n_cells: int, n_replicates: int,
                  phase: ArrayLike, first_s: float, step_s: float, start_s: float, stop_s: float,
                  min_spikes: int = 50) -> PhaseLocking:
    """Phase locking of every cell to the phase of its replicate's signal.

    Parameters
    ----------
    times_s, cell, replicate : array[n]
        Spikes.
    n_cells, n_replicates : int
        N and R.
    phase : float64[R, T]
        Radians, such as `band_phase` of a field potential.
    first_s, step_s : float
        Time of its first sample, and its sampling interval, seconds.
    start_s, stop_s : float
        Window in seconds, its end excluded.
    min_spikes : int
        Cells with fewer spikes have no value: the consistency has no bias, but an error of about 1 / n.

    Returns
    -------
    PhaseLocking
        nan below `min_spikes`.
    """
    times = np.asarray(times_s, float)
    inside = (times >= start_s) & (times < stop_s)
    where = np.asarray(replicate).astype(np.int64)[inside]
    group = where * n_cells + np.asarray(cell).astype(np.int64)[inside]
    length, angle, number = resultant(spike_phases(times[inside], where, phase, first_s, step_s), group,
                                      n_replicates * n_cells)
    few = number < max(min_spikes, 2)
    length, angle = np.where(few, np.nan, length), np.where(few, np.nan, angle)
    shape = (n_replicates, n_cells)
    return PhaseLocking(pairwise_phase_consistency(length, number).reshape(shape), length.reshape(shape),
                        angle.reshape(shape), number.reshape(shape))
