"""Correlations against numpy, scipy and elephant, and signals shifted by a known lag."""

from __future__ import annotations

import numpy as np
import pytest

from glunet.analysis import correlations, synchrony


def test_the_matrix_is_numpys_and_its_mean_that_of_synchrony() -> None:
    counts = np.random.default_rng(0).poisson(2.0, (9, 300))
    found = correlations.correlation_matrix(counts)
    np.testing.assert_allclose(found, np.corrcoef(counts))
    assert found[np.triu_indices(9, 1)].mean() == pytest.approx(synchrony.mean_correlation(counts))
    counts[3] = 2
    assert np.isnan(correlations.correlation_matrix(counts)[3]).all()


def test_a_shifted_copy_correlates_at_its_lag_with_the_right_sign() -> None:
    noise = np.random.default_rng(1).normal(size=(2, 5000))
    later = np.roll(noise, 30, axis=1)
    lag, found = correlations.cross_correlation(noise, later, 1e-3, 0.1)
    assert lag.size == found.shape[1] == 201
    np.testing.assert_allclose(lag[found.argmax(axis=1)], 0.030)
    assert found.max() == pytest.approx(1.0, abs=0.02)
    assert correlations.cross_correlation(later, noise, 1e-3, 0.1)[1].argmax(axis=1).tolist() == [70, 70]


def test_every_lag_is_that_of_the_sum_written_out() -> None:
    a, b = np.random.default_rng(2).normal(3, 2, (2, 40))
    lag, found = correlations.cross_correlation(a, b, 0.5, 5.0)
    x, y = a - a.mean(), b - b.mean()
    for value, k in zip(found, np.round(lag / 0.5).astype(int), strict=True):
        overlap = sum(x[t] * y[t + k] for t in range(40) if 0 <= t + k < 40)
        assert value == pytest.approx(overlap / (40 * a.std() * b.std()))
    assert found[lag == 0][0] == pytest.approx(np.corrcoef(a, b)[0, 1])


def test_signals_that_cannot_be_correlated() -> None:
    assert np.isnan(correlations.cross_correlation(np.ones(10), np.arange(10.0), 1.0, 2.0)[1]).all()
    with pytest.raises(ValueError, match="does not fit"):
        correlations.cross_correlation(np.ones(10), np.ones(10), 1.0, 10.0)
    with pytest.raises(ValueError, match="shapes"):
        correlations.cross_correlation(np.ones(10), np.ones(9), 1.0, 2.0)


@pytest.mark.parametrize("window_s", [0.005, 0.05])
def test_spike_time_tiling_is_elephants(window_s: float) -> None:
    neo, pq = pytest.importorskip("neo"), pytest.importorskip("quantities")
    its = pytest.importorskip("elephant.spike_train_correlation")
    random = np.random.default_rng(3)
    shared = random.uniform(0, 20, 60)
    first, second = (np.sort(np.concatenate((shared + random.normal(0, 0.002, 60), random.uniform(0, 20, n))))
                     for n in (40, 150))
    first, second = (train[(train > 0) & (train < 20)] for train in (first, second))
    trains = [neo.SpikeTrain(train * pq.s, t_stop=20 * pq.s) for train in (first, second)]
    expected = its.spike_time_tiling_coefficient(*trains, dt=window_s * pq.s)
    assert correlations.spike_time_tiling(first, second, 0.0, 20.0, window_s) == pytest.approx(float(expected))


def test_spike_time_tiling_of_like_and_of_independent_trains_at_any_rate() -> None:
    random = np.random.default_rng(4)
    train = np.sort(random.uniform(0, 100, 500))
    assert correlations.spike_time_tiling(train, train, 0.0, 100.0) == pytest.approx(1.0)
    for rate in (2.0, 20.0):
        pairs = [[np.sort(random.uniform(0, 100, random.poisson(rate * 100))) for _ in range(2)] for _ in range(10)]
        assert np.mean([correlations.spike_time_tiling(a, b, 0.0, 100.0) for a, b in pairs]) == pytest.approx(0, abs=0.02)
    assert np.isnan(correlations.spike_time_tiling([], train, 0.0, 100.0))
