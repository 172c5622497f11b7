"""Every cell, and so every synapse, has its astrocyte: the nearest, of its own replicate."""

import numpy as np
import pytest

from glunet.circuit.domains import nearest, serving
from glunet.circuit.wire import distances


def test_the_nearest_astrocyte_serves():
    rng = np.random.default_rng(5)
    cells, astrocytes = rng.uniform(0, 1e-3, (200, 2)), rng.uniform(0, 1e-3, (40, 2))
    found = nearest(cells, astrocytes, 1e-3)
    assert np.array_equal(found, distances(cells, astrocytes, 1e-3).argmin(axis=1))


def test_across_the_edge_of_the_sheet():
    assert nearest(np.array([[0.99, 0.5]]), np.array([[0.5, 0.5], [0.02, 0.5]]), 1.0) == [1]


def test_replicates_have_astrocytes_of_their_own():
    rng = np.random.default_rng(6)
    cells, astrocytes = [rng.uniform(0, 1, (30, 2)) for _ in range(3)], [rng.uniform(0, 1, (6, 2)) for _ in range(3)]
    found = serving(cells, astrocytes, [1.0] * 3).reshape(3, 30)
    assert (found // 6 == np.arange(3)[:, None]).all()
    assert np.array_equal(found[2] - 12, nearest(cells[2], astrocytes[2], 1.0))


def test_cells_without_astrocytes_are_refused():
    with pytest.raises(ValueError, match="no astrocyte"):
        nearest(np.zeros((2, 2)), np.zeros((0, 2)), 1.0)
