"""Transients of courses whose rest, peak, recovery and undershoot are known from their formula."""

from __future__ import annotations

import numpy as np
import pytest

from glunet.analysis import transients

TIMES = np.arange(0, 60, 0.01)


def course(rest: float, height: float, tau: float, depth: float = 0.0) -> np.ndarray:
    """Rest until 10 s, a linear rise until 15 s, an exponential fall, and a dip of Gaussian shape around 45 s."""
    t = TIMES
    rise = height * np.clip((t - 10) / 5, 0, 1) * np.where(t > 15, np.exp(-(t - 15) / tau), 1)
    return rest + rise - depth * np.exp(-((t - 45) / 2) ** 2)


def test_every_number_of_a_known_course() -> None:
    found = transients.transient(TIMES, np.stack([course(3, 9, 4, 0.5), course(2, 6, 2, 0.0)]), 10.0)
    np.testing.assert_allclose(found.rest, [3, 2])
    np.testing.assert_allclose(found.peak, [12, 8], rtol=1e-3)
    np.testing.assert_allclose(found.fold, [4, 4], rtol=1e-3)
    np.testing.assert_allclose(found.time_to_peak_s, 5.0, atol=0.011)
    np.testing.assert_allclose(found.recovery_s, [4 * np.log(10), 2 * np.log(10)], rtol=1e-2)
    assert found.undershoot[0] == pytest.approx(0.5, abs=0.01)
    assert found.undershoot_time_s[0] == pytest.approx(30.0, abs=0.1)
    assert found.undershoot[1] == pytest.approx(0.0, abs=1e-6)


def test_a_fall_is_a_rise_upside_down() -> None:
    up, down = (transients.transient(TIMES, values, 10.0, direction=side) for values, side in
                ((course(3, 9, 4, 0.5), "up"), (6 - course(3, 9, 4, 0.5), "down")))
    for name in ("time_to_peak_s", "recovery_s", "undershoot", "undershoot_time_s"):
        np.testing.assert_allclose(getattr(down, name), getattr(up, name))
    np.testing.assert_allclose(down.peak, -6.0, rtol=1e-3)


def test_recovery_counts_from_the_end_of_the_cause() -> None:
    found = transients.transient(TIMES, course(3, 9, 4), 10.0, offset_s=17.0)
    assert found.recovery_s[0] == pytest.approx(4 * np.log(10) - 2, rel=1e-2)
    late = transients.transient(TIMES, course(3, 9, 4), 10.0, offset_s=40.0)
    assert late.recovery_s[0] == pytest.approx(0.0, abs=0.011)


def test_what_never_comes_back_has_no_recovery() -> None:
    step = np.where(TIMES < 10, 1.0, 50.0)
    found = transients.transient(TIMES, step, 10.0)
    assert found.fold[0] == 50.0
    assert np.isnan(found.recovery_s[0])
    assert np.isnan(found.undershoot[0])


def test_nothing_happens() -> None:
    found = transients.transient(TIMES, np.full(TIMES.size, 3.0), 10.0)
    assert (found.peak[0], found.fold[0]) == (3.0, 1.0)
    assert np.isnan(found.recovery_s[0])


def test_settling_is_left_out_of_rest() -> None:
    values = course(3, 9, 4) + np.where(TIMES < 2, 5.0, 0.0)
    assert transients.transient(TIMES, values, 10.0).rest[0] == pytest.approx(4.0, abs=0.01)
    assert transients.transient(TIMES, values, 10.0, rest_from_s=2.0).rest[0] == pytest.approx(3.0)


def test_windows_and_directions_that_cannot_be() -> None:
    with pytest.raises(ValueError, match="no samples"):
        transients.transient(TIMES, course(3, 9, 4), 0.0)
    with pytest.raises(ValueError, match="before the onset"):
        transients.transient(TIMES, course(3, 9, 4), 10.0, offset_s=5.0)
    with pytest.raises(ValueError, match="allowed: up, down"):
        transients.transient(TIMES, course(3, 9, 4), 10.0, direction="sideways")
