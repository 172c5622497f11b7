"""Spikes read and counted a piece at a time: memory grows with what is asked for, not with what the file holds.

Stored spikes are sorted by time (see `glunet.store.sonata`), so a window is found by bisection.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import floor

import h5py
import numpy as np

from glunet.store.recording import SpikeData

PIECE = 1 << 20     # spikes


def window_of(file: h5py.File, population: str, start_s: float, stop_s: float) -> tuple[int, int]:
    """First spike at or after `start_s`, and first at or after `stop_s`.

    Parameters
    ----------
    file : h5py.File
    population : str
    start_s, stop_s : float
        Seconds; infinite for no bound.

    Returns
    -------
    first, last : int
    """
    stamps = file["spikes"][population]["timestamps"]
    return _first(stamps, start_s * 1e3), _first(stamps, stop_s * 1e3)


def _first(stamps: h5py.Dataset, bound: float) -> int:
    """Bisection on the disk: a few dozen reads instead of all."""
    if bound == -np.inf:
        return 0
    low, high = 0, len(stamps)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if stamps[middle] < bound else (low, middle)
    return low


def _pieces(first: int, last: int) -> Iterator[slice]:
    return (slice(begin, min(begin + PIECE, last)) for begin in range(first, last, PIECE))


def counts_per_cell(file: h5py.File, population: str, n_cells: int, rows: int, start_s: float = -np.inf,
                    stop_s: float = np.inf) -> np.ndarray:
    """Spikes of every cell over start_s <= t < stop_s, int64[R, N]."""
    nodes = file["spikes"][population]["node_ids"]
    total = np.zeros(rows * n_cells, np.int64)
    for piece in _pieces(*window_of(file, population, start_s, stop_s)):
        total += np.bincount(nodes[piece].view(np.int64), minlength=total.size)
    return total.reshape(rows, n_cells)


def counts_per_replicate(file: h5py.File, population: str, n_cells: int, rows: int) -> np.ndarray:
    """Spikes of the whole run, int64[R]."""
    nodes = file["spikes"][population]["node_ids"]
    total = np.zeros(rows, np.int64)
    for piece in _pieces(0, len(nodes)):
        total += np.bincount(nodes[piece].view(np.int64) // max(n_cells, 1), minlength=rows)
    return total


def counts_per_bin(file: h5py.File, population: str, n_cells: int, rows: int, start_s: float, stop_s: float,
                   bin_s: float) -> np.ndarray:
    """Spikes of a population in the whole bins of a window, int64[R, T].

    A spike on an edge, give or take a millionth of a bin, belongs to the later bin, as in
    `glunet.analysis.firing.bin_index`.
    """
    group, bins = file["spikes"][population], floor((stop_s - start_s) / bin_s + 1e-9)
    total = np.zeros(rows * bins, np.int64)
    # a bin more on both sides, so that rounding at the edges is judged below and not by the search
    for piece in _pieces(*window_of(file, population, start_s - bin_s, stop_s + bin_s)):
        index = np.floor((group["timestamps"][piece] / 1e3 - start_s) / bin_s + 1e-6).astype(np.int64)
        inside = (index >= 0) & (index < bins)
        row = group["node_ids"][piece].view(np.int64)[inside] // max(n_cells, 1)
        total += np.bincount(row * bins + index[inside], minlength=total.size)
    return total.reshape(rows, bins)


def select(file: h5py.File, population: str, n_cells: int, start_s: float = -np.inf, stop_s: float = np.inf,
           keep: np.ndarray | None = None) -> SpikeData:
    """Spikes over start_s <= t < stop_s, sorted by time.

    Parameters
    ----------
    file : h5py.File
    population : str
    n_cells : int
        Splits a node into replicate and cell.
    start_s, stop_s : float
        Seconds.
    keep : bool[R], optional
        Replicates to read; all by default.
    """
    group = file["spikes"][population]
    first, last = window_of(file, population, start_s, stop_s)
    size = last - first
    kinds = (np.float64, np.int64, np.int64)
    held: list[np.ndarray] = [np.empty(size, kind) for kind in kinds]       # times, cells, replicates
    wanted = None if keep is None else np.repeat(keep, max(n_cells, 1))
    filled = 0
    for piece in _pieces(first, last):
        nodes, stamps = group["node_ids"][piece].view(np.int64), group["timestamps"][piece]
        if wanted is not None:
            use = wanted[nodes]
            nodes, stamps = nodes[use], stamps[use]
        rows, cells = np.divmod(nodes, max(n_cells, 1))
        stamps = stamps / 1e3
        place = slice(filled, filled + rows.size)
        for values, found in zip(held, (stamps, cells, rows), strict=True):
            values[place] = found
        filled = place.stop
    if filled < size:       # copies, so that the long buffers go
        held = [values[:filled].copy() for values in held]
    return SpikeData(held[0], held[1], held[2], n_cells)
