"""Stored results as labelled arrays. Nothing is read before it is asked for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from glunet.store import tables
from glunet.store.averages import Table
from glunet.store.describe import describe, describe_html
from glunet.store.ensemble import SUFFIX, Part, gather, is_merged
from glunet.store.labelled import Labelled
from glunet.store.merged import common, read_merged, together

if TYPE_CHECKING:
    import neo
    import pandas as pd


def open_result(path: str | Path, pattern: str = "*.h5") -> Result:
    """Open a result file, or the files of a folder or a sweep joined along the replicate dimension.

    Parameters
    ----------
    path : str or Path
        A file, a merged file, a sweep's plan, or a folder such as results/ketamine. A folder that holds a sweep and
        anything else is refused: name the plan file then.
    pattern : str
        Which files of a folder to join.

    Returns
    -------
    Result
        Lazy: the arrays stay on the disk until asked for.

    Raises
    ------
    StoreError
        Missing, unfinished, damaged or newer file; a folder of files that do not belong together.
    """
    path = Path(path)
    if path.suffix == SUFFIX and path.is_file() and is_merged(path):
        found, table = read_merged(path)
        return Result(path, found.parts, found.missing, table)
    found = gather(path, pattern)
    return Result(path, found.parts, found.missing)


class Result(Labelled):
    """One or several batches of an experiment, as one ensemble of replicates.

    Arrays come as xarray with dimension `replicate` first, `units` in their attributes, and as coordinates
    `seed` and every axis: named by its full path, in SI, with attributes `units` = "SI" and `display_unit`.
    For other tools: `to_pandas`, `to_neo` (elephant), `to_nwb`; bmtk and libsonata open the file itself.
    """

    def __init__(self, path: Path, parts: list[Part], missing: Sequence[tuple[int, int]] = (),
                 table: Table | None = None) -> None:
        self.path = path
        #: (first, last) index, from 0, of points that the sweep's plan names and no file holds
        self.missing = list(missing)
        self._parts = parts
        self._head = parts[0].summary
        self._table = table

    def __repr__(self) -> str:
        return describe(self.path, [part.summary for part in self._parts], self.missing)

    def _repr_html_(self) -> str:
        return describe_html(self.path, [part.summary for part in self._parts], self.missing)

    @property
    def files(self) -> list[Path]:
        """The files joined, in the order of their replicates."""
        return [part.path for part in self._parts]

    @property
    def experiment(self) -> str:
        """Name of the experiment."""
        return str(self._head["experiment"])

    @property
    def title(self) -> str:
        """Title of the experiment."""
        return str(self._head["title"])

    @property
    def populations(self) -> list[str]:
        """Populations anything was recorded of, in the order of the recording."""
        return list(self._head["populations"])

    @property
    def recorded(self) -> dict[str, Any]:
        """What to ask for: spikes, positions (populations); means, traces, cells (population -> variable ->
        unit); schedules (name -> unit)."""
        kept = {key: self._head[key] for key in ("means", "traces", "schedules", "positions", "cells")}
        return {"spikes": list(self._head["spikes"]), **kept}

    def summary(self) -> xr.Dataset:
        """Every replicate's mean rates (``<population> rate``, Hz) and averages of recorded means over the whole run
        (``<population> <variable>``): kept in the file, so that it takes no longer for a large one."""
        self._table = self._table or tables.joined_table(self._parts)
        points = self._label(np.zeros(self.n_replicates), {}, "", "1").coords
        return xr.Dataset({f"{population} {column}": ("replicate", values, {"units": unit})
                           for (population, column), (values, unit) in self._table.items()}, points)

    def grid(self, values: xr.DataArray) -> xr.DataArray:
        """Values per replicate as an array with a dimension for each axis and the seed: see `glunet.store.tables.grid`."""
        planned = self.n_replicates + sum(last - first + 1 for first, last in self.missing)
        return tables.grid(values, [*self._head["axes"], "seed"], planned, str(self.path))

    def to_pandas(self, what: str = "summary", start_s: float | None = None, stop_s: float | None = None,
                  replicates: Sequence[int] | None = None) -> pd.DataFrame:
        """The summary or the spikes as a table: see `glunet.store.export_pandas.tabulate`."""
        from glunet.store.export_pandas import tabulate

        return tabulate(self, what, start_s, stop_s, replicates)

    def to_neo(self, replicates: Sequence[int] | None = None, populations: Sequence[str] | None = None) -> neo.Block:
        """The result as a neo Block, for elephant: see `glunet.store.export_neo.block`."""
        from glunet.store.export_neo import block

        return block(self, replicates, populations)

    def to_nwb(self, path: str | Path, replicates: Sequence[int] | None = None) -> list[Path]:
        """NWB files, one per replicate: see `glunet.store.export_nwb.write_nwb`."""
        from glunet.store.export_nwb import write_nwb

        return write_nwb(self, Path(path), replicates)

    @cached_property
    def blueprint(self) -> dict[str, Any]:
        """Equations, parameter values, units and sources the (first) batch was computed with."""
        return dict(self._parts[0].read(lambda file: json.loads(file["glunet/blueprint"].asstr()[()])))

    @cached_property
    def experiment_text(self) -> str:
        """The experiment file as it was run."""
        return self._parts[0].text("experiment")

    @property
    def provenance(self) -> dict[str, Any]:
        """Versions, device, commit; where joined files differ, a list with one entry per file."""
        return common([part.summary["provenance"] for part in self._parts])

    @property
    def timings(self) -> dict[str, float]:
        """Seconds spent, summed over the files."""
        return dict(together([part.summary for part in self._parts])["timings"])
