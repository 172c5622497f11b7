"""Spikes in the SONATA layout, which bmtk and libsonata open as they are.

One node is one cell of one replicate: node id = replicate * n_cells + cell.
"""

from __future__ import annotations

from collections.abc import Sequence

import h5py
import numpy as np

from glunet.store.recording import SpikeData

MAGIC = np.uint32(0x0A7A)
VERSION = np.array([0, 1], dtype=np.uint32)
# libsonata reads the order as an HDF5 enum and refuses a string.
SORTING = h5py.enum_dtype({"none": 0, "by_id": 1, "by_time": 2}, basetype=np.uint8)


def write_spikes(file: h5py.File, spikes: dict[str, SpikeData]) -> None:
    """Write the spikes of all populations under /spikes.

    Parameters
    ----------
    file : h5py.File
        Open for writing.
    spikes : dict of str to SpikeData
        By population. Stored by time, then by node, so that devices which report the cells of one time
        step in different orders leave the same bytes.
    """
    file.attrs["magic"] = MAGIC
    file.attrs["version"] = VERSION
    root = file.create_group("spikes", track_order=True)
    for population, data in spikes.items():
        node_ids = np.asarray(data.replicate, np.int64) * data.n_cells + np.asarray(data.cell, np.int64)
        times = np.asarray(data.times_s, np.float64)
        order = np.lexsort((node_ids, times))
        group = root.create_group(population)
        group.attrs.create("sorting", 2, dtype=SORTING)
        # No filters: the libsonata wheel has no gzip.
        stamps = group.create_dataset("timestamps", data=times[order] * 1e3)
        stamps.attrs["units"] = "ms"
        group.create_dataset("node_ids", data=node_ids[order].astype(np.uint64))


def join_spikes(pieces: Sequence[SpikeData], replicates: Sequence[int]) -> SpikeData:
    """Spikes of several files as those of one ensemble, sorted by time; `replicates` counts each file's."""
    first = np.cumsum([0, *replicates[:-1]])
    times = np.concatenate([piece.times_s for piece in pieces])
    cell = np.concatenate([piece.cell for piece in pieces])
    replicate = np.concatenate([piece.replicate + n for piece, n in zip(pieces, first, strict=True)])
    order = np.argsort(times, kind="stable")  # ties stay in the order of replicates
    return SpikeData(times[order], cell[order], replicate[order], pieces[0].n_cells)
