"""One batch in one HDF5 file: SONATA spikes at /spikes, all else with units under /glunet.

/glunet             attributes experiment, title, duration_s, dt_s
  points/           seed [R], axes/<path> [R] in SI (attribute display_unit)
  populations/<p>   attribute n_cells
  means, traces     <population>/<variable>/{values, time_s[, cells]}
  schedules         <name>/{values, time_s}
  positions, cells  <population>, <population>/<variable>
  blueprint, provenance, timings (JSON), experiment (TOML)
  table             a number per replicate (see glunet.store.averages)
  summary           JSON: what `summary` tells, so that one look is enough
"""

from __future__ import annotations

import errno
import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from glunet.errors import StoreError
from glunet.store.atomic import PART, put
from glunet.store.averages import averages_of, write_averages
from glunet.store.recording import Recording, check
from glunet.store.sonata import write_spikes

SCHEMA = 1
SUMMARY = "summary"
MERGED = "glunet_merged"      # attribute of files that join others (see glunet.store.merged)


def write(recording: Recording, path: str | Path) -> Path:
    """Store a recording; the file appears whole, or an older one of that name stays.

    Parameters
    ----------
    recording : Recording
        Consistent arrays (see `glunet.store.recording.check`).
    path : str or Path
        The file to make; its folder is made as needed.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    StoreError
        The disk is full, the folder cannot be written, or another process writes the same file.
    ValueError
        The recording's arrays do not fit each other.
    """
    check(recording)
    path = Path(path)
    try:
        put(path, _image(recording))
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise StoreError(_line(f"{path}: cannot be written: {reason}; nothing was replaced")) from error
    return path


def _image(recording: Recording) -> memoryview:
    """Bytes of the file. HDF5 never meets the disk: a failed write makes it crash the interpreter at exit."""
    image = io.BytesIO()
    with h5py.File(image, "w") as file:
        write_spikes(file, recording.spikes)
        root = file.create_group("glunet")
        _write_glunet(root, recording)
        write_averages(root, averages_of(recording))
        # once more in one place: a sweep's files are opened by the hundred
        root.create_dataset(SUMMARY, data=_json({**_run(root), **_contents(file)}), dtype=h5py.string_dtype())
        file.attrs["glunet_schema"] = SCHEMA
    return image.getbuffer()


def _write_glunet(root: h5py.Group, recording: Recording) -> None:
    root.attrs.update({"experiment": recording.experiment, "title": recording.title,
                       "duration_s": float(recording.duration_s), "dt_s": float(recording.dt_s)})
    for name, text in (("blueprint", _json(recording.blueprint)), ("provenance", _json(recording.provenance)),
                       ("timings", _json(recording.timings)), ("experiment", recording.experiment_text)):
        root.create_dataset(name, data=text, dtype=h5py.string_dtype())
    _write_points(_folder(root, "points"), recording)
    populations = _folder(root, "populations")
    for name, cells in _cell_counts(recording).items():
        populations.create_group(name).attrs["n_cells"] = cells
    means, traces, schedules = (_folder(root, name) for name in ("means", "traces", "schedules"))
    for series in recording.means:
        _write_course(_folder(means, series.population, series.variable), series)
    for trace in recording.traces:
        group = _folder(traces, trace.population, trace.variable)
        _write_course(group, trace)
        _array(group, "cells", np.asarray(trace.cells, np.int64), "1")
    for schedule in recording.schedules:
        _write_course(_folder(schedules, schedule.name), schedule)
    positions, cells = _folder(root, "positions"), _folder(root, "cells")
    for population, places in recording.positions_um.items():
        _array(positions, population, places, "um")
    for population, variables in recording.cell_values.items():
        for variable, values in variables.items():
            _array(_folder(cells, population), variable, values, recording.cell_units[population][variable])


def _write_points(group: h5py.Group, recording: Recording) -> None:
    _array(group, "seed", np.asarray(recording.seeds, np.int64), "1")
    axes = _folder(group, "axes")
    for path, values in recording.axes.items():
        axis = _array(axes, path, np.asarray(values, np.float64), "SI")
        axis.attrs["display_unit"] = recording.axis_units[path]


def _cell_counts(recording: Recording) -> dict[str, int]:
    """Cells per replicate, -1 where only a population mean tells that the population exists."""
    counts = {name: int(data.n_cells) for name, data in recording.spikes.items()}
    for name, places in recording.positions_um.items():
        counts.setdefault(name, np.shape(places)[1])
    for name, variables in recording.cell_values.items():
        for values in variables.values():
            counts.setdefault(name, np.shape(values)[1])
    for name in (item.population for kind in (recording.means, recording.traces) for item in kind):
        counts.setdefault(name, -1)
    return counts


def _write_course(group: h5py.Group, course: Any) -> None:
    _array(group, "values", course.values, course.unit)
    _array(group, "time_s", np.asarray(course.times_s, np.float64), "s")


def _folder(group: h5py.Group, *names: str) -> h5py.Group:
    """Group below `group` that keeps the order in which things were recorded."""
    for name in names:
        group = group[name] if name in group else group.create_group(name, track_order=True)
    return group


def _array(group: h5py.Group, name: str, values: Any, unit: str) -> h5py.Dataset:
    values = np.asarray(values)
    packed: dict[str, Any] = {}
    if values.size > 1024:
        # The checksum finds rotten bytes, which would else read as numbers.
        packed = {"compression": "gzip", "compression_opts": 1, "shuffle": True, "fletcher32": True}
    dataset = group.create_dataset(name, data=values, **packed)
    dataset.attrs["units"] = unit
    return dataset


def _json(value: Any) -> str:
    def plain(item: Any) -> Any:
        return item.tolist() if hasattr(item, "tolist") else str(item)

    return json.dumps(value, default=plain, indent=1)


@contextmanager
def reading(path: Path) -> Iterator[h5py.File]:
    """Open a result for reading, with every defect told as one line.

    Raises
    ------
    StoreError
        Missing, unfinished, damaged or newer file, or one that glunet did not write.
    """
    if path.name.endswith(PART):
        raise StoreError(f"{path}: an unfinished file of a run that still goes on or was stopped")
    if not path.exists():
        raise StoreError(f"{path}: no such file or folder; allowed: a result (*.h5), or a folder of them")
    try:
        if not h5py.is_hdf5(path) and os.access(path, os.R_OK):
            raise StoreError(f"{path}: not an HDF5 file, or damaged at its start")
        # A file never changes once it has its name, so it needs no lock; network folders often have none.
        with h5py.File(path, "r", locking=False) as file:
            _check_root(file, path)
            yield file
    except (OSError, KeyError, IndexError, RuntimeError, TypeError, ValueError) as error:
        if isinstance(error, PermissionError):
            raise StoreError(f"{path}: cannot be read: {os.strerror(errno.EACCES)}") from error
        raise StoreError(_line(f"{path}: damaged or unreadable: {error}")) from error


def _check_root(file: h5py.File, path: Path) -> None:
    if "glunet_schema" not in file.attrs:
        raise StoreError(f"{path}: not a glunet result (HDF5 without a glunet schema)")
    schema = int(file.attrs["glunet_schema"])
    if schema > SCHEMA:
        raise StoreError(f"{path}: written by a newer glunet (schema {schema}, this one reads {SCHEMA})")


def is_whole(path: str | Path) -> bool:
    """Tell whether `path` is a finished result this version can read."""
    try:
        with reading(Path(path)):
            return True
    except StoreError:
        return False


def summary(path: str | Path) -> dict[str, Any]:
    """What a result file holds, from its labels and points alone; fast for files of any size.

    Parameters
    ----------
    path : str or Path
        A result file.

    Returns
    -------
    dict
        path, bytes, schema, experiment, title, duration_s, dt_s, replicates, seeds (list), axes (path ->
        {unit, values}: the distinct values in SI, rising), populations (name -> cells per replicate, None if
        unknown), spikes (population -> number of spikes), means and traces (population -> variable -> unit),
        schedules (name -> unit), positions (populations), cells (population -> variable -> unit), provenance,
        timings.

    Raises
    ------
    StoreError
        See `reading`.
    """
    path = Path(path)
    with reading(path) as file:
        return summary_of(file, path)


def summary_of(file: h5py.File, path: Path) -> dict[str, Any]:
    """The same, of a file that is open; of a merged one, what its merging has put together."""
    about = {"path": str(path), "bytes": path.stat().st_size, "schema": int(file.attrs["glunet_schema"])}
    root = file["glunet"]
    if SUMMARY in root:
        found = json.loads(root[SUMMARY].asstr()[()])
        lacking = sorted(_SUMMARISED - set(found))
        if lacking:
            raise StoreError(f"{path}: damaged: its summary lacks {', '.join(lacking)}")
        return {**found, **about}
    return {**about, **_run(root), **_contents(file)}       # files of older versions hold none


_SUMMARISED = {"experiment", "title", "duration_s", "dt_s", "replicates", "seeds", "axes", "provenance", "timings",
               "populations", "spikes", "means", "traces", "schedules", "positions", "cells"}


def _run(root: h5py.Group) -> dict[str, Any]:
    return {
        "experiment": str(root.attrs["experiment"]), "title": str(root.attrs["title"]),
        "duration_s": float(root.attrs["duration_s"]), "dt_s": float(root.attrs["dt_s"]),
        "replicates": len(root["points/seed"]), "seeds": np.unique(root["points/seed"][:]).tolist(),
        "axes": {name: {"unit": str(data.attrs["display_unit"]), "values": np.unique(data[:]).tolist()}
                 for name, data in root["points/axes"].items()},
        "provenance": json.loads(root["provenance"].asstr()[()]),
        "timings": json.loads(root["timings"].asstr()[()]),
    }


def _contents(file: h5py.File) -> dict[str, Any]:
    root = file["glunet"]
    counts = {name: int(group.attrs["n_cells"]) for name, group in root["populations"].items()}
    return {
        "populations": {name: count if count >= 0 else None for name, count in counts.items()},
        "spikes": {name: len(group["timestamps"]) for name, group in file["spikes"].items()},
        "means": _units(root["means"]), "traces": _units(root["traces"]),
        "schedules": {name: str(group["values"].attrs["units"]) for name, group in root["schedules"].items()},
        "positions": list(root["positions"]), "cells": _units(root["cells"]),
    }


def _units(group: h5py.Group) -> dict[str, dict[str, str]]:
    return {population: {name: str((item["values"] if isinstance(item, h5py.Group) else item).attrs["units"])
                         for name, item in variables.items()} for population, variables in group.items()}


def _line(text: str) -> str:
    return " ".join(text.split())
