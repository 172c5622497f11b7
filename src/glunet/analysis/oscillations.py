"""Oscillations: Welch spectra and spectrograms of any signal, power in a band, the frequency of a peak."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.signal import ShortTimeFFT, welch

from glunet.analysis.firing import FloatArray


def spectrum(signal: ArrayLike, step_s: float, segment_s: float = 1.0) -> tuple[FloatArray, FloatArray]:
    """One-sided power spectral density by Welch's method (Hann window, half overlap, mean removed).

    Parameters
    ----------
    signal : float64[..., T]
        Evenly sampled, such as a population rate in Hz or a synaptic current; leading axes are kept.
    step_s : float
        Sampling interval in seconds.
    segment_s : float
        Length of a segment in seconds, shortened to the signal; its inverse is the frequency resolution.

    Returns
    -------
    frequency : float64[F]
        Hz.
    density : float64[..., F]
        Unit of the signal squared per Hz.

    Raises
    ------
    ValueError
        Where a segment would hold fewer than two samples.
    """
    values = np.asarray(signal, float)
    length = min(int(round(segment_s / step_s)), values.shape[-1])
    if length < 2:
        raise ValueError(f"a segment of {segment_s} s holds {length} samples of {step_s} s")
    frequency, density = welch(values, fs=1.0 / step_s, window="hann", nperseg=length, noverlap=length // 2,
                               detrend="constant", axis=-1)
    return frequency, density


def spectrogram(signal: ArrayLike, step_s: float, window_s: float = 1.0,
                overlap: float = 0.9) -> tuple[FloatArray, FloatArray, FloatArray]:
    """One-sided power spectral density over time (Hann windows, the mean of each removed).

    Parameters
    ----------
    signal : float64[..., T]
        Evenly sampled; leading axes are kept.
    step_s : float
        Sampling interval in seconds.
    window_s : float
        Length of a window in seconds, shortened to the signal; its inverse is the frequency resolution.
    overlap : float
        Of successive windows, as a fraction of their length.

    Returns
    -------
    frequency : float64[F]
        Hz.
    times : float64[W]
        Centres of the windows in seconds after the first sample; only whole windows.
    density : float64[..., F, W]
        Unit of the signal squared per Hz.

    Raises
    ------
    ValueError
        Where a window would hold fewer than two samples.
    """
    values = np.asarray(signal, float)
    length = min(int(round(window_s / step_s)), values.shape[-1])
    if length < 2:
        raise ValueError(f"a window of {window_s} s holds {length} samples of {step_s} s")
    transform = ShortTimeFFT.from_window("hann", 1.0 / step_s, length, min(int(overlap * length), length - 1),
                                         fft_mode="onesided2X", scale_to="psd")
    first = transform.lower_border_end[1]
    last = max(transform.upper_border_begin(values.shape[-1])[1], first + 1)
    density = transform.spectrogram(values, detr="constant", p0=first, p1=last)
    return transform.f, transform.t(values.shape[-1], first, last), density


def band_power(frequency: ArrayLike, density: ArrayLike, low_hz: float, high_hz: float) -> FloatArray:
    """Power in a band: the integral of the density over it.

    Parameters
    ----------
    frequency : float64[F]
        Evenly spaced, Hz.
    density : float64[..., F]
        Power spectral density.
    low_hz, high_hz : float
        Ends of the band, both included.

    Returns
    -------
    float64[...]
        Unit of the signal squared: a sinusoid of amplitude A well inside the band gives A**2 / 2.

    Raises
    ------
    ValueError
        Where no frequency lies in the band.
    """
    f = np.asarray(frequency, float)
    inside = (f >= low_hz - 1e-9) & (f <= high_hz + 1e-9)
    if not inside.any():
        raise ValueError(f"no frequency between {low_hz} and {high_hz} Hz")
    return np.asarray(density, float)[..., inside].sum(axis=-1) * (f[1] - f[0])


def relative_band_power(frequency: ArrayLike, density: ArrayLike, low_hz: float, high_hz: float,
                        total_low_hz: float = 1.0, total_high_hz: float = 200.0) -> FloatArray:
    """Power in a band as a fraction of that in a wider one.

    Parameters
    ----------
    frequency, density, low_hz, high_hz
        As for `band_power`.
    total_low_hz, total_high_hz : float
        The wider band.

    Returns
    -------
    float64[...]
        Between 0 and 1 where the wider band holds the narrow one; nan for a signal without power.
    """
    part = band_power(frequency, density, low_hz, high_hz)
    whole = band_power(frequency, density, total_low_hz, total_high_hz)
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)


def peak_frequency(frequency: ArrayLike, density: ArrayLike, low_hz: float, high_hz: float) -> FloatArray:
    """Frequency of the highest local maximum in a band, refined by a parabola through the log density.

    Parameters
    ----------
    frequency : float64[F]
        Evenly spaced, Hz.
    density : float64[..., F]
        Power spectral density.
    low_hz, high_hz : float
        Band to search.

    Returns
    -------
    float64[...]
        Hz; nan where the density has no local maximum inside the band (a slope is no peak).
    """
    f, p = np.asarray(frequency, float), np.asarray(density, float)
    flat = p.reshape(-1, p.shape[-1])
    result = np.full(len(flat), np.nan)
    inner = np.flatnonzero((f[1:-1] >= low_hz) & (f[1:-1] <= high_hz)) + 1
    for row, values in enumerate(flat):
        local = inner[(values[inner] > values[inner - 1]) & (values[inner] >= values[inner + 1])]
        if not local.size:
            continue
        k = local[np.argmax(values[local])]
        with np.errstate(divide="ignore"):
            left, top, right = np.log(values[k - 1:k + 2])
        curve = left - 2 * top + right
        shift = 0.5 * (left - right) / curve if np.isfinite(curve) and curve < 0 else 0.0
        result[row] = f[k] + shift * (f[1] - f[0])
    return result.reshape(p.shape[:-1])


def poisson_floor(rate_hz: ArrayLike, n_cells: int) -> FloatArray:
    """Density that independent Poisson cells would give: what finite numbers alone put into a spectrum.

    Power rises with the rate even where nothing oscillates; divide by this to tell the two apart.

    Parameters
    ----------
    rate_hz : float64[...]
        Mean rate per cell.
    n_cells : int
        Cells in the population.

    Returns
    -------
    float64[...]
        One-sided density of the population rate per cell, Hz**2/Hz: 2 rate / N, flat in frequency.
    """
    return 2.0 * np.asarray(rate_hz, float) / n_cells
