"""Multitaper spectra and coherence against sinusoids of known power, white noise, elephant and chance."""

from __future__ import annotations

import numpy as np
import pytest

from glunet.analysis import oscillations, spectra

STEP_S = 1e-3
TIME_S = np.arange(10000) * STEP_S


def test_a_sinusoid_has_half_its_squared_amplitude_within_the_bandwidth() -> None:
    signal = 3.0 * np.sin(2 * np.pi * 40.0 * TIME_S) + 7.0
    frequency, density = spectra.multitaper_spectrum(signal, STEP_S, half_bandwidth_hz=2.0, segment_s=2.0)
    assert oscillations.band_power(frequency, density, 37, 43) == pytest.approx(4.5, rel=1e-2)
    assert oscillations.band_power(frequency, density, 50, 500) < 1e-3


@pytest.mark.parametrize("samples", [1000, 1001])
def test_the_integral_over_all_frequencies_is_the_variance(samples: int) -> None:
    signal = np.random.default_rng(1).normal(0, 2.0, (200, samples))
    frequency, density = spectra.multitaper_spectrum(signal, STEP_S)
    total = density.sum(axis=-1).mean() * (frequency[1] - frequency[0])
    assert total == pytest.approx(4.0, rel=0.02)
    assert density.mean(axis=0)[5:-5].std() < 0.1 * density.mean()        # white: the same everywhere


def test_agrees_with_elephant() -> None:
    spectral = pytest.importorskip("elephant.spectral")
    signal = np.random.default_rng(2).normal(size=(2, 2001))
    signal -= signal.mean(axis=1, keepdims=True)
    found = spectra.multitaper_spectrum(signal, STEP_S, half_bandwidth_hz=4 / (2001 * STEP_S))
    frequency, density = spectral.multitaper_psd(signal, fs=1 / STEP_S, nw=4)
    np.testing.assert_allclose(found[0], frequency)
    np.testing.assert_allclose(found[1], density)


def test_coherence_of_a_shared_signal_and_of_nothing_shared() -> None:
    random = np.random.default_rng(3)
    shared = np.sin(2 * np.pi * 40 * np.arange(60000) * STEP_S)
    a, b = shared + random.normal(size=(2, 60000))
    frequency, found, segments = spectra.coherence(a, b, STEP_S)
    assert segments == 60
    assert found[frequency == 40][0] > 0.9
    elsewhere = found[(frequency > 50) & (frequency < 450)]
    assert elsewhere.mean() < 2 / segments
    assert np.mean(elsewhere > spectra.chance_coherence(segments)) < 0.05


def test_chance_coherence_is_exceeded_as_often_as_it_says() -> None:
    random = np.random.default_rng(4)
    x, y = (random.normal(size=(20000, 8)) + 1j * random.normal(size=(20000, 8)) for _ in range(2))
    cross = np.abs((x * y.conj()).sum(axis=1)) ** 2
    found = cross / ((np.abs(x) ** 2).sum(axis=1) * (np.abs(y) ** 2).sum(axis=1))
    assert np.mean(found > spectra.chance_coherence(8)) == pytest.approx(0.05, abs=0.006)


def test_what_cannot_be_estimated_is_refused() -> None:
    with pytest.raises(ValueError, match="too short"):
        spectra.multitaper_spectrum(np.ones(100), STEP_S, half_bandwidth_hz=4.0)
    with pytest.raises(ValueError, match="fewer than two"):
        spectra.coherence(np.ones(1500), np.ones(1500), STEP_S)
    with pytest.raises(ValueError, match="chance"):
        spectra.chance_coherence(1)
