"""A file that is either whole or not there, whatever happens to the process, the disk or the power."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from glunet.errors import StoreError

PART = ".part"


def put(path: Path, content: memoryview) -> None:
    """Write `content` to a side file, force it to the disk, and give it its name.

    Parameters
    ----------
    path : Path
        The file to make or replace. An older one stays untouched until the new one is on the disk. The side
        file has `.part` appended.
    content : memoryview
        Bytes of the whole file.

    Raises
    ------
    StoreError
        Another process is writing the same file.
    OSError
        The disk is full, or the folder cannot be written; the side file is gone.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + PART)
    descriptor = _claim(part, path)
    try:
        os.ftruncate(descriptor, 0)  # what a killed run may have left
        _pour(descriptor, content)
        os.fsync(descriptor)
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)
    _sync_folder(path.parent)


def ready(folder: Path) -> None:
    """Make a folder, before anything is computed for it.

    Raises
    ------
    StoreError
        It cannot be made, or nothing can be written there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{folder}: cannot be made: {error.strerror}; allowed: a folder that can be written") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise StoreError(f"{folder}: cannot be written; allowed: a folder that can be written")


def _pour(descriptor: int, content: memoryview) -> None:
    """Write all: one call takes 2 GiB at most, and less on a disk that fills."""
    while content:
        content = content[os.write(descriptor, content):]


def _sync_folder(folder: Path) -> None:
    """Put the new name on the disk; without this a power cut may forget the rename."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _claim(part: Path, path: Path) -> int:
    """Open and lock the side file: two writers would mix their bytes. A killed one's lock is gone with it."""
    while True:
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise StoreError(f"{path}: another process is writing it now") from None
        except OSError:
            return descriptor  # a file system without locks
        # The former holder may have renamed the file between our opening it and our lock.
        try:
            if os.path.samestat(os.fstat(descriptor), os.stat(part)):
                return descriptor
        except FileNotFoundError:
            pass
        os.close(descriptor)
