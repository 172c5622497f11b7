"""Spectra against sinusoids of known power, white noise, Poisson theory and elephant."""

from __future__ import annotations

import numpy as np
import pytest

from glunet.analysis import firing, oscillations

STEP_S = 1e-3
TIME_S = np.arange(20000) * STEP_S


def test_a_sinusoid_has_half_its_squared_amplitude_in_its_band_and_none_elsewhere() -> None:
    signal = 3.0 * np.sin(2 * np.pi * 40.0 * TIME_S) + 7.0
    frequency, density = oscillations.spectrum(signal, STEP_S)
    assert oscillations.band_power(frequency, density, 30, 80) == pytest.approx(4.5, rel=1e-3)
    assert oscillations.band_power(frequency, density, 60, 80) == pytest.approx(0.0, abs=1e-6)
    assert oscillations.relative_band_power(frequency, density, 30, 80) == pytest.approx(1.0, rel=1e-3)


def test_the_peak_is_found_between_the_frequencies_of_the_spectrum() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, (2, TIME_S.size))
    signal = np.sin(2 * np.pi * np.array([[37.3], [52.8]]) * TIME_S) + noise
    frequency, density = oscillations.spectrum(signal, STEP_S)
    found = oscillations.peak_frequency(frequency, density, 20, 90)
    np.testing.assert_allclose(found, [37.3, 52.8], atol=0.15)


def test_a_slope_is_no_peak() -> None:
    frequency = np.arange(100.0)
    assert np.isnan(oscillations.peak_frequency(frequency, 1 / (1 + frequency), 20, 90))


def test_the_integral_over_all_frequencies_is_the_variance() -> None:
    signal = np.random.default_rng(1).normal(0, 2.0, (4, TIME_S.size))
    frequency, density = oscillations.spectrum(signal, STEP_S)
    np.testing.assert_allclose(oscillations.band_power(frequency, density, 0, 500), 4.0, rtol=0.05)


def test_agrees_with_elephant() -> None:
    spectral = pytest.importorskip("elephant.spectral")
    signal = np.random.default_rng(2).normal(size=TIME_S.size)
    frequency, density = oscillations.spectrum(signal, STEP_S, segment_s=0.5)
    f, p = spectral.welch_psd(signal, fs=1 / STEP_S, len_segment=500, overlap=0.5)
    np.testing.assert_allclose(frequency, f)
    np.testing.assert_allclose(density, p)


def test_independent_cells_stand_on_the_poisson_floor() -> None:
    random = np.random.default_rng(3)
    times = np.sort(random.uniform(0, 50, random.poisson(100 * 4.0 * 50)))
    _, rate = firing.population_rate(times, np.zeros(times.size, int), 100, 1, 0.0, 50.0, STEP_S)
    frequency, density = oscillations.spectrum(rate, STEP_S)
    inside = (frequency > 20) & (frequency < 100)
    assert density[0, inside].mean() == pytest.approx(oscillations.poisson_floor(4.0, 100), rel=0.05)


def test_a_band_without_a_frequency_is_refused() -> None:
    with pytest.raises(ValueError, match="no frequency"):
        oscillations.band_power(np.arange(10.0), np.ones(10), 20, 30)
