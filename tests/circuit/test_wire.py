"""Wiring: degrees, ranges, distance dependence, and no dependence on the batch."""

import numpy as np
import pytest

from glunet.circuit.place import place
from glunet.circuit.wire import check, distances, wire


def _sheet(n=300, seed=1):
    positions, side = place({"a": n, "b": n // 3}, 20e-6, np.random.default_rng(seed))
    return positions, side


def test_in_degree_range_and_no_self_connection():
    positions, side = _sheet()
    source, target = wire(positions["a"], positions["a"], 30, 100e-6, side, True, np.random.default_rng(2))
    assert np.array_equal(np.bincount(target), np.full(300, 30))
    assert source.min() >= 0
    assert source.max() < 300
    assert not np.any(source == target)
    assert len(set(zip(source.tolist(), target.tolist(), strict=True))) == source.size


def test_connection_probability_falls_exponentially_with_distance():
    positions, side = place({"a": 2000}, 20e-6, np.random.default_rng(5))
    points, length = positions["a"], 80e-6
    source, target = wire(points, points, 20, length, side, True, np.random.default_rng(6))
    edges = np.arange(0, 320e-6, 40e-6)
    pairs = np.histogram(distances(points, points, side)[~np.eye(2000, dtype=bool)], edges)[0]
    gap = np.abs(points[source] - points[target])
    made = np.histogram(np.hypot(*np.minimum(gap, side - gap).T), edges)[0]
    slope = np.polyfit(edges[:-1] + 20e-6, np.log(made / pairs), 1)[0]
    assert -1 / slope == pytest.approx(length, rel=0.15)


def test_distances_wrap_around_the_sheet():
    assert distances(np.array([[0.5, 0.5]]), np.array([[9.5, 0.5], [5.5, 0.5]]), 10.0).ravel() == pytest.approx([1.0, 5.0])


def test_degree_is_limited_by_what_is_there():
    positions, side = _sheet(12)
    source, _ = wire(positions["a"], positions["a"], 50, 1e-4, side, True, np.random.default_rng(2))
    assert source.size == 12 * 11


@pytest.mark.parametrize(("source", "target", "says"), [
    ([0, 5], [0, 1], "does not exist"), ([-1, 0], [0, 1], "does not exist"), ([0, 1], [0, 0], "in-degrees"),
    ([1, 1, 0, 0], [0, 0, 1, 1], "twice"), ([0, 1], [0, 1], "itself"),
])
def test_bad_wiring_is_refused(source, target, says):
    degree = len(source) // 2
    with pytest.raises(ValueError, match=says):
        check(np.array(source), np.array(target), 3, 2, degree, True)
