"""Irregularity and bursts against elephant, Poisson theory and trains counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from glunet.analysis import bursts, irregularity


def poisson(rate_hz: float, duration_s: float, n_cells: int, seed: int = 1):
    random = np.random.default_rng(seed)
    counts = random.poisson(rate_hz * duration_s, n_cells)
    times, cell = random.uniform(0, duration_s, counts.sum()), np.repeat(np.arange(n_cells), counts)
    order = np.argsort(times)
    return times[order], cell[order], np.zeros(times.size, int)


@pytest.mark.parametrize(("ours", "its"), [(irregularity.cv2, "cv2"), (irregularity.local_variation, "lv")])
def test_agrees_with_elephant(ours, its) -> None:
    statistics = pytest.importorskip("elephant.statistics")
    times, cell, replicate = poisson(5.0, 20.0, 8)
    found = ours(times, cell, replicate, 8, 1, 0.0, 20.0)
    for c in range(8):
        expected = getattr(statistics, its)(np.diff(times[cell == c]))
        assert found[0, c] == pytest.approx(float(expected))


def test_one_for_poisson_nought_for_a_clock_and_blind_to_a_slow_change_of_rate() -> None:
    found = irregularity.cv2(*poisson(10.0, 200.0, 20), 20, 1, 0.0, 200.0)
    assert found.mean() == pytest.approx(1.0, abs=0.02)
    clock = np.cumsum(np.linspace(0.05, 0.5, 100))       # a clock that slows down tenfold
    zeros = np.zeros(100, int)
    assert irregularity.cv2(clock, zeros, zeros, 1, 1, 0.0, 100.0)[0, 0] < 0.05
    assert irregularity.local_variation(clock, zeros, zeros, 1, 1, 0.0, 100.0)[0, 0] < 0.01


def test_too_few_spikes_have_no_value() -> None:
    found = irregularity.cv2([0.1, 0.2, 0.4], [0, 0, 0], [0, 0, 0], 2, 1, 0.0, 1.0, min_spikes=4)
    assert np.isnan(found).all()
    assert irregularity.cv2([0.1, 0.2, 0.4], [0, 0, 0], [0, 0, 0], 1, 1, 0.0, 1.0, 3)[0, 0] == pytest.approx(2 / 3)


def test_intervals_of_two_cells_are_never_neighbours() -> None:
    times = np.array([0.1, 0.2, 0.3, 0.1, 0.6, 1.1])
    found = irregularity.cv2(times, [0, 0, 0, 1, 1, 1], np.zeros(6, int), 2, 1, 0.0, 2.0, min_spikes=3)
    np.testing.assert_allclose(found, 0.0, atol=1e-9)


def test_fano_factor_is_elephants_and_one_for_poisson() -> None:
    counts = np.random.default_rng(0).poisson(3.0, (4, 5000))
    found = irregularity.fano_factor(counts)
    np.testing.assert_allclose(found, 1.0, atol=0.08)
    np.testing.assert_allclose(found, counts.var(axis=1) / counts.mean(axis=1))
    assert np.isnan(irregularity.fano_factor(np.zeros(5)))


def test_bursts_by_hand() -> None:
    #        |  burst of 3   |  too short | another cell, burst of 4 to the end
    times = [0.1, 0.105, 0.112, 0.5, 0.505, 0.9, 0.909, 0.918, 0.927]
    cell, replicate = [1] * 5 + [0] * 4, [0] * 5 + [1] * 4
    shuffled = np.random.default_rng(0).permutation(9)
    found = bursts.find_bursts(*(np.array(a)[shuffled] for a in (times, cell, replicate)), 2, 0.0, 1.0)
    np.testing.assert_allclose(found.start_s, [0.1, 0.9])
    np.testing.assert_allclose(found.stop_s, [0.112, 0.927])
    assert (found.spikes.tolist(), found.cell.tolist(), found.replicate.tolist()) == ([3, 4], [1, 0], [0, 1])
    pairs = bursts.find_bursts(times, cell, replicate, 2, 0.0, 1.0, min_spikes=2)
    assert pairs.spikes.tolist() == [3, 2, 4]
    assert bursts.find_bursts([], [], [], 2, 0.0, 1.0).spikes.size == 0


def test_the_spikes_in_bursts_are_those_that_the_fraction_counts() -> None:
    from glunet.analysis.firing import burst_fraction

    times, cell, replicate = poisson(30.0, 20.0, 10)
    found = bursts.find_bursts(times, cell, replicate, 10, 0.0, 20.0, 0.01, min_spikes=2)
    assert found.spikes.sum() / times.size == pytest.approx(burst_fraction(times, cell, replicate, 10, 1, 0.0, 20.0)[0])


def test_a_burst_of_one_spike_is_refused() -> None:
    with pytest.raises(ValueError, match="two spikes"):
        bursts.find_bursts([0.1], [0], [0], 1, 0.0, 1.0, min_spikes=1)
