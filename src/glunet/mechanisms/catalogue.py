"""The catalogue of mechanisms: every file in the folders beside this one, found by walking, under its file name."""

from __future__ import annotations

import importlib
import pkgutil
import traceback
from functools import cache
from importlib.machinery import ModuleSpec
from pathlib import Path
from pkgutil import ModuleInfo

import glunet.mechanisms as _room
from glunet.errors import InputError
from glunet.vocabulary.form import flaw
from glunet.vocabulary.mechanism import Mechanism


@cache
def _files() -> dict[str, ModuleInfo]:
    """The module of every mechanism by its file name."""
    found: dict[str, ModuleInfo] = {}
    for info in pkgutil.walk_packages(_room.__path__, _room.__name__ + "."):
        name = info.name.rsplit(".", 1)[1]
        if info.ispkg or info.name.endswith(".catalogue"):
            continue
        if name in found:
            raise InputError(_shown(info), "name", f"another mechanism has this name: {_shown(found[name])}",
                             "a name of its own for each file")
        found[name] = info
    return found


def _path(info: ModuleInfo) -> Path:
    """A module's file."""
    spec = info.module_finder.find_spec(info.name, None)
    return Path(spec.origin) if isinstance(spec, ModuleSpec) and spec.origin else Path(*info.name.split("."))


def _shown(info: ModuleInfo) -> str:
    """A module's file as a line may name it: from the current folder, where it lies below."""
    path = _path(info)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


@cache
def mechanisms() -> dict[str, Mechanism]:
    """All mechanisms by name.

    Raises
    ------
    InputError
        A file that cannot be read as Python, that holds no `MECHANISM`, or one with another name or a flaw.
    """
    return {name: _read(name, info) for name, info in _files().items()}


def _read(name: str, info: ModuleInfo) -> Mechanism:
    """The mechanism in one file."""
    try:
        mechanism = getattr(importlib.import_module(info.name), "MECHANISM", None)
    except SyntaxError as error:
        raise InputError(_shown(info), f"line {error.lineno}", f"not valid Python: {error.msg}", "Python 3.12") from None
    except Exception as error:  # noqa: BLE001 - whatever a file does when it is read, its author is told in one line
        raise InputError(_shown(info), _line(info, error), f"{type(error).__name__}: {error}",
                         "a file that builds one MECHANISM from glunet.vocabulary") from None
    if not isinstance(mechanism, Mechanism):
        problem = "missing" if mechanism is None else f"a {type(mechanism).__name__} is none"
        raise InputError(_shown(info), "MECHANISM", problem, f'MECHANISM = Mechanism(name="{name}", ...)')
    if mechanism.name != name:
        raise InputError(_shown(info), "MECHANISM.name", f"{mechanism.name!r} is not the file's name", f"'{name}'")
    found = flaw(mechanism)
    if found is not None:
        raise InputError(_shown(info), found.where, found.problem, found.allowed, found.value)
    return mechanism


def _line(info: ModuleInfo, error: Exception) -> str:
    """The line of a mechanism's file at which an error came up."""
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename) == _path(info)]
    return f"line {own[-1].lineno}" if own else "file"


def file(name: str) -> str:
    """The file of a mechanism, as a line may name it."""
    return _shown(_files()[name])


def folder(name: str) -> str:
    """The folder (kind) a mechanism stands in, such as ``receptors``."""
    return _files()[name].name.split(".")[-2]
