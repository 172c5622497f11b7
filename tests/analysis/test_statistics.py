"""Intervals against scipy, verdicts by their definition, recruitment by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from glunet.analysis import recruitment, statistics


def test_the_interval_is_scipys() -> None:
    values = np.random.default_rng(0).normal(3, 1, 7)
    found = statistics.mean_interval(values)
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert (found.low, found.high) == (pytest.approx(expected.low), pytest.approx(expected.high))
    assert (found.mean, found.n) == (pytest.approx(values.mean()), 7)


def test_intervals_along_an_axis_leave_out_missing_seeds() -> None:
    values = np.random.default_rng(1).normal(size=(5, 3))
    values[0, 1] = np.nan
    values[:, 2] = np.nan
    found = statistics.mean_interval(values)
    np.testing.assert_array_equal(found.n, [5, 4, 0])
    assert found.mean[1] == pytest.approx(values[1:, 1].mean())
    assert np.isnan(found.mean[2])


def test_one_seed_has_a_mean_and_no_interval() -> None:
    found = statistics.mean_interval([2.0])
    assert found.mean == 2.0
    assert np.isnan(found.low)
    assert np.isnan(found.high)


@pytest.mark.parametrize(("values", "expected"), [
    ((2.0, 1.5, 2.5), "pass"), ((2.0, 0.9, 2.5), "near"), ((0.9, 0.5, 1.3), "fail"),
    ((1.0, 1.0, 1.0), "pass"), ((2.0, np.nan, np.nan), "near"), ((np.nan, np.nan, np.nan), "fail"),
    ((3.0, 2.0, np.inf), "near")])
def test_verdicts(values: tuple[float, float, float], expected: str) -> None:
    assert statistics.verdict(*values, (1.0, 3.0)) == expected


def test_bands_may_be_open_but_not_reversed() -> None:
    assert statistics.verdict(5.0, 2.0, 9.0, (1.0, float("inf"))) == "pass"
    with pytest.raises(ValueError, match="wrong way"):
        statistics.verdict(1.0, 1.0, 1.0, (3.0, 1.0))


def test_changes_are_taken_within_a_seed() -> None:
    np.testing.assert_allclose(statistics.paired_ratio([2, 4, 0], [1, 8, 3]), [0.5, 2, np.nan])
    np.testing.assert_allclose(statistics.change_fraction([-2, -4], [-1, -8]), [-0.5, 1.0])


def test_drift_of_a_line() -> None:
    times = np.linspace(0, 30, 301)
    rate = 4.0 + 0.02 * (times - 15)
    assert statistics.drift_fraction(rate, times, 60.0) == pytest.approx(0.02 * 60 / 4)


def test_rank_correlation_is_scipys_with_ties() -> None:
    random = np.random.default_rng(2)
    a, b = random.integers(0, 5, (3, 40)), random.integers(0, 5, (3, 40))
    expected = [stats.spearmanr(x, y).statistic for x, y in zip(a, b, strict=True)]
    np.testing.assert_allclose(statistics.rank_correlation(a, b), expected)
    assert np.isnan(statistics.rank_correlation(np.ones((1, 4)), np.arange(4.0)[None]))[0]


def test_dose_trend_per_seed() -> None:
    found = statistics.spearman_per_seed([0, 1, 3], [[1, 2, 3], [3, 2, 1]])
    np.testing.assert_allclose(found, [1, -1])


def test_recruitment_by_hand() -> None:
    before, after = np.array([[0.0, 0.0, 2.0, 4.0, 0.0]]), np.array([[0.0, 1.0, 0.0, 4.0, 3.0]])
    assert recruitment.fraction_increased(before, after)[0] == pytest.approx(2 / 4)
    assert recruitment.fraction_recruited(before, after)[0] == pytest.approx(2 / 3)
    assert recruitment.fraction_recruited(before, after, 0.1, 2.0)[0] == pytest.approx(1 / 3)
    assert recruitment.fraction_suppressed(before, after)[0] == pytest.approx(1 / 2)


def test_counting_noise_is_no_change_and_a_doubling_is() -> None:
    random = np.random.default_rng(3)
    first, same, double = (random.poisson(40 * f, (4, 500)) / 10 for f in (1, 1, 2))
    risen, fallen = recruitment.significant_changes(first, same, 10.0, 10.0)
    assert max(risen.max(), fallen.max()) < 0.045
    risen, fallen = recruitment.significant_changes(first, double, 10.0, 10.0)
    assert risen.min() > 0.9
    assert fallen.max() == 0


def test_the_test_of_a_cell_is_scipys_binomial_test() -> None:
    risen, _ = recruitment.significant_changes([[0.3]], [[1.2]], 10.0, 10.0, alpha=0.05)
    p = stats.binomtest(12, 15, 0.5, alternative="greater").pvalue
    assert bool(risen[0]) == (p < 0.025)
