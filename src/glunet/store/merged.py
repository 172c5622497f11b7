"""Many files as one, without copying what they hold: a table of every point's means, and arrays that read from the parts.

/glunet             as in a part: attributes, points, means, traces, schedules, positions, cells; their values are HDF5
                    virtual datasets over the parts
  summary           JSON: what `glunet.store.summary` tells of all parts together
  parts             JSON: files (relative to this one), their summaries, missing points
  table/            rates/<population> [R] in Hz, means/<population>/<variable> [R]: averages over the whole run
/parts/<n>          external links to the parts, spikes and all
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from glunet.errors import StoreError
from glunet.store import plans
from glunet.store.atomic import put
from glunet.store.averages import Table, kept_averages, write_averages
from glunet.store.ensemble import Gathered, Part, gather
from glunet.store.hdf5 import MERGED, SCHEMA, SUMMARY, reading
from glunet.store.tables import joined_table

_STRIPPED = ("path", "seeds", "axes")


def merge(source: str | Path, into: str | Path | None = None) -> tuple[Path, list[tuple[int, int]]]:
    """Join a sweep's files in one.

    Parameters
    ----------
    source : str or Path
        A folder of results, or the plan of a sweep.
    into : str or Path, optional
        The file to make or replace; else ``<name>-<key>.merged.h5`` beside the parts. It finds its parts by relative
        paths: move them together.

    Returns
    -------
    path : Path
    missing : list of (int, int)
        First and last index of points that the plan names and no file holds. They are not in the merged file.

    Raises
    ------
    StoreError
        Nothing to join, files that do not belong together, or a file that cannot be written.
    """
    source = Path(source)
    found = gather(source)
    first = found.parts[0]
    path = Path(into) if into is not None else first.path.parent / f"{_stem(source, first)}.merged.h5"
    if any(path.absolute() == part.path.absolute() for part in found.parts):
        raise StoreError(f"{path}: is one of the files to be joined; name another with -o")
    if path.suffix != ".h5":
        raise StoreError(f"{path}: the name of a merged file ends in .h5")
    image = io.BytesIO()
    with h5py.File(image, "w") as file:
        file.attrs.update({"glunet_schema": SCHEMA, MERGED: 1})
        _write(file, found, path.absolute().parent)
    try:
        put(path, image.getbuffer())
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror or error}; nothing was replaced") from error
    return path, found.missing


def _stem(source: Path, first: Part) -> str:
    """Name of the merged file: that of the plan, where the first part belongs to one."""
    if source.name.endswith(plans.SUFFIX):
        return source.name.removesuffix(plans.SUFFIX)
    return next((plan.name.removesuffix(plans.SUFFIX) for plan in first.path.parent.glob(f"*{plans.SUFFIX}")
                 if first.path.name.startswith(plan.name.removesuffix(plans.SUFFIX))), str(first.summary["experiment"]))


def _write(file: h5py.File, found: Gathered, folder: Path) -> None:
    """All of the merged file."""
    parts = found.parts
    names = [os.path.relpath(part.path.absolute(), folder) for part in parts]
    links = file.create_group("parts", track_order=True)
    for number, name in enumerate(names):
        links[str(number)] = h5py.ExternalLink(name, "/")
    root = file.create_group("glunet")
    with reading(parts[0].path) as first:
        root.attrs.update(dict(first["glunet"].attrs))
        for text in ("experiment", "blueprint", "provenance"):
            first.copy(f"glunet/{text}", root)
        _virtual(first["glunet"], root, [str(name) for name in names], [len(part.seeds) for part in parts])
        _points(first["glunet/points"], root, parts)
    about = [{key: value for key, value in part.summary.items() if key not in _STRIPPED} for part in parts]
    kept = {"files": names, "summaries": about, "missing": found.missing}
    for name, value in (("parts", kept), (SUMMARY, together([part.summary for part in parts]))):
        root.create_dataset(name, data=json.dumps(value), dtype=h5py.string_dtype())
    write_averages(root, joined_table(parts))


def _virtual(source: h5py.Group, root: h5py.Group, names: Sequence[str], rows: Sequence[int]) -> None:
    """Arrays with a row per replicate as virtual datasets, what all parts share as a copy."""
    def visit(place: str, item: Any) -> None:
        if not isinstance(item, h5py.Dataset):
            return
        if place.endswith(("/time_s", "/cells")):
            source.copy(item, root, place)
            return
        layout = h5py.VirtualLayout((sum(rows), *item.shape[1:]), item.dtype)
        edges = np.cumsum([0, *rows])
        for name, count, start in zip(names, rows, edges, strict=False):
            layout[start:start + count] = h5py.VirtualSource(name, f"glunet/{place}", (count, *item.shape[1:]))
        # what cannot be found is no number, rather than a zero
        made = root.create_virtual_dataset(place, layout, fillvalue=np.nan if item.dtype.kind == "f" else -1)
        made.attrs.update(dict(item.attrs))

    for kind in ("means", "traces", "schedules", "positions", "cells"):
        root.require_group(kind)
        source[kind].visititems(lambda place, item, kind=kind: visit(f"{kind}/{place}", item))


def _points(source: h5py.Group, root: h5py.Group, parts: Sequence[Part]) -> None:
    """Seed and axis values of all replicates."""
    root.create_dataset("points/seed", data=np.concatenate([part.seeds for part in parts]))
    for path, values in source["axes"].items():
        axis = root.create_dataset(f"points/axes/{path}", data=np.concatenate([part.axes[path] for part in parts]))
        axis.attrs.update(dict(values.attrs))
    root.require_group("points/axes")


def together(summaries: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One summary of several files of an experiment."""
    first = summaries[0]
    axes = {name: {"unit": axis["unit"], "values": sorted({v for s in summaries for v in s["axes"][name]["values"]})}
            for name, axis in first["axes"].items()}
    keys = dict.fromkeys(key for summary in summaries for key in summary["timings"])
    return {**first, "replicates": sum(s["replicates"] for s in summaries), "axes": axes,
            "seeds": sorted({seed for s in summaries for seed in s["seeds"]}),
            "spikes": {name: sum(s["spikes"][name] for s in summaries) for name in first["spikes"]},
            "timings": {key: sum(s["timings"].get(key, 0.0) for s in summaries) for key in keys}}


def common(records: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Several records as one: what is alike once, what differs as a list with an entry per record."""
    merged: dict[str, Any] = {}
    for key in dict.fromkeys(key for record in records for key in record):
        values = [record.get(key) for record in records]
        merged[key] = values[0] if all(value == values[0] for value in values) else values
    return merged


def read_merged(path: Path) -> tuple[Gathered, Table]:
    """The parts of a merged file, none of which is opened, and its table.

    Raises
    ------
    StoreError
        See `glunet.store.hdf5.reading`.
    """
    with reading(path) as file:
        root = file["glunet"]
        kept = json.loads(root["parts"].asstr()[()])
        text = str(root["experiment"].asstr()[()])
        seeds = root["points/seed"][:]
        axes = {name: values[:] for name, values in root["points/axes"].items()}
        units = {name: str(values.attrs["display_unit"]) for name, values in root["points/axes"].items()}
        table = kept_averages(root["table"])
    parts, start = [], 0
    for name, summary in zip(kept["files"], kept["summaries"], strict=True):
        rows = slice(start, start + summary["replicates"])
        start = rows.stop
        own = {path_: values[rows] for path_, values in axes.items()}
        about = {**summary, "path": name, "seeds": np.unique(seeds[rows]).tolist(),
                 "axes": {path_: {"unit": units[path_], "values": np.unique(own[path_]).tolist()} for path_ in own}}
        parts.append(Part(path.parent / name, about, seeds[rows], own, text))
    return Gathered(parts, [(first, last) for first, last in kept["missing"]]), table
