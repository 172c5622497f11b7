"""Who is connected to whom: index arrays with a fixed in-degree, nearer cells more likely, asserted before use.

Every target cell draws its sources without replacement with a chance that falls as exp(-distance/length). The in-degree
does not depend on the size of the sheet, so a larger circuit keeps each cell's input, and the number of synapses is the
same for every seed.
"""

from __future__ import annotations

import numpy as np

_CHUNK = 512


def distances(targets: np.ndarray, sources: np.ndarray, side: float) -> np.ndarray:
    """Distances (m) on the periodic sheet, [n_targets, n_sources]."""
    gap = np.abs(targets[:, None, :] - sources[None, :, :])
    gap = np.minimum(gap, side - gap)
    return np.hypot(gap[..., 0], gap[..., 1])


def wire(targets: np.ndarray, sources: np.ndarray, in_degree: int, length: float, side: float, same: bool,
         rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Index arrays of one projection in one replicate.

    Parameters
    ----------
    targets, sources : float64[N, 2]
        Positions (m).
    in_degree : int
        Synapses per target; limited to the number of possible sources.
    length : float
        Length constant (m).
    side : float
        Edge of the sheet (m).
    same : bool
        Whether both are one population (no cell is connected to itself).
    rng : numpy.random.Generator

    Returns
    -------
    source, target : int64[n_targets * in_degree]
        Sorted by target.
    """
    n_targets, n_sources = len(targets), len(sources)
    degree = min(in_degree, n_sources - int(same))
    chosen = np.empty((n_targets, degree), dtype=np.int64)
    for start in range(0, n_targets, _CHUNK):
        stop = min(start + _CHUNK, n_targets)
        # the largest of log-chances plus Gumbel noise are a draw without replacement with those chances
        score = -distances(targets[start:stop], sources, side) / length + rng.gumbel(size=(stop - start, n_sources))
        if same:
            score[np.arange(stop - start), np.arange(start, stop)] = -np.inf
        chosen[start:stop] = np.sort(np.argpartition(-score, degree - 1, axis=1)[:, :degree], axis=1) if degree else 0
    source, target = chosen.ravel(), np.repeat(np.arange(n_targets), degree)
    check(source, target, n_sources, n_targets, degree, same)
    return source, target


def check(source: np.ndarray, target: np.ndarray, n_sources: int, n_targets: int, degree: int, same: bool) -> None:
    """Refuse index arrays that point outside, repeat a pair, or miss the in-degree.

    Raises
    ------
    ValueError
    """
    if source.size and not (source.min() >= 0 and source.max() < n_sources):
        raise ValueError("a synapse points at a source that does not exist")
    if not np.array_equal(np.bincount(target, minlength=n_targets), np.full(n_targets, degree)):
        raise ValueError("in-degrees differ from what was asked for")
    if np.unique(source * np.int64(n_targets) + target).size != source.size:
        raise ValueError("a pair of cells is connected twice")
    if same and np.any(source == target):
        raise ValueError("a cell is connected to itself")
