"""The plan of a sweep, as a file beside its results: which points go to which result file.

It is made once, and the cut into files never changes afterwards, so a point keeps its file. What is computed is not
written down: a batch is there where its file is whole.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from glunet.errors import StoreError

SCHEMA = 1
SUFFIX = ".plan.json"
_RANGE = re.compile(r"-(\d{6,})-(\d{6,})\.h5$")


@dataclass(frozen=True)
class PlanFile:
    """What a plan file says.

    Parameters
    ----------
    path : Path
        The plan file itself; the results lie beside it.
    name, key : str
        Of the experiment, and of its content.
    edges : tuple of int
        Batch i holds the points edges[i] <= index < edges[i + 1].
    text, file : str
        The experiment file's text, and its name as it was given.
    device : str
    """

    path: Path
    name: str
    key: str
    edges: tuple[int, ...]
    text: str
    file: str
    device: str

    @property
    def parts(self) -> list[Path]:
        """The result files, in the order of their points, whether they are there or not."""
        return [part_path(self.path.parent, self.name, self.key, first, stop) for first, stop in pairwise(self.edges)]


def plan_path(folder: Path, name: str, key: str) -> Path:
    """Where the plan of an experiment lies."""
    return folder / f"{name}-{key}{SUFFIX}"


def part_path(folder: Path, name: str, key: str, first: int, stop: int) -> Path:
    """The file of the points first <= index < stop; sorted by name, files are sorted by their points."""
    return folder / f"{name}-{key}-{first:06d}-{stop - 1:06d}.h5"


def ranges(folder: Path, name: str, key: str) -> list[tuple[int, int, Path]]:
    """(first, stop, file) of all files of this plan that lie in a folder, whole or not."""
    found = []
    for path in folder.glob(f"{name}-{key}-*.h5"):
        match = _RANGE.search(path.name)
        if match:
            found.append((int(match[1]), int(match[2]) + 1, path))
    return sorted(found)


def read_plan(path: Path) -> PlanFile:
    """Read a plan file.

    Raises
    ------
    StoreError
        Not there, not readable, written by a newer glunet, or no plan.
    """
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {error.strerror or error}") from error
    except ValueError:
        raise StoreError(f"{path}: damaged: not JSON; move it away and plan again: stored results are found") from None
    if not isinstance(table, dict) or not isinstance(table.get("schema"), int):
        raise StoreError(f"{path}: not the plan of a sweep")
    if table["schema"] > SCHEMA:
        raise StoreError(f"{path}: written by a newer glunet (schema {table['schema']}, this one reads {SCHEMA})")
    try:
        found = PlanFile(path, str(table["name"]), str(table["key"]), tuple(int(edge) for edge in table["edges"]),
                         str(table["experiment"]), str(table["file"]), str(table["device"]))
    except (KeyError, TypeError, ValueError) as error:
        raise StoreError(f"{path}: damaged: {error!r}") from None
    if len(found.edges) < 2 or found.edges[0] != 0 or any(a >= b for a, b in pairwise(found.edges)):
        raise StoreError(f"{path}: damaged: edges do not rise from 0")
    return found


def write_plan(plan: PlanFile, *, replace: bool = False) -> PlanFile:
    """Write a plan file whole; of two writers at the same time the first wins, and both get what is there.

    Parameters
    ----------
    plan : PlanFile
    replace : bool
        Take the place of an older plan.

    Raises
    ------
    StoreError
        The folder cannot be written.
    """
    table: dict[str, Any] = {"schema": SCHEMA, "name": plan.name, "key": plan.key, "file": plan.file,
                             "device": plan.device, "edges": list(plan.edges), "experiment": plan.text}
    side = plan.path.with_name(f".{plan.path.name}.{os.getpid()}")
    try:
        plan.path.parent.mkdir(parents=True, exist_ok=True)
        with open(side, "w", encoding="utf-8") as file:
            file.write(json.dumps(table) + "\n")
            file.flush()
            os.fsync(file.fileno())
        if replace or not _linked(side, plan.path):
            os.replace(side, plan.path)
    except OSError as error:
        raise StoreError(f"{plan.path}: cannot be written: {error.strerror or error}") from error
    finally:
        side.unlink(missing_ok=True)
    return read_plan(plan.path)


def _linked(side: Path, path: Path) -> bool:
    """Give the side file its name unless another has it; False where the file system knows no links."""
    try:
        os.link(side, path)
    except FileExistsError:
        pass
    except OSError:
        return path.exists()
    return True
