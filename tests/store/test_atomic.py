"""Whole or not there: a killed process, a full disk and two writers leave no half file."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from glunet.errors import StoreError
from glunet.store import atomic, hdf5, is_whole, open_result, summary, write

HERE = Path(__file__).parent
SOURCES = str(Path(hdf5.__file__).parents[2])


def _child(code: str, path: Path) -> subprocess.Popen:
    """A process that has a recording `r` and a `path` to write it to."""
    start = f"""
        import os, sys, time, importlib.util
        sys.path.insert(0, {SOURCES!r})
        spec = importlib.util.spec_from_file_location("made", {str(HERE / "conftest.py")!r})
        made = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(made)
        from glunet.store import atomic, hdf5, write
        r, path = made.make(seeds=range(7, 27), levels=[0.0] * 20), {str(path)!r}
        def stop(*_):
            print("here", flush=True)
            time.sleep(600)
    """
    return subprocess.Popen([sys.executable, "-c", textwrap.dedent(start) + textwrap.dedent(code)],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


# Where the process stands still and is killed.
STOPS = {
    "before the first byte": "atomic._pour = stop",
    "half written": "atomic._pour = lambda to, content: (os.write(to, content[:len(content) // 2]), stop())",
    "before the fsync": "atomic.os.fsync = stop",
    "before the rename": "atomic.os.replace = stop",
}


@pytest.mark.parametrize("where", STOPS)
@pytest.mark.parametrize("older", [False, True])
def test_kill_in_the_middle_leaves_nothing_that_reads_as_whole(tmp_path, recording, where, older):
    path = tmp_path / "a.h5"
    before = write(recording, path).read_bytes() if older else None
    child = _child(f"{STOPS[where]}\nwrite(r, path)", path)
    assert child.stdout.readline() == "here\n", child.stderr.read()
    child.send_signal(signal.SIGKILL)
    child.communicate()
    left = {file.name for file in tmp_path.iterdir()}
    assert left == ({"a.h5", "a.h5.part"} if older else {"a.h5.part"})
    assert not is_whole(tmp_path / "a.h5.part")
    with pytest.raises(StoreError, match="unfinished"):
        open_result(tmp_path / "a.h5.part")
    if older:
        assert path.read_bytes() == before
        assert open_result(tmp_path).n_replicates == 4
    else:
        with pytest.raises(StoreError, match="no finished result"):
            open_result(tmp_path)
    # The next run is not held up by what the killed one left.
    write(recording, path)
    assert [file.name for file in tmp_path.iterdir()] == ["a.h5"]
    assert summary(path)["replicates"] == 4


@pytest.mark.parametrize("share", [0.01, 0.5, 0.9, 0.999])
def test_a_full_disk_leaves_the_old_file(tmp_path, recording, recorded, share):
    size = write(recorded(seeds=range(7, 27), levels=[0.0] * 20), tmp_path / "size.h5").stat().st_size
    (tmp_path / "size.h5").unlink()
    path = tmp_path / "a.h5"
    before = write(recording, path).read_bytes()
    child = _child(f"""
        import resource
        from glunet.errors import StoreError
        resource.setrlimit(resource.RLIMIT_FSIZE, ({int(size * share)}, {int(size * share)}))
        try:
            write(r, path)
        except StoreError as error:
            print(error)
    """, path)
    said, complaints = child.communicate(timeout=60)
    assert said.startswith(f"{path}: cannot be written"), complaints
    assert said.count("\n") == 1
    assert child.returncode == 0
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["a.h5"]


def test_a_disk_that_is_full_at_the_sync_leaves_the_old_file(tmp_path, recording, recorded, monkeypatch):
    path = tmp_path / "a.h5"
    before = write(recording, path).read_bytes()

    def full(_descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(atomic.os, "fsync", full)
    with pytest.raises(StoreError, match="No space left on device"):
        write(recorded(seeds=(9,), levels=(0.0,)), path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["a.h5"]


def test_file_and_folder_are_on_the_disk_before_and_after_the_rename(tmp_path, recording, monkeypatch):
    steps, fsync, replace = [], os.fsync, os.replace

    def watched_fsync(descriptor):
        steps.append("folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "file")
        fsync(descriptor)

    def watched_replace(*names):
        steps.append("rename")
        replace(*names)

    monkeypatch.setattr(atomic.os, "fsync", watched_fsync)
    monkeypatch.setattr(atomic.os, "replace", watched_replace)
    write(recording, tmp_path / "a.h5")
    assert steps == ["file", "rename", "folder"]


def test_a_second_writer_of_the_same_file_is_refused(tmp_path, recording):
    path = tmp_path / "a.h5"
    child = _child("atomic.os.replace = stop\nwrite(r, path)", path)
    assert child.stdout.readline() == "here\n", child.stderr.read()
    try:
        with pytest.raises(StoreError, match="another process is writing"):
            write(recording, path)
        assert (tmp_path / "a.h5.part").exists()
    finally:
        child.kill()
        child.communicate()


def test_a_folder_that_cannot_be_made_gets_one_line(tmp_path, recording):
    (tmp_path / "results").write_text("a file in the way")
    with pytest.raises(StoreError, match="cannot be written"):
        write(recording, tmp_path / "results" / "a.h5")


def test_store_needs_neither_brian2_nor_matplotlib():
    code = ("import sys, glunet, glunet.store, glunet.store.result; "
            "print(*{'brian2', 'matplotlib'} & {name.split('.')[0] for name in sys.modules})")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                          env={**os.environ, "PYTHONPATH": SOURCES})
    assert done.stdout.strip() == ""
