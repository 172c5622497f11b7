"""A number per replicate, kept in the file: mean rates and averages of recorded means over the whole run.

/glunet/table       rates/<population> [R] in Hz, means/<population>/<variable> [R]
"""

from __future__ import annotations

from typing import Any

import h5py
import numpy as np

from glunet.store.recording import Recording
from glunet.store.spikes import counts_per_replicate

Table = dict[tuple[str, str], tuple[np.ndarray, str]]     # (population, "rate" or variable) -> values [R], unit
_ROWS = 32


def averages_of(recording: Recording) -> Table:
    """Averages of a recording that is still in memory."""
    rows, table = len(recording.seeds), Table()
    for name, data in recording.spikes.items():
        counts = np.bincount(np.asarray(data.replicate, np.int64), minlength=rows)
        table[name, "rate"] = _rate(counts, data.n_cells, recording.duration_s)
    for series in recording.means:
        values = np.ascontiguousarray(series.values)
        table[series.population, series.variable] = values.mean(axis=1), series.unit
    return table


def read_averages(file: h5py.File, summary: dict[str, Any], rows: int) -> Table:
    """Averages of a stored file: as kept there, or computed where an older version wrote it.

    Parameters
    ----------
    file : h5py.File
    summary : dict
        See `glunet.store.summary`.
    rows : int
        Replicates, R.

    Returns
    -------
    dict
        (population, "rate" or variable) -> values [R] and their unit.
    """
    root = file["glunet"]
    if "table" in root:
        return kept_averages(root["table"])
    table = Table()
    for name in summary["spikes"]:
        cells = summary["populations"][name]
        table[name, "rate"] = _rate(counts_per_replicate(file, name, cells, rows), cells, summary["duration_s"])
    for name, variables in summary["means"].items():
        for variable, unit in variables.items():
            values = root[f"means/{name}/{variable}/values"]
            # a few rows at a time: all of them may be more than memory holds
            parts = [values[first:first + _ROWS].mean(axis=1) for first in range(0, len(values), _ROWS)]
            table[name, variable] = np.concatenate([np.zeros(0), *parts]), unit
    return table


def write_averages(root: h5py.Group, table: Table) -> None:
    """Write a table below `root` (the file's /glunet)."""
    group = root.create_group("table", track_order=True)
    for (population, column), (values, unit) in table.items():
        place = f"rates/{population}" if column == "rate" else f"means/{population}/{column}"
        folder = group
        for name in place.split("/")[:-1]:
            folder = folder[name] if name in folder else folder.create_group(name, track_order=True)
        folder.create_dataset(place.split("/")[-1], data=values).attrs["units"] = unit


def kept_averages(group: h5py.Group) -> Table:
    """A table as it was written."""
    table: Table = {(name, "rate"): (values[:], str(values.attrs["units"]))
                    for name, values in group.get("rates", {}).items()}
    for name, columns in group.get("means", {}).items():
        table |= {(name, column): (values[:], str(values.attrs["units"])) for column, values in columns.items()}
    return table


def _rate(counts: np.ndarray, cells: int, duration_s: float) -> tuple[np.ndarray, str]:
    return counts / (max(cells, 1) * duration_s), "Hz"
