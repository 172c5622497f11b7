"""The sensitivity analysis: which parameters it asks about, points taken apart again, marks, and all of it end to end."""

import json

import numpy as np
import pytest

import glunet
from glunet import validate
from glunet.circuit.load import load_circuit
from glunet.cli import main
from glunet.dispatch.local import Standing
from glunet.engine import compiler
from glunet.errors import InputError, StoreError
from glunet.store import Recording, Series, SpikeData
from glunet.store.hdf5 import write
from glunet.validation import dependence, robustness, sensitivity, table
from glunet.validation.candidates import Candidate, candidates, chosen
from glunet.validation.perturb import Setting, baseline, one_changed, screening, usable
from glunet.validation.robustness import Outcome, Ranked
from glunet.validation.selection import Whole

USE = "populations.pyramidal.depression.use"
WEIGHT = "projections.pyramidal_to_pyramidal.weight"


class Silent:
    """A watch that keeps what it is told."""

    def __init__(self):
        self.told = []
        self.said = []

    def standing(self, now: Standing) -> None:
        self.told.append(now)

    def say(self, line: str) -> None:
        self.said.append(line)


def test_candidates_are_fitted_or_assumed_and_can_be_changed():
    found = {one.path: one for one in candidates("cortex")}
    circuit = load_circuit("cortex")
    assert found[WEIGHT].why == "fitted"
    assert found[USE].why == "assumed"
    assert found[WEIGHT].value == pytest.approx(circuit.projections["pyramidal_to_pyramidal"].values["weight"].si * 1e9)
    measured = {"populations.pyramidal.potassium.g_Kd", "milieu.Glu_e"}
    shared_by_a_network = {path for path in found if path.endswith((".in_degree", ".delay"))}
    assert not (measured | {"populations.interneuron.sodium.V_T"}) & set(found)
    assert not shared_by_a_network


def test_a_parameter_that_is_none_is_refused_in_one_line():
    with pytest.raises(InputError, match="no fitted or assumed parameter") as refused:
        chosen("cortex", ("projections.pyramidal_to_pyramidal.weigh",))
    assert "did you mean 'projections.pyramidal_to_pyramidal.weight'?" in str(refused.value)


def test_experiments_are_shortened_as_a_whole():
    weight = chosen("cortex", (WEIGHT,))[0]
    found = one_changed("validation/ketamine_washout", Setting(seeds=2, shorten=0.1), weight)
    assert found is not None
    assert found.duration == pytest.approx(33)
    assert (found.drugs["ketamine"].onset, found.drugs["ketamine"].offset) == pytest.approx((0.5, 2.5))
    assert found.axes["seed"].values == (1, 2)
    assert np.array(found.axes[WEIGHT].values) == pytest.approx(weight.value * 1e-9 * np.array([0.8, 0.9, 1.1, 1.2]))
    assert found.name == "sensitivity_ketamine_washout"
    doses = one_changed("validation/ketamine_dose", Setting(), weight).axes["drugs.ketamine.concentration"].values
    assert np.array(doses) == pytest.approx([0.0, 3e-4, 1e-3, 3e-3, 3e-2])     # mol/m^3: all that rows K read
    assert one_changed("validation/glycine_site", Setting(), weight) is None


def test_screening_spans_a_fifth_below_and_above():
    found = screening("validation/baseline", Setting(trajectories=3), chosen("cortex", (WEIGHT, USE)))
    ends = found.design.ranges[USE]
    assert (ends.low, ends.high) == pytest.approx((0.12, 0.18))
    assert found.design.n_rows == 3 * 3


def test_fewer_cells_are_recorded_where_they_were_in_proportion():
    found = baseline("seizure_runaway", Setting(cells=100))
    assert found.cells == 100
    assert found.record["interneuron"].cells == tuple(dict.fromkeys(i // 5 for i in range(0, 97, 4)))   # of a hundred
    assert found.record["pyramidal"].cells == (0,)


@pytest.mark.parametrize(("arguments", "message"), [
    (["--cells", "100"], "--cells: belongs to --sensitivity"),
    (["--screen", "C1"], "--screen: belongs to --sensitivity"),
    (["--sensitivity", "--dry-run", "--only", "C1", "--screen", "K99"], "--screen: no row matches 'K99'")])
def test_options_of_the_analysis_are_refused_in_one_line(arguments, message, capsys):
    with pytest.raises(SystemExit) as left:
        main(["validate", *arguments])
    assert left.value.code == 2
    assert message in capsys.readouterr().err


def test_rows_of_other_circuits_and_of_zero_are_not_examined():
    assert usable("K1", "cortex")
    assert not usable("P1", "cortex")
    assert not usable("P5", "cortex")
    with pytest.raises(InputError, match="no row of these depends"):
        robustness.examined(["P*"], "cortex")


def _line(verdict, value=1.0):
    return table.Row("K4", "m", value, value, value, (0.0, 2.0), verdict, 5, "")


def test_robust_means_that_no_change_alters_the_verdict():
    one = Candidate(USE, 0.15, "1", "", "assumed")
    def outcome(*words):
        moved = {USE: [{("K4", "m"): _line(word)} for word in words]}
        return Outcome(Setting(changes=(-0.1, 0.1)), ("K4",), (Ranked(one, 1.0, {}),), (one,), {("K4", "m"): _line("pass")},
                       moved)
    assert outcome("pass", "pass").robust(("K4", "m"))
    assert not outcome("pass", "near").robust(("K4", "m"))
    lost = outcome("pass", "pass")
    assert not Outcome(lost.setting, lost.rows, lost.ranked, lost.tried, lost.base, {USE: [{}, {}]}).robust(("K4", "m"))


def _recorded(folder, weights, seeds):
    """Stored replicates at weights x seeds, whose spikes and means tell which they are."""
    rows = [(weight, seed) for weight in weights for seed in seeds]
    count = [int(round(weight)) * 10 + seed for weight, seed in rows]
    replicate = np.repeat(np.arange(len(rows)), count)
    times = np.concatenate([np.linspace(0.0, 0.9, n) for n in count])
    order = np.argsort(times, kind="stable")
    spikes = SpikeData(times[order], (np.arange(times.size) % 4)[order], replicate[order], 4)
    means = [Series("pyramidal", "I_ampa", "pA", np.arange(3) * 0.1, np.array([[10 * w + s] * 3 for w, s in rows]))]
    blueprint = {"populations": {"pyramidal": {"parameters": {"use": {"path": USE, "value": "0.15"},
                                                              "w": {"path": WEIGHT, "value": "2 nS"}}}}}
    recording = Recording(experiment="x", title="", duration_s=1.0, dt_s=1e-4, seeds=np.array([s for _, s in rows]),
                          axes={WEIGHT: np.array([w for w, _ in rows]) * 1e-9}, axis_units={WEIGHT: "nS"},
                          blueprint=blueprint, provenance={}, experiment_text='[experiment]\nname = "x"\n', timings={},
                          spikes={"pyramidal": spikes}, means=means, traces=[], schedules=[], positions_um={},
                          cell_values={}, cell_units={})
    path = folder / f"x-{len(weights)}.h5"
    write(recording, path)
    return glunet.open(path)


def test_a_point_taken_out_is_the_point_computed_alone(tmp_path):
    whole, alone = Whole(_recorded(tmp_path, [1.0, 2.0, 3.0], [1, 2])), _recorded(tmp_path, [2.0], [1, 2])
    taken = whole.at({WEIGHT: 2e-9})
    assert taken.n_replicates == alone.n_replicates == 2
    mine, its = (result.spikes("pyramidal") for result in (taken, alone))
    assert sorted(zip(mine.times_s, mine.replicate, strict=True)) == sorted(zip(its.times_s, its.replicate, strict=True))
    assert np.all(np.diff(mine.times_s) >= 0)
    assert np.array_equal(taken.rates("pyramidal").sum("cell"), alone.rates("pyramidal").sum("cell"))
    assert np.array_equal(taken.mean("pyramidal", "I_ampa"), alone.mean("pyramidal", "I_ampa"))
    assert np.array_equal(taken.points["seed"], alone.points["seed"])
    assert np.allclose(taken.axis(WEIGHT), 2.0)
    values = taken.blueprint["populations"]["pyramidal"]["parameters"]
    assert (values["w"]["value"], values["use"]["value"]) == ("2 nS", "0.15")
    assert whole.at({WEIGHT: 3e-9}).blueprint["populations"]["pyramidal"]["parameters"]["w"]["value"] == "3 nS"


def test_marks_need_the_same_code_and_the_same_verdict(tmp_path):
    rows = [*table.not_run(table.targets()["K4"])]
    metrics = [row.metric for row in rows]
    stamp = {"experiments": {"a": "1"}, "analysis": "2", "bands": "3"}
    entry = {"id": "K4", "verdict": "pass", "robust": True}
    (tmp_path / "sensitivity.json").write_text(json.dumps({
        "setting": {}, "parameters": [], "stamps": {"K4": stamp},
        "metrics": [{**entry, "metric": metrics[0]}, {**entry, "metric": metrics[1], "robust": False}]}))
    found = sensitivity.marks(tmp_path, {"K4": stamp})
    assert found == {("K4", metrics[0]): ("pass", True), ("K4", metrics[1]): ("pass", False)}
    assert sensitivity.marks(tmp_path, {"K4": {**stamp, "analysis": "4"}}) == {}
    assert sensitivity.marks(tmp_path / "nowhere", {}) == {}
    (tmp_path / "sensitivity.json").write_text("{")
    with pytest.raises(StoreError, match="not a sensitivity analysis"):
        sensitivity.marks(tmp_path, {})


def _analysis(row, stamp, **setting):
    """As it is stored: one row, one parameter changed."""
    metric = table.targets()[row]["score"][0]["metric"]
    return {"setting": {"seeds": 5, "shorten": 0.5, "changes": [-0.2, 0.2], "cells": None, "screen": ["C1"], **setting},
            "parameters": [{"path": WEIGHT, "value": "2 nS", "changed": True, "importance": 1.0}],
            "stamps": {row: stamp}, "metrics": [{"id": row, "metric": metric}]}


def test_rows_of_an_earlier_analysis_stay_while_code_and_kind_are_the_same():
    stamp = dependence.stamp("K4")
    now = _analysis("C1", {"analysis": "2"}, screen=[])
    both = sensitivity.joined(_analysis("K4", stamp), now)
    assert [entry["id"] for entry in both["metrics"]] == ["C1", "K4"]
    assert both["stamps"] == {"C1": {"analysis": "2"}, "K4": stamp}
    for stale in (_analysis("K4", {**stamp, "analysis": "0"}), _analysis("K4", stamp, seeds=2),
                  {**_analysis("K4", stamp), "parameters": []}, None):
        assert sensitivity.joined(stale, now)["stamps"] == now["stamps"]


def test_a_row_examined_again_replaces_what_was_found():
    stamp = dependence.stamp("K4")
    again = sensitivity.joined(_analysis("K4", stamp), {**_analysis("K4", {"analysis": "new"})})
    assert again["stamps"] == {"K4": {"analysis": "new"}}
    assert len(again["metrics"]) == 1


@pytest.fixture
def folder(tmp_path, tmp_path_factory, monkeypatch):
    monkeypatch.setenv("GLUNET_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
@pytest.mark.skipif(compiler.compiler() is None, reason="needs a C++ compiler")
def test_end_to_end_on_a_tiny_circuit(folder):
    """Row K4 of 40 cells for a third of a second: two parameters screened, the first one changed."""
    setting = Setting(seeds=2, screening_seeds=2, shorten=0.01, screening_shorten=0.01, trajectories=2, top=1,
                      changes=(-0.2, 0.2), cells=40, parameters=(WEIGHT, "populations.pyramidal.nmda.nmda_ratio"))
    names: list[str] = []
    watch = Silent()
    table.save([row for target in table.targets().values() for row in table.not_run(target)],
               {"commit": "abc", "device": "cpp_standalone", "date": "today"}, folder / "validation")
    paths = validate.sensitivity(["K4"], setting, folder / "results", lambda name: names.append(name) or watch, jobs=2)
    assert names == ["screening", "changes"]
    assert not watch.said
    assert [path.name for path in paths] == list(sensitivity.FILES)
    content = json.loads(paths[0].read_text())
    tried = [one["path"] for one in content["parameters"] if one["changed"]]
    assert len(tried) == 1
    assert content["parameters"][0]["importance"] >= content["parameters"][1]["importance"]
    assert {entry["metric"] for entry in content["metrics"]} == {entry["metric"] for entry in table.targets()["K4"]["score"]}
    page = paths[1].read_text()
    assert "40 cells" in page
    assert "0.01 of the full" in page
    # again: everything is stored
    before = sorted((folder / "results").rglob("*.h5"))
    validate.sensitivity(["K4"], setting, folder / "results", lambda name: Silent(), jobs=2)
    assert sorted((folder / "results").rglob("*.h5")) == before
