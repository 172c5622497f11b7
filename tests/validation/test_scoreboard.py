"""The scoreboard: rows agree with the targets, verdicts with their rule, files with their form."""

import json

import numpy as np
import pytest

from glunet import validate
from glunet.analysis.statistics import mean_interval
from glunet.errors import InputError
from glunet.library import names
from glunet.validation import table


def test_every_computable_row_is_a_target_and_has_its_experiments():
    for row, experiments in validate.computable().items():
        assert row in table.targets()
        assert set(experiments) <= set(names("experiments"))
    assert {"C1", "K1", "K3", "K4", "K6", "K7", "K9", "P1", "P2", "P4", "P5", "P6"} <= set(validate.computable())


@pytest.mark.parametrize(("values", "expected"), [
    ([1.0, 1.1, 0.9, 1.0], "pass"), ([1.9, 2.05, 1.95, 2.0], "near"), ([3.0, 3.1, 2.9], "fail")])
def test_verdict_follows_the_rule(values, expected):
    target = {"id": "X1", "evidence": "nobody", "score": [{"metric": "m", "band": [0.5, 2.0]}]}
    found = mean_interval(np.array(values))
    row = table.score(target, "m", (float(found.mean), float(found.low), float(found.high)), 4)
    assert row.verdict == expected


def test_a_value_that_is_none_fails():
    target = {"id": "X1", "evidence": "nobody", "score": [{"metric": "m", "band": [0.5, 2.0]}]}
    assert table.score(target, "m", (np.nan, np.nan, np.nan), 5).verdict == "fail"


def test_files_are_plain_json_and_markdown(tmp_path):
    target = table.targets()["K1"]
    rows = [*table.not_run(target), table.score(target, "interneuron_onset_lead_ms", (20.0, 5.0, 35.0), 5)]
    table.save(rows, {"commit": "abc", "device": "cpp_standalone", "date": "today"}, tmp_path)
    stored = json.loads((tmp_path / "table.json").read_text(), parse_constant=lambda word: pytest.fail(word))
    assert stored["commit"] == "abc"
    assert set(stored["rows"][0]) == {"id", "metric", "value", "ci_low", "ci_high", "band", "verdict", "seeds", "source"}
    assert stored["rows"][-1]["verdict"] == "pass"
    assert stored["rows"][0]["verdict"] == "not run"
    assert table.load(tmp_path) == rows
    text = (tmp_path / "table.md").read_text()
    assert text.count("\n| K1 |") == len(rows)
    assert not list(tmp_path.glob("*.part"))


def test_unknown_rows_are_refused_in_one_line():
    with pytest.raises(InputError, match="no row matches 'K99'"):
        validate.chosen(["K99"])
    assert validate.chosen(["P*,K1"]) == ["K1", "P1", "P2", "P4", "P5", "P6"]
