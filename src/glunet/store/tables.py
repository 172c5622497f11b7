"""A number per point: mean rates and averages of recorded means; and values per point laid out over their axes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import h5py
import numpy as np
import xarray as xr

from glunet.errors import InputError
from glunet.store.ensemble import Part

Table = dict[tuple[str, str], tuple[np.ndarray, str]]     # (population, "rate" or variable) -> values [R], unit


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
    rows = [part.read(partial(_table, part=part)) for part in parts]
    return {key: (np.concatenate([row[key][0] for row in rows]), unit) for key, (_, unit) in rows[0].items()}


def _table(file: h5py.File, part: Part) -> Table:
    """The rows of one file."""
    replicates, table = len(part.seeds), Table()
    for name in part.summary["spikes"]:
        cells = part.summary["populations"][name]
        replicate = file[f"spikes/{name}/node_ids"][:].astype(np.int64) // max(cells, 1)
        counts = np.bincount(replicate, minlength=replicates)
        table[name, "rate"] = counts / (max(cells, 1) * part.summary["duration_s"]), "Hz"
    for name, variables in part.summary["means"].items():
        for variable, unit in variables.items():
            table[name, variable] = file[f"glunet/means/{name}/{variable}/values"][:].mean(axis=1), unit
    return table


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
