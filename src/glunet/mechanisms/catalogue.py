"""The catalogue of mechanisms: every file in the folders beside this one, found by walking, under its file name."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import glunet.mechanisms as _room
from glunet.vocabulary.mechanism import Mechanism


@cache
def mechanisms() -> dict[str, Mechanism]:
    """All mechanisms by name.

    Raises
    ------
    TypeError
        Where a file holds no `MECHANISM`, or one whose name is not the file's.
    """
    found: dict[str, Mechanism] = {}
    for info in pkgutil.walk_packages(_room.__path__, _room.__name__ + "."):
        if info.ispkg or info.name.endswith(".catalogue"):
            continue
        mechanism = getattr(importlib.import_module(info.name), "MECHANISM", None)
        file_name = info.name.rsplit(".", 1)[1]
        if not isinstance(mechanism, Mechanism) or mechanism.name != file_name:
            raise TypeError(f"{info.name} must define MECHANISM with the name '{file_name}'")
        found[file_name] = mechanism
    return found


def folder(name: str) -> str:
    """The folder (kind) a mechanism stands in, such as ``receptors``."""
    for info in pkgutil.walk_packages(_room.__path__, _room.__name__ + "."):
        parts = info.name.split(".")
        if not info.ispkg and parts[-1] == name:
            return parts[-2]
    raise KeyError(name)
