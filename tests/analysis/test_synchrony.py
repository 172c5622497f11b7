"""Pairwise correlation against numpy's and elephant's full matrices and a known correlation."""

from __future__ import annotations

import numpy as np
import pytest

from glunet.analysis import synchrony


def spikes_from_counts(counts: np.ndarray, bin_s: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Spike times and cells that give these counts [N, B] back."""
    random = np.random.default_rng(seed)
    cell, index = (np.repeat(i.ravel(), counts.ravel()) for i in np.indices(counts.shape))
    return (index + random.uniform(0.01, 0.99, index.size)) * bin_s, cell


def test_agrees_with_the_full_matrix_of_numpy() -> None:
    counts = np.random.default_rng(2).poisson(2.0, (15, 300))
    matrix = np.corrcoef(counts)
    expected = matrix[np.triu_indices(15, 1)].mean()
    assert synchrony.mean_correlation(counts) == pytest.approx(expected)


def test_agrees_with_elephant() -> None:
    neo, quantities = pytest.importorskip("neo"), pytest.importorskip("quantities")
    conversion = pytest.importorskip("elephant.conversion")
    correlation = pytest.importorskip("elephant.spike_train_correlation")
    times, cell = spikes_from_counts(np.random.default_rng(3).poisson(1.0, (8, 200)), 0.05)
    trains = [neo.SpikeTrain(np.sort(times[cell == c]), units="s", t_start=0.0, t_stop=10.0)
              for c in range(8)]
    binned = conversion.BinnedSpikeTrain(trains, bin_size=50 * quantities.ms)
    matrix = correlation.correlation_coefficient(binned)
    found = synchrony.pairwise_correlation(times, cell, np.zeros(cell.size, int), 8, 1, 0.0, 10.0)
    assert found[0] == pytest.approx(matrix[np.triu_indices(8, 1)].mean())


def test_shared_input_gives_its_share_as_correlation() -> None:
    random = np.random.default_rng(4)
    counts = random.poisson(3.0, (60, 4000)) + random.poisson(1.0, 4000)  # correlation 1 / (1 + 3)
    times, cell = spikes_from_counts(counts, 0.05)
    found = synchrony.pairwise_correlation(times, cell, np.zeros(cell.size, int), 60, 1, 0.0, 200.0)
    assert found[0] == pytest.approx(0.25, abs=0.02)
    sampled = synchrony.pairwise_correlation(times, cell, np.zeros(cell.size, int), 60, 1, 0.0, 200.0,
                                             max_cells=20)
    assert sampled[0] == pytest.approx(found[0], abs=0.02)


def test_each_replicate_has_its_own_value_and_quiet_cells_are_left_out() -> None:
    counts = np.random.default_rng(5).poisson(2.0, (6, 400))
    counts[5] = 0
    times, cell = spikes_from_counts(counts, 0.05)
    found = synchrony.pairwise_correlation(times, cell, np.full(cell.size, 1), 6, 3, 0.0, 20.0)
    assert np.isnan(found[[0, 2]]).all()
    assert found[1] == pytest.approx(synchrony.mean_correlation(counts[:5]))


def test_the_same_cells_can_be_asked_for() -> None:
    counts = np.random.default_rng(6).poisson(2.0, (6, 400))
    times, cell = spikes_from_counts(counts, 0.05)
    active = np.array([[True, True, True, False, False, False]])
    found = synchrony.pairwise_correlation(times, cell, np.zeros(cell.size, int), 6, 1, 0.0, 20.0,
                                           active=active)
    assert found[0] == pytest.approx(synchrony.mean_correlation(counts[:3]))
