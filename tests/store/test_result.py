"""Results as labelled arrays, from one file and from a folder."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import glunet
from glunet.errors import InputError, StoreError
from glunet.store import ScheduleData, SpikeData, open_result, write

CONCENTRATION = "drugs.ketamine.concentration"


@pytest.fixture
def result(tmp_path, recording):
    return glunet.open(write(recording, tmp_path / "a.h5"))


def _same_spikes(found, given) -> bool:
    def events(data):
        times = np.round(data.times_s, 9).tolist()
        return sorted(zip(data.replicate.tolist(), data.cell.tolist(), times, strict=True))

    return events(found) == events(given) and found.n_cells == given.n_cells


def test_what_was_recorded_comes_back(result, recording):
    assert _same_spikes(result.spikes("pyramidal"), recording.spikes["pyramidal"])
    assert np.all(np.diff(result.spikes("pyramidal").times_s) >= 0)
    assert np.array_equal(result.mean("pyramidal", "I_nmda"), recording.means[0].values)
    assert np.array_equal(result.trace("interneuron", "v"), recording.traces[0].values)
    assert np.array_equal(result.schedule("ketamine"), recording.schedules[0].values)
    assert np.array_equal(result.positions("pyramidal"), recording.positions_um["pyramidal"])
    releases = recording.cell_values["pyramidal"]["releases"]
    assert np.array_equal(result.cell_values("pyramidal", "releases"), releases)
    assert result.blueprint["tau"] == {"value": 0.02, "unit": "ms"}
    assert result.experiment_text == recording.experiment_text
    assert result.provenance == recording.provenance
    assert result.timings == recording.timings
    assert (result.duration_s, result.dt_s, result.title) == (2.0, 1e-4, "Ketamine")
    assert result.populations == ["pyramidal", "interneuron"]


def test_arrays_carry_their_labels(result):
    mean = result.mean("pyramidal", "I_ampa")
    assert mean.dims == ("replicate", "time")
    assert mean.attrs["units"] == "pA"
    assert mean.time.attrs["units"] == "s"
    assert mean.seed.values.tolist() == [1, 2, 1, 2]
    assert mean[CONCENTRATION].values.tolist() == [0, 0, 3e-3, 3e-3]
    by_level = mean.groupby(CONCENTRATION).mean("replicate")
    assert np.allclose(by_level.values[1], mean.values[2:].mean(axis=0))
    assert result.trace("interneuron", "v").dims == ("replicate", "cell", "time")
    assert result.schedule("ketamine").attrs["units"] == "uM"
    assert result.points[CONCENTRATION].attrs["display_unit"] == "uM"
    shown = result.axis(CONCENTRATION)
    assert shown.values.tolist() == [0, 0, 3, 3]
    assert shown.attrs["units"] == "uM"


def test_rates_count_spikes_of_each_cell_in_the_window(tmp_path, recording):
    step = 1e-4
    data = SpikeData(np.array([0.0, 4999 * step, 5000 * step, 5000 * step, 9999 * step, 10000 * step]),
                     np.array([0, 1, 1, 2, 1, 1]), np.array([0, 1, 1, 3, 1, 1]), 8)
    path = write(dataclasses.replace(recording, spikes={"pyramidal": data}), tmp_path / "a.h5")
    rates = open_result(path).rates("pyramidal", 0.5, 1.0)
    assert rates.dims == ("replicate", "cell")
    assert rates.attrs["units"] == "Hz"
    expected = np.zeros((4, 8))
    expected[1, 1] = 2 / 0.5
    expected[3, 2] = 1 / 0.5
    assert np.array_equal(rates, expected)
    assert open_result(path).rates("pyramidal").sum() == 6 / 2.0


@pytest.mark.parametrize("k", range(1, 20000, 397))
def test_a_spike_at_the_edge_of_the_window_belongs_to_the_later_one(tmp_path, recording, k):
    data = SpikeData(np.array([k * 1e-4]), np.array([0]), np.array([0]), 8)
    result = open_result(write(dataclasses.replace(recording, spikes={"pyramidal": data}), tmp_path / "a.h5"))
    edge = float(f"{k}e-4")
    assert result.rates("pyramidal", 0, edge).sum() == 0
    assert result.rates("pyramidal", edge, 2.0).sum() > 0


def test_unknown_names_say_what_there_is(result):
    with pytest.raises(InputError, match="did you mean 'I_nmda'"):
        result.mean("pyramidal", "I_nmdaa")
    with pytest.raises(InputError, match="allowed: interneuron, pyramidal"):
        result.spikes("pyramid")
    with pytest.raises(InputError, match="allowed: interneuron"):
        result.trace("pyramidal", "v")
    with pytest.raises(InputError, match="window 1 s to 3 s"):
        result.rates("pyramidal", 1, 3)


def test_repr_tells_what_is_inside(result):
    text = repr(result)
    for piece in ("'ketamine'", "4 replicates of 2 s", "0, 3 uM", "seed  1, 2", "8 cells, 200 spikes",
                  "I_ampa (pA)", "ketamine (uM)", "1 file,"):
        assert piece in text
    assert max(map(len, text.splitlines())) < 160


@pytest.fixture
def folder(tmp_path, recorded):
    write(recorded(seeds=(1, 2), levels=(0.0, 0.0)), tmp_path / "a.h5")
    write(recorded(seeds=(1, 2, 3), levels=(3e-3, 3e-3, 3e-3)), tmp_path / "b.h5")
    return tmp_path


def test_a_folder_joins_its_files_along_replicate(folder, recorded):
    (folder / "c.h5.part").write_bytes(b"half")
    (folder / "README.md").write_text("not a result")
    first = recorded(seeds=(1, 2), levels=(0.0, 0.0))
    second = recorded(seeds=(1, 2, 3), levels=(3e-3, 3e-3, 3e-3))
    result = open_result(folder)
    assert result.n_replicates == 5
    assert result.points.replicate.values.tolist() == [0, 1, 2, 3, 4]
    assert result.points.seed.values.tolist() == [1, 2, 1, 2, 3]
    assert result.points[CONCENTRATION].values.tolist() == [0, 0, 3e-3, 3e-3, 3e-3]
    mean = result.mean("pyramidal", "I_ampa")
    assert np.array_equal(mean[:2], first.means[1].values)
    assert np.array_equal(mean[2:], second.means[1].values)
    joined = result.spikes("pyramidal")
    assert np.all(np.diff(joined.times_s) >= 0)
    late = joined.replicate >= 2
    part = SpikeData(joined.times_s[late], joined.cell[late], joined.replicate[late] - 2, 8)
    assert _same_spikes(part, second.spikes["pyramidal"])
    assert (result.rates("pyramidal") * 2.0).sum() == 250
    assert result.timings == {"compile": 6.0, "run": 3.0}
    assert "2 files" in repr(result)
    assert [file.name for file in result.files] == ["a.h5", "b.h5"]
    assert open_result(folder, pattern="b*").n_replicates == 3


def test_provenance_that_differs_is_kept_per_file(folder, recorded):
    write(recorded(seeds=(4,), levels=(0.0,), provenance={"glunet": "0.2.0", "blueprint_digest": "abc"}),
          folder / "c.h5")
    found = open_result(folder).provenance
    assert found == {"glunet": ["0.1.0", "0.1.0", "0.2.0"], "blueprint_digest": "abc"}


def test_only_the_title_and_figures_of_the_text_may_differ(folder, recorded, recording):
    text = recording.experiment_text.replace('title = "Ketamine"', 'title = "Better"') + "bins = 3\n"
    write(recorded(seeds=(4,), levels=(0.0,), experiment_text=text), folder / "c.h5")
    assert open_result(folder).n_replicates == 6


DIFFERENT = {
    "axes differ": {"axes": {"milieu.Mg_e": np.array([1.0])}, "axis_units": {"milieu.Mg_e": "mM"}},
    "durations differ": {"duration_s": 1.0},
    "time steps differ": {"dt_s": 5e-5},
    "recorded means differ": {"means": []},
    "different versions of the circuit": {"provenance": {"blueprint_digest": "def"}},
    "experiment files differ": {"experiment_text": '[experiment]\nname = "ketamine"\n'},
    "schedules differ": {"schedules": [ScheduleData("ketamine", "nM", np.zeros(1), np.zeros((1, 1)))]},
}


@pytest.mark.parametrize("line", DIFFERENT)
def test_files_that_do_not_belong_together_are_refused(folder, recorded, line):
    write(recorded(**{"seeds": (4,), "levels": (0.0,), **DIFFERENT[line]}), folder / "c.h5")
    with pytest.raises(StoreError, match=line) as caught:
        open_result(folder)
    assert "a.h5 and c.h5" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_same_point_twice_is_refused(folder, recorded):
    write(recorded(seeds=(5, 2), levels=(3e-3, 3e-3)), folder / "c.h5")
    with pytest.raises(StoreError, match=r"b.h5 and c.h5 do not join: both hold .* seed = 2, .* = 0.003"):
        open_result(folder)


def test_a_damaged_file_in_a_folder_is_not_passed_over(folder):
    (folder / "b.h5").write_bytes((folder / "b.h5").read_bytes()[:5000])
    with pytest.raises(StoreError, match="b.h5: damaged"):
        open_result(folder)


def test_nothing_is_read_before_it_is_asked_for(result, recording, tmp_path):
    write(dataclasses.replace(recording, experiment_text=""), tmp_path / "b.h5")
    (tmp_path / "a.h5").unlink()  # the handle is not kept either
    with pytest.raises(StoreError, match="no such file"):
        result.mean("pyramidal", "I_ampa")
