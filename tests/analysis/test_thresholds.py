"""Thresholds against curves that the outcomes were drawn from, hand-made steps, and another fit."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit, logit

from glunet.analysis import thresholds
from glunet.analysis.logistic import TEN_TO_NINETY, logistic_curves
from glunet.analysis.seizures import seizure_probability

LEVELS = np.linspace(0.0, 0.5, 11)


def drawn(middle: float, width: float, seeds: int, random_seed: int = 0) -> np.ndarray:
    """Outcomes of a logistic curve."""
    p = expit((LEVELS - middle) * TEN_TO_NINETY / width)
    return np.random.default_rng(random_seed).random((seeds, LEVELS.size)) < p


def stepped(at: list[float]) -> np.ndarray:
    """Outcomes of seeds that each seize above their own level."""
    return np.array([a < LEVELS for a in at])


def test_a_known_curve_comes_back() -> None:
    found = thresholds.fit_threshold(LEVELS, drawn(0.22, 0.12, 2000))
    assert found.level.mean == pytest.approx(0.22, abs=0.003)
    assert found.width.mean == pytest.approx(0.12, abs=0.008)
    np.testing.assert_allclose(found.probability([0.16, 0.22, 0.28]), [0.1, 0.5, 0.9], atol=0.03)


@pytest.mark.parametrize("together", [False, True])
def test_intervals_of_five_seeds_cover_the_truth_as_often_as_they_say(together: bool) -> None:
    """Whether outcomes are drawn apart at each level, or seeds have thresholds of their own."""
    inside = []
    for k in range(200):
        own = 0.22 + 0.12 / TEN_TO_NINETY * logit(np.random.default_rng(k).random((5, 1)))
        found = thresholds.fit_threshold(LEVELS, own < LEVELS if together else drawn(0.22, 0.12, 5, k))
        inside.append((found.level.low <= 0.22 <= found.level.high, found.width.low <= 0.12 <= found.width.high))
    level, width = np.mean(inside, axis=0)
    assert level >= 0.93
    assert width >= 0.80  # a width from five seeds is told a little too sharply


def test_the_fit_has_the_highest_penalised_likelihood() -> None:
    y = drawn(0.25, 0.2, 5, 3)
    yes, total = y.sum(axis=0).astype(float), np.full(LEVELS.size, 5.0)

    def objective(beta: np.ndarray) -> float:
        eta = beta[0] + beta[1] * LEVELS
        weight = total * expit(eta) * (1 - expit(eta))
        x = np.stack([np.ones_like(LEVELS), LEVELS])
        likelihood = np.sum(yes * eta - total * np.logaddexp(0, eta))
        return -(likelihood + 0.5 * np.linalg.slogdet((x * weight) @ x.T)[1])

    best = minimize(objective, [-2.0, 8.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12, "maxiter": 4000}).x
    middle, width = logistic_curves(LEVELS, yes[None], total[None])
    assert middle[0] == pytest.approx(-best[0] / best[1], rel=1e-5)
    assert width[0] == pytest.approx(TEN_TO_NINETY / best[1], rel=1e-5)


def test_perfect_separation_gives_the_bracket() -> None:
    found = thresholds.fit_threshold(LEVELS, stepped([0.22] * 5))
    assert found.separated
    assert found.between == pytest.approx((0.20, 0.25))
    assert found.level.mean == pytest.approx(0.225, abs=0.001)
    assert found.level.low <= 0.20 < 0.25 <= found.level.high
    assert found.width.low == 0.0
    assert 0 < found.width.mean <= 0.05  # no more than the distance of two levels


def test_seeds_that_each_separate_at_their_own_level() -> None:
    at = [0.12, 0.17, 0.22, 0.22, 0.27, 0.32]
    found = thresholds.fit_threshold(LEVELS, stepped(at))
    assert not found.separated
    assert found.level.mean == pytest.approx(0.225, abs=0.01)
    alone = thresholds.thresholds_per_seed(LEVELS, stepped(at))
    np.testing.assert_allclose(alone, [0.125, 0.175, 0.225, 0.225, 0.275, 0.325])
    assert found.level.low < np.mean(at) < found.level.high


@pytest.mark.parametrize(("outcome", "low", "high"), [(False, 0.5, np.inf), (True, -np.inf, 0.0)])
def test_a_threshold_beyond_the_levels_is_told_as_such(outcome: bool, low: float, high: float) -> None:
    found = thresholds.fit_threshold(LEVELS, np.full((5, 11), outcome))
    assert np.isnan(found.level.mean)
    assert (found.level.low, found.level.high) == (low, high)
    assert np.isnan(found.width.mean)
    assert thresholds.thresholds_per_seed(LEVELS, np.full((1, 11), outcome))[0] == (-np.inf if outcome else np.inf)


def test_one_seed_gives_the_bracket_alone() -> None:
    found = thresholds.fit_threshold(LEVELS, stepped([0.22]))
    assert (found.level.low, found.level.high) == pytest.approx((0.20, 0.25))


def test_missing_runs_are_left_out() -> None:
    full = drawn(0.22, 0.12, 40, 2).astype(float)
    gaps = full.copy()
    gaps[::2, [0, 10]] = np.nan
    a, b = (thresholds.fit_threshold(LEVELS, y).level.mean for y in (full, gaps))
    assert a == pytest.approx(b, abs=0.005)


def test_a_contradiction_does_not_move_a_seeds_threshold() -> None:
    row = LEVELS > 0.22
    row[1] = True
    assert thresholds.thresholds_per_seed(LEVELS, row[None])[0] == pytest.approx(0.225)


def test_wilsons_interval_of_textbook_counts() -> None:
    # 7 of 50: 0.0695 to 0.2619 (Newcombe's formula by hand)
    found = seizure_probability(np.arange(50)[:, None] < 7)
    z, n, p = 1.959964, 50, 0.14
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    assert (found.mean[0], found.low[0], found.high[0]) == pytest.approx((0.14, middle - half, middle + half), abs=1e-6)
    empty = seizure_probability(np.full((3, 1), np.nan))
    assert np.isnan([empty.mean[0], empty.low[0], empty.high[0]]).all()
    assert empty.n[0] == 0


def test_a_shift_is_relative_to_the_reference_and_positive_where_the_threshold_falls() -> None:
    first, second = drawn(0.30, 0.08, 400, 1), drawn(0.15, 0.08, 400, 2)
    found = thresholds.threshold_shift(LEVELS, first, second)
    assert found.mean == pytest.approx(0.5, abs=0.02)
    assert found.low < 0.5 < found.high
    absolute = thresholds.threshold_shift(LEVELS, second, first, relative=False)
    assert absolute.mean == pytest.approx(-0.15, abs=0.01)


def test_the_shift_of_two_steps_holds_all_that_the_brackets_allow() -> None:
    found = thresholds.threshold_shift(LEVELS, stepped([0.42] * 5), stepped([0.22] * 5), relative=False)
    assert found.mean == pytest.approx(0.2, abs=0.002)
    assert (found.low, found.high) == pytest.approx((0.15, 0.25))


def test_a_threshold_that_falls_to_zero_falls_by_all_that_it_was() -> None:
    always, first = np.ones((400, LEVELS.size)), drawn(0.30, 0.08, 400, 1)
    found = thresholds.threshold_shift(LEVELS, first, always)
    assert (found.mean, found.low, found.high) == (1.0, 1.0, 1.0)
    assert thresholds.threshold_shift(LEVELS, first, always, relative=False).mean == pytest.approx(0.30, abs=0.01)
    # where zero was not tried, the threshold may lie anywhere below
    assert np.isnan(thresholds.threshold_shift(LEVELS[1:], first[:, 1:], always[:, 1:]).mean)
    assert np.isnan(thresholds.threshold_shift(LEVELS, always, always).mean)
    assert np.isnan(thresholds.threshold_shift(LEVELS, np.zeros_like(first), always).mean)


def test_a_shift_needs_paired_seeds() -> None:
    with pytest.raises(ValueError, match="not paired"):
        thresholds.threshold_shift(LEVELS, stepped([0.2] * 3), stepped([0.2] * 4))


def test_the_dose_that_halves_a_known_curve() -> None:
    doses = np.array([0.0, 0.05, 0.1, 0.15, 0.2, 0.4, 0.8])
    p = 0.9 / (1 + (doses / 0.15) ** 3)
    y = np.random.default_rng(0).random((3000, doses.size)) < p
    found = thresholds.halving_dose(doses, y, bootstrap=100)
    assert found.mean == pytest.approx(0.15, abs=0.005)
    assert (found.low, found.high) == pytest.approx((0.1, 0.2), abs=0.051)


def test_the_halving_dose_of_a_step_lies_between_its_doses() -> None:
    found = thresholds.halving_dose([0, 1, 2, 3], np.tile([1, 1, 0, 0], (5, 1)))
    assert (found.mean, found.low, found.high) == (1.5, 1.0, 2.0)


def test_no_halving_dose_where_nothing_is_halved() -> None:
    never = thresholds.halving_dose([0, 1, 2], np.ones((5, 3)))
    assert np.isnan(never.mean)
    assert (never.low, never.high) == (2.0, np.inf)
    assert np.isnan(thresholds.halving_dose([0, 1, 2], np.zeros((5, 3))).mean)


@pytest.mark.parametrize(("levels", "outcomes", "message"), [
    ([0.1], np.ones((3, 1)), "two levels"), ([0.2, 0.1], np.ones((3, 2)), "rising"),
    ([0.1, 0.2], np.ones((3, 3)), "do not fit")])
def test_what_does_not_fit_is_refused(levels, outcomes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        thresholds.fit_threshold(levels, outcomes)
