"""The field proxy against sums by hand, the spectrogram against a chirp and against Welch's method."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import chirp

from glunet.analysis.field import lfp_proxy
from glunet.analysis.oscillations import band_power, spectrogram, spectrum


def test_the_sum_by_hand() -> None:
    ampa = np.array([-10.0, -20.0, -30.0, -40.0, -50.0])  # inward, hence negative
    gaba = np.array([1.0, 2.0, 3.0, 4.0, 5.0])  # outward: it hyperpolarises
    np.testing.assert_allclose(lfp_proxy(ampa, gaba, 0.003), [11.65, 13.3, 14.95, 26.6, 38.25])  # two samples late


def test_a_delay_between_samples_is_interpolated() -> None:
    ampa = -np.arange(20.0)
    found = lfp_proxy(ampa, np.zeros(20), 0.004)
    np.testing.assert_allclose(found[3:], np.arange(3, 20) - 1.5)


def test_excitation_and_inhibition_add_and_depolarising_gaba_subtracts() -> None:
    flat = np.ones(10)
    assert lfp_proxy(-flat, flat, 0.001)[-1] == pytest.approx(2.65)
    assert lfp_proxy(-flat, -flat, 0.001)[-1] == pytest.approx(-0.65)


def test_replicates_are_kept_apart_and_currents_must_fit() -> None:
    ampa, gaba = -np.random.default_rng(0).random((2, 3, 50))
    np.testing.assert_allclose(lfp_proxy(ampa, gaba, 0.002)[1], lfp_proxy(ampa[1], gaba[1], 0.002))
    with pytest.raises(ValueError, match="do not belong together"):
        lfp_proxy(ampa, gaba[0], 0.002)


def test_the_spectrogram_follows_a_chirp() -> None:
    step_s = 2e-3
    t = np.arange(0, 20, step_s)
    frequency, times, density = spectrogram(chirp(t, 5, 20, 45), step_s, window_s=0.5)
    assert frequency[1] == pytest.approx(2.0)
    assert (times[0], times[-1]) == pytest.approx((0.25, 19.75), abs=0.06)
    expected = 5 + 2 * times  # the chirp's instantaneous frequency
    np.testing.assert_allclose(frequency[density.argmax(axis=0)], expected, atol=1.5)


def test_the_spectrogram_is_a_density_and_averages_to_welchs() -> None:
    step_s = 1e-3
    t = np.arange(0, 30, step_s)
    wave = 3.0 * np.sin(2 * np.pi * 20 * t) + 7.0
    frequency, _, density = spectrogram(wave, step_s)
    np.testing.assert_allclose(band_power(frequency, density.T, 15, 25), 4.5, rtol=1e-3)
    noise = np.random.default_rng(1).normal(0, 1, (2, t.size))
    same, _, density = spectrogram(noise, step_s, overlap=0.5)
    f, welch = spectrum(noise, step_s)
    np.testing.assert_allclose(same, f)
    np.testing.assert_allclose(density.mean(axis=-1)[:, 1:-1], welch[:, 1:-1], rtol=0.05)


def test_a_signal_shorter_than_the_window_gives_one() -> None:
    frequency, times, density = spectrogram(np.random.default_rng(2).normal(size=100), 0.01, window_s=5.0)
    assert density.shape == (frequency.size, times.size) == (51, 1)
    with pytest.raises(ValueError, match="holds 0 samples"):
        spectrogram(np.zeros(10), 0.1, window_s=0.01)
