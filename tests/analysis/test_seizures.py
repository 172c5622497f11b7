"""Seizures put into Poisson trains at known times are found with their phases; what is no seizure is not."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from glunet.analysis.depolarisation_block import Voltage
from glunet.analysis.episodes import Criteria, event_frequency, population_activity
from glunet.analysis.ictal_phases import clonic_phase, discharge_starts
from glunet.analysis.potassium import potassium_summary
from glunet.analysis.seizures import find_events, find_seizures, seizing

BASELINE = (1.0, 8.0)
NEAR = 0.15  # three standard deviations of the kernel that rates are read with, s


def only(found):
    """The one seizure."""
    assert len(found) == 1
    return found[0]


def bursts(made, at_s, length_s: float, height_hz: float, usual_hz: float = 2.0, duration_s: float = 40.0, cells: int = 80):
    """Pyramidal cells that fire faster for a while at each of these times."""
    t = made.course(duration_s)
    rate = np.full(t.size, usual_hz)
    for start in at_s:
        rate[(t >= start) & (t < start + length_s)] = height_hz
    return made.poisson(np.tile(rate, (cells, 1)), 5)


def test_the_landmarks_of_a_seizure(made) -> None:
    found = only(find_seizures(made.pyramidal, 1, 60.0, interneuron=made.interneuron, baseline=BASELINE))
    assert found.onset_s == pytest.approx(10.0, abs=NEAR)
    assert found.end_s == pytest.approx(30.0, abs=NEAR)
    assert found.duration_s == pytest.approx(20.0, abs=NEAR)
    assert found.tonic_to_clonic_s == pytest.approx(20.4, abs=NEAR)
    assert found.clonic_hz == pytest.approx(2.0, rel=0.02)
    assert found.interneuron_peak_s == pytest.approx(9.0, abs=0.25)
    assert found.interneuron_peak_lead_s == pytest.approx(1.0, abs=0.25)
    assert found.interneuron_peak_hz == pytest.approx(90.0, rel=0.2)
    assert found.late_minus_early_synchrony > 0.5
    assert found.postictal_rate_fraction == pytest.approx(0.0, abs=0.02)
    assert found.recovers is True
    assert found.recovery_s == pytest.approx(7.0, abs=0.3)  # over 2 s, half of the baseline is reached with one second of it
    assert found.block_fraction == 12 / 20
    assert found.block_recovers_fraction == 9 / 12


def test_a_reference_from_outside_finds_the_same(made) -> None:
    within = only(find_seizures(made.pyramidal, 1, 60.0, baseline=BASELINE))
    outside = only(find_seizures(made.pyramidal, 1, 60.0, reference_hz=2.0))
    assert (outside.onset_s, outside.end_s) == pytest.approx((within.onset_s, within.end_s), abs=NEAR)
    assert math.isnan(outside.block_fraction)
    assert math.isnan(outside.interneuron_peak_lead_s)


@pytest.mark.parametrize("limits", [{}, {"baseline": BASELINE, "reference_hz": 2.0}])
def test_a_baseline_or_a_reference_is_needed(made, limits) -> None:
    with pytest.raises(ValueError, match="baseline window or a reference rate"):
        find_seizures(made.pyramidal, 1, 60.0, **limits)


def test_a_baseline_outside_the_recording_is_refused(made) -> None:
    with pytest.raises(ValueError, match="holds no bin"):
        find_seizures(made.pyramidal, 1, 60.0, baseline=(70.0, 80.0))


def test_a_seizure_from_the_first_moment_on(made) -> None:
    spikes = bursts(made, [0.0], 15.0, 30.0)
    found = only(find_seizures(spikes, 1, 40.0, reference_hz=2.0))
    assert found.onset_s == 0.0
    assert found.end_s == pytest.approx(15.0, abs=NEAR)
    assert found.tonic_to_clonic_s is None


def test_a_seizure_that_outlasts_the_recording_has_no_end(made) -> None:
    found = only(find_seizures(bursts(made, [15.0], 25.0, 30.0), 1, 40.0, baseline=BASELINE))
    assert found.end_s is None
    assert found.recovers is None
    assert math.isnan(found.duration_s)
    assert math.isnan(found.postictal_rate_fraction)
    assert math.isnan(found.late_minus_early_synchrony)


def test_a_pause_at_the_end_of_the_recording_may_not_be_the_end(made) -> None:
    assert only(find_seizures(bursts(made, [15.0], 24.0, 30.0), 1, 40.0, baseline=BASELINE)).end_s is None
    assert only(find_seizures(bursts(made, [15.0], 20.0, 30.0), 1, 40.0, baseline=BASELINE)).end_s is not None


@pytest.mark.parametrize(("length_s", "number"), [(9.5, 0), (10.5, 1)])
def test_ten_seconds_make_a_seizure(made, length_s: float, number: int) -> None:
    spikes = bursts(made, [12.0], length_s, 30.0)
    assert len(find_seizures(spikes, 1, 40.0, baseline=BASELINE)) == number
    assert len(find_events(spikes, 1, 40.0, baseline=BASELINE)) == 1 - number


def test_a_shorter_limit_can_be_asked_for(made) -> None:
    spikes = bursts(made, [12.0], 6.0, 30.0)
    assert len(find_seizures(spikes, 1, 40.0, baseline=BASELINE, criteria=Criteria(min_duration_s=5.0))) == 1


def test_pauses_are_bridged_up_to_the_gap(made) -> None:
    close, far = (bursts(made, [12.0, 18.0 + gap], 6.0, 30.0) for gap in (1.5, 2.5))
    assert only(find_seizures(close, 1, 40.0, baseline=BASELINE)).end_s == pytest.approx(25.5, abs=NEAR)
    assert find_seizures(far, 1, 40.0, baseline=BASELINE) == []


def test_discharges_are_a_seizure_above_their_rate_only(made) -> None:
    fast, slow = (bursts(made, np.arange(10.0, 30.0, 1 / hz), 0.08, 25.0, usual_hz=0.5) for hz in (3.0, 1.0))
    found = only(find_seizures(fast, 1, 40.0, baseline=BASELINE))
    assert found.clonic_hz == pytest.approx(3.0, rel=0.05)
    assert found.tonic_to_clonic_s == pytest.approx(10.0, abs=NEAR)  # nothing tonic precedes
    assert find_seizures(slow, 1, 40.0, baseline=BASELINE) == []
    assert len(find_events(slow, 1, 40.0, baseline=BASELINE)) == pytest.approx(20, abs=1)


def test_a_tonic_phase_with_its_ten_hertz_is_not_clonic(made) -> None:
    rhythmic = bursts(made, np.arange(10.0, 25.0, 0.1), 0.05, 60.0)
    found = only(find_seizures(rhythmic, 1, 40.0, baseline=BASELINE))
    assert found.tonic_to_clonic_s is None
    assert found.duration_s == pytest.approx(15.0, abs=NEAR)


def test_poisson_cells_have_neither_seizures_nor_events(made) -> None:
    for cells in (20, 80):
        quiet = bursts(made, [], 0.0, 0.0, usual_hz=2.0, cells=cells)
        assert find_seizures(quiet, 1, 40.0, baseline=BASELINE) == []
        assert len(find_events(quiet, 1, 40.0, baseline=BASELINE)) <= (1 if cells == 20 else 0)


def test_disinhibition_is_no_seizure(made) -> None:
    doubled = bursts(made, [10.0], 30.0, 4.6)  # as ketamine raises it: 2.3-fold
    assert find_seizures(doubled, 1, 40.0, baseline=BASELINE) == []


def test_events_do_not_hide_in_a_baseline_that_has_them(made) -> None:
    at = np.arange(1.5, 39.0, 2.5)
    found = find_events(bursts(made, at, 0.15, 40.0), 1, 40.0, baseline=(0.0, 40.0))
    np.testing.assert_allclose([e.onset_s for e in found], at, atol=NEAR)
    np.testing.assert_allclose([e.end_s - e.onset_s for e in found], 0.15, atol=NEAR)


def test_the_frequency_of_events_leaves_seizures_out(made) -> None:
    spikes = bursts(made, [2.0, 5.0, 8.0, 32.0, 36.0], 0.15, 40.0)
    during = bursts(made, [12.0], 15.0, 40.0, usual_hz=0.0)
    both = replace(spikes, times_s=np.append(spikes.times_s, during.times_s), cell=np.append(spikes.cell, during.cell),
                   replicate=np.append(spikes.replicate, during.replicate))
    quiet = population_activity(spikes, 1, 40.0, reference_hz=2.0)
    assert event_frequency(quiet, 0.0, 40.0)[0] == pytest.approx(5 / 40)
    assert event_frequency(quiet, 4.0, 10.0)[0] == pytest.approx(2 / 6)
    busy = population_activity(both, 1, 40.0, reference_hz=2.0)
    assert event_frequency(busy, 0.0, 40.0)[0] == pytest.approx(5 / 25, rel=0.02)


def test_each_replicate_has_its_own(made) -> None:
    other = replace(made.pyramidal, replicate=np.full(made.pyramidal.cell.size, 2))
    quiet = made.poisson(np.full((80, 60000), 2.0), 7, 1)
    spikes = replace(other, times_s=np.append(quiet.times_s, other.times_s), cell=np.append(quiet.cell, other.cell),
                     replicate=np.append(quiet.replicate, other.replicate))
    found = find_seizures(spikes, 4, 60.0, reference_hz=np.full(4, 2.0))
    assert [s.replicate for s in found] == [2]
    assert seizing(found, 4).tolist() == [False, False, True, False]


def test_the_membrane_potential_tells_block_from_inhibition(made) -> None:
    cells = np.array([0, 1, 5, 10, 15])  # 0 is held down, 1, 5 and 10 are blocked, 15 fires on
    times, values = made.membrane(cells)
    found = only(find_seizures(made.pyramidal, 1, 60.0, interneuron=made.interneuron, baseline=BASELINE,
                               voltage=Voltage(times, cells, values)))
    assert found.block_fraction == 3 / 5
    assert found.block_recovers_fraction == pytest.approx(2 / 3)


def test_interneurons_that_pause_with_the_pyramidal_cells_are_not_blocked(made) -> None:
    together = made.pyramidal_rates() * 2
    firing = made.poisson(together[:20], 3)
    assert only(find_seizures(made.pyramidal, 1, 60.0, interneuron=firing, baseline=BASELINE)).block_fraction == 0.0


def test_a_recording_that_ends_in_the_silence_leaves_recovery_open(made) -> None:
    early = {name: replace(t, times_s=t.times_s[t.times_s < 35], cell=t.cell[t.times_s < 35],
                           replicate=t.replicate[t.times_s < 35])
             for name, t in (("pyramidal", made.pyramidal), ("interneuron", made.interneuron))}
    found = only(find_seizures(early["pyramidal"], 1, 35.0, interneuron=early["interneuron"], baseline=BASELINE))
    assert found.recovers is None
    assert math.isnan(found.block_recovers_fraction)
    silent = only(find_seizures(early["pyramidal"], 1, 65.0, interneuron=early["interneuron"], baseline=BASELINE))
    assert silent.recovers is False
    assert silent.block_recovers_fraction == 0.0


@pytest.mark.parametrize("hz", [10, 40])
def test_the_rhythms_of_a_tonic_phase_are_no_discharges(hz: int) -> None:
    t = np.arange(0, 10, 0.01)
    assert discharge_starts(30 * (1 + np.sin(2 * np.pi * hz * t)), 0.01, 6.0).tolist() == [0]


def test_slow_waves_are_discharges() -> None:
    t = np.arange(0, 10, 0.01)
    slow = discharge_starts(30 * (1 + np.sin(2 * np.pi * 2 * t)), 0.01, 6.0)
    assert slow.size == pytest.approx(20, abs=1)


def test_a_train_begins_where_intervals_become_short() -> None:
    begins = np.array([10.0, 11.8, 12.2, 12.6, 13.0, 13.4])
    assert clonic_phase(begins, 13.5, 2.0) == pytest.approx((11.8, 2.5))
    assert clonic_phase(begins, 16.0, 2.0) is None  # firing goes on without discharges
    assert clonic_phase(begins[-3:], 13.5, 2.0) is None


def test_potassium_rises_to_its_peak_and_undershoots() -> None:
    t = np.arange(0, 60, 0.1)
    values = np.select([t < 10, t < 20, t < 30, t < 40], [3.3, 3.3 + 0.8 * (t - 10), 11.3 - 0.8 * (t - 20), 2.9], 3.3)
    found = potassium_summary(t, values, 10.0, 30.0)
    assert (found.rest, found.peak, found.undershoot) == pytest.approx((3.3, 11.3, 0.4))
    open_end = potassium_summary(t, values, 10.0, None, baseline=(2.0, 9.0))
    assert open_end.rest == pytest.approx(3.3)
    assert math.isnan(open_end.undershoot)
    assert math.isnan(potassium_summary(t, values, 0.0, 30.0).rest)
    assert potassium_summary(t, values, 0.0, 30.0, rest_mm=3.5).undershoot == pytest.approx(0.6)
