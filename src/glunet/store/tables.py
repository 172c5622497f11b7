"""A number per point: mean rates and averages of recorded means; and values per point laid out over their axes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import xarray as xr

from glunet.errors import InputError
from glunet.store.averages import Table, read_averages
from glunet.store.ensemble import Part


def joined_table(parts: Sequence[Part]) -> Table:
    """Every point's mean rates and averages of recorded means, over the whole run.

    Parameters
    ----------
    parts : sequence of Part

    Returns
    -------
    dict
        (population, "rate" or variable) -> values [R] and their unit.
    """
    rows = [part.read(partial(read_averages, summary=part.summary, rows=len(part.seeds))) for part in parts]
    return {key: (np.concatenate([row[key][0] for row in rows]), unit) for key, (_, unit) in rows[0].items()}


def grid(values: xr.DataArray, names: Sequence[str], planned: int, path: str) -> xr.DataArray:
    """Values per replicate with one dimension for each of the axes named; nan where a point is missing.

    Parameters
    ----------
    values : xarray.DataArray
        With dimension `replicate` and the axes as its coordinates.
    names : sequence of str
    planned : int
        Points that there are, with those that are missing.
    path : str
        Of the result, for the message.

    Raises
    ------
    InputError
        The points are no grid: a design, say.
    """
    sizes = {name: len(np.unique(values[name])) for name in names}
    if np.prod([float(size) for size in sizes.values()]) > planned:
        raise InputError(path, "grid", f"{planned} points do not fill {sizes}",
                         "points that are every combination of their axes' values")
    return values.set_index(replicate=list(names)).unstack("replicate")
