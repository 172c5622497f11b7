"""A sweep on a real SLURM (`.ci/slurm start`): what goes wrong there goes wrong here, and is made good.

One story, told once: five batches go out two at a time, in an array of four, the largest that this SLURM takes, and a job of
one. One task's process is killed while it compiles, one is cancelled while it waits for that compiler, one gets a compiler
that does not work, one is cancelled before it starts. Then two users submit at the same moment, and all is there.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import h5py
import numpy as np
import pytest

import glunet
from glunet.dispatch import jobs, slurm
from glunet.engine import compiler
from glunet.provenance import output
from glunet.store.plans import read_plan

OURS = "ClusterName             = glunet-test" in (output("scontrol", "show", "config", timeout=3.0) or "")
pytestmark = [
    # never on somebody's real cluster
    pytest.mark.skipif(not OURS, reason="needs the SLURM that .ci/slurm starts"),
    pytest.mark.skipif(compiler.compiler() is None, reason="needs a C++ compiler"),
]

EXPERIMENT = """
[experiment]
name = "story"
circuit = "cortex"
duration = "50 ms"
cells = 20

[axes]
"milieu.Mg_e" = ["0.8 mM", "1 mM", "1.2 mM", "1.4 mM", "1.6 mM"]

[set]
"populations.pyramidal.membrane.I_applied" = "400 pA"

[cluster]
time = "10 min"
memory = "300 MB"
per_batch = 1
throttle = 2
setup = [
    "echo $$ > pid.${{SLURM_ARRAY_TASK_ID:-single}}",
    "export SLURM_TMPDIR={folder}/node CXX={folder}/patient-g++",
    "if [ \\"$SLURM_ARRAY_TASK_ID\\" = 2 ]; then export CXX={folder}/broken-g++; fi",
]
"""
SECOND = """
[cluster]
gpus = 1
batches_per_task = 2
setup = [
    "export SLURM_TMPDIR={folder}/node CXX={folder}/patient-g++",
    "echo $CUDA_VISIBLE_DEVICES > gpu.$SLURM_ARRAY_TASK_ID; env > environment.$SLURM_ARRAY_TASK_ID",
]
"""
# compiles only once it is let
PATIENT = """#!/bin/sh
case "$*" in
    *"-o main"*) echo link >> {folder}/links ;;
    *"-c once.cpp"*) while [ -e {folder}/hold ]; do sleep 0.1; done ;;
esac
exec {compiler} "$@"
"""
BROKEN = """#!/bin/sh
case "$*" in *" -c "*) echo "objects.h:1:1: error: no such luck" >&2; exit 1 ;; esac
exec {compiler} "$@"
"""


@dataclass
class Story:
    """What was seen, step by step."""

    folder: Path
    seen: dict[str, str] = field(default_factory=dict)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    most_running: int = 0

    def glunet(self, *arguments, code=0, **environment):
        """Run a command as a user does; both streams."""
        done = subprocess.run([sys.executable, "-m", "glunet", *arguments], cwd=self.folder, capture_output=True, text=True,
                              env={**_environment(), **environment})
        assert done.returncode == code, done.stderr
        return done.stdout + done.stderr

    def until(self, **wanted):
        """Wait for so many batches in these states; all counts."""
        plan = read_plan(next((self.folder / "results/story").glob("*.plan.json")))
        for _ in range(300):
            queue = slurm.queue(slurm.job_name(plan.name, plan.key))
            self.most_running = max(self.most_running, list(queue.values()).count("running"))
            found = Counter(state.what for state in jobs.states(plan, queue))
            if all(found[what] == number for what, number in wanted.items()):
                return dict(found)
            time.sleep(0.5)
        raise AssertionError(f"{wanted} did not come about: {found}\n{self.glunet('status', 'story')}")

    def job(self, place):
        """Number of the job that was submitted first (0), second (1) ..."""
        notes = (self.folder / "results/story/jobs").glob("*.json")
        return sorted((json.loads(path.read_text())["job"] for path in notes), key=int)[place]


def _until(there):
    for _ in range(600):
        if there():
            return
        time.sleep(0.1)
    raise AssertionError("that did not come about")


def _environment():
    """Without a cache of the tests' own: the tasks are to find theirs."""
    return {name: value for name, value in os.environ.items() if name != "GLUNET_CACHE"}


def _program(path, text, folder):
    path.write_text(text.format(folder=folder, compiler=compiler.compiler()))
    path.chmod(0o755)


def _children(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """The whole story."""
    folder = tmp_path_factory.mktemp("cluster")
    (folder / "story.toml").write_text(EXPERIMENT.format(folder=folder))
    (folder / "second.toml").write_text(SECOND.format(folder=folder))
    (folder / "node").mkdir()
    (folder / "hold").touch()
    _program(folder / "patient-g++", PATIENT, folder)
    _program(folder / "broken-g++", BROKEN, folder)
    told = Story(folder)
    try:
        _go_wrong(told)
        _make_good(told)
    finally:
        (folder / "hold").unlink(missing_ok=True)
        subprocess.run(["scancel", f"--user={os.getuid()}"], check=False)
    return told


def _go_wrong(told):
    told.seen["submit"] = told.glunet("submit", "story.toml")
    told.until(running=2, queued=3)
    told.seen["again"] = told.glunet("submit", "story.toml")
    told.seen["too early"] = told.glunet("collect", "story", code=1)
    array = told.job(0)
    logs = [told.folder / f"results/story/jobs/{array}_{task}_0_log.out" for task in (0, 1)]
    _until(lambda: all("compiling" in log.read_text() for log in logs))
    subprocess.run(["scancel", f"{array}_3"], check=True)
    os.kill(_children(int((told.folder / "pid.0").read_text()))[0], signal.SIGKILL)
    subprocess.run(["scancel", f"{array}_1"], check=True)
    time.sleep(1)
    (told.folder / "hold").unlink()
    told.counts["wrong"] = told.until(queued=0, running=0)
    told.seen["wrong"] = told.glunet("status", "story")
    told.seen["without squeue"] = told.glunet("status", "story", PATH="/nowhere")
    told.counts["stamps"] = {path.name: path.stat().st_mtime_ns for path in (told.folder / "results/story").glob("*.h5")}


def _make_good(told):
    command = [sys.executable, "-m", "glunet", "submit", "story.toml", "--cluster-file", "second.toml"]
    both = [subprocess.Popen(command, cwd=told.folder, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
                             env=_environment())
            for _ in range(2)]
    told.seen["both"] = "".join(process.communicate(timeout=120)[1] for process in both)
    assert [process.returncode for process in both] == [0, 0]
    told.counts["good"] = told.until(done=5)
    told.seen["after all"] = told.glunet("submit", "story.toml")


def test_arrays_as_large_as_slurm_takes_and_throttled(story):
    assert re.findall(r"job \d+: (\d) tasks?, (\d) batch", story.seen["submit"]) == [("4", "4"), ("1", "1")]
    assert story.most_running == 2


def test_what_slurm_refuses_is_told_in_one_line(story):
    told = story.glunet("submit", "story.toml", "--partition", "nowhere", "--results", "refused", code=2)
    assert re.fullmatch("glunet: SLURM refuses the job: invalid partition specified: nowhere\n", told)


def test_what_is_queued_or_running_is_not_submitted_again(story):
    assert "nothing to submit" in story.seen["again"]
    assert "not all is there yet" in story.seen["too early"]


def test_each_failure_is_told_in_one_line_and_costs_its_own_batch_only(story):
    assert story.counts["wrong"] == {"done": 1, "failed": 3, "missing": 1}
    for text in (r"failed   batch 0, points 0: its process was ended: killed",
                 r"failed   batch 1, points 1: the batch system ended it: cancelled",
                 r"failed   batch 2, points 2: the C\+\+ compiler failed: objects.h:1:1: error: no such luck",
                 r"missing  batch 3, points 3$"):
        assert re.search(text, story.seen["wrong"], re.MULTILINE), story.seen["wrong"]
    # the same from the files alone
    assert "1 done, 3 failed, 1 missing (there is no squeue" in story.seen["without squeue"]


def test_of_two_who_submit_at_once_one_submits_what_is_missing(story):
    assert re.findall(r"job \d+: (\d) tasks?, (\d) batch", story.seen["both"]) == [("2", "4")]
    assert story.seen["both"].count("nothing to submit") == 1
    assert "nothing to submit" in story.seen["after all"]
    note = json.loads((story.folder / "results/story/jobs" / f"{story.job(-1)}.json").read_text())
    assert note["tasks"] == [[0, 1], [2, 3]]
    for name, stamp in story.counts["stamps"].items():
        assert (story.folder / "results/story" / name).stat().st_mtime_ns == stamp, "a stored batch was computed again"


def test_one_compile_for_all_tasks_on_the_nodes_own_disk(story):
    assert (story.folder / "links").read_text().split() == ["link"]
    assert len(list((story.folder / "node" / f"glunet-{os.getuid()}" / "bin").glob("[!.]*"))) == 1


def test_each_task_has_a_gpu_of_its_own(story):
    given = [(story.folder / f"gpu.{task}").read_text().strip() for task in range(2)]
    assert sorted(given) == ["0", "1"]
    assert "SLURM_CPUS_PER_TASK=1" in (story.folder / "environment.0").read_text()


def test_the_points_are_those_of_a_computation_on_this_machine(story, monkeypatch):
    from glunet.dispatch import plan
    from glunet.dispatch.estimate import Limits
    from glunet.experiment.load import load

    monkeypatch.chdir(story.folder)
    monkeypatch.setenv("GLUNET_CACHE", str(story.folder / "node" / f"glunet-{os.getuid()}"))
    planned = plan.make(load("story.toml"), Path("local"), limits=Limits(per_batch=1))
    for batch in planned.batches:
        plan.run_batch(planned, batch, lambda *_: None)
    here, there = (sorted((story.folder / name / "story").glob("*.h5")) for name in ("local", "results"))
    assert [path.name for path in here] == [path.name for path in there if "merged" not in path.name]
    spikes = 0
    for mine, its in zip(here, there, strict=True):
        with h5py.File(mine) as one, h5py.File(its) as other:
            for population in one["spikes"]:
                for what in ("timestamps", "node_ids"):
                    a, b = (file[f"spikes/{population}/{what}"][:] for file in (one, other))
                    assert np.array_equal(a, b)
                    spikes += a.size
    assert spikes > 20


def test_collected_it_is_one_result(story):
    path = story.folder / story.glunet("collect", "story.toml").split()[0]
    assert glunet.open(path).n_replicates == 5
