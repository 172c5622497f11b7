"""Whose astrocyte is whose: every cell, and with it every synapse onto it, lies in the domain of one astrocyte."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree


@dataclass(frozen=True)
class DomainPlan:
    """Which astrocyte serves each cell of a population, over all replicates.

    Parameters
    ----------
    glia, cells : str
        The two populations.
    astrocyte : int32[R * N]
        Of every cell, replicate-major like the populations themselves.
    reads, sums : tuple of (name here, variable there)
        What the cells read at their astrocyte, and what astrocytes sum over their domain.
    """

    name: str
    glia: str
    cells: str
    astrocyte: np.ndarray
    reads: tuple[tuple[str, str], ...]
    sums: tuple[tuple[str, str], ...]


def nearest(cells: np.ndarray, astrocytes: np.ndarray, side: float) -> np.ndarray:
    """The nearest astrocyte of every cell in a periodic sheet: domains that tile it without overlap.

    Parameters
    ----------
    cells, astrocytes : float64[N, 2]
        Positions (m).
    side : float
        Edge of the sheet (m).

    Returns
    -------
    int64[N]

    Raises
    ------
    ValueError
        A cell without an astrocyte.
    """
    if not len(astrocytes):
        raise ValueError("no astrocyte serves these cells")
    tree = cKDTree(np.mod(astrocytes, side), boxsize=side)
    found = np.asarray(tree.query(np.mod(cells, side))[1], dtype=np.int64)
    if found.shape != (len(cells),) or (found.size and not (found.min() >= 0 and found.max() < len(astrocytes))):
        raise ValueError("a cell points at an astrocyte that does not exist")
    return found


def serving(cells: list[np.ndarray], astrocytes: list[np.ndarray], sides: list[float]) -> np.ndarray:
    """The astrocyte of every cell over all replicates, int32[R * N]."""
    found = [nearest(own, glia, side) + replicate * len(glia)
             for replicate, (own, glia, side) in enumerate(zip(cells, astrocytes, sides, strict=True))]
    return np.concatenate(found).astype(np.int32)
