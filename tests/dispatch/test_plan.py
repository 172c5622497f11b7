"""The plan of a sweep: every point once, a cut that stays, a key that knows what is computed. Nothing is compiled."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace

import h5py
import numpy as np
import pytest

from glunet.dispatch import estimate, machine
from glunet.dispatch import plan as planning
from glunet.dispatch.claim import Busy, claim, held
from glunet.dispatch.estimate import Limits, Speeds, Workload
from glunet.errors import GlunetError, StoreError
from glunet.experiment.load import load
from glunet.library import copy_out
from glunet.store import plans

EXPERIMENT = """
[experiment]
name = "tiny"
circuit = "cortex"
duration = "100 ms"
cells = 20

[drugs.ketamine]
schedule = "constant"
concentration = "3 uM"

[axes]
"milieu.Mg_e" = ["0.8 mM", "1.2 mM"]
"drugs.ketamine.concentration" = {from = "0 uM", to = "10 uM", number = 6}
seed = [1, 2, 3]

[figures.rates]
"""
FOUR = Limits(jobs=2, per_batch=4)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GLUNET_CACHE", str(tmp_path / "cache"))
    (tmp_path / "tiny.toml").write_text(EXPERIMENT)
    return tmp_path


def _make(folder, text=EXPERIMENT, limits=FOUR, **options):
    (folder / "tiny.toml").write_text(text)
    return planning.make(load("tiny.toml"), folder / "results", limits=limits, **options)


def _store(path):
    """A file that counts as whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        file.attrs["glunet_schema"] = 1


def _edges(plan):
    return json.loads(plan.path.read_text())["edges"]


def test_every_point_is_in_one_batch_and_the_batches_are_alike(folder):
    plan = _make(folder)
    assert [point.index for batch in plan.batches for point in batch.points] == list(range(36))
    assert {len(batch.points) for batch in plan.batches} == {4}
    assert [batch.path.name for batch in plan.batches[:2]] == [
        f"tiny-{plan.key}-000000-000003.h5", f"tiny-{plan.key}-000004-000007.h5"]
    assert plan.missing() == list(plan.batches)
    _store(plan.batches[3].path)
    assert [batch.index for batch in plan.missing()] == [0, 1, 2, 4, 5, 6, 7, 8]


def test_a_plan_is_made_once_and_read_from_its_file_alone(folder):
    plan = _make(folder)
    assert _make(folder, limits=Limits(per_batch=7)).batches == plan.batches
    assert planning.read(plan.path).batches == plan.batches
    assert planning.read(plan.path).experiment.text == EXPERIMENT


def test_a_plan_that_is_not_kept_writes_nothing(folder):
    assert len(_make(folder, keep=False).batches) == 9
    assert not (folder / "results").exists()


def test_the_key_follows_what_is_computed_and_nothing_else(folder):
    key = _make(folder).key
    assert _make(folder, EXPERIMENT.replace("[figures.rates]", "# no figure") + "\n# a comment\n").key == key
    assert _make(folder, EXPERIMENT.replace('"1.2 mM"', '"1.3 mM"')).key != key
    assert _make(folder, EXPERIMENT.replace("[1, 2, 3]", "[1, 2, 4]")).key != key
    # the last point only: the circuit of the first one is as before
    assert _make(folder, EXPERIMENT.replace('to = "10 uM"', 'to = "11 uM"')).key != key


def test_the_key_does_not_follow_the_processor(folder):
    """numpy's exponential differs in its last digit between vector units; a plan is made here and computed elsewhere."""
    from numpy._core import _multiarray_umath as core

    features = [name for name in core.__cpu_dispatch__ if core.__cpu_features__.get(name)]
    if not features:
        pytest.skip("this processor has no vector units that numpy chooses at run time")
    code = ("from pathlib import Path; from glunet.dispatch import plan; from glunet.experiment.load import load; "
            "print(plan.make(load('tiny.toml'), Path('elsewhere'), keep=False).key)")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                          env={**os.environ, "NPY_DISABLE_CPU_FEATURES": " ".join(features)})
    assert done.stdout.strip() == _make(folder).key, done.stderr


def test_a_changed_circuit_is_refused_in_one_line(folder):
    copy_out(folder / "mine")
    models = folder / "mine" / "models"
    models.rename(folder / "models")
    plan = _make(folder)
    planning.read(plan.path)
    circuit = folder / "models" / "circuits" / "cortex.toml"
    text = circuit.read_text()
    number = text.index("in_degree")
    circuit.write_text(text[:number] + text[number:].replace('"', '"1', 1))
    assert circuit.read_text() != text
    with pytest.raises(GlunetError, match="has changed since this was planned: plan it again"):
        planning.read(plan.path)


def test_planning_anew_keeps_what_is_stored(folder):
    plan = _make(folder)
    kept = [plan.batches[2].path, plan.batches[5].path]
    for path in kept:
        _store(path)
    again = _make(folder, limits=Limits(per_batch=9), replan=True)
    assert _edges(again) == [0, 8, 12, 20, 24, 30, 36]
    assert {batch.path for batch in again.batches} >= set(kept)
    # a plan that is lost is found again from what is stored
    again.path.unlink()
    assert _edges(_make(folder, limits=Limits(per_batch=9))) == _edges(again)


def test_of_two_planners_the_first_wins(folder):
    first = plans.read_plan(_make(folder).path)
    second = replace(first, edges=(0, 36))
    assert plans.write_plan(second).edges == first.edges
    assert plans.write_plan(second, replace=True).edges == (0, 36)
    assert [path.name for path in first.path.parent.iterdir()] == [first.path.name]


def test_what_one_network_cannot_hold_two_values_of_parts_batches(folder):
    text = EXPERIMENT.replace('"milieu.Mg_e" = ["0.8 mM", "1.2 mM"]',
                              '"projections.pyramidal_to_pyramidal.delay" = ["1 ms", "2 ms"]')
    assert _edges(_make(folder, text, Limits(per_batch=36))) == [0, 18, 36]


@pytest.mark.parametrize(("content", "line"), [
    ("{", "damaged"), ("[]", "not the plan"), ('{"schema": "1"}', "not the plan"),
    ('{"schema": 99}', "newer glunet"), ('{"schema": 1}', "damaged"),
    ('{"schema": 1, "name": "a", "key": "b", "edges": [0, 4, 3], "experiment": "", "file": "", "device": ""}', "damaged")])
def test_a_plan_file_that_is_none_gets_one_line(folder, content, line):
    path = _make(folder).path
    path.write_text(content)
    with pytest.raises(StoreError, match=line) as found:
        _make(folder)
    assert str(path) in str(found.value)
    assert "\n" not in str(found.value)


LOAD = Workload("some circuit", 500, 10000, 3_000_000)


def _list_scheduled(sizes, jobs, load=LOAD, device="cpp_standalone"):
    """Seconds until all batches are done, by handing each to the first worker that is free."""
    table, free = estimate.SHIPPED[device], np.zeros(jobs)
    for size in sizes:
        cells = size * load.cells
        cost = np.exp(np.interp(np.log(cells), np.log(table.cells), np.log(table.nanoseconds))) * 1e-9
        free[free.argmin()] += table.fixed + table.per_cell * cells + cost * cells * load.steps
    return free.max() + (len(set(sizes)) - 1) * estimate.COMPILE


@pytest.mark.parametrize("points", [1, 5, 64, 97, 1000])
@pytest.mark.parametrize("jobs", [1, 2, 7])
@pytest.mark.parametrize("steps", [100, 10_000, 500_000])
def test_the_size_chosen_is_about_the_best_and_never_slower_than_one_point_each(tmp_path, monkeypatch, points, jobs, steps):
    monkeypatch.setenv("GLUNET_CACHE", str(tmp_path))
    load = replace(LOAD, steps=steps)

    def seconds(size):
        number = -(-points // size)
        edges = [points * i // number for i in range(number + 1)]
        return _list_scheduled(np.diff(edges).tolist(), jobs, load)

    chosen = estimate.batch_size([points], load, "cpp_standalone", Limits(jobs, seconds=1e9))
    assert seconds(chosen) <= 1.15 * min(seconds(size) for size in range(1, points + 1))
    assert seconds(chosen) <= seconds(1)


def test_batches_keep_within_memory_and_time(tmp_path, monkeypatch):
    monkeypatch.setenv("GLUNET_CACHE", str(tmp_path))
    free = estimate.batch_size([1000], LOAD, "cpp_standalone", Limits(1))
    tight = Limits(1, memory=round(estimate.memory(LOAD, 3)))
    assert estimate.batch_size([1000], LOAD, "cpp_standalone", tight) <= 3 < free
    short = estimate.batch_size([1000], LOAD, "cpp_standalone", Limits(1, seconds=4.0))
    assert estimate.forecast(LOAD, "cpp_standalone", [short], 1).longest <= 4.0
    assert short < free
    assert estimate.batch_size([1000], LOAD, "cpp_standalone", Limits(1, memory=1, seconds=1e-3)) == 1


def test_what_was_measured_here_replaces_the_table(tmp_path, monkeypatch):
    monkeypatch.setenv("GLUNET_CACHE", str(tmp_path))
    table = estimate.SHIPPED["cpp_standalone"]
    before = estimate.forecast(LOAD, "cpp_standalone", [8], 1)
    assert "not this machine" in before.basis
    for replicates in (2, 8, 32):
        cells = np.array(replicates * LOAD.cells)
        estimate.note(LOAD, "cpp_standalone", replicates, 3 * float(table.stepping(cells, LOAD.steps)),
                      2 * float(table.other(cells)))
    after = estimate.forecast(LOAD, "cpp_standalone", [8], 1)
    cells = np.array(4000)
    assert after.longest == pytest.approx(3 * table.stepping(cells, LOAD.steps) + 2 * table.other(cells), rel=1e-3)
    assert "3 batches of this circuit" in after.basis
    other = replace(LOAD, digest="another circuit")
    assert "other circuits" in estimate.forecast(other, "cpp_standalone", [8], 1).basis
    assert "not this machine" in estimate.forecast(LOAD, "runtime", [8], 1).basis


def _slow(duration):
    """An experiment of the slow clock alone."""
    return EXPERIMENT.replace('duration = "100 ms"', f'duration = "{duration}"\nslow_only = "10 ms"').replace(
        "[figures.rates]", "")


def test_slow_steps_alone_cost_what_was_measured_and_book_no_spikes(folder):
    plan = _make(folder, _slow("1 h"), Limits(jobs=2), keep=False)
    load, sizes = plan.workload, [len(batch.points) for batch in plan.batches]
    assert (load.slow_only, load.steps) == (True, 360_000)
    told = 2 * estimate.forecast(load, "cpp_standalone", sizes, 2).total
    assert 0.5 < told / (sum(sizes) * load.cells * load.steps * 540e-9) < 2
    # nothing is recorded but spikes, and of those there are none however long it lasts
    assert _make(folder, _slow("100 h"), Limits(jobs=2), keep=False).workload.bytes == load.bytes
    fast = _make(folder, EXPERIMENT, Limits(jobs=2), keep=False).workload
    assert not fast.slow_only
    assert _make(folder, EXPERIMENT.replace("100 ms", "100 s"), FOUR, keep=False).workload.bytes > fast.bytes


def test_fast_steps_do_not_tell_what_slow_ones_cost(tmp_path, monkeypatch):
    monkeypatch.setenv("GLUNET_CACHE", str(tmp_path))
    slow = replace(LOAD, digest="slow", slow_only=True)
    estimate.note(LOAD, "cpp_standalone", 8, 1000.0, 1.0)
    assert "not this machine" in estimate.forecast(slow, "cpp_standalone", [8], 1).basis
    estimate.note(slow, "cpp_standalone", 8, 2 * 540e-9 * 8 * slow.cells * slow.steps, 4.0)
    other = estimate.forecast(replace(slow, digest="another"), "cpp_standalone", [8], 1)
    assert other.basis == "from 1 batch of other circuits on this machine"
    assert other.longest == pytest.approx(2 * 540e-9 * 8 * slow.cells * slow.steps, rel=0.2)


def test_a_damaged_log_is_read_as_far_as_it_can_be(tmp_path, monkeypatch):
    monkeypatch.setenv("GLUNET_CACHE", str(tmp_path))
    estimate.note(LOAD, "cpp_standalone", 8, 1.0, 1.0)
    log = tmp_path / estimate.LOG
    whole = log.read_bytes()
    log.write_bytes(b'\xff\x00{"dev\n[1, 2]\n{"stepping": "x"}\nnull\n' + whole + whole[:40])
    assert "1 batch of this circuit" in estimate.forecast(LOAD, "cpp_standalone", [8], 1).basis
    # one that cannot be written is not missed
    monkeypatch.setenv("GLUNET_CACHE", "/proc/nowhere")
    estimate.note(LOAD, "cpp_standalone", 8, 1.0, 1.0)


def test_speeds_hold_between_and_beyond_their_sizes():
    speeds = Speeds((100, 10000), (10, 1000), 1.0, 0.0)
    assert speeds.stepping(np.array([10.0, 1000.0, 1e6]), 1) == pytest.approx([1e-7, 1e-4, 1.0])


def test_memory_is_shared_among_the_workers():
    assert machine.limits("cpp_standalone", jobs=4, memory=8_000_000_000).memory == 2_000_000_000
    assert machine.limits("cuda_standalone").jobs == 1
    assert 1 <= machine.limits("cpp_standalone").jobs <= machine.cores()


HOLDER = """
import sys
from pathlib import Path
from glunet.dispatch.claim import claim
with claim(Path(sys.argv[1]), 3, "batch"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_batch_is_claimed_by_one_process_until_that_ends(folder):
    path = _make(folder).path
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, stdin=subprocess.PIPE,
                          text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        assert held(path, 3)
        assert not held(path, 2)
        with pytest.raises(Busy, match="another process computes it now"), claim(path, 3, "batch 3"):
            pass
        with pytest.raises(Busy):
            _make(folder, replan=True)
        with claim(path, 2, "batch 2"):
            pass
        holder.send_signal(signal.SIGKILL)
    assert not held(path, 3)
    with claim(path, 3, "batch 3"):
        pass
