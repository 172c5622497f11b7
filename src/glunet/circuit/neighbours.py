"""Who is whose neighbour in the sheet: the edges along which shells of extracellular space exchange what diffuses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

NEAREST = 4         # as many faces as a cell has in a square sheet
_ROOM = 7.5         # edges per cell that arrays have room for; about five are used


@dataclass(frozen=True)
class ExchangePlan:
    """Edges from one population's shells to another's, over all replicates.

    Parameters
    ----------
    species : tuple of str
        What is exchanged.
    source_index, target_index : int32[R * room]
        Each pair of neighbours stands once in either direction. Every replicate has the same room, whatever its seed, so
        that all of them run by one program; what it does not use are edges without reach.
    reach : float64[R * room]
        Diffusive conductance of the edge (m^3/s), the same in both directions; zero where there is no edge.
    """

    name: str
    source: str
    target: str
    species: tuple[str, ...]
    source_index: np.ndarray
    target_index: np.ndarray
    reach: np.ndarray


def pairs(positions: np.ndarray, side: float) -> np.ndarray:
    """Neighbours in a periodic sheet: every cell with its nearest, in both directions.

    Parameters
    ----------
    positions : float64[N, 2]
        In metres.
    side : float
        Edge of the sheet (m).

    Returns
    -------
    int64[E, 2]
        Each pair in both orders, sorted.
    """
    count = len(positions)
    nearest = min(NEAREST, count - 1)
    if nearest < 1:
        return np.empty((0, 2), dtype=np.int64)
    tree = cKDTree(np.mod(positions, side), boxsize=side)
    found = tree.query(np.mod(positions, side), k=nearest + 1)[1]
    # the nearest of all is the cell itself, unless two stand at the same place
    one = np.repeat(np.arange(count), nearest + 1)
    both = np.stack([one, found.ravel()], axis=1)
    both = both[both[:, 0] != both[:, 1]]
    return np.unique(np.concatenate([both, both[:, ::-1]]), axis=0)


def _room(first: int, second: int, total: int, needed: int) -> int:
    """Edges from one population to another that there is room for: the same for all seeds, but for rare sheets."""
    usual = int(_ROOM * first * second / total) + 16
    return usual * -(-max(needed, 1) // usual)


def exchanges(species: dict[str, tuple[str, ...]], sheets: list[tuple[dict[str, np.ndarray], float]],
              shells: dict[str, np.ndarray], spacing: float) -> list[ExchangePlan]:
    """The edges between all populations whose shells exchange something.

    Parameters
    ----------
    species : dict of population to tuple of str
    sheets : list of (positions by population, side), one per replicate
    shells : dict of population to float64[R, N]
        Diffusion coefficient times volume of the shell (m^5/s).
    spacing : float
        Distance between neighbours (m).

    Returns
    -------
    list of ExchangePlan
    """
    taking = [name for name in species if species[name]]
    if not taking:
        return []
    edges: dict[tuple[str, str], list[np.ndarray]] = {(a, b): [] for a in taking for b in taking}
    for positions, side in sheets:
        found = pairs(np.concatenate([positions[name] for name in taking]), side)
        ends = np.cumsum([0, *(len(positions[name]) for name in taking)])
        owner = np.searchsorted(ends, found, side="right") - 1
        for a, first in enumerate(taking):
            for b, second in enumerate(taking):
                chosen = found[(owner[:, 0] == a) & (owner[:, 1] == b)] - np.array([ends[a], ends[b]])
                edges[first, second].append(chosen)
    sizes = {name: len(sheets[0][0][name]) for name in taking}
    plans = []
    for (first, second), parts in edges.items():
        room = _room(sizes[first], sizes[second], sum(sizes.values()), max(len(part) for part in parts))
        used = np.concatenate([np.arange(room) < len(part) for part in parts])
        filled = [np.concatenate([part, np.zeros((room - len(part), 2), dtype=np.int64)])
                  + replicate * np.array([sizes[first], sizes[second]]) for replicate, part in enumerate(parts)]
        source, target = np.concatenate(filled).T
        one, other = shells[first].ravel()[source], shells[second].ravel()[target]
        # the two half ways lie in series
        reach = used * 2.0 * one * other / np.maximum(one + other, np.finfo(float).tiny) / spacing**2
        shared = tuple(name for name in species[first] if name in species[second])
        plans.append(ExchangePlan(f"{first}_beside_{second}", first, second, shared, source.astype(np.int32),
                                  target.astype(np.int32), reach))
    return plans
