"""Where each replicate stands, in the units that were written: what every export carries along."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from glunet.errors import GlunetError, InputError

if TYPE_CHECKING:
    from glunet.store.result import Result


def coordinates(result: Result) -> dict[str, tuple[np.ndarray, str]]:
    """Seed and axes by path: values [R] and their unit, as written in the experiment ("SI" for a unit not known)."""
    found = {"seed": (np.asarray(result.points["seed"]), "1")}
    for path in (str(name) for name in result.points.data_vars if name != "seed"):
        values = result.axis(path)
        found[path] = np.asarray(values), str(values.attrs["units"])
    return found


def chosen(result: Result, replicates: Sequence[int] | None) -> list[int]:
    """Replicates to export, all by default.

    Raises
    ------
    InputError
        No such replicate.
    """
    if replicates is None:
        return list(range(result.n_replicates))
    for number in replicates:
        if not 0 <= number < result.n_replicates:
            raise InputError(str(result.path), "replicates", f"no replicate {number}", f"0 to {result.n_replicates - 1}")
    return [int(number) for number in replicates]


def missing_library(library: str, what: str, extra: str) -> GlunetError:
    """The error where an optional library cannot be imported."""
    return GlunetError(f"{what} needs {library}, which is not installed: pip install 'glunet[{extra}]'")
