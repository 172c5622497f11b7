"""What keeps large results cheap: arrays read in part, spikes counted in pieces, averages kept in the file."""

from __future__ import annotations

import h5py
import numpy as np
import pytest
import xarray as xr

import glunet
from glunet.analysis import firing
from glunet.errors import InputError
from glunet.store import lazy, spikes, write

WINDOW = (0.25, 1.75)


@pytest.fixture
def folder(tmp_path, recorded):
    """Three files of one experiment: two, three and one replicate."""
    write(recorded(seeds=(1, 2), levels=(0.0, 0.0)), tmp_path / "a.h5")
    write(recorded(seeds=(1, 2, 3), levels=(3e-3, 3e-3, 3e-3)), tmp_path / "b.h5")
    write(recorded(seeds=(3,), levels=(0.0,)), tmp_path / "c.h5")
    return tmp_path


@pytest.fixture
def result(folder):
    return glunet.open(folder)


@pytest.fixture
def loads(monkeypatch):
    """Sizes of the arrays that were read from files."""
    sizes: list[int] = []
    take = lazy._Stored._take

    def counted(self, which, rows, rest):
        found = take(self, which, rows, rest)
        sizes.append(found.size)
        return found

    monkeypatch.setattr(lazy._Stored, "_take", counted)
    return sizes


def test_only_the_part_that_is_used_is_read_and_once(result, loads):
    mean = result.mean("pyramidal", "I_ampa")
    assert "values with dtype=float64" in repr(mean)
    part = mean.sel(time=slice(0.5, 0.5095)).isel(replicate=[1, 4])
    assert not loads
    assert part.shape == (2, 10)
    assert part.values.size == 20
    assert sum(loads) <= 4 * 10
    loads.clear()
    assert mean.values.shape == (6, 2000)
    assert float(mean.mean()) == mean.values.mean()
    assert sum(loads) == 6 * 2000


KEYS = [(0, slice(None)), (-1, 5), (slice(1, 5), slice(10, 20, 3)), (slice(None, None, -1), slice(30, 5, -7)),
        (slice(0, 6, 2), slice(None)), ([5, 0, 3], [1, 0, 7]), (slice(2, 2), slice(None)), (slice(None), 3)]


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_any_part_across_files_is_that_of_the_whole(folder, key):
    whole = glunet.open(folder).mean("pyramidal", "I_ampa").load()
    found = glunet.open(folder).mean("pyramidal", "I_ampa").isel(replicate=key[0], time=key[1])
    xr.testing.assert_identical(found, whole.isel(replicate=key[0], time=key[1]))


def test_what_is_changed_in_memory_stays_there(result):
    mean = result.mean("pyramidal", "I_ampa")
    mean[0, 0] = 99.0
    assert float(mean[0, 0]) == 99.0
    assert float(result.mean("pyramidal", "I_ampa")[0, 0]) != 99.0


@pytest.fixture(params=[7, 1 << 20], ids=["pieces", "whole"])
def piece(request, monkeypatch):
    monkeypatch.setattr(spikes, "PIECE", request.param)


@pytest.mark.usefixtures("piece")
def test_spikes_counted_in_pieces_are_those_that_the_analysis_counts(result):
    arrays = result.spike_arrays("pyramidal")
    assert arrays[3:] == (8, 6)
    np.testing.assert_allclose(result.rates("pyramidal", *WINDOW), firing.rate_per_cell(*arrays, *WINDOW))
    times_s, _, replicate, n_cells, n_replicates = arrays
    for bin_s in (0.001, 0.02, 0.4):
        times, rate = firing.population_rate(times_s, replicate, n_cells, n_replicates, *WINDOW, bin_s)
        found = result.population_rate("pyramidal", bin_s, *WINDOW)
        np.testing.assert_allclose(found.time, times)
        np.testing.assert_allclose(found, rate)
        assert (found.attrs["units"], found.time.attrs["units"]) == ("Hz", "s")
    assert result.n_cells("pyramidal") == 8


@pytest.mark.usefixtures("piece")
def test_spikes_of_a_window_and_of_some_replicates(result):
    everything = result.spikes("pyramidal")
    found = result.spikes("pyramidal", *WINDOW, replicates=[1, 3])
    use = np.isin(everything.replicate, [1, 3])
    use &= (everything.times_s > WINDOW[0] - 5e-5) & (everything.times_s < WINDOW[1] - 5e-5)
    assert use.sum() > 50
    for name in ("times_s", "cell", "replicate"):
        np.testing.assert_array_equal(getattr(found, name), getattr(everything, name)[use])
    assert result.spikes("pyramidal", replicates=[]).times_s.size == 0


def test_windows_replicates_and_bins_that_cannot_be(result):
    for call, match in ((lambda: result.spikes("pyramidal", 1, 1), "window 1 s to 1 s"),
                        (lambda: result.spikes("pyramidal", replicates=[6]), "no replicate 6; allowed: 0 to 5"),
                        (lambda: result.population_rate("pyramidal", 3.0), "bin of 3 s"),
                        (lambda: result.population_rate("pyramidal", 0.0), "bin of 0 s")):
        with pytest.raises(InputError, match=match):
            call()


def test_averages_kept_in_the_file_are_those_computed_from_it(folder, recording):
    kept = glunet.open(folder).summary()
    for path in folder.glob("*.h5"):
        with h5py.File(path, "r+") as file:
            del file["glunet/table"]
    computed = glunet.open(folder).summary()
    assert kept.identical(computed)
    assert float(kept["pyramidal rate"].sum()) == pytest.approx(6 * 50 / 8 / 2.0)
    assert list(kept.data_vars) == ["pyramidal rate", "interneuron rate", "pyramidal I_nmda", "pyramidal I_ampa"]


def test_a_notebook_shows_what_there_is_and_what_to_type(tmp_path, recorded):
    from html.parser import HTMLParser

    found = glunet.open(write(recorded(title="Dose < 3 & more"), tmp_path / "a.h5"))
    text = found._repr_html_()
    words: list[str] = []
    parser = HTMLParser()
    parser.handle_data = words.append
    parser.feed(text)
    assert "glunet result 'ketamine': Dose < 3 & more" in words
    asked = [word for word in words if word.startswith("result.")]
    assert 'result.mean("pyramidal", "I_nmda")' in asked
    for call in asked:
        assert eval(call, {"result": found}) is not None
    shown = [line[13:] for line in repr(found).splitlines()[3:]]
    assert len(shown) > 7
    assert set(shown) <= set(words)
