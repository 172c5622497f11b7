"""The programs that this process has generated already: a batch that differs from one in numbers alone needs no new text.

Brian2 takes a second or more to write a network's program, and most of it for every batch of a sweep or a calibration
alike. A network that is laid out, but not written, has all its numbers in the device's arrays. Where nothing else differs
they are put in their files, and the program at hand reads them.
"""

from __future__ import annotations

import hashlib
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from brian2 import get_device
from brian2.codegen.codeobject import CodeObject

from glunet.circuit.blueprint import Blueprint
from glunet.engine import compiler

_MOST = 8       # programs remembered; the oldest is forgotten first
_known: dict[str, Path] = {}


def signature(blueprint: Blueprint) -> str:
    """A digest of all that the text of a network's program follows from.

    Parameters
    ----------
    blueprint : Blueprint
        Whose network has been laid out on the device, and not run yet.

    Notes
    -----
    That is the blueprint with shapes and types in place of its numbers, but for constants, which the program is told when
    it starts; the names, shapes and types of the device's arrays; and what the device is to do with them, in order: a
    single number is written out there.
    """
    device = get_device()
    arrays = sorted((name, array.shape, array.dtype.str) for name, array in device.static_arrays.items())
    seen = hashlib.sha256(repr((_text(blueprint), arrays, compiler.compiler())).encode())
    seen.update(repr([(kind, _text(what)) for kind, what in device.main_queue]).encode())
    return seen.hexdigest()


def _text(value: Any) -> Any:
    """A value with arrays as shapes and types, objects of Brian2 as their names, and constants as theirs."""
    if isinstance(value, np.ndarray):
        return value.shape, value.dtype.str
    if isinstance(value, dict):
        return [(key, _text(part)) for key, part in value.items()]
    if isinstance(value, list | tuple):
        return [_text(part) for part in value]
    if isinstance(value, Blueprint):
        # the duration is told to the program, schedules and levels are in arrays, conditions in the populations' models
        return [(field.name, _text(getattr(value, field.name))) for field in fields(value)
                if field.name not in ("duration", "seeds", "schedules", "conditions", "levels")]
    if type(value).__name__ in ("PopulationPlan", "ProjectionPlan", "ExchangePlan", "DomainPlan"):
        return [(field.name, sorted(value.constants) if field.name == "constants" else _text(getattr(value, field.name)))
                for field in fields(value)]
    if isinstance(value, CodeObject):
        return value.name, {name: str(text) for name, text in getattr(value.code, "__dict__", {"": value.code}).items()}
    return value if isinstance(value, str | int | float | bool | None) else repr(value)


def find(key: str) -> Path | None:
    """The program of a signature, if it is known and still there."""
    program = _known.get(key)
    return program if program is not None and program.is_file() else None


def keep(key: str, program: Path) -> None:
    """Remember a program."""
    _known.pop(key, None)
    _known[key] = program
    while len(_known) > _MOST:
        del _known[next(iter(_known))]


def lay_out(folder: Path) -> None:
    """Write the device's arrays where the program reads them, and let nothing stand for what it will write."""
    device = get_device()
    (folder / "static_arrays").mkdir(parents=True, exist_ok=True)
    device.write_static_arrays(str(folder))
    device.array_cache.clear()
