"""Errors that a user can act on: one line each, no traceback, exit code 2."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

MOST_NAMES, NEAREST = 40, 12     # a line names all, or of more than that the nearest


class GlunetError(Exception):
    """Anything glunet refuses, told in one line."""


class StoreError(GlunetError):
    """A stored file that is damaged, unfinished, or newer than this version."""


class InputError(GlunetError):
    """A value in a user's file that cannot be used.

    Parameters
    ----------
    file : str
        File the value stands in, as the user named it.
    key : str
        Dotted key inside that file.
    problem : str
        What is wrong, with the value.
    allowed : str or iterable of str
        What may stand there instead.
    value : str, optional
        The word to find the nearest allowed spelling for.
    """

    def __init__(self, file: str, key: str, problem: str, allowed: str | Iterable[str] = "",
                 value: str | None = None) -> None:
        names = [] if isinstance(allowed, str) else sorted(allowed)
        text = allowed if isinstance(allowed, str) else _listed(names, value)
        line = f"{file}: {key}: {problem}"
        if text:
            line += f"; allowed: {text}"
        near = [name for name in names if value and name.lower() == value.lower()]
        near = near or (difflib.get_close_matches(value, names, n=1) if value else [])
        if near:
            line += f" (did you mean '{near[0]}'?)"
        super().__init__(" ".join(line.split()))
        self.file, self.key, self.problem = file, key, problem


def _listed(names: list[str], value: str | None) -> str:
    """All names; of very many those that are spelled most like the value."""
    if len(names) <= MOST_NAMES:
        return ", ".join(names)
    nearest = sorted(difflib.get_close_matches(value or "", names, n=NEAREST, cutoff=0.0))
    return f"{', '.join(nearest)} and {len(names) - len(nearest)} more"
