"""Firing against elephant, against Poisson theory, and against trains counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from glunet.analysis import firing

# Two replicates of two cells: (time, cell, replicate).
HAND = np.array([(0.10, 0, 0), (0.105, 0, 0), (0.30, 0, 0), (0.50, 1, 0), (0.20, 1, 1), (0.90, 1, 1),
                 (1.00, 1, 1)])


def poisson(rate_hz: float, duration_s: float, n_cells: int, n_replicates: int, seed: int = 1):
    """Independent Poisson trains, sorted by time."""
    random = np.random.default_rng(seed)
    counts = random.poisson(rate_hz * duration_s, (n_replicates, n_cells))
    replicate, cell = (np.repeat(index.ravel(), counts.ravel()) for index in np.indices(counts.shape))
    times = random.uniform(0, duration_s, counts.sum())
    order = np.argsort(times)
    return times[order], cell[order], replicate[order]


def test_rates_of_a_hand_made_train() -> None:
    times, cell, replicate = HAND.T
    rates = firing.rate_per_cell(times, cell.astype(int), replicate.astype(int), 2, 2, 0.0, 1.0)
    np.testing.assert_array_equal(rates, [[3, 1], [0, 2]])  # the spike at 1.0 s lies outside


def test_population_rate_keeps_every_spike_of_the_window() -> None:
    times, cell, replicate = poisson(8.0, 4.0, 30, 3)
    centres, rate = firing.population_rate(times, replicate, 30, 3, 1.0, 3.0, 0.01)
    assert rate.shape == (3, 200)
    assert centres[0] == pytest.approx(1.005)
    cells = firing.rate_per_cell(times, cell, replicate, 30, 3, 1.0, 3.0)
    np.testing.assert_allclose(rate.mean(axis=1), cells.mean(axis=1))


def test_spikes_on_the_grid_of_steps_fall_into_equal_bins() -> None:
    times = np.arange(10000) * 1e-4  # one spike per step of 0.1 ms
    _, rate = firing.population_rate(times, np.zeros(times.size, int), 1, 1, 0.0, 1.0, 1e-3)
    np.testing.assert_allclose(rate, 1e4)


def test_a_window_the_wrong_way_round_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        firing.rate_per_cell([], [], [], 1, 1, 2.0, 1.0)
    with pytest.raises(ValueError, match="no bin"):
        firing.bin_edges(0.0, 1.0, 2.0)


def test_cv_agrees_with_elephant() -> None:
    statistics = pytest.importorskip("elephant.statistics")
    times, cell, replicate = poisson(5.0, 20.0, 12, 2)
    found = firing.cv_isi(times, cell, replicate, 12, 2, 0.0, 20.0, min_spikes=10)
    for r in range(2):
        for c in range(12):
            train = times[(replicate == r) & (cell == c)]
            assert found[r, c] == pytest.approx(statistics.cv(statistics.isi(train)))


def test_cv_of_poisson_is_one_and_of_a_clock_zero() -> None:
    times, cell, replicate = poisson(10.0, 100.0, 50, 1)
    assert firing.cv_isi(times, cell, replicate, 50, 1, 0.0, 100.0).mean() == pytest.approx(1.0, abs=0.02)
    clock = np.arange(0.05, 10, 0.1)
    zeros = np.zeros(clock.size, int)
    assert firing.cv_isi(clock, zeros, zeros, 1, 1, 0.0, 10.0)[0, 0] == pytest.approx(0.0, abs=1e-9)


def test_cells_with_few_spikes_have_no_cv() -> None:
    times, cell, replicate = HAND.T
    found = firing.cv_isi(times, cell, replicate, 2, 2, 0.0, 1.1, min_spikes=3)
    np.testing.assert_array_equal(np.isnan(found), [[False, True], [True, False]])


def test_burst_fraction_by_hand_and_by_theory() -> None:
    times, cell, replicate = HAND.T
    found = firing.burst_fraction(times, cell, replicate, 2, 3, 0.0, 1.1, interval_s=0.01)
    np.testing.assert_allclose(found, [2 / 4, 0.0, np.nan])
    times, cell, replicate = poisson(20.0, 200.0, 20, 1)
    theory = 1 - np.exp(-2 * 20.0 * 0.01)
    found = firing.burst_fraction(times, cell, replicate, 20, 1, 0.0, 200.0)
    assert found[0] == pytest.approx(theory, abs=0.005)


def test_smoothing_keeps_a_constant_rate_up_to_the_ends() -> None:
    np.testing.assert_allclose(firing.smooth(np.full((2, 50), 3.0), 0.01, 0.05), 3.0)


def test_no_spikes_at_all() -> None:
    nothing = np.array([])
    index = nothing.astype(int)
    assert firing.rate_per_cell(nothing, index, index, 3, 2, 0.0, 1.0).sum() == 0
    assert np.isnan(firing.cv_isi(nothing, index, index, 3, 2, 0.0, 1.0)).all()
    assert np.isnan(firing.burst_fraction(nothing, index, index, 3, 2, 0.0, 1.0)).all()
