"""Dose-response curves recovered from data made with known ones."""

from __future__ import annotations

import numpy as np
import pytest

from glunet.analysis import dose_response, hill

DOSES = np.array([0.0, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0])


def noisy(clean: np.ndarray, noise: float, seeds: int = 5, seed: int = 0) -> np.ndarray:
    """Responses [S, D]: a curve, a level per seed, and noise."""
    random = np.random.default_rng(seed)
    return clean + random.normal(0, noise, (seeds, clean.size)) + random.normal(0, noise, (seeds, 1))


def inverted_u(x: np.ndarray) -> np.ndarray:
    """2.5 Hz that rises fourfold around 2 uM and falls by 80 % around 30 uM, written out."""
    return 2.5 * (1 + 3 * x**2 / (4 + x**2)) * (1 - 0.8 * x**2 / (900 + x**2))


@pytest.mark.parametrize(("bottom", "top", "direction"), [(1.0, 12.0, "falling"), (2.0, 8.0, "rising")])
def test_an_exact_curve_is_recovered(bottom: float, top: float, direction: str) -> None:
    zero, end = (top, bottom) if direction == "falling" else (bottom, top)
    response = zero + (end - zero) * DOSES**1.4 / (5.35**1.4 + DOSES**1.4)
    fit = dose_response.fit_hill(DOSES, response)
    assert fit is not None
    assert (fit.half, fit.slope) == (pytest.approx(5.35, rel=1e-3), pytest.approx(1.4, rel=1e-3))
    assert (fit.bottom, fit.top) == (pytest.approx(bottom, rel=1e-2), pytest.approx(top, rel=1e-3))
    assert fit.direction == direction
    assert fit.inside
    assert np.isnan(fit.half_low)  # one seed has no interval
    two = dose_response.fit_hill(DOSES, np.stack([response, response + 0.1]))
    assert two is not None
    assert np.isnan(two.half_low)


def test_the_scale_of_the_response_does_not_matter() -> None:
    response = 1e-12 * (1 - DOSES / (2.0 + DOSES))
    fit = dose_response.fit_hill(DOSES, response)
    assert fit is not None
    assert fit.half == pytest.approx(2.0, rel=1e-3)


def test_negative_responses_such_as_inward_currents() -> None:
    fit = dose_response.fit_hill(DOSES, -0.4 * (1 - DOSES / (2.0 + DOSES)))
    assert fit is not None
    assert fit.half == pytest.approx(2.0, rel=1e-3)
    assert fit.bottom == pytest.approx(-0.4, rel=1e-3)


def test_fixed_ends_are_kept() -> None:
    response = noisy(1 / (1 + DOSES / 4.0), 0.02)
    fit = dose_response.fit_hill(DOSES, response, bottom=0.0, top=1.0, bootstrap=50)
    assert fit is not None
    assert (fit.bottom, fit.top) == (0.0, 1.0)
    assert fit.half == pytest.approx(4.0, rel=0.15)


def test_the_bootstrap_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    clean = 10 / (1 + DOSES / 4.0)
    hits = 0
    for s in range(20):
        fit = dose_response.fit_hill(DOSES, noisy(clean, 0.3, seeds=8, seed=s), bootstrap=60)
        assert fit is not None
        hits += fit.half_low <= 4.0 <= fit.half_high
    assert hits >= 15  # percentile intervals of eight seeds are a little narrow


def test_half_effect_beyond_the_doses_is_marked() -> None:
    fit = dose_response.fit_hill(DOSES, 10 / (1 + DOSES / 500.0), bottom=0.0, top=10.0)
    assert fit is not None
    assert fit.half == pytest.approx(500.0, rel=0.01)
    assert not fit.inside


def test_a_flat_response_has_no_curve() -> None:
    assert dose_response.fit_hill(DOSES, np.full(7, 3.0)) is None


def test_an_inverted_u_is_told_and_described() -> None:
    found = dose_response.describe(DOSES, noisy(inverted_u(DOSES), 0.2), bootstrap=20)
    assert found.non_monotonic
    assert found.biphasic is not None
    assert found.biphasic.shape == "inverted U"
    assert found.biphasic.turning_dose == pytest.approx(8.0, rel=0.5)
    assert found.biphasic.curve.zero == pytest.approx(2.5, rel=0.15)


def test_a_u_is_told_as_well() -> None:
    clean = 10 * (1 - 0.8 * DOSES**2 / (1 + DOSES**2)) * (1 + 6 * DOSES**2 / (900 + DOSES**2))
    found = dose_response.describe(DOSES, noisy(clean, 0.2), bootstrap=0)
    assert found.non_monotonic
    assert found.biphasic is not None
    assert found.biphasic.shape == "U"


def test_a_monotonic_response_stays_a_hill_curve() -> None:
    for s in range(10):
        found = dose_response.describe(DOSES, noisy(10 / (1 + DOSES / 4.0), 0.4, seed=s), bootstrap=0)
        assert not found.non_monotonic
        assert found.hill is not None
        assert found.biphasic is None or found.biphasic.turning_response > 9  # at most a ripple at the start


def test_an_effect_is_told_from_none() -> None:
    flat = [dose_response.describe(DOSES, noisy(np.full(7, 5.0), 0.5, seed=s), bootstrap=0).effect
            for s in range(20)]
    assert np.mean(flat) < 0.35  # AICc is a lenient judge
    assert dose_response.describe(DOSES, noisy(10 / (1 + DOSES / 4.0), 0.4), bootstrap=0).effect


def test_noise_around_a_flat_line_is_seldom_called_a_turn() -> None:
    called = [dose_response.is_non_monotonic(DOSES, noisy(np.full(7, 5.0), 0.5, seed=s)) for s in range(60)]
    assert np.mean(called) < 0.1


def test_the_biphasic_curve_is_the_product_it_says() -> None:
    curve = hill.Biphasic(2.5, 3.0, 2.0, 0.8, 30.0, 2.0)
    np.testing.assert_allclose(curve(DOSES), inverted_u(DOSES))


@pytest.mark.parametrize(("doses", "responses", "message"), [
    ([0, 1, 2], [1.0, 2.0], "shape"), ([0, 1, 2], [1.0, 2.0, 3.0], "three"),
    ([0, -1, 2, 3], np.ones(4), "non-negative"), (DOSES, np.full(7, np.nan), "finite")])
def test_unusable_data_are_refused(doses, responses, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        dose_response.fit_hill(doses, responses)
