"""Many processes that need the same binary in the same second: one compiles, the others take what it made."""

import errno
import fcntl
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from glunet.engine import cache, compiler
from glunet.engine.cache import cache_folder, once

SOURCES = {
    "objects.h": "", "brianlib/spikequeue.cpp": "", "network.cpp": "int network() { return 1; }",
    "objects.cpp": "", "run.cpp": "", "synapses_classes.cpp": "", "code_objects/a.cpp": "int step() { return 2; }",
    "main.cpp": "int main() { return 7; }",
}


def _start(code, *arguments, **environment):
    """A Python process of its own."""
    return subprocess.Popen([sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
                            env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _ends(processes):
    """What each printed; all must have ended well."""
    told = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes), told
    return [out.strip() for out, _ in told]


def _wait_for(path):
    for _ in range(600):
        if path.exists():
            return
        time.sleep(0.05)
    raise AssertionError(f"{path} did not appear")


# holds its turn until it is killed, or builds after it has slept
BUILDER = """
    import os, sys, time
    from pathlib import Path
    from glunet.engine.cache import once

    kept, log, naps = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])

    def build():
        with open(log, "a") as file:
            file.write(f"{os.getpid()}\\n")
        time.sleep(naps)
        made = log.with_name(f"made-{os.getpid()}")
        made.write_text("program")
        return made

    path, built = once(kept, build)
    print(path.read_text(), built)
"""


@pytest.mark.skipif(compiler.compiler() is None, reason="needs a C++ compiler")
def test_eight_processes_compile_one_program_once(tmp_path):
    log, wrapper = tmp_path / "calls", tmp_path / "logged-g++"
    log.touch()
    wrapper.write_text(f'#!/bin/sh\ncase "$*" in *" -o main"*) echo link >>{log}; sleep 1;; *-c*) echo unit >>{log};; esac\n'
                       f'exec {compiler.compiler()} "$@"\n')
    wrapper.chmod(0o755)
    projects = [tmp_path / f"project_{number}" for number in range(8)]
    for project in projects:
        for name, text in SOURCES.items():
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            (project / name).write_text(text)
    told = _ends([_start("""
        import subprocess, sys
        from pathlib import Path
        from glunet.engine import compiler

        path, compiled = compiler.binary(Path(sys.argv[1]))
        print(path, compiled, subprocess.run([path]).returncode)
    """, project, CXX=str(wrapper), GLUNET_CACHE=str(tmp_path / "cache")) for project in projects])
    assert sorted(log.read_text().split()) == ["link", "unit", "unit", "unit"]
    paths, compiled, codes = zip(*(line.split() for line in told), strict=True)
    assert len(set(paths)) == 1
    assert sorted(compiled) == ["False"] * 7 + ["True"]
    assert set(codes) == {"7"}
    assert [path.name for path in (tmp_path / "cache" / "bin").iterdir()] == [Path(paths[0]).name]


def test_a_killed_builder_gives_up_its_turn(tmp_path):
    kept, log = tmp_path / "bin" / "key", tmp_path / "log"
    killed = _start(BUILDER, kept, log, 1000)
    _wait_for(log)
    waiting = [_start(BUILDER, kept, log, 0.2) for _ in range(3)]
    time.sleep(1.0)
    assert len(log.read_text().split()) == 1, "somebody built while another held the turn"
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    told = _ends(waiting)
    assert sorted(told) == ["program False", "program False", "program True"]
    assert len(log.read_text().split()) == 2


def test_what_failed_is_tried_by_the_next(tmp_path):
    def fails():
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        once(tmp_path / "key", fails)
    (tmp_path / "made").write_text("program")
    assert once(tmp_path / "key", lambda: tmp_path / "made") == (tmp_path / "key", True)
    assert once(tmp_path / "key", fails) == (tmp_path / "key", False)


def test_without_locks_everybody_builds(tmp_path, monkeypatch):
    def refuses(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuses)
    (tmp_path / "made").write_text("program")
    assert once(tmp_path / "key", lambda: tmp_path / "made") == (tmp_path / "key", True)
    assert (tmp_path / "key").read_text() == "program"


def test_a_suspended_builder_is_not_waited_for_without_end(tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "PATIENCE_S", 0.3)
    kept, log = tmp_path / "key", tmp_path / "log"
    held = _start(BUILDER, kept, log, 1000)
    try:
        _wait_for(log)
        held.send_signal(signal.SIGSTOP)
        (tmp_path / "made").write_text("program")
        assert once(kept, lambda: tmp_path / "made") == (kept, True)
    finally:
        held.kill()
        held.communicate()


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path):
    (tmp_path / "made").write_text("program")
    (tmp_path / "file").touch()
    kept = tmp_path / "file" / "bin" / "key"        # below a file there can be no folder
    assert once(kept, lambda: tmp_path / "made") == (tmp_path / "made", True)


def test_a_full_cache_leaves_no_half_binary(tmp_path, monkeypatch):
    def full(source, target):
        Path(target).write_text("half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(cache.shutil, "copy2", full)
    (tmp_path / "made").write_text("program")
    (tmp_path / "bin").mkdir()
    assert once(tmp_path / "bin" / "key", lambda: tmp_path / "made") == (tmp_path / "made", True)
    assert [path.name for path in (tmp_path / "bin").iterdir() if not path.name.endswith(".lock")] == []


def test_the_cache_lies_on_the_node_inside_a_task(tmp_path, monkeypatch):
    for name in ("GLUNET_CACHE", "SLURM_JOB_ID", "SLURM_TMPDIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    assert cache_folder() == tmp_path / "home" / "glunet"
    monkeypatch.setenv("SLURM_JOB_ID", "1")
    monkeypatch.setenv("SLURM_TMPDIR", str(tmp_path))
    mine = tmp_path / f"glunet-{os.getuid()}"
    assert cache_folder() == mine
    assert mine.stat().st_mode & 0o777 == 0o700
    mine.chmod(0o777)                               # others could put a program of theirs there
    assert cache_folder() == tmp_path / "home" / "glunet"
    mine.rmdir()
    mine.symlink_to(tmp_path)
    assert cache_folder() == tmp_path / "home" / "glunet"
    monkeypatch.setenv("GLUNET_CACHE", str(tmp_path / "chosen"))
    assert cache_folder() == tmp_path / "chosen"


@pytest.mark.parametrize("broken", [
    "exit 1", "case $1 in --version) echo 'cc 1';; *) echo 'x.h:1: error: no' >&2; exit 1;; esac"])
def test_a_compiler_that_fails_is_told_in_one_line(tmp_path, monkeypatch, broken):
    program = tmp_path / "broken"
    program.write_text(f"#!/bin/sh\n{broken}\n")
    program.chmod(0o755)
    for name, text in SOURCES.items():
        (tmp_path / "project" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "project" / name).write_text(text)
    monkeypatch.setenv("CXX", str(program))
    monkeypatch.setenv("GLUNET_CACHE", str(tmp_path / "cache"))
    with pytest.raises(compiler.GlunetError, match="^the C\\+\\+ compiler failed: [^\n]*$"):
        compiler.binary(tmp_path / "project")
