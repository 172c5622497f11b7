"""Survival against exponential theory, a textbook table by hand, scipy's intervals, and windows of known width."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from glunet.analysis import survival


def test_a_small_table_by_hand() -> None:
    # dead at 1, 2, 2 and 5; lost at 3 and 6
    found = survival.survival_curve([1, 2, 2, 3, 5, 6], [True, True, True, False, True, False])
    np.testing.assert_allclose(found.times_s, [1, 2, 3, 5, 6])
    np.testing.assert_allclose(found.surviving, [5 / 6, 3 / 6, 3 / 6, 3 / 6 * 1 / 2, 1 / 4])
    np.testing.assert_allclose(found.at_risk, [6, 5, 3, 2, 1])
    np.testing.assert_allclose(found.at([0.0, 0.99, 1.0, 4.0, 9.0]), [1, 1, 5 / 6, 0.5, 0.25])


def test_an_exponential_with_censoring_is_recovered_and_the_interval_holds_it() -> None:
    random, hits = np.random.default_rng(0), 0
    for _ in range(100):
        death, left = random.exponential(10.0, 200), random.uniform(0, 20, 200)
        found = survival.survival_curve(np.minimum(death, left), death <= left)
        k = np.searchsorted(found.times_s, 5.0) - 1
        hits += found.low[k] <= np.exp(-0.5) <= found.high[k]
    assert hits >= 88
    assert found.at(5.0) == pytest.approx(np.exp(-0.5), abs=0.1)


def test_without_censoring_it_is_the_plain_fraction() -> None:
    death = np.random.default_rng(1).exponential(10.0, 50)
    at = [1.0, 5.0, 20.0]
    plain, low, high = survival.surviving_fraction(death, at)
    np.testing.assert_allclose(survival.survival_curve(death, np.ones(50, bool)).at(at), plain)
    for p, a, b in zip(plain, low, high, strict=True):
        expected = stats.binomtest(round(p * 50), 50).proportion_ci(method="wilson")
        assert (a, b) == (pytest.approx(expected.low), pytest.approx(expected.high))


def test_cells_that_do_not_die_survive() -> None:
    death = np.array([[1.0, np.nan, np.inf, 4.0], [np.nan] * 4])
    fraction, _, high = survival.surviving_fraction(death, [0.5, 1.0, 10.0])
    np.testing.assert_allclose(fraction, [[1, 0.75, 0.5], [1, 1, 1]])
    assert high[1, 2] == 1.0


def test_all_alive_has_no_interval_and_no_warning(recwarn) -> None:
    found = survival.survival_curve([9.0, 9.0], [False, False])
    assert found.surviving.tolist() == [1.0]
    assert np.isnan(found.low).all()
    assert not recwarn.list


def test_arrays_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="marks of death"):
        survival.survival_curve([1.0, 2.0], [True])
    with pytest.raises(ValueError, match="as many"):
        survival.survival_curve([], [])


DELAYS = np.array([0.0, 600.0, 1800.0, 3600.0, 7200.0])


def test_the_half_effect_delay_of_a_known_window() -> None:
    untreated = np.array([0.2, 0.3, 0.25, 0.25])
    saved = 0.6 * np.interp(DELAYS, [0, 3600], [1, 0])          # half at 1800 s
    treated = untreated[:, None] + (1 - untreated)[:, None] * saved
    found = survival.therapeutic_window(DELAYS[::-1], treated[:, ::-1], untreated)
    np.testing.assert_allclose(found.benefit, saved)
    assert found.half_delay_s == pytest.approx(1800.0)
    assert (found.half_low_s, found.half_high_s) == (pytest.approx(1800.0), pytest.approx(1800.0))
    assert found.inside


def test_half_lies_on_the_line_between_two_delays() -> None:
    found = survival.therapeutic_window([0, 10, 20], [[0.8, 0.6, 0.2]], [0.0])
    assert found.half_delay_s == pytest.approx(15.0)
    assert np.isnan(found.low).all()                            # one seed has no interval


def test_a_benefit_that_stays_and_one_that_never_was() -> None:
    lasting = survival.therapeutic_window([0, 10], [[0.8, 0.7]], [0.2])
    assert lasting.half_delay_s == np.inf
    assert not lasting.inside
    for treated, untreated in (([[0.2, 0.2]], [0.2]), ([[0.1, 0.3]], [0.2]), ([[1.0, 1.0]], [1.0])):
        assert np.isnan(survival.therapeutic_window([0, 10], treated, untreated).half_delay_s)


def test_the_interval_of_the_half_effect_delay_holds_the_truth() -> None:
    random, hits = np.random.default_rng(2), 0
    saved = 0.6 * np.exp(-DELAYS / 2000)
    line = survival.therapeutic_window(DELAYS, saved[None], [0.0]).half_delay_s
    for k in range(40):
        treated = saved + random.normal(0, 0.05, (10, 5))
        found = survival.therapeutic_window(DELAYS, treated, np.zeros(10), bootstrap=200, seed=k)
        hits += found.half_low_s <= line <= found.half_high_s
    assert hits >= 32


def test_shapes_of_a_window() -> None:
    with pytest.raises(ValueError, match=r"need D > 1"):
        survival.therapeutic_window([0, 10], [[0.8, 0.7]], [0.2, 0.3])
    with pytest.raises(ValueError, match="finite"):
        survival.therapeutic_window([0, 10], [[0.8, np.nan]], [0.2])
