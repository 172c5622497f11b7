"""Submitting without a cluster: the table [cluster], the script, and how far a sweep is from its files alone."""

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from glunet.commands import cluster as commands
from glunet.dispatch import jobs, slurm
from glunet.dispatch.claim import claim, held
from glunet.dispatch.cluster import Cluster, gather
from glunet.errors import GlunetError, InputError
from glunet.store import plans
from glunet.store.naming import question

TEXT = """
[experiment]
name = "tiny"
circuit = "cortex"
duration = "50 ms"
cells = 20

[axes]
seed = [1, 2, 3, 4, 5, 6]
"""
TABLE = """
[cluster]
partition = "long"
account = "lab"
time = "90 s"
memory = "2 GB"
cpus = 3
throttle = 7
per_batch = 1
batches_per_task = 2
setup = ["module load gcc", "echo 'here'"]
sbatch = { "mail-type" = "END", exclusive = true }
"""


@pytest.fixture(autouse=True)
def alone(tmp_path, monkeypatch):
    """An empty folder, and no files of the user's."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return folder


@pytest.mark.parametrize(("table", "told"), [
    ({"partion": "a"}, "cluster.partion: unknown key 'partion'; allowed: account, .* \\(did you mean 'partition'\\?\\)"),
    ({"time": "2"}, "cluster.time: '2' has no unit .*; allowed: the time one task may take, such as \"2 h\""),
    ({"time": "0 h"}, "cluster.time: '0 h' is zero"),
    ({"memory": 8}, "cluster.memory: 8 is not an amount of memory; allowed: .* such as \"8 GB\""),
    ({"gpus": 2}, "cluster.gpus: unknown value 2; allowed: 0, 1"),
    ({"cpus": 0}, "cluster.cpus: 0 is below 1"),
    ({"throttle": "2"}, "cluster.throttle: '2' is not a whole number"),
    ({"setup": "module load gcc"}, "cluster.setup: 'module load gcc' is not a list"),
    ({"sbatch": {"array": "0-9"}}, "cluster.sbatch: .*'array' is set by glunet"),
    ({"sbatch": {"time": "9"}}, "cluster.sbatch: .*'time' is a key of its own: cluster.time"),
    ({"sbatch": {"nice": 1.5}}, "cluster.sbatch: .*nice = 1.5 is not a text, a whole number or true"),
])
def test_a_mistake_is_one_line_with_file_key_value_and_what_is_allowed(table, told):
    with pytest.raises(InputError, match="^mine.toml: " + told):
        gather(table, "mine.toml")


def test_the_more_particular_wins_key_by_key(alone):
    (alone.parent / "config" / "glunet").mkdir(parents=True)
    user = '[cluster]\naccount = "user"\npartition = "user"\nmemory = "1 GB"\ncpus = 2\nqos = "user"\n'
    (alone.parent / "config" / "glunet" / "cluster.toml").write_text(user)
    (alone / "cluster.toml").write_text('[cluster]\npartition = "folder"\nmemory = "2 GB"\ncpus = 3\n')
    (alone / "named.toml").write_text('[cluster]\ncpus = 6\n')
    found = gather({"memory": "4 GB", "cpus": 4}, "mine.toml", options={"cpus": 5, "time": None})
    assert (found.account, found.partition, found.memory, found.cpus, found.time) == ("user", "folder", 4096, 5, 3600.0)
    named = gather({"memory": "4 GB", "cpus": 4}, "mine.toml", chosen=alone / "named.toml")
    assert (named.account, named.partition, named.memory, named.cpus) == (None, None, 4096, 6)


def test_a_mistake_in_a_users_file_names_that_file(alone):
    (alone / "cluster.toml").write_text("[cluster]\ncpus = 0\n")
    with pytest.raises(InputError, match="^cluster.toml: cluster.cpus: 0 is below 1"):
        gather({}, "mine.toml")
    with pytest.raises(InputError, match="^nowhere.toml: file: cannot be read"):
        gather({}, "mine.toml", chosen=Path("nowhere.toml"))


def test_a_gpu_is_asked_for_where_one_computes():
    assert gather({}, "mine.toml", device="cuda_standalone").gpus == 1
    assert gather({}, "mine.toml").gpus is None
    with pytest.raises(InputError, match="cluster.gpus: is 0, and device = 'cuda_standalone' needs one"):
        gather({"gpus": 0}, "mine.toml", device="cuda_standalone")


@pytest.mark.parametrize(("seconds", "minutes"), [(1.0, 1), (60.0, 1), (61.0, 2), (7200.0, 120)])
def test_time_is_rounded_up_to_minutes(seconds, minutes):
    assert Cluster(time=f"{seconds} s").minutes == minutes


def test_the_table_changes_no_name():
    assert question(TEXT + TABLE) == question(TEXT)


def _glunet(*arguments, **environment):
    return subprocess.run([sys.executable, "-m", "glunet", *arguments], capture_output=True, text=True,
                          env={**os.environ, **environment})


def test_a_dry_run_shows_the_script_without_slurm_and_writes_nothing(alone):
    (alone / "tiny.toml").write_text(TEXT + TABLE)
    done = _glunet("submit", "tiny.toml", "--dry-run", "--partition", "short", PATH="/nowhere")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    for line in ("#SBATCH --array=0-2%3", "#SBATCH --partition=short", "#SBATCH --account=lab", "#SBATCH --time=2",
                 "#SBATCH --mem=2048MB", "#SBATCH --cpus-per-task=3", "#SBATCH --mail-type=END", "#SBATCH --exclusive",
                 "module load gcc", "echo 'here'"):
        assert line in lines
    assert not any("gpus" in line or "srun" in line for line in lines)
    assert any(line.startswith(f"{sys.executable} -u -m submitit") for line in lines)
    assert "6 batches, 6 missing: 3 tasks; nothing was submitted" in done.stderr
    assert [path.name for path in alone.iterdir()] == ["tiny.toml"]


def test_without_slurm_submitting_is_refused_in_one_line(alone):
    (alone / "tiny.toml").write_text(TEXT)
    done = _glunet("submit", "tiny.toml", PATH="/nowhere")
    assert done.returncode == 2
    assert done.stderr.startswith("glunet: no SLURM here")
    assert len(done.stderr.splitlines()) == 1
    assert [path.name for path in alone.iterdir()] == ["tiny.toml"]
    done = _glunet("submit", "tiny.toml", "--cluster", "slrm")
    assert done.returncode == 2
    assert "unknown kind of cluster 'slrm'; allowed: slurm (did you mean 'slurm'?)" in done.stderr


@pytest.fixture
def plan(alone):
    """A plan of six batches of one point, none of them there."""
    found = plans.PlanFile(Path("results/tiny/tiny-0123456789ab.plan.json"), "tiny", "0123456789ab", tuple(range(7)), TEXT,
                           "tiny.toml", "cpp_standalone")
    return plans.write_plan(found)


def _whats(plan, queue=None):
    return [state.what for state in jobs.states(plan, queue)]


def test_where_each_batch_is(plan, monkeypatch):
    folder = plan.path.parent / jobs.FOLDER
    assert _whats(plan) == ["missing"] * 6
    jobs.note(folder, jobs.Submission("12", plan.path.name, ((0, 1), (2,), (3,)), array=True))
    jobs.note(folder, jobs.Submission("13", plan.path.name, ((4,),), array=False))
    jobs.note(folder, jobs.Submission("14", "another.plan.json", ((5,),), array=False))
    (folder / "torn.json").write_text('{"job": ')
    (folder / "12_0_0_log.err").write_text("glunet: batch 1: the disk is full\nglunet: batch 11: other\nsrun: error: x\n")
    (folder / "13_0_log.err").write_text("ImportError: no numpy\n")
    (folder / "14_0_log.err").write_text("glunet: batch 5: not of this plan\n")
    monkeypatch.setattr(jobs, "is_whole", lambda path: path == plan.parts[0])
    states = jobs.states(plan, {("12", 1): "running", ("14", 0): "queued"})
    assert [state.what for state in states] == ["done", "failed", "queued", "missing", "failed", "missing"]
    assert (states[1].line, states[4].line) == ("the disk is full", "ImportError: no numpy")
    described = commands.describe(plan, states, None)
    assert "1 of 6 points stored" in described
    assert "1 done, 1 queued, 2 failed, 2 missing (there is no squeue" in described
    assert f"failed   batch 1, points 1: the disk is full ({folder / '12_0_0_log.err'})" in described


def test_a_batch_is_running_while_another_process_holds_it(plan):
    holder = subprocess.Popen([sys.executable, "-c", """if True:
        import sys
        from pathlib import Path
        from glunet.dispatch.claim import claim
        with claim(Path(sys.argv[1]), 2, "batch"):
            print("held", flush=True)
            sys.stdin.read()
        """, str(plan.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with holder:
        assert holder.stdout.readline() == "held\n"
        assert _whats(plan) == ["missing", "missing", "running", "missing", "missing", "missing"]
        assert not held(plan.path, 3)
        holder.kill()
    assert _whats(plan) == ["missing"] * 6
    # asking takes nothing away from whoever comes next
    with claim(plan.path, 2, "batch"):
        pass


def test_without_locks_nobody_is_said_to_run(plan, monkeypatch):
    def refuses(*_):
        raise OSError

    monkeypatch.setattr(fcntl, "fcntl", refuses)
    assert not held(plan.path, 0)


@pytest.mark.parametrize(("log", "told"), [
    ("slurmstepd: error: *** JOB 7 ON n1 CANCELLED AT 2026-01-02T03:04:05 DUE TO TIME LIMIT ***\n",
     "the batch system ended it: cancelled due to time limit"),
    ("slurmstepd-n1: error: *** JOB 7 ON n1 CANCELLED AT 2026-01-02T03:04:05 ***\nsubmitit WARNING (x) - Bypassing\n",
     "the batch system ended it: cancelled"),
    ("slurmstepd: error: Detected 1 oom_kill event in StepId=7.batch. Some of the step tasks have been OOM Killed.\n",
     "the batch system ended it: out of memory (see cluster.memory)"),
    ("/var/spool/job7/slurm_script: line 23: 24059 Killed                  /usr/bin/python -u -m submitit\n",
     "its process was ended: killed"),
    ("glunet: batch 3: one\nglunet: batch 4: two\n", "one"),
    ("glunet: the circuit has changed\n", "the circuit has changed"),
    ("Traceback (most recent call last):\n  File x\nValueError: odd\n\n", "ValueError: odd"),
    ("glunet: batch 4: two\n", ""),
    ("", ""),
])
def test_the_last_line_of_a_log(alone, log, told):
    (alone / "log.err").write_text(log)
    assert jobs.last_line(alone / "log.err", 3) == told
    assert jobs.last_line(alone / "none.err", 3) == ""


def test_a_plan_is_found_by_name_file_folder_and_its_own_file(plan, alone):
    (alone / "tiny.toml").write_text(TEXT.replace("cells", "# as few as can be\ncells"))
    for where in (None, "tiny", "tiny.toml", "results", "results/tiny", str(plan.path)):
        assert [found.path.name for found in jobs.find_plans(where, Path("results"))] == [plan.path.name]
    (alone / "tiny.toml").write_text(TEXT.replace("50 ms", "60 ms"))
    with pytest.raises(GlunetError, match="tiny.toml: has changed since it was planned"):
        jobs.find_plans("tiny.toml", Path("results"))
    with pytest.raises(GlunetError, match="elsewhere: no plan of a sweep yet"):
        jobs.find_plans(None, Path("elsewhere"))
    (alone / "tiny.toml").write_text("experiment = 3")
    with pytest.raises(GlunetError, match="tiny.toml: has changed since it was planned"):
        jobs.find_plans("tiny.toml", Path("results"))
    with pytest.raises(InputError, match="unknown experiment 'tny'"):
        jobs.find_plans("tny", Path("results"))


def test_nothing_is_submitted_twice_while_squeue_does_not_answer(alone):
    (alone / "tiny.toml").write_text(TEXT)
    (alone / "bin").mkdir()
    for name, text in {"sbatch": "echo Submitted batch job 1", "squeue": "exit 1", "scontrol": "exit 1"}.items():
        (alone / "bin" / name).write_text(f"#!/bin/sh\n{text}\n")
        (alone / "bin" / name).chmod(0o755)
    path = f"{alone / 'bin'}:{os.environ['PATH']}"
    done = _glunet("submit", "tiny.toml", PATH=path)
    assert "job 1: " in done.stderr
    done = _glunet("submit", "tiny.toml", PATH=path)
    assert done.returncode == 2
    assert "squeue does not answer" in done.stderr
    assert "job 1" not in done.stderr


def test_what_squeue_says(monkeypatch):
    told = "12|0|RUNNING\n12|1|PENDING\n12|2|COMPLETING\n13|N/A|CONFIGURING\n"
    monkeypatch.setattr(slurm, "output", lambda *_, **__: told)
    assert slurm.queue("x") == {("12", 0): "running", ("12", 1): "queued", ("13", 0): "queued"}
    monkeypatch.setattr(slurm, "output", lambda *_, **__: None)
    assert slurm.queue("x") is None


@pytest.mark.parametrize(("told", "size"), [("MaxArraySize            = 77\n", 77), (None, 1001), ("other = 1", 1001)])
def test_how_large_an_array_may_be(monkeypatch, told, size):
    monkeypatch.setattr(slurm, "output", lambda *_, **__: told)
    assert slurm.largest_array() == size


def test_a_note_says_which_task_has_which_batches(plan):
    folder = plan.path.parent / jobs.FOLDER
    jobs.note(folder, jobs.Submission("12", plan.path.name, ((0, 1), (2,)), array=True))
    assert json.loads((folder / "12.json").read_text())["tasks"] == [[0, 1], [2]]
    assert [one.job for one in jobs.submissions(plan)] == ["12"]
