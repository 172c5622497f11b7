"""The log of a search: a head and one line per generation, each forced to the disk; a torn last line is dropped."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from glunet.calibration.generation import Scored
from glunet.calibration.types import FloatArray
from glunet.errors import StoreError

SCHEMA = 1


@dataclass(frozen=True)
class Entry:
    """One stored batch: a generation, or the best candidates of all generations seen again with all seeds.

    Parameters
    ----------
    kind : {'generation', 'confirmation'}
    seeds : tuple of int
    points : float64[C, P]
    scored : Scored
    seconds : float
        Wall-clock time that it took.
    """

    kind: str
    seeds: tuple[int, ...]
    points: FloatArray
    scored: Scored
    seconds: float


def _line(entry: Entry) -> str:
    """An entry as JSON; None stands where there is no number."""
    scored = entry.scored
    values = [[x if np.isfinite(x) else None for x in row] for row in scored.values.tolist()]
    return json.dumps({"kind": entry.kind, "seeds": list(entry.seeds), "points": entry.points.tolist(),
                       "scores": scored.scores.tolist(), "values": values, "penalties": scored.penalties.tolist(),
                       "bad": scored.bad.tolist(), "seconds": round(entry.seconds, 3)}, allow_nan=False)


def _entry(table: dict[str, Any]) -> Entry:
    """An entry from its JSON."""
    scored = Scored(np.array(table["scores"], float), np.array(table["values"], float),
                    np.array(table["penalties"], float), np.array(table["bad"], bool))
    return Entry(table["kind"], tuple(table["seeds"]), np.array(table["points"], float), scored, table["seconds"])


def _whole(path: Path) -> list[dict[str, Any]]:
    """All whole lines; what a kill has torn off is no line yet."""
    lines = path.read_bytes().split(b"\n")[:-1]
    try:
        return [json.loads(line) for line in lines]
    except ValueError:
        raise StoreError(f"{path}: damaged; --force starts the search anew") from None


def read(path: Path) -> tuple[dict[str, Any], list[Entry]]:
    """Head and entries of a log.

    Parameters
    ----------
    path : Path

    Returns
    -------
    tuple of dict and list of Entry
        Empty where there is no log yet.

    Raises
    ------
    StoreError
        Damaged, or of a newer version.
    """
    tables = _whole(path) if path.is_file() else []
    if not tables:
        return {}, []
    head, *rest = tables
    if head.get("schema") != SCHEMA:
        raise StoreError(f"{path}: schema {head.get('schema')}, this version reads {SCHEMA}")
    try:
        return head, [_entry(table) for table in rest]
    except (KeyError, TypeError, ValueError):
        raise StoreError(f"{path}: damaged; --force starts the search anew") from None


class Log:
    """A log that is being written, by one process at a time (see `opened`)."""

    def __init__(self, path: Path, descriptor: int, entries: list[Entry]) -> None:
        self.path, self._descriptor, self.entries = path, descriptor, entries

    def append(self, entry: Entry) -> None:
        """Add an entry; it is on the disk when this returns.

        Raises
        ------
        StoreError
            The disk is full, or the like; what was there before stays.
        """
        try:
            _pour(self._descriptor, _line(entry))
        except OSError as error:
            raise StoreError(f"{self.path}: this generation is lost ({error.strerror}); all earlier ones are kept") from None
        self.entries.append(entry)

    @property
    def generations(self) -> list[Entry]:
        """The generations, in order."""
        return [entry for entry in self.entries if entry.kind == "generation"]

    @property
    def confirmations(self) -> list[Entry]:
        """What was seen again with all seeds."""
        return [entry for entry in self.entries if entry.kind == "confirmation"]


def _pour(descriptor: int, line: str) -> None:
    """Write one line and force it to the disk."""
    content = memoryview(line.encode() + b"\n")
    while content:
        content = content[os.write(descriptor, content):]
    os.fsync(descriptor)


@contextmanager
def opened(path: Path, head: dict[str, Any], force: bool = False) -> Iterator[Log]:
    """A log open for writing.

    Parameters
    ----------
    path : Path
    head : dict
        What a new log begins with.
    force : bool
        Begin anew.

    Raises
    ------
    StoreError
        Another process is searching the same, the log is damaged, or it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written ({error.strerror})") from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError(f"{path}: another process is at this search now") from None
        except OSError:
            pass    # a file system without locks
        if force:
            os.ftruncate(descriptor, 0)
        found, entries = read(path)
        os.ftruncate(descriptor, path.read_bytes().rfind(b"\n") + 1)
        if not found:
            _pour(descriptor, json.dumps({"schema": SCHEMA, **head}))
        yield Log(path, descriptor, entries)
    finally:
        os.close(descriptor)
