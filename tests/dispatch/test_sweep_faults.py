"""What may befall a sweep: killed, interrupted, its workers killed, its disk full. At most the batch in flight is lost."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import glunet
from glunet.engine import compiler
from glunet.store.hdf5 import is_whole

pytestmark = [pytest.mark.skipif(compiler.compiler() is None, reason="needs a C++ compiler"),
              pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="looks for processes in /proc")]

EXPERIMENT = """
[experiment]
name = "faulty"
circuit = "cortex"
duration = "{duration}"
cells = 20

[axes]
seed = [1, 2, 3, 4]
"""
ENDLESS = "30 min"      # simulated: minutes on the clock


@pytest.fixture
def folder(tmp_path, tmp_path_factory, monkeypatch):
    """A working folder, with a scratch folder of its own below it."""
    monkeypatch.setenv("GLUNET_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def sweep(folder):
    """Start a sweep of two batches; all of them are gone at the end."""
    started = []

    def start(duration, *, jobs=1):
        Path("faulty.toml").write_text(EXPERIMENT.format(duration=duration))
        command = [sys.executable, "-m", "glunet", "sweep", "faulty.toml", "--per-batch", "2", "--jobs", str(jobs)]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        start_new_session=True))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _read(path):
    """A file of /proc; empty where its process has just ended."""
    try:
        return path.read_text()
    except OSError:
        return ""


def _children(pid):
    """Processes below a process, with their command lines; nearest first."""
    found = {}
    for child in (child for task in Path(f"/proc/{pid}/task").glob("*/children") for child in _read(task).split()):
        found[int(child)] = _read(Path(f"/proc/{child}/cmdline"))
        found |= _children(child)
    return found


def _programs(pid):
    """Compiled simulations below a process."""
    return [child for child, line in _children(pid).items() if "--results_dir" in line]


def _parent(pid):
    return int(_read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()[1])


def _until(condition, seconds=240.0):
    """Wait for something to become true."""
    until = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)
    return found


def _ended(pids):
    return all(_read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()[:1] in ([], ["Z"]) for pid in pids)


def test_a_killed_sweep_leaves_no_process_and_nothing_that_reads_as_whole(folder, sweep):
    process = sweep(ENDLESS, jobs=2)
    _until(lambda: len(_programs(process.pid)) == 2)
    family = list(_children(process.pid))
    assert len(family) >= 4      # two workers and their programs
    process.kill()
    process.communicate()
    _until(lambda: _ended(family), 20.0)
    _until(lambda: not list((folder / "scratch").glob("glunet-*")), 10.0)
    assert not list((folder / "results").rglob("*.h5"))


def test_an_interrupt_ends_everything_in_one_line(folder, sweep):
    process = sweep(ENDLESS, jobs=2)
    _until(lambda: len(_programs(process.pid)) == 2)
    family = list(_children(process.pid))
    os.killpg(process.pid, signal.SIGINT)      # as a terminal does, to all of them
    _, complaints = process.communicate(timeout=60)
    assert process.returncode == 130, complaints
    told = complaints.splitlines()
    assert told[-1] == "glunet: stopped; 0 of 4 points are stored, the same command computes the rest"
    assert all(line.startswith(("faulty:", " ", "sweep:")) for line in told[:-1])
    _until(lambda: _ended(family), 20.0)
    assert not list((folder / "scratch").glob("glunet-*"))


def test_a_killed_worker_is_replaced_once_and_then_its_batch_given_up(folder, sweep):
    process = sweep("20 s")
    for _ in range(2):
        program, = _until(lambda: _programs(process.pid))
        os.kill(_parent(program), signal.SIGKILL)
        _until(lambda program=program: _ended([program]), 20.0)
    _, complaints = process.communicate(timeout=300)
    assert process.returncode == 1, complaints
    said = [line for line in complaints.splitlines() if line.startswith("glunet:")]
    assert len(said) == 3, complaints
    assert "batch 0: its worker was killed (signal 9); it is tried once more" in said[0]
    assert "it is given up" in said[1]
    assert said[2] == "glunet: 1 of 2 batches (2 points) are missing: the same command computes them"
    assert not list((folder / "scratch").glob("glunet-*"))
    assert glunet.open("results/faulty").missing == [(0, 1)]
    again = sweep("20 s")
    _, complaints = again.communicate(timeout=300)
    assert again.returncode == 0, complaints
    assert glunet.open("results/faulty").missing == []


def test_a_full_disk_costs_the_batch_that_does_not_fit(folder, sweep):
    results = folder / "results"
    results.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "none", str(results)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("needs the right to mount a small file system")
    try:
        # room for one file and a half: as much as one takes is found with all the room there is
        process = sweep("100 ms")
        assert process.wait(timeout=300) == 0, process.stderr.read()
        files = sorted(results.rglob("*.h5"))
        size = files[0].stat().st_size
        files[0].unlink()
        files[1].unlink()
        ballast = results / "ballast"
        free = os.statvfs(results)
        ballast.write_bytes(b"x" * (free.f_bavail * free.f_frsize - size * 3 // 2))
        process = sweep("100 ms")
        _, complaints = process.communicate(timeout=300)
        assert process.returncode == 1, complaints
        said = [line for line in complaints.splitlines() if line.startswith("glunet:")]
        assert len(said) == 2, complaints
        assert said[0].startswith("glunet: batch 1: ")
        assert "No space left on device; nothing was replaced" in said[0]
        assert said[1].startswith("glunet: 1 of 2 batches (2 points) are missing")
        assert [path.name for path in results.rglob("faulty-*.h5*")] == [files[0].name]
        assert is_whole(files[0])
        ballast.unlink()
        assert sweep("100 ms").wait(timeout=300) == 0
        assert glunet.open("results/faulty").n_replicates == 4
    finally:
        subprocess.run(["umount", "-l", str(results)], check=True)
