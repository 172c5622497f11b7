"""Results whose content is not what it should be: one line that names the file, whatever is asked of them."""

from __future__ import annotations

import h5py
import numpy as np
import pytest

from glunet.errors import StoreError
from glunet.store import write
from glunet.store.result import open_result

PLACES = ("glunet/summary", "glunet/blueprint", "glunet/experiment", "glunet/points/seed",
          "glunet/means/pyramidal/I_nmda/values", "glunet/means/pyramidal/I_nmda/time_s", "spikes/pyramidal/timestamps")


def _use(path):
    """Ask a result for all that it holds."""
    result = open_result(path)
    assert result.blueprint
    assert result.experiment_text
    assert np.isfinite(result.mean("pyramidal", "I_nmda").values).all()
    assert np.isfinite(result.rates("pyramidal", 0.0, 1.0).values).all()


def test_the_whole_file_is_no_trouble(recording, tmp_path):
    write(recording, tmp_path / "a.h5")
    _use(tmp_path / "a.h5")


@pytest.mark.parametrize("content", ["nonsense", 3, np.zeros(0)], ids=str)
@pytest.mark.parametrize("place", PLACES)
def test_a_place_with_other_content_is_told_in_one_line(recording, tmp_path, place, content):
    path = tmp_path / "a.h5"
    write(recording, path)
    with h5py.File(path, "a") as file:
        del file[place]
        file[place] = content
    if place == "spikes/pyramidal/timestamps" and isinstance(content, np.ndarray):
        return          # no spikes at all: nothing is wrong with that
    with pytest.raises(StoreError, match=r"a\.h5: damaged") as error:
        _use(path)
    assert "\n" not in str(error.value)


def test_a_summary_that_lacks_something_is_told(recording, tmp_path):
    path = tmp_path / "a.h5"
    write(recording, path)
    with h5py.File(path, "a") as file:
        del file["glunet/summary"]
        file["glunet/summary"] = "{}"
    with pytest.raises(StoreError, match="its summary lacks axes, cells"):
        open_result(path)
