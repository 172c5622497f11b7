"""Where cells are: a square sheet with periodic edges, jittered grid positions, one sheet per replicate."""

from __future__ import annotations

import numpy as np


def place(n_by_population: dict[str, int], spacing: float, rng: np.random.Generator) -> tuple[dict[str, np.ndarray], float]:
    """Positions of all cells of one replicate.

    Parameters
    ----------
    n_by_population : dict of str to int
    spacing : float
        Mean distance between neighbouring cells (m); the sheet grows with the number of cells at this density.
    rng : numpy.random.Generator

    Returns
    -------
    positions : dict of str to float64[N, 2]
        In metres, all populations mixed over the sheet.
    side : float
        Edge of the sheet in metres.
    """
    total = sum(n_by_population.values())
    per_side = int(np.ceil(np.sqrt(total)))
    side = spacing * np.sqrt(total)
    grid = np.stack(np.meshgrid(np.arange(per_side), np.arange(per_side)), axis=-1).reshape(-1, 2)
    chosen = rng.permutation(per_side**2)[:total]
    points = (grid[chosen] + rng.uniform(0.1, 0.9, (total, 2))) * side / per_side
    positions, start = {}, 0
    for name, n in n_by_population.items():
        positions[name] = points[start:start + n]
        start += n
    return positions, side
