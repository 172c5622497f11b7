"""The rows of the scoreboard that can be computed, by family.

A family is a module of this folder that is named in `FAMILIES`. It holds

``EXPERIMENTS``
    {row: names of the experiments that it reads}. A name is a file below ``experiments/``; with `` + drugs.NAME`` or
    `` + conditions.NAME`` after it, the same with that drug or condition at zero (see `glunet.validation.experiments`). In
    place of the names a function without arguments may stand that returns them.
``ROWS``
    {row: function}. The function takes {experiment name: `glunet.store.result.Result`} and returns {metric: values}, one
    value per seed (its mean and interval are scored), or an `Interval` where it knows better. All metrics that
    ``targets.toml`` has for the row, and no others.
``PICTURES``, optional
    {row: pictures for its page}: see `Picture`.
``ENOUGH``, optional
    {experiment: {axis: values as text}}: the part of an experiment's axes that the scores read. A sensitivity analysis
    computes no more than that.

``SHORTENS``, optional
    True where the windows that rows are scored in shrink with the run (`glunet.validation.sweep.window`): only then does a
    sensitivity analysis shorten the experiments. A seizure or a death takes its time.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from glunet.errors import InputError
from glunet.store.result import Result
from glunet.validation import control, ischaemia, ketamine, receptors, seizure, survival, zero_dose
from glunet.validation.picture import Picture

FAMILIES: tuple[ModuleType, ...] = (control, ketamine, seizure, ischaemia, survival, receptors, zero_dose)
Function = Callable[[Mapping[str, Result]], Mapping[str, Any]]


def computable() -> dict[str, tuple[str, ...]]:
    """Rows that this version computes, with the experiments that each reads."""
    return {row: tuple(found() if callable(found) else found)
            for family in FAMILIES for row, found in family.EXPERIMENTS.items()}


def shortens(name: str) -> bool:
    """Whether all rows that read an experiment can be scored on shortened runs of it."""
    readers = [family for family in FAMILIES for row in family.EXPERIMENTS if name in computable()[row]]
    return bool(readers) and all(getattr(family, "SHORTENS", False) for family in readers)


def function(row: str) -> Function:
    """What scores a row."""
    found: Function = next(family.ROWS[row] for family in FAMILIES if row in family.ROWS)
    return found


def pictures(row: str) -> tuple[Picture, ...]:
    """What its page shows."""
    return next((tuple(family.PICTURES[row]) for family in FAMILIES if row in getattr(family, "PICTURES", {})), ())


def enough(experiment: str) -> dict[str, list[str]]:
    """The part of an experiment's axes that scores read, where less than all of them will do."""
    return next((family.ENOUGH[experiment] for family in FAMILIES if experiment in getattr(family, "ENOUGH", {})), {})


def chosen(only: list[str], option: str = "--only") -> list[str]:
    """Row ids that match the patterns (``K1``, ``K*``; several may be joined by commas), all where none is given.

    Raises
    ------
    InputError
    """
    known, found = list(computable()), []
    for pattern in [part.strip() for entry in only for part in entry.split(",")]:
        matching = [row for row in known if fnmatch.fnmatchcase(row, pattern)]
        if not matching:
            raise InputError("command line", option, f"no row matches {pattern!r}", known, pattern)
        found += matching
    return [row for row in known if row in found or not only]
