"""Onsets of steps and ramps put into noise at a known time."""

from __future__ import annotations

import numpy as np
import pytest

from glunet.analysis import onset

BIN_S = 0.02
TIMES_S = (np.arange(600) + 0.5) * BIN_S  # 12 s, perturbed at 4 s


def rates(onset_s: float, change: float, ramp_s: float, noise: float = 0.4, seeds: int = 5, mean: float = 5.0,
          seed: int = 0) -> np.ndarray:
    """Rates [S, T] around `mean` Hz that go to mean + change over `ramp_s` from `onset_s` on."""
    noise_hz = np.random.default_rng(seed).normal(0, noise, (seeds, TIMES_S.size))
    return mean + change * np.clip((TIMES_S - onset_s) / ramp_s, 0, 1) + noise_hz


@pytest.mark.parametrize("method", ["cusum", "consecutive"])
@pytest.mark.parametrize("change", [-3.0, 3.0])
def test_a_step_is_found_within_a_bin(method: str, change: float) -> None:
    found = onset.onset_time(TIMES_S, rates(5.0, change, 1e-6), 4.0, method=method)
    assert found == pytest.approx(5.0, abs=1.01 * BIN_S)


@pytest.mark.parametrize("method", ["cusum", "consecutive"])
def test_noise_alone_seldom_leaves(method: str) -> None:
    found = [onset.onset_time(TIMES_S, rates(5.0, 0.0, 1.0, seed=s), 4.0, method=method) for s in range(40)]
    assert np.isnan(found).mean() >= 0.9


def test_correlated_noise_seldom_leaves_either() -> None:
    found = []
    for s in range(40):
        slow = np.apply_along_axis(np.convolve, 1, rates(5.0, 0.0, 1.0, seed=s), np.ones(5) / 5, "same")
        slow[:, :5] = slow[:, -5:] = slow[:, 5:10]  # no drop where the kernel runs over the end
        found.append(onset.onset_time(TIMES_S, slow, 4.0))
    assert np.isnan(found).mean() >= 0.8


def test_the_direction_is_respected() -> None:
    falling = rates(5.0, -3.0, 0.1)
    assert np.isnan(onset.onset_time(TIMES_S, falling, 4.0, direction="up"))
    assert onset.onset_time(TIMES_S, falling, 4.0, direction="down") == pytest.approx(5.0, abs=0.1)


def test_what_happens_before_the_perturbation_is_no_onset() -> None:
    early = rates(1.0, 3.0, 0.1)
    assert np.isnan(onset.onset_time(TIMES_S, early, 4.0, baseline_start_s=2.0))


def test_a_paired_reference_removes_a_trend() -> None:
    trend = 2.0 * np.sin(TIMES_S)
    moved = rates(6.0, 3.0, 0.1, seed=1) + trend
    reference = rates(6.0, 0.0, 1.0, seed=2) + trend
    found = onset.onset_time(TIMES_S, moved, 4.0, reference=reference, method="consecutive", z=2)
    assert found == pytest.approx(6.0, abs=0.15)


def test_runs_that_are_identical_before_the_perturbation() -> None:
    reference = rates(5.0, 0.0, 1.0)
    moved = reference + np.where(TIMES_S > 5.0, 2.0, 0.0)
    assert onset.onset_time(TIMES_S, moved, 4.0, reference=reference) == pytest.approx(5.0, abs=BIN_S)


def test_the_lead_of_one_population_over_another() -> None:
    early, late = rates(4.2, -4.0, 0.5, seed=3, mean=12.0), rates(4.9, 3.0, 0.5, seed=4)
    lead = onset.onset_lead(TIMES_S, early, late, 4.0)
    assert lead.mean == pytest.approx(0.7, abs=0.12)
    assert lead.low < 0.7 < lead.high
    assert lead.low > 0
    assert lead.n == 5


def test_a_noisier_population_is_hardly_told_later() -> None:
    calm = onset.onset_time(TIMES_S, rates(5.0, 3.0, 1.0, noise=0.2), 4.0)
    noisy = onset.onset_time(TIMES_S, rates(5.0, 3.0, 1.0, noise=1.0, seed=9), 4.0)
    assert noisy - calm < 0.3


def test_no_lead_where_one_never_leaves() -> None:
    lead = onset.onset_lead(TIMES_S, rates(5.0, -3.0, 0.1), rates(5.0, 0.0, 0.1, seed=8), 4.0)
    assert np.isnan(lead.mean)


def test_a_short_baseline_is_refused() -> None:
    with pytest.raises(ValueError, match="10 are needed"):
        onset.onset_time(TIMES_S, rates(5.0, 1.0, 1.0), 0.1)
