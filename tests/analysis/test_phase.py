"""Phase locking against spikes placed at known phases, von Mises theory, pairs written out, and elephant."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ive

from glunet.analysis import phase

STEP_S = 1e-3
TIME_S = np.arange(20000) * STEP_S


def test_the_phase_of_a_sinusoid_is_its_own_without_delay() -> None:
    noise = np.random.default_rng(0).normal(0, 0.05, (2, TIME_S.size))
    signal = np.cos(2 * np.pi * 40 * TIME_S) + 3 * np.cos(2 * np.pi * 5 * TIME_S) + noise
    found = phase.band_phase(signal, STEP_S, 35, 45)
    error = np.angle(np.exp(1j * (found - 2 * np.pi * 40 * TIME_S)))[:, 500:-500]
    assert np.abs(error).max() < 0.1


def test_a_band_beyond_nyquist_is_refused() -> None:
    with pytest.raises(ValueError, match="within 0 and 500"):
        phase.band_phase(np.ones(1000), STEP_S, 400, 600)


def test_spike_phases_are_elephants() -> None:
    neo, pq = pytest.importorskip("neo"), pytest.importorskip("quantities")
    its = pytest.importorskip("elephant.phase_analysis")
    signal = np.random.default_rng(1).normal(size=2000)
    from scipy.signal import hilbert

    analytic = hilbert(signal)
    times = np.sort(np.random.default_rng(2).uniform(0, 1.99, 50))
    wave = neo.AnalogSignal(analytic[:, None], units="dimensionless", sampling_period=STEP_S * pq.s)
    expected, _, _ = its.spike_triggered_phase(wave, neo.SpikeTrain(times * pq.s, t_stop=2 * pq.s), interpolate=True)
    found = phase.spike_phases(times, np.zeros(50, int), np.angle(analytic), 0.0, STEP_S)
    np.testing.assert_allclose(np.exp(1j * found), np.exp(1j * expected[0]), atol=1e-6)


def test_each_spike_looks_at_its_own_replicate_and_none_outside() -> None:
    course = np.array([[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
    found = phase.spike_phases([1.0, 1.5, 2.0, 0.5, 2.01, 3.1], [0, 1, 1, 0, 1, 1], course, 1.0, 0.5)
    np.testing.assert_allclose(found, [0.0, 1.0, 1.0, np.nan, np.nan, np.nan])


def test_the_resultant_is_elephants_and_that_of_von_mises() -> None:
    its = pytest.importorskip("elephant.phase_analysis")
    drawn = np.random.default_rng(3).vonmises(0.7, 2.0, 40000)
    length, angle, number = phase.resultant(np.append(drawn, np.nan), np.append(np.zeros(40000, int), 0), 2)
    expected_angle, expected_length = its.mean_phase_vector(drawn)
    assert (length[0], angle[0]) == (pytest.approx(expected_length), pytest.approx(expected_angle))
    assert length[0] == pytest.approx(ive(1, 2.0) / ive(0, 2.0), abs=0.01)
    assert number.tolist() == [40000, 0]
    assert np.isnan(length[1])


def test_the_consistency_is_the_mean_cosine_over_all_pairs() -> None:
    drawn = np.random.default_rng(4).vonmises(0, 0.5, 30)
    length, _, number = phase.resultant(drawn, np.zeros(30, int), 1)
    rows, columns = np.triu_indices(30, 1)
    expected = np.cos(drawn[rows] - drawn[columns]).mean()
    assert phase.pairwise_phase_consistency(length, number)[0] == pytest.approx(expected)
    assert np.isnan(phase.pairwise_phase_consistency(1.0, 1))


def test_the_consistency_has_no_bias_and_the_resultant_has() -> None:
    drawn = np.random.default_rng(5).uniform(-np.pi, np.pi, 10 * 20000)
    length, _, number = phase.resultant(drawn, np.repeat(np.arange(20000), 10), 20000)
    assert (length**2).mean() == pytest.approx(1 / 10, rel=0.03)
    assert phase.pairwise_phase_consistency(length, number).mean() == pytest.approx(0.0, abs=0.003)
    assert np.mean(phase.rayleigh_p(length, number) < 0.05) == pytest.approx(0.05, abs=0.006)


def test_locked_cells_are_told_from_free_ones() -> None:
    random = np.random.default_rng(6)
    cycles = np.arange(1, 19, 1 / 40)       # a spike near every peak of 40 Hz
    locked, free = cycles + random.normal(0, 0.002, cycles.size), random.uniform(1, 19, 700)
    times, cell = np.concatenate((locked, free)), np.repeat([0, 1], [locked.size, free.size])
    wave = np.cos(2 * np.pi * 40 * TIME_S)
    found = phase.phase_locking(times, cell, np.zeros(times.size, int), 3, 1, phase.band_phase(wave, STEP_S, 30, 50),
                                0.0, STEP_S, 1.0, 19.0)
    # normal jitter of 2 ms is 0.503 rad: a resultant of exp(-0.503**2 / 2)
    assert found.length[0, 0] == pytest.approx(np.exp(-0.5 * (2 * np.pi * 40 * 0.002) ** 2), abs=0.02)
    assert found.angle[0, 0] == pytest.approx(0.0, abs=0.1)
    assert abs(found.consistency[0, 1]) < 0.01
    assert np.isnan(found.consistency[0, 2])
    assert found.number[0, 2] == 0
