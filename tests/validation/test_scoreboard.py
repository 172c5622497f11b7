"""The scoreboard: rows agree with the targets, verdicts with their rule, files with their form; what is stale is told."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from glunet import validate
from glunet.cli import main
from glunet.engine import compiler
from glunet.errors import InputError, StoreError
from glunet.experiment.load import load, load_text
from glunet.library import names
from glunet.validation import dependence, experiments, pages, rows, table
from glunet.validation.score import score

TARGET = {"id": "K1", "evidence": "nobody", "score": [{"metric": "m", "band": [0.5, 2.0]}]}


def test_every_computable_row_is_a_target_and_has_its_experiments():
    for row, found in rows.computable().items():
        assert row in table.targets()
        assert {name.partition(" + ")[0] for name in found} <= set(names("experiments"))
        assert {picture.experiment for picture in rows.pictures(row)} <= set(found)
        assert callable(rows.function(row))
    assert {"C1", "K1", "K3", "K4", "K6", "K7", "K9", "P1", "P2", "P4", "P5", "P6"} <= set(rows.computable())


def test_zero_dose_knows_every_drug_and_every_condition():
    found = rows.computable()["P5"]
    assert {name.partition(" + ")[2] for name in found[1:]} == {
        *(f"drugs.{name}" for name in names("drugs")),
        *(f"conditions.{name}" for name in names("conditions"))}
    dosed = experiments.named("validation/zero_dose + drugs.ketamine")
    assert dosed.drugs["ketamine"].concentration == 0.0
    assert dosed.axes == experiments.named("validation/zero_dose").axes


@pytest.mark.parametrize(("values", "expected"), [
    ([1.0, 1.1, 0.9, 1.0], "pass"), ([1.9, 2.05, 1.95, 2.0], "near"), ([3.0, 3.1, 2.9], "fail"),
    ([np.nan, np.nan], "fail"),
    # seeds without a value, and a single seed, prove nothing
    ([1.0, 1.1, np.nan, 1.0], "near"), ([3.0, np.nan, 3.1], "fail"), ([1.0], "near")])
def test_verdict_follows_the_rule(values, expected):
    assert [row.verdict for row in score(TARGET, {"m": np.array(values)})] == [expected]


@pytest.mark.parametrize(("metric", "low"), [("fraction_recruited", 0.0), ("penumbra_spared_at_3h_fraction", -0.02132),
                                             ("protection_at_2h_fraction", -0.02132)])
def test_an_interval_ends_where_the_quantity_does(metric, low):
    target = {"id": "X", "score": [{"metric": metric, "band": [0.0, 0.15]}], "evidence": "", "trust": "read"}
    found, = score(target, {metric: np.array([0.0, 0.0, 0.0, 0.06, 0.0])})
    assert found.value == pytest.approx(0.012)
    # 0.06/5 +- 2.776 * 0.02683/sqrt(5), Student's t with four degrees of freedom
    assert found.ci_low == pytest.approx(low, abs=1e-4)
    assert found.verdict == ("pass" if low == 0 else "near")


def test_a_mean_is_never_moved_to_where_its_quantity_may_be():
    target = {"id": "X", "score": [{"metric": "fraction_x", "band": [0.0, 0.2]}], "evidence": "", "trust": "read"}
    found, = score(target, {"fraction_x": np.array([-0.5, -0.4, -0.45, -0.5, -0.4])})
    assert found.value == pytest.approx(-0.45)
    assert found.verdict == "fail"


def test_files_are_plain_json_and_markdown(tmp_path):
    target = table.targets()["K1"]
    values = {entry["metric"]: np.array([20.0, 21.0, 22.0]) for entry in target["score"]}
    found = [*table.not_run(table.targets()["K3"]), *score(target, values)]
    table.save(found, {"commit": "abc", "device": "cpp_standalone", "date": "today"}, tmp_path, {"K1": {"analysis": "x"}})
    stored = json.loads((tmp_path / "table.json").read_text(), parse_constant=lambda word: pytest.fail(word))
    assert stored["commit"] == "abc"
    assert set(stored["rows"][0]) >= {"id", "metric", "value", "ci_low", "ci_high", "band", "verdict", "seeds", "source"}
    assert stored["rows"][-1]["verdict"] == "pass"
    assert stored["rows"][0]["verdict"] == "not run"
    read = table.load(tmp_path)
    assert list(read.rows) == found
    assert read.stamps == {"K1": {"analysis": "x"}}
    text = (tmp_path / "table.md").read_text()
    assert text.count("\n| [K1](K1.md) |") == len(target["score"])
    assert "https://doi.org/10.1523/JNEUROSCI.2213-07.2007" in text
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("content", ["{", "[]", '{"commit": "a", "device": "b"}',
                                     '{"commit": "a", "device": "b", "rows": [{"id": "K1"}]}'])
def test_a_file_that_is_no_table_is_told_in_one_line(tmp_path, content):
    (tmp_path / "table.json").write_text(content)
    with pytest.raises(StoreError, match="not a scoreboard") as told:
        table.load(tmp_path)
    assert "\n" not in str(told.value)


def test_every_row_has_its_papers_and_unverified_dois_say_so():
    for id_, target in table.targets().items():
        papers = table.sources(id_)
        assert papers, id_
        for paper in papers:
            assert set(paper) == {"cite", "doi", "verified"}
            assert not paper["doi"] or paper["doi"].startswith("10.")
            assert paper["doi"] or not paper["verified"]
        unverified = [paper for paper in papers if paper["doi"] and not paper["verified"]]
        assert table.source_text(target).count("(unverified)") == len(unverified)


def test_unknown_rows_are_refused_in_one_line():
    with pytest.raises(InputError, match="no row matches 'K99'"):
        rows.chosen(["K99"])
    assert rows.chosen(["P*,K1"]) == [row for row in rows.computable() if row == "K1" or row.startswith("P")]
    assert rows.chosen([]) == list(rows.computable())


# ---------------------------------------------------------------- experiments rewritten


def test_seeds_and_values_are_changed_in_the_text():
    found = experiments.named("validation/ketamine_dose", seeds=7)
    assert found.axes["seed"].values == tuple(range(1, 8))
    assert load_text(found.text, found.file) == found
    other = {path: axis for path, axis in found.axes.items() if path != "seed"}
    assert other == {path: axis for path, axis in load("validation/ketamine_dose").axes.items() if path != "seed"}


def test_a_value_over_several_lines_is_refused():
    text = '[axes]\nseed = [1,\n  2]\n'
    with pytest.raises(InputError, match="cannot be changed where it stands"):
        experiments.written(text, "x.toml", "axes", "seed", "[1]")


def test_a_missing_table_is_added():
    added = experiments.written('[experiment]\nname = "x"\n', "x", "axes", "seed", "[1, 2]")
    assert added.endswith("[axes]\nseed = [1, 2]\n")
    assert "figures" not in experiments.without('[a]\nb = 1\n[figures.x]\nc = 2\n[d]\n', "figures")
    assert "[d]" in experiments.without('[a]\nb = 1\n[figures.x]\nc = 2\n[d]\n', "figures")


# ---------------------------------------------------------------- what is stale


def test_a_row_leans_on_what_its_function_calls_and_on_nothing_else():
    found = dependence.closure(("glunet.validation.ketamine", "k9"))
    assert {("glunet.validation.ketamine", "k9"), ("glunet.validation.sweep", "Sweep"),
            ("glunet.validation.ketamine", "SUBANAESTHETIC_UM")} <= found
    assert ("glunet.validation.ketamine", "k6") not in found
    assert any(name == "rank_correlation" for _, name in found)
    assert not any(module.startswith("glunet.store") for module, _ in found)


def test_changes_of_text_that_change_no_number_do_not_count(tmp_path, monkeypatch):
    folder = tmp_path / "glunet" / "validation"
    folder.mkdir(parents=True)
    monkeypatch.setattr(dependence, "_ROOT", tmp_path / "glunet")
    hashes = []
    for body in ('"""One."""\n    return helper(x)  # first', '"""Two."""\n\n    return helper(x)', "return helper(x) + 1"):
        (folder / "made.py").write_text(f"def helper(x):\n    return x\n\n\ndef k(x):\n    {body}\n")
        dependence._module.cache_clear()
        monkeypatch.setattr(dependence, "_COMMON", ())
        hashes.append(dependence.analysis_hash("glunet.validation.made", "k"))
    dependence._module.cache_clear()
    assert hashes[0] == hashes[1] != hashes[2]


def test_differences_are_told_in_words():
    then = {"experiments": {"a": "1", "b": "2"}, "analysis": "x", "bands": "y"}
    now = {"experiments": {"a": "9", "c": "3"}, "analysis": "z", "bands": "y"}
    assert dependence.differences(then, then) == []
    assert dependence.differences(then, now) == ["a or the circuit changed", "new: c", "gone: b", "its analysis has changed"]
    many = {"experiments": dict.fromkeys("abcde", "1"), "analysis": "x", "bands": "y"}
    assert dependence.differences({**many, "experiments": dict.fromkeys("abcde", "2")}, many) == [
        "a, b and 3 more or the circuit changed"]


@pytest.fixture
def board(tmp_path):
    """A table of one row that is up to date."""
    values = {entry["metric"]: np.array([1.0, 1.0]) for entry in table.targets()["P1"]["score"]}
    validate.keep({"P1": score(table.targets()["P1"], values)}, None, tmp_path)
    return tmp_path


def test_check_tells_what_is_stale_and_why(board, capsys):
    lines, stale = validate.check(board)
    assert not stale
    assert lines[-1].startswith("1 of 1 computed rows are up to date")
    path = board / "table.json"
    stored = json.loads(path.read_text())
    stored["stamps"]["P1"]["analysis"] = "older"
    path.write_text(json.dumps(stored))
    with pytest.raises(SystemExit) as ended:
        main(["validate", "--check", "--folder", str(board)])
    assert ended.value.code == 1
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "P1 is stale: its analysis has changed"
    stored["rows"][0]["id"] = "Q1"
    path.write_text(json.dumps(stored))
    with pytest.raises(StoreError, match="no row Q1"):
        validate.check(board)


def test_an_older_table_without_stamps_is_stale_and_not_malformed(board):
    path = board / "table.json"
    stored = json.loads(path.read_text())
    del stored["stamps"]
    for row in stored["rows"]:
        for key in ("duration_s", "robust", "commit", "device", "date"):
            del row[key]
    path.write_text(json.dumps(stored))
    lines, stale = validate.check(board)
    assert stale
    assert "does not say what it was computed from" in lines[0]


def test_the_shipped_table_is_well_formed_and_says_what_is_stale(capsys):
    """A stale row is no failure: recomputing takes long. It is said, here and in `glunet validate --check`."""
    folder = Path(__file__).parents[2] / "validation"
    if not folder.is_dir():
        pytest.skip("not a checkout")
    lines, _ = validate.check(folder)
    with capsys.disabled():
        print("", *(f"scoreboard: {line}" for line in lines), sep="\n")
    stored = table.load(folder)
    assert {row.id for row in stored.rows} == set(table.targets())
    for row in table.targets():
        assert (folder / f"{row}.md").is_file()
    for picture in folder.glob("*.png"):
        assert picture.stat().st_size < pages.LARGEST


# ---------------------------------------------------------------- pages


def test_a_row_that_was_not_run_has_a_page_that_says_so(board):
    page = (board / "S1.md").read_text()
    assert "**Not run**" in page
    assert table.targets()["S1"]["claim"] in page
    assert "0.08 to 0.35" in page


def test_the_page_of_a_computed_row_says_how_to_make_it(board):
    page = (board / "P1.md").read_text()
    assert "glunet validate --only P1" in page
    assert "experiments/validation/magnesium_block.toml" in page
    assert "**Does not pass.**" in page


def test_rows_not_computed_now_are_kept_unless_their_bands_have_changed(board):
    stored = table.load(board)
    validate.keep({}, stored, board)
    assert table.load(board).by_id().keys() == {"P1"}
    changed = [row if row.id != "P1" else table.Row(**{**vars(row), "band": (0.0, 9.0)}) for row in stored.rows]
    validate.keep({}, table.Stored(stored.head, tuple(changed), stored.stamps), board)
    assert table.load(board).by_id() == {}


# ---------------------------------------------------------------- computed


@pytest.fixture
def folder(tmp_path, tmp_path_factory, monkeypatch):
    """A folder whose own experiment goes before the shipped one: row P1 with three voltages."""
    monkeypatch.setenv("GLUNET_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
    monkeypatch.chdir(tmp_path)
    own = tmp_path / "experiments" / "validation"
    own.mkdir(parents=True)
    text = load("validation/magnesium_block").text
    own.joinpath("magnesium_block.toml").write_text(text.replace("number = 24", "number = 3"))
    return tmp_path


def _validate(*arguments):
    return subprocess.run([sys.executable, "-m", "glunet", "validate", *arguments], capture_output=True, text=True)


@pytest.mark.slow
@pytest.mark.skipif(compiler.compiler() is None, reason="needs a C++ compiler")
def test_computed_in_parallel_then_read_and_a_lost_batch_computed_again(folder):
    first = _validate("--only", "P1", "--seeds", "3", "--jobs", "2")
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("pass    P1")
    assert "3 seeds: the rule of the scoreboard is at least 5" in first.stderr
    assert "validate: " in first.stderr
    stored = table.load(folder / "validation")
    row = next(row for row in stored.rows if row.id == "P1")
    assert (row.verdict, row.seeds, row.device) == ("pass", 3, "cpp_standalone")
    assert row.value < 1e-6
    assert row.duration_s > 0
    assert {path.name for path in (folder / "validation").glob("P1*")} == {"P1.md", "P1.png", "P1_1.png"}
    plan = next((folder / "results" / "magnesium_block").glob("*.plan.json"))
    parts = sorted(plan.parent.glob("*.h5"))
    kept = {path: path.stat().st_mtime_ns for path in parts[1:]}
    parts[0].unlink()           # as a killed run leaves it
    shutil.rmtree(folder / "validation")
    again = _validate("--only", "P1", "--seeds", "3", "--jobs", "2")
    assert again.returncode == 0, again.stderr
    assert again.stdout == first.stdout
    assert parts[0].is_file()
    assert kept == {path: path.stat().st_mtime_ns for path in parts[1:]}


@pytest.mark.slow
@pytest.mark.skipif(compiler.compiler() is None, reason="needs a C++ compiler")
def test_what_run_has_stored_in_one_file_counts(folder):
    done = subprocess.run([sys.executable, "-m", "glunet", "run", "validation/magnesium_block"], capture_output=True,
                          text=True)
    assert done.returncode == 0, done.stderr
    read = _validate("--only", "P1")
    assert read.returncode == 0, read.stderr
    assert read.stdout.startswith("pass    P1")
    assert not list((folder / "results").rglob("*.plan.json"))
