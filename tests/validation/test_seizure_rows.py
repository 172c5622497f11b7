"""Rows of rest and of seizures, scored on recordings made by hand: their numbers can be worked out on paper."""

from types import SimpleNamespace

import numpy as np
import pytest

from glunet.store import SpikeData
from glunet.validation import control, seizure


@pytest.fixture
def seizes(monkeypatch):
    """Says which replicates of a recording seize."""
    def say(rule):
        monkeypatch.setattr(seizure, "_seizures", lambda result: tuple(
            SimpleNamespace(replicate=int(r)) for r in np.flatnonzero(rule(result))))
    return say


def swept(stored, **axes):
    """Replicates over the grid of all axes, five seeds each; nothing is recorded but that they are there."""
    points = np.meshgrid(*axes.values(), [1, 2, 3, 4, 5], indexing="ij")
    columns = {path.replace("__", "."): values.ravel() for path, values in zip(axes, points, strict=False)}
    units = {path: "uM" for path in columns if path.endswith("concentration")}
    return stored([0.0, 30.0], {}, seeds=points[-1].ravel(), axes=columns, units=units)


def test_a_sharp_threshold_lies_between_the_levels_around_it(stored, seizes):
    seizes(lambda result: np.asarray(result.axis(seizure.GABA_A)) > 0.25)
    result = swept(stored, conditions__gaba_a_loss__level=[0.0, 0.1, 0.2, 0.3, 0.4])
    found = seizure.s1({seizure.THRESHOLD: result})
    level = found["gaba_a_loss_at_seizure_threshold_fraction"]
    assert level.mean == pytest.approx(0.25, abs=0.01)
    assert (level.low, level.high) == (pytest.approx(0.2, abs=0.01), pytest.approx(0.3, abs=0.01))
    assert found["seizure_probability_at_baseline"].mean == 0.0
    # none of five seeds is no proof of none: Wilson's bound
    assert found["seizure_probability_at_baseline"].high == pytest.approx(1.96**2 / (5 + 1.96**2), abs=0.01)


def test_death_counts_from_its_own_axis(stored, seizes):
    seizes(lambda result: np.asarray(result.axis(seizure.IN_DEATH)) >= 0.5)
    found = seizure.s10({seizure.DEATH: swept(stored, conditions__interneuron_death__level=[0.0, 0.2, 0.4, 0.6, 0.8])})
    assert found["interneuron_death_at_seizure_threshold_fraction"].mean == pytest.approx(0.5, abs=0.01)


def test_shift_is_a_share_of_the_threshold_without_the_loss(stored, seizes):
    def rule(result):
        lost = sum(np.asarray(result.axis(path)) for path in result.points if "scn1a" in str(path))
        pyramidal = any("pyramidal" in str(path) for path in result.points)
        limit = np.where(lost > 0, 0.7 if pyramidal else 0.2, 0.5)
        return np.asarray(result.axis(seizure.GABA_A)) > limit
    seizes(rule)
    levels = np.round(np.arange(0.05, 1.0, 0.1), 2)
    results = {}
    for name, condition in ((seizure.SCN1A, "scn1a_loss"), (seizure.CONTROL, "scn1a_loss_pyramidal")):
        levels_of = {f"conditions__{condition}__level": [0.0, 1.0], "conditions__gaba_a_loss__level": levels}
        results[name] = swept(stored, **levels_of)
    found = seizure.s7(results)
    assert found["threshold_shift_interneuron_loss_fraction"].mean == pytest.approx(0.6, abs=0.02)
    assert found["threshold_shift_pyramidal_loss_fraction"].mean == pytest.approx(-0.4, abs=0.02)


def test_the_halving_block_is_that_of_the_dose_just_above_threshold(stored, seizes):
    def rule(result):
        loss, dose = np.asarray(result.axis(seizure.GABA_A)), np.asarray(result.axis("drugs.perampanel.concentration"))
        return (loss > 0.25) & ((dose < 0.1) | (loss > 0.45))
    seizes(rule)
    result = swept(stored, conditions__gaba_a_loss__level=[0.0, 0.2, 0.3, 0.5],
                   drugs__perampanel__concentration=[0.0, 0.05, 0.15])
    found = seizure.s15({seizure.DRUGS: result})["ampa_block_that_halves_seizures_fraction"]
    assert found.mean == pytest.approx(0.1 / (0.1 + 0.56), rel=1e-6)       # midway between 0.05 and 0.15 uM
    assert found.low <= 0.05 / 0.61 + 1e-9
    assert found.high >= 0.15 / 0.71 - 1e-9


def test_conservation_is_told_over_all_cells_and_the_worst_moment(stored):
    times = np.arange(4.0)
    flat, bent = np.array([[10.0] * 4, [10.0] * 4]), np.array([[10.0, 10.0, 10.0, 10.0], [10.0, 10.5, 9.0, 10.0]])
    means = {("pyramidal", "amount_Na", "fmol"): bent, ("interneuron", "amount_Na", "fmol"): flat,
             **{(name, f"amount_{what}", "fmol"): flat for name in ("pyramidal", "interneuron") for what in ("K", "Glu")}}
    result = stored(times, means, seeds=(1, 2))
    found = seizure.c3({seizure.RUNAWAY: result, seizure.ARREST: result})
    assert found["relative_error_total_sodium"] == pytest.approx([0.0, 4 * 1.0 / 50.0])
    assert found["relative_error_total_potassium"] == pytest.approx([0.0, 0.0])


def regular(rates_hz, cells, start_s, stop_s):
    """Evenly spaced spikes by replicate, each cell a little later than the one before."""
    times, cell, replicate = [], [], []
    for r, rate in enumerate(rates_hz):
        for c in range(cells):
            at = np.arange(start_s + (c + 0.5) / cells / rate, stop_s, 1 / rate)
            times.append(at)
            cell.append(np.full(at.size, c))
            replicate.append(np.full(at.size, r))
    times, cell, replicate = (np.concatenate(x) for x in (times, cell, replicate))
    order = np.argsort(times, kind="stable")
    return SpikeData(times[order], cell[order], replicate[order], cells)


def test_rest_is_told_in_hertz_per_cell_and_as_drift_over_a_minute(stored):
    spikes = {"pyramidal": regular([4.0], 4, 0.0, 63.0), "interneuron": regular([10.0], 1, 0.0, 63.0)}
    result = stored([0.0, 63.0], {}, spikes=spikes, cells={"pyramidal": 4, "interneuron": 1})
    found = control.c1({"validation/baseline": result})
    assert found["pyramidal_rate_hz"] == pytest.approx([4.0], rel=0.01)
    assert found["interneuron_rate_hz"] == pytest.approx([10.0], rel=0.01)
    assert found["pyramidal_cv_isi"] == pytest.approx([0.0], abs=1e-6)
    assert found["rate_drift_over_60s_fraction"] == pytest.approx([0.0], abs=0.01)


def test_a_drug_is_compared_with_the_same_seed_without_it(stored):
    potassium, dose, seeds = (x.ravel() for x in np.meshgrid([0.0, 1.0], [0.0, 20.0], [1, 2], indexing="ij"))
    rates = np.where(potassium > 0, 30.0, np.where(dose > 0, 5.0 - seeds, 4.0 * seeds))   # at rest: 4, 8 and 4, 3
    result = stored([0.0, 40.0], {}, seeds=seeds, spikes={"pyramidal": regular(rates, 4, 0.0, 40.0)},
                    axes={"conditions.high_potassium.level": potassium, "drugs.lamotrigine.concentration": dose},
                    units={"drugs.lamotrigine.concentration": "uM"})
    found = seizure.s12({seizure.POTASSIUM: result})
    assert found["baseline_pyramidal_rate_change_fraction"] == pytest.approx([0.0, 3 / 8 - 1], abs=0.01)
