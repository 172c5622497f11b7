"""A calibration file: what it becomes, and that every mistake is one line with the key and what is allowed."""

from __future__ import annotations

import numpy as np
import pytest

from glunet import library
from glunet.calibration.expression import evaluate
from glunet.calibration.generation import candidate, settings
from glunet.calibration.load import load
from glunet.errors import GlunetError
from glunet.validation.table import targets

DRIVE = "populations.pyramidal.membrane.I_applied"
SHARE = "populations.interneuron.nmda.fraction_GluN2D"


def test_a_point_becomes_values_and_tied_values(written):
    calibration = load(written())
    values = candidate(calibration, [0.25, 0.5])
    assert values[DRIVE] == pytest.approx(150e-12)
    assert values[SHARE] == pytest.approx(np.sqrt(0.2 * 0.8))      # the middle of a logarithmic range
    assert values["populations.interneuron.nmda.fraction_GluN2A"] == pytest.approx(0.75 * (1 - 0.4))
    for parameter in calibration.parameters:
        assert parameter.value(parameter.place(parameter.start)) == pytest.approx(parameter.start)


def test_replicates_come_candidate_by_condition_by_seed(written):
    calibration = load(written(("seeds = [1]", "seeds = [3, 5]")))
    found = settings(calibration, np.array([[0.0, 0.0], [1.0, 1.0]]), (3, 5))
    assert [s.seed for s in found] == [3, 5] * 4
    assert [s.values[DRIVE] for s in found] == pytest.approx([0.0] * 4 + [600e-12] * 4)
    assert ["ketamine" in s.doses for s in found] == [False, False, True, True] * 2
    assert all(s.values["populations.pyramidal.afferents.rate_inhibitory"] == 0 for s in found)
    assert found[2].values["drugs.ketamine.unbinding_rate"] == 6.0


def test_a_condition_goes_before_the_candidate(written):
    path = written(('set = { "drugs', f'set = {{ "{DRIVE}" = "10 pA", "drugs'))
    found = settings(load(path), np.array([[1.0, 1.0]]), (1,))
    assert [s.values[DRIVE] for s in found] == pytest.approx([600e-12, 10e-12])


def test_bands_are_those_of_the_targets_file(written):
    rows = load(written()).rows
    bands = {score["metric"]: tuple(score["band"]) for score in targets()["C1"]["score"]}
    assert [(r.target, r.goal.low, r.goal.high) for r in rows[:2]] == [
        ("C1", *bands["pyramidal_rate_hz"]), ("C1", *bands["interneuron_rate_hz"])]
    assert (rows[2].goal.low, rows[2].goal.high, rows[2].goal.scale) == (1.5, 1.5, 0.2)


def test_the_users_own_targets(written, tmp_path):
    (tmp_path / "mine.toml").write_text("""
[[target]]
id = "A1"
claim = "ours"
score = [{ metric = "rate_hz", population = "interneuron", value = 12.0, error = 1.5 }]
""")
    path = written(("max_generations", 'targets = "mine.toml"\nmax_generations'), ('row = "C1"', 'row = "A1"'),
                   ('metrics = ["pyramidal_rate_hz", "interneuron_rate_hz"]\n', ""))
    row = load(path).rows[0]
    assert (row.measure.kind, row.measure.population, row.goal.low, row.goal.scale) == ("rate_hz", "interneuron", 12.0, 1.5)


@pytest.mark.parametrize("name", library.names("calibrations"))
def test_every_shipped_calibration_is_sound(name):
    calibration = load(name)
    assert len(calibration.parameters) > 1
    assert all(row.goal.scale > 0 for row in calibration.rows)


ONE_METRIC = ('metrics = ["pyramidal_rate_hz", "interneuron_rate_hz"]', 'metrics = ["pyramidal_rate_hz"]')
MISTAKES = {
    "wrong way round": ([('low = "0 pA"', 'low = "700 pA"')], "I_applied", "low below high"),
    "wrong unit": ([('high = "600 pA"', 'high = "600 mV"')], 'I_applied".high', "wrong dimension"),
    "no unit": ([('high = "600 pA"', "high = 600")], 'I_applied".high', "no unit"),
    "out of the circuit's bounds": ([('high = "0.8"', 'high = "1.8"')], 'fraction_GluN2D".high', "too high"),
    "no logarithm": ([('high = "600 pA"', 'high = "600 pA"\nscale = "log"')], 'I_applied".low', "more than zero"),
    "no source": ([('source = "made up for a test"', "")], 'source', "missing"),
    "unknown parameter": ([("membrane.I_applied", "membrane.I_aplied")], "I_aplied", "did you mean 'I_applied'"),
    "one network": ([(DRIVE, "projections.pyramidal_to_pyramidal.in_degree"), ('low = "0 pA"', 'low = "10"'),
                     ('high = "600 pA"', 'high = "50"')], "in_degree", "shares in-degrees"),
    "start outside": ([('high = "600 pA"', 'high = "600 pA"\nstart = "1 nA"')], 'I_applied".start', "0 pA to 600 pA"),
    "fixed as well": ([('"populations.pyramidal.afferents.rate_inhibitory" = "0 Hz"', f'"{DRIVE}" = "1 pA"')],
                      "I_applied", "one of the two"),
    "tie out of bounds": ([("0.75*(1 - x)", "2*(1 - x)")], "fraction_GluN2A", "0 to 1"),
    "tie that is code": ([("0.75*(1 - x)", "().__class__")], "fraction_GluN2A", "numbers, x, + - * /"),
    "tie with another name": ([("0.75*(1 - x)", "1 - y")], "fraction_GluN2A", "knows no 'y'"),
    "unknown measure": ([('metric = "rate_hz"', 'metric = "rate_herz"')], "objective.mine.metric", "did you mean 'rate_hz'"),
    "unknown row": ([('row = "C1"', 'row = "C9"')], "objective.rest.row", "unknown row 'C9'"),
    "row of another kind": ([('row = "C1"', 'row = "S1"')], "objective.rest.row", "cannot be computed in a short search"),
    "metric of a long run": ([ONE_METRIC, ("pyramidal_rate_hz", "rate_drift_over_60s_fraction")],
                             "objective.rest.metrics", "cannot be computed in a short search"),
    "a whole row with such a metric": ([('metrics = ["pyramidal_rate_hz", "interneuron_rate_hz"]\n', "")],
                                       "objective.rest.metrics", "rate_drift_over_60s_fraction of C1 cannot"),
    "a wider band": ([ONE_METRIC, ('row = "C1"', 'row = "C1"\nband = [0.1, 5.0]')], "rest.band", "within [0.5, 5]"),
    "unknown condition": ([('condition = "dosed"', 'condition = "dozed"')], "mine.condition", "did you mean 'dosed'"),
    "no reference": ([('reference = "control"', "")], "objective.mine.reference", "compares two conditions"),
    "held against itself": ([('reference = "control"', 'reference = "dosed"')], "objective.mine.reference", "itself"),
    "a truth for a number": ([("error = 0.2", "error = true")], "objective.mine.error", "True"),
    "a number without end": ([("error = 0.2", "error = inf")], "objective.mine.error", "inf"),
    "no number": ([("error = 0.2", "error = nan")], "objective.mine.error", "nan"),
    "value without error": ([("error = 0.2", "")], "objective.mine.error", "both value and error"),
    "window outside": ([('window = ["0.1 s", "0.3 s"]', 'window = ["0.1 s", "0.4 s"]')], "window", "the run of 0.3 s"),
    "unknown drug": ([("drugs.ketamine]", "drugs.ketamin]")], "conditions.dosed.drugs.ketamin", "did you mean 'ketamine'"),
    "unknown key": ([("candidates = 6", "candidates = 6\nsigmas = 1")], "calibration.sigmas", "did you mean 'sigma'"),
    "too few candidates": ([("candidates = 6", "candidates = 3")], "calibration.candidates", "below 4"),
    "too many seeds": ([("candidates = 6", "candidates = 6\nseeds_per_generation = 2")], "seeds_per_generation", "1 to 1"),
    "unknown circuit": ([('circuit = "cortex"', 'circuit = "kortex"')], "calibration.circuit", "did you mean 'cortex'"),
    "no such targets": ([("max_generations", 'targets = "no.toml"\nmax_generations')], "no.toml", "cannot be read"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_one_line(written, mistake):
    changes, key, told = MISTAKES[mistake]
    with pytest.raises(GlunetError) as refused:
        load(written(*changes))
    line = str(refused.value)
    assert "\n" not in line
    assert key in line
    assert told in line


@pytest.mark.parametrize(("text", "x", "value"), [
    ("0.75*(1 - x)", 0.2, 0.6), ("x**2 + sqrt(x)", 4.0, 18.0), ("min(x, 2) - max(1, -x)", 5.0, 1.0),
    ("exp(log(x))", 3.0, 3.0)])
def test_expressions(text, x, value):
    assert evaluate(text, x) == pytest.approx(value)


@pytest.mark.parametrize("text", ["1/x", "log(x)", "(-1)**(x + 0.5)"])
def test_expressions_without_a_value_are_nan(text):
    assert np.isnan(evaluate(text, 0.0))


@pytest.mark.parametrize("text", ["__import__('os')", "x.real", "x if x else 1", "[x]", "lambda: 1", "x(1)", "1 < x",
                                  "'a'", ""])
def test_expressions_run_nothing_else(text):
    with pytest.raises(ValueError, match="is not|holds|knows"):
        evaluate(text, 1.0)
