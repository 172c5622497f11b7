"""Neurodata Without Borders: one file per replicate, since an NWB file is one session with one course of time."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from glunet.errors import InputError, StoreError
from glunet.store.atomic import PART
from glunet.store.points import chosen, coordinates, missing_library

if TYPE_CHECKING:
    from glunet.store.result import Result

SUFFIX = ".nwb"


def write_nwb(result: Result, path: Path, replicates: Sequence[int] | None = None) -> list[Path]:
    """Write NWB files.

    Parameters
    ----------
    result : Result
    path : Path
        ``<name>.nwb`` for one replicate; else a folder, made where missing, in which the files are named
        ``<experiment>_<replicate>.nwb``. Existing files of these names are replaced.
    replicates : sequence of int, optional
        These only; all by default.

    Returns
    -------
    list of Path
        In each: spikes as the units table (columns population and cell), means as TimeSeries of the processing module
        `means`, traces in `traces`, doses as stimuli; seed and axes as JSON in `notes`, the experiment file in
        `source_script`. Values are in the unit that each TimeSeries names.

    Raises
    ------
    InputError
        Several replicates for one file, or no such replicate.
    StoreError
        A file that cannot be written.
    GlunetError
        pynwb is not installed.
    """
    try:
        import pynwb  # noqa: F401
    except ImportError:
        raise missing_library("pynwb", "to_nwb", "nwb") from None
    rows = chosen(result, replicates)
    if path.suffix == SUFFIX and len(rows) != 1:
        raise InputError(str(path), "to_nwb", f"{len(rows)} replicates for one file",
                         "a folder, or one replicate, such as replicates=[0]")
    written = []
    for row in rows:
        target = path if path.suffix == SUFFIX else path / f"{result.experiment}_{row:04d}{SUFFIX}"
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _write(_session(result, row), target)
        except OSError as error:
            raise StoreError(f"{target}: cannot be written: {error.strerror or error}") from error
        written.append(target)
    return written


def _write(session: Any, target: Path) -> None:
    """Write beside the name first: a file is whole or not there."""
    import pynwb

    side = target.with_name(target.name + PART)
    try:
        with warnings.catch_warnings():     # pynwb warns of the side file's ending
            warnings.simplefilter("ignore", UserWarning)
            with pynwb.NWBHDF5IO(str(side), "w") as file:
                file.write(session)
        os.replace(side, target)
    finally:
        side.unlink(missing_ok=True)


def _session(result: Result, row: int) -> Any:
    """One replicate."""
    import pynwb

    places = {path: [values[row].item(), unit] for path, (values, unit) in coordinates(result).items()}
    digest = result.provenance.get("blueprint_digest", "")
    session = pynwb.NWBFile(
        session_description=f"Simulation: {result.title}", identifier=f"{result.experiment}-{digest}-{row}",
        session_start_time=_created(result), experiment_description=result.title,
        session_id=f"{result.experiment}, replicate {row}", notes=json.dumps(places), keywords=["simulation", "glunet"],
        source_script=result.experiment_text or "-", source_script_file_name=result.experiment)
    _add_units(session, result, row)
    for kind, read in (("means", result.mean), ("traces", result.trace)):
        module = None
        for population, variables in result.recorded[kind].items():
            for variable in variables:
                module = module or session.create_processing_module(kind, f"recorded {kind} of the simulation")
                module.add(_series(read(population, variable), row, f"{population} {variable}"))
    for name in result.recorded["schedules"]:
        values = result.schedule(name)
        session.add_stimulus(pynwb.TimeSeries(
            name=name, data=np.asarray(values[row]), timestamps=np.asarray(values["time"]), unit=_unit(values),
            description="course of the dose, at its knots"))
    return session


def _created(result: Result) -> datetime:
    """When it was computed; the epoch where the result does not tell."""
    told = result.provenance.get("created")
    try:
        found = datetime.fromisoformat(str(told))
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _add_units(session: Any, result: Result, row: int) -> None:
    """Spikes of all cells, silent ones included."""
    names = result.recorded["spikes"]
    if not names:
        return
    session.add_unit_column("population", "population of the cell")
    session.add_unit_column("cell", "number of the cell within its population")
    for name in names:
        data = result.spikes(name, replicates=[row])
        order = np.argsort(data.cell, kind="stable")
        edges = np.searchsorted(data.cell[order], np.arange(data.n_cells + 1))
        for cell in range(data.n_cells):
            session.add_unit(spike_times=data.times_s[order][edges[cell]:edges[cell + 1]], population=name, cell=cell,
                             obs_intervals=[[0.0, result.duration_s]])


def _series(values: Any, row: int, name: str) -> Any:
    """One replicate's row of a mean [T] or of traces [T, C]."""
    import pynwb

    times = np.asarray(values["time"])
    step = (times[-1] - times[0]) / (times.size - 1) if times.size > 1 else 1.0
    about = f"; cells {', '.join(map(str, np.asarray(values['cell'])))}" if "cell" in values.dims else ""
    return pynwb.TimeSeries(name=name, data=np.asarray(values[row]).T, unit=_unit(values), rate=1.0 / step,
                            starting_time=float(times[0]), description=f"{name}{about}")


def _unit(values: Any) -> str:
    unit = str(values.attrs["units"])
    return "dimensionless" if unit == "1" else unit
