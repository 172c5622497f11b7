"""Who computes a batch now: one byte of the plan file per batch, locked while a process works on it.

The lock ends with its process, however that ends, and leaves nothing behind. A process must not open the plan file
otherwise while it holds a claim: closing any handle on a file gives up all locks of the process on it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from glunet.errors import GlunetError

_TAKEN = {errno.EACCES, errno.EAGAIN}


class Busy(GlunetError):
    """Another process computes this batch now."""


@contextmanager
def claim(plan: Path, index: int | None, what: str) -> Iterator[None]:
    """Hold a batch of a plan (all of them where `index` is None) while the block runs.

    Parameters
    ----------
    plan : Path
        The plan file. Where it may only be read, or lies on a file system without locks, nobody is refused.
    index : int or None
    what : str
        What is claimed, for the message.

    Raises
    ------
    Busy
        Another process holds it.
    """
    descriptor = _locked(plan, index, what)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _locked(plan: Path, index: int | None, what: str) -> int | None:
    """An open handle that holds the lock, where there can be one."""
    try:
        descriptor = os.open(plan, os.O_RDWR)
    except OSError:
        return None
    start, length = (0, 0) if index is None else (index, 1)
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, length, start)
    except OSError as error:
        if error.errno in _TAKEN:
            os.close(descriptor)
            raise Busy(f"{what}: another process computes it now") from None
    return descriptor


def held(plan: Path, index: int) -> bool:
    """Tell whether another process computes a batch now, without touching its lock; False where that cannot be known."""
    if sys.platform != "linux":
        return False
    # struct flock: kind, whence, start, length, process; asking changes the kind to "unlocked" where nobody holds it
    asked = struct.pack("hhqqi", fcntl.F_WRLCK, os.SEEK_SET, index, 1, 0)
    try:
        with open(plan, "rb") as file:
            told = fcntl.fcntl(file, fcntl.F_GETLK, asked)
    except OSError:
        return False
    return bool(struct.unpack("hhqqi", told)[0] != fcntl.F_UNLCK)
