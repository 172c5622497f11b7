"""Thinned and packed arrays, unpacked with Python's own tools."""

from __future__ import annotations

import array
import base64
import sys

import numpy as np
import pytest

from glunet.report.pack import MISSING, base64_of, series, thin


def unpacked(text: str, kind: str) -> list[int]:
    """Little-endian whole numbers of base64."""
    found = array.array(kind, base64.b64decode(text))
    if sys.byteorder == "big":
        found.byteswap()
    return found.tolist()


def test_whole_numbers_come_back() -> None:
    assert unpacked(base64_of(np.array([[0, 1], [258, 65535]]), "u2"), "H") == [0, 1, 258, 65535]
    assert unpacked(base64_of(np.array([70000]), "u4"), "I") == [70000]


@pytest.mark.parametrize("length", [1000, 1001, 1099])
def test_thinning_keeps_the_extremes_of_every_stretch_in_their_order(length: int) -> None:
    values = np.random.default_rng(1).normal(size=(2, length))
    values[1, 777] = 50.0
    kept, stretch = thin(values, 100)
    assert kept.shape[1] <= 100
    assert stretch * kept.shape[1] / 2 >= length
    for row in range(2):
        for k in range(kept.shape[1] // 2):
            part = values[row, k * stretch:(k + 1) * stretch]
            low, high = int(part.argmin()), int(part.argmax())
            wanted = [part[low], part[high]] if low < high else [part[high], part[low]]
            assert kept[row, 2 * k:2 * k + 2].tolist() == wanted
    assert 50.0 in kept[1]


def test_what_fits_is_not_thinned() -> None:
    values = np.arange(6.0).reshape(1, 6)
    kept, stretch = thin(values, 6)
    assert stretch == 1
    assert kept.tolist() == values.tolist()


def test_a_series_comes_back_to_a_65534th_of_its_range_with_its_gaps() -> None:
    values = np.array([[-70.0, np.nan, 30.0, -12.345], [5.0, 5.0, 5.0, 5.0], [np.nan] * 4])
    packed = series(values, 0.5, 0.1, 100)
    whole = np.array(unpacked(packed["data"], "H"), float).reshape(3, 4)
    assert (whole == MISSING).tolist() == np.isnan(values).tolist()
    low, high = np.array(packed["low"])[:, None], np.array(packed["high"])[:, None]
    back = low + whole / (MISSING - 1) * (high - low)
    assert np.allclose(back[:2][~np.isnan(values[:2])], values[:2][~np.isnan(values[:2])], atol=100 / 65534, rtol=0)
    assert (packed["start"], packed["every"], packed["stretch"]) == (0.5, 0.1, 1)


def test_thinned_samples_stand_where_their_stretch_is() -> None:
    times = 1.0 + 0.001 * np.arange(10_000)
    packed = series(times[None], 1.0, 0.001, 200)
    whole = np.array(unpacked(packed["data"], "H"), float)
    back = packed["low"][0] + whole / (MISSING - 1) * (packed["high"][0] - packed["low"][0])
    stands = packed["start"] + packed["every"] * np.arange(packed["n"])
    assert packed["n"] <= 200
    assert np.abs(stands - back).max() <= packed["stretch"] * 0.001     # a signal that tells the time
