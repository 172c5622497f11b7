"""Points and batches."""

from __future__ import annotations

from pathlib import Path

import pytest

from glunet.experiment.load import load
from glunet.experiment.plan import Point, batches, points


def test_points_are_the_outer_product_in_the_order_of_the_file(bench: Path, text: str) -> None:
    (bench / "wash.toml").write_text(text, encoding="utf-8")
    found = points(load("wash.toml"))
    assert [point.index for point in found] == list(range(3 * 3 * 2))
    assert [point.seed for point in found[:4]] == [3, 1, 3, 1]
    doses = [point.values["drugs.ketamine.concentration"] for point in found]
    assert doses == sorted(doses)
    assert list(found[0].values) == ["drugs.ketamine.concentration", "populations.pyramidal.leak.g"]
    assert len({(point.seed, *point.values.values()) for point in found}) == len(found)


def test_a_seed_axis_may_come_first(bench: Path, text: str) -> None:
    seed_first = text.replace("seed = [3, 1]\n", "").replace("[axes]\n", "[axes]\nseed = [3, 1]\n")
    (bench / "wash.toml").write_text(seed_first, encoding="utf-8")
    assert [point.seed for point in points(load("wash.toml"))] == [3] * 9 + [1] * 9


@pytest.mark.parametrize(
    ("number", "per_batch", "sizes"),
    [(0, 3, []), (1, 3, [1]), (3, 3, [3]), (4, 3, [2, 2]), (11, 4, [3, 4, 4]), (5, 1, [1] * 5)],
)
def test_batches_hold_every_point_once_and_in_order(number: int, per_batch: int, sizes: list[int]) -> None:
    some = [Point(index, 1, {}) for index in range(number)]
    found = batches(some, per_batch)
    assert [len(batch) for batch in found] == sizes
    assert [point for batch in found for point in batch] == some


def test_a_batch_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="holds nothing"):
        batches([Point(0, 1, {})], 0)
