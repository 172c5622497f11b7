"""Tables for pandas: one row per replicate and population, or one row per spike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from glunet.errors import InputError
from glunet.store.points import chosen, coordinates

if TYPE_CHECKING:
    import pandas as pd

    from glunet.store.result import Result

TABLES = ("summary", "spikes")


def tabulate(result: Result, what: str = "summary", start_s: float | None = None, stop_s: float | None = None,
             replicates: Sequence[int] | None = None) -> pd.DataFrame:
    """A result as a table, with seed and axes beside every row.

    Parameters
    ----------
    result : Result
    what : str
        "summary": one row per replicate and population, with its mean rate and the averages of its recorded means
        (nan for what was not recorded of it). "spikes": one row per spike, sorted by population and time.
    start_s, stop_s : float, optional
        Window in seconds, its end excluded; the whole run by default. A summary of a part holds rates only.
    replicates : sequence of int, optional
        These only; all by default.

    Returns
    -------
    pandas.DataFrame
        Columns replicate, population, seed, one per axis (by path, in the unit it was written in), then rate and
        variables, or cell and time. ``attrs["units"]`` tells the unit of each column that has one.

    Raises
    ------
    InputError
        Another table than these, a window that is no part of the run, or no such replicate.
    """
    if what not in TABLES:
        raise InputError(str(result.path), "to_pandas", f"no table '{what}'", TABLES, what)
    rows = np.array(chosen(result, replicates), np.int64)
    table = _summary(result, start_s, stop_s, rows) if what == "summary" else _spikes(result, start_s, stop_s, rows)
    places = coordinates(result)
    for number, (path, (values, unit)) in enumerate(places.items()):
        table.insert(2 + number, path, values[table["replicate"].to_numpy()])
        if unit != "1":
            table.attrs["units"][path] = unit
    return table


def _summary(result: Result, start_s: float | None, stop_s: float | None, rows: np.ndarray) -> pd.DataFrame:
    """Rows of all populations."""
    import pandas as pd

    whole = start_s is stop_s is None
    found, units = [], {}
    for population in result.populations:
        columns: dict[str, np.ndarray] = {}
        if population in result.recorded["spikes"]:
            rate = (result.summary()[f"{population} rate"] if whole
                    else result.rates(population, start_s, stop_s).mean("cell"))
            columns["rate"], units["rate"] = np.asarray(rate)[rows], "Hz"
        for variable, unit in result.recorded["means"].get(population, {}).items() if whole else ():
            columns[variable], units[variable] = np.asarray(result.summary()[f"{population} {variable}"])[rows], unit
        if columns:
            found.append(pd.DataFrame({"replicate": rows, "population": population, **columns}))
    table = pd.concat(found, ignore_index=True) if found else pd.DataFrame({"replicate": rows[:0], "population": []})
    table = table.sort_values("replicate", kind="stable", ignore_index=True)
    table.attrs["units"] = {name: unit for name, unit in units.items() if unit != "1"}
    return table


def _spikes(result: Result, start_s: float | None, stop_s: float | None, rows: np.ndarray) -> pd.DataFrame:
    """Spikes of all populations, one below the other."""
    import pandas as pd

    names = result.recorded["spikes"]
    pieces = {name: result.spikes(name, start_s, stop_s, rows.tolist()) for name in names}
    counts = [piece.times_s.size for piece in pieces.values()]
    columns = {"replicate": "replicate", "cell": "cell", "times_s": "time"}
    joined = {column: np.concatenate([getattr(piece, kind) for piece in pieces.values()] or [np.zeros(0, np.int64)])
              for kind, column in columns.items()}
    population = pd.Categorical.from_codes(np.repeat(np.arange(len(names)), counts), categories=names)
    table = pd.DataFrame({"replicate": joined["replicate"], "population": population, "cell": joined["cell"],
                          "time": joined["time"]})
    table.attrs["units"] = {"time": "s"}
    return table
