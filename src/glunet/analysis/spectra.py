"""Multitaper spectra and coherence. Welch's method, bands and peaks are in `glunet.analysis.oscillations`."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from glunet.analysis.firing import FloatArray


def multitaper_spectrum(signal: ArrayLike, step_s: float, half_bandwidth_hz: float = 4.0,
                        segment_s: float | None = None) -> tuple[FloatArray, FloatArray]:
    """One-sided power spectral density by Slepian tapers, averaged over tapers and segments.

    Thomson 1982, Proc IEEE 70:1055. Of all methods with that resolution it leaks least, which matters where a small
    peak stands on a steep slope.

    Parameters
    ----------
    signal : float64[..., T]
        Evenly sampled; leading axes are kept. The mean of each segment is removed.
    step_s : float
        Sampling interval in seconds.
    half_bandwidth_hz : float
        Power of a frequency spreads over so much on both sides. With segments of L seconds the time-bandwidth product
        is NW = L times this, and 2 NW - 1 tapers are used.
    segment_s : float, optional
        Length of the segments, which follow each other without overlap (a remainder is left out); else the whole.

    Returns
    -------
    frequency : float64[F]
        Hz.
    density : float64[..., F]
        Unit of the signal squared per Hz. As elephant's ``multitaper_psd``, but for the Nyquist frequency of an even
        number of samples, which has no negative twin and is therefore not doubled here.

    Raises
    ------
    ValueError
        Where a segment holds fewer than two samples, or is too short for one taper of this bandwidth.
    """
    from scipy.signal.windows import dpss

    values = np.asarray(signal, float)
    whole = values.shape[-1]
    length = whole if segment_s is None else min(int(round(segment_s / step_s)), whole)
    if length < 2:
        raise ValueError(f"a segment of {segment_s} s holds {length} samples of {step_s} s")
    product = length * step_s * half_bandwidth_hz
    number = int(np.floor(2 * product + 1e-9)) - 1
    if number < 1:
        raise ValueError(f"{length * step_s:g} s are too short for a half bandwidth of {half_bandwidth_hz} Hz")
    tapers = dpss(length, product, number, sym=False)
    total: FloatArray = np.zeros((*values.shape[:-1], length // 2 + 1))
    starts = range(0, whole - length + 1, length)
    for start in starts:
        piece = values[..., start:start + length]
        piece = piece - piece.mean(axis=-1, keepdims=True)
        for taper in tapers:        # one at a time: all of a long signal would need their number times its memory
            total += np.abs(np.fft.rfft(piece * taper, axis=-1))**2
    density = total * step_s / (number * len(starts))
    density[..., 1:(length + 1) // 2] *= 2
    return np.fft.rfftfreq(length, step_s), density


def coherence(first: ArrayLike, second: ArrayLike, step_s: float, segment_s: float = 1.0
              ) -> tuple[FloatArray, FloatArray, int]:
    """Magnitude-squared coherence by Welch's method (Hann window, half overlap).

    Parameters
    ----------
    first, second : float64[..., T]
        Evenly sampled signals, leading axes alike.
    step_s : float
        Sampling interval in seconds.
    segment_s : float
        Length of a segment in seconds; its inverse is the frequency resolution.

    Returns
    -------
    frequency : float64[F]
        Hz.
    coherence : float64[..., F]
        0 to 1. Biased upwards: signals that have nothing in common have about 1 / segments (see `chance_coherence`).
    segments : int
        Segments without overlap that fit into the signal.

    Raises
    ------
    ValueError
        Where fewer than two segments fit: one segment alone is always coherent.
    """
    from scipy import signal

    a, b = np.asarray(first, float), np.asarray(second, float)
    length = int(round(segment_s / step_s))
    number = a.shape[-1] // max(length, 1)
    if length < 2 or number < 2:
        raise ValueError(f"{a.shape[-1] * step_s:g} s hold fewer than two segments of {segment_s} s")
    frequency, found = signal.coherence(a, b, fs=1.0 / step_s, window="hann", nperseg=length, noverlap=length // 2, axis=-1)
    return frequency, found, number


def chance_coherence(segments: int, alpha: float = 0.05) -> float:
    """Coherence that two independent signals exceed with probability alpha at one frequency.

    Parameters
    ----------
    segments : int
        Independent segments, two or more. Overlapping ones count for less than their number: take those without overlap,
        and the threshold is a little too high.
    alpha : float
        Level; divide it by the number of frequencies looked at.

    Returns
    -------
    float
        1 - alpha**(1 / (segments - 1)); Rosenberg, Amjad, Breeze, Brillinger & Halliday 1989, Prog Biophys Mol Biol 53:1.

    Raises
    ------
    ValueError
        For fewer than two segments.
    """
    if segments < 2:
        raise ValueError(f"{segments} segment has no chance level; two or more do")
    return float(1 - alpha ** (1 / (segments - 1)))
