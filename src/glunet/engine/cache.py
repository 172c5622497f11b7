"""Where compiled programs are kept, and how one process builds while the others wait for what it builds."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

# a holder that was suspended, by a batch system say, must not stop the others for ever
PATIENCE_S = 900.0
_PAUSE_S = 0.1


def cache_folder() -> Path:
    """Where binaries are kept: ``$GLUNET_CACHE``, the node's own disk in a SLURM task, or the user's cache folder.

    The disk of the node is ``$SLURM_TMPDIR``, ``$TMPDIR`` or ``/tmp``: a folder that all nodes share has slow locks, or
    none, and a thousand tasks would read from it in the same second.
    """
    base = os.environ.get("GLUNET_CACHE")
    if base:
        return Path(base)
    local = _node_folder() if "SLURM_JOB_ID" in os.environ else None
    return local or Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "glunet"


def _node_folder() -> Path | None:
    """A folder of this user's own on the node's disk; None where somebody else has taken or can change it."""
    # not tempfile.gettempdir(): a worker process has one of its own
    disk = os.environ.get("SLURM_TMPDIR") or os.environ.get("TMPDIR") or "/tmp"
    folder = Path(disk) / f"glunet-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return None
    mine = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o022
    return folder if mine else None


def once(kept: Path, build: Callable[[], Path]) -> tuple[Path, bool]:
    """A kept file, built now if it is not there; of several processes one builds and the others wait.

    Parameters
    ----------
    kept : Path
        Its place in the cache.
    build : callable
        Builds it and returns where; what it raises is passed on, and the next in line tries.

    Returns
    -------
    path : Path
        `kept`, or what `build` returned where the cache cannot be written.
    built : bool
        False where the cache held it, or another process put it there meanwhile.
    """
    if kept.is_file():
        return kept, False
    with _turn(kept) as lock:
        if kept.is_file():
            return kept, False
        built = build()
        if not _keep(built, kept):
            return built, True
        # whoever still waits at the removed file finds the binary; nobody comes to it any more
        if lock is not None:
            lock.unlink(missing_ok=True)
        return kept, True


@contextmanager
def _turn(kept: Path) -> Iterator[Path | None]:
    """Be the only one to build `kept`; None, and nobody waits, where the folder knows no locks.

    The lock belongs to the open file: it goes with its process, however that ends, and the compilers that the process
    started do not inherit it.
    """
    path = kept.with_name(f".{kept.name}.lock")
    descriptor = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        _wait(descriptor)
    except OSError:
        pass
    try:
        yield None if descriptor is None else path
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _wait(descriptor: int) -> None:
    """Wait for the lock of an open file, but not for ever."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE_S)
    return None


def _keep(built: Path, kept: Path) -> bool:
    """Put a copy into the cache, whole or not at all; False where there is no room or no right to write."""
    fresh = None
    try:
        # a name of its own: two nodes on one file system may both get here
        descriptor, fresh = tempfile.mkstemp(prefix=f".{kept.name}.", dir=kept.parent)
        os.close(descriptor)
        shutil.copy2(built, fresh)
        os.replace(fresh, kept)
    except OSError:
        if fresh is not None:
            Path(fresh).unlink(missing_ok=True)
        return False
    return True
