"""Measures against the scoreboard's own rows, on the same stored recording; penalties against their definition."""

from __future__ import annotations

import numpy as np
import pytest

from glunet.calibration.generation import Scored, score
from glunet.calibration.load import load
from glunet.calibration.measures import SCOREBOARD, Observation, evaluate
from glunet.calibration.objective import penalty
from glunet.calibration.types import Goal
from glunet.store.hdf5 import write
from glunet.store.recording import Recording, Series, SpikeData
from glunet.store.result import open_result
from glunet.validation import control, ketamine

DOSES, SEEDS, STOP = (0.0, 3.0, 30.0), (1, 2), 6.0
USE, TAU = 0.15, 0.5
PATH = "drugs.ketamine.concentration"
DEPRESSION = "populations.pyramidal.depression"


@pytest.fixture(scope="module")
def recording() -> Recording:
    """Poisson cells whose rates depend on the dose, doses x seeds, and noisy currents."""
    random = np.random.default_rng(7)
    dose, seed = (column.ravel() for column in np.meshgrid(DOSES, SEEDS, indexing="ij"))
    spikes = {}
    for name, n, rates in (("pyramidal", 40, (4.0, 7.0, 3.0)), ("interneuron", 5, (15.0, 9.0, 4.0))):
        own = random.lognormal(0, 1.3, (len(SEEDS), n))
        where, cell, times = [], [], []
        for r in range(dose.size):
            for c in range(n):
                count = random.poisson(rates[DOSES.index(dose[r])] * own[SEEDS.index(seed[r]), c] * STOP)
                times.append(random.uniform(0, STOP, count))
                where.append(np.full(count, r))
                cell.append(np.full(count, c))
        t, w, c = (np.concatenate(x) for x in (times, where, cell))
        order = np.argsort(t)
        spikes[name] = SpikeData(t[order], c[order], w[order], n)
    grid = np.arange(0, STOP, 2e-3)
    means = [Series("pyramidal", name, "pA", grid, -5 * (1 + factor * dose[:, None] / 30)
                    - random.random((dose.size, grid.size))) for name, factor in (("I_ampa", 1.0), ("I_nmda", -0.7))]
    constants = {"use": {"value": str(USE)}, "tau_refill": {"value": f"{TAU * 1e3:g} ms"}}
    return Recording("doses", "", STOP, 1e-4, seed.astype(np.int64), {PATH: dose * 1e-3}, {PATH: "uM"}, spikes, means, [],
                     [], {}, {}, {}, {"populations": {"pyramidal": {"parameters": constants}}},
                     '[experiment]\nname = "doses"\n', {}, {})


def seen(recording: Recording, dose: float) -> Observation:
    """The replicates of one dose."""
    mine = np.flatnonzero(np.isclose(recording.axes[PATH], dose * 1e-3))
    spikes = {}
    for name, data in recording.spikes.items():
        inside = np.isin(data.replicate, mine)
        own = np.searchsorted(mine, data.replicate[inside])
        spikes[name] = (data.times_s[inside], data.cell[inside], own, data.n_cells, mine.size)
    means = {(s.population, s.variable): (s.times_s, s.values[mine]) for s in recording.means}
    constants = {f"{DEPRESSION}.use": np.full(mine.size, USE), f"{DEPRESSION}.tau_refill": np.full(mine.size, TAU)}
    return Observation(spikes, means, constants, (1.0, 5.0))


def test_metrics_are_the_scoreboards(recording, tmp_path, monkeypatch):
    path = tmp_path / "doses.h5"
    write(recording, path)
    result = open_result(path)
    monkeypatch.setattr(ketamine, "WINDOW", (1.0, 5.0))
    monkeypatch.setattr(control, "SETTLED_S", 1.0)
    monkeypatch.setattr(control, "END_S", 5.0)
    monkeypatch.setattr(control, "BASELINE_S", result.duration_s)
    everything = dict.fromkeys((ketamine.DOSE, ketamine.WASHOUT, ketamine.STEP), result)
    monkeypatch.setattr(ketamine, "WASHED", (1.0, 5.0))
    for name in ("DOSE_S", "WASHOUT_S"):
        monkeypatch.setattr(ketamine, name, result.duration_s)
    monkeypatch.setattr(ketamine, "_lead_ms", lambda sweep: np.nan)
    wanted = {**ketamine.k1(everything), **ketamine.k3(everything), **ketamine.k4(everything), **ketamine.k9(everything),
              **ketamine.k6(everything)}
    zero, low, high = (seen(recording, dose) for dose in DOSES)
    compared = 0
    for metric, value in wanted.items():
        if metric in SCOREBOARD:
            here = high if metric == "release_ratio_at_anaesthetic_dose" else low
            mine = evaluate(SCOREBOARD[metric], here, zero)
            assert np.isfinite(mine).all(), metric
            assert mine == pytest.approx(np.asarray(value)), metric
            compared += 1
    assert compared == len(SCOREBOARD) - 3      # those of the resting state, next
    at_rest = control.c1({"validation/baseline": result})
    for metric in ("pyramidal_rate_hz", "interneuron_rate_hz", "pairwise_spike_correlation_50ms"):
        every = np.concatenate([evaluate(SCOREBOARD[metric], seen(recording, dose)) for dose in DOSES])
        assert every == pytest.approx(at_rest[metric]), metric


def test_release_uses_each_candidates_own_constants(recording):
    from dataclasses import replace

    one = seen(recording, 0.0)
    mixed = replace(one, constants={**one.constants, f"{DEPRESSION}.use": np.array([USE, 0.4])})
    measure = SCOREBOARD["peak_release_ratio_subanaesthetic"]
    ratio = evaluate(measure, mixed, one)
    assert ratio[0] == pytest.approx(1.0)
    # a larger share per spike releases more, but less than in proportion, since vesicles run out
    assert 1.2 < ratio[1] < 0.4 / USE


def test_penalty_is_nothing_inside_and_one_scale_out_costs_nearly_one():
    goal = Goal(2.0, 4.0, 0.5)
    inside = penalty(np.array([2.0, 3.0, 4.0]), goal, 5.0)
    assert np.array_equal(inside, [0, 0, 0])
    assert penalty(np.array([1.5, 4.5]), goal, 5.0) == pytest.approx([5 / 6, 5 / 6])
    far = penalty(np.array([10.0, 100.0, 1e9, np.inf, np.nan]), goal, 5.0)
    assert np.all(np.diff(far) > 0)
    assert far[3] == 5.0
    assert far[4] == 10.0


def test_a_value_with_its_error_costs_its_distance_in_errors():
    costs = penalty(np.array([10.0, 12.0, 8.0]), Goal(10.0, 10.0, 2.0), 1e9)
    assert costs == pytest.approx([0, 1, 1], rel=1e-6)


def _found(calibration, rates: np.ndarray, finite: np.ndarray) -> dict:
    """Regular spikes at the given rates, [candidate, condition], for both populations."""
    spikes = {}
    for name, n in (("pyramidal", 16), ("interneuron", 4)):
        where, cell, times = [], [], []
        for r, rate in enumerate(rates.ravel()):
            t = np.arange(0.001, 0.3, 1 / rate) if rate > 0 else np.empty(0)
            times += [np.tile(t, n)]
            cell += [np.repeat(np.arange(n), t.size)]
            where += [np.full(t.size * n, r)]
        t, c, w = (np.concatenate(x) for x in (times, cell, where))
        spikes[name] = SpikeData(t, c, w, n)
    return {"spikes": spikes, "means": [], "finite": finite.ravel()}


def test_silent_runaway_and_broken_candidates_have_finite_scores(written):
    calibration = load(written())
    rates = np.array([[40.0, 60.0], [0.0, 0.0], [900.0, 900.0], [40.0, 60.0]])
    finite = np.ones((4, 2), bool)
    finite[3, 1] = False
    found: Scored = score(calibration, np.full((4, 2), 0.5), 1, _found(calibration, rates, finite))
    assert np.isfinite(found.scores).all()
    assert found.bad.tolist() == [False, False, True, True]
    assert found.values[0] == pytest.approx([40, 40, 1.5], rel=0.05)
    assert np.isnan(found.values[1, 2])         # a ratio to silence
    assert found.scores[0] < found.scores[1] < found.scores[2] == found.scores[3] == 3 * 10.0
