"""What is written is what other readers find: h5py with bare paths, bmtk, libsonata."""

from __future__ import annotations

import dataclasses
import json

import h5py
import numpy as np
import pytest

from glunet.errors import StoreError
from glunet.store import Series, SpikeData, is_whole, summary, write

CONCENTRATION = "drugs.ketamine.concentration"


@pytest.fixture
def stored(tmp_path, recording):
    return write(recording, tmp_path / "results" / "ketamine" / "a.h5")


def test_arrays_and_units_stand_where_documented(stored, recording):
    with h5py.File(stored) as file:
        root = file["glunet"]
        assert np.array_equal(root["points/seed"], recording.seeds)
        axis = root["points/axes"][CONCENTRATION]
        assert np.array_equal(axis, [0, 0, 3e-3, 3e-3])
        assert axis.attrs["display_unit"] == "uM"
        mean = root["means/pyramidal/I_ampa"]
        assert np.array_equal(mean["values"], recording.means[1].values)
        assert np.array_equal(mean["time_s"], recording.means[1].times_s)
        assert (mean["values"].attrs["units"], mean["time_s"].attrs["units"]) == ("pA", "s")
        trace = root["traces/interneuron/v"]
        assert np.array_equal(trace["values"], recording.traces[0].values)
        assert np.array_equal(trace["cells"], [0, 1])
        assert np.array_equal(root["schedules/ketamine/values"], recording.schedules[0].values)
        assert np.array_equal(root["positions/interneuron"], recording.positions_um["interneuron"])
        assert root["positions/interneuron"].attrs["units"] == "um"
        releases = recording.cell_values["pyramidal"]["releases"]
        assert np.array_equal(root["cells/pyramidal/releases"], releases)
        blueprint = json.loads(root["blueprint"][()])
        assert blueprint == {**recording.blueprint, "tau": {"value": 0.02, "unit": "ms"}}
        assert root["experiment"][()].decode() == recording.experiment_text
        assert json.loads(root["timings"][()]) == recording.timings
        assert file.attrs["glunet_schema"] == 1


def _expected(recording, population):
    """Times in ms by node, worked out one spike at a time."""
    data, found = recording.spikes[population], {}
    for time, cell, replicate in zip(data.times_s, data.cell, data.replicate, strict=True):
        found.setdefault(int(replicate * data.n_cells + cell), []).append(time * 1e3)
    return found


@pytest.mark.parametrize("population", ["pyramidal", "interneuron"])
def test_bmtk_reads_the_spikes(stored, recording, population):
    reader = pytest.importorskip("bmtk.utils.reports.spike_trains").SpikeTrains.load(str(stored))
    assert set(reader.populations) == {"pyramidal", "interneuron"}
    assert reader.units(population) == "ms"
    expected = _expected(recording, population)
    assert sorted(reader.node_ids(population)) == sorted(expected)
    for node, times in expected.items():
        assert np.allclose(np.sort(reader.get_times(node, population=population)), times, rtol=1e-14)


@pytest.mark.parametrize("population", ["pyramidal", "interneuron"])
def test_libsonata_reads_the_spikes(stored, recording, population):
    spikes = pytest.importorskip("libsonata").SpikeReader(str(stored))[population]
    assert spikes.sorting == "by_time"
    times = spikes.get_dict()["timestamps"]
    assert np.all(np.diff(times) >= 0)
    found = {}
    for node, time in spikes.get():
        found.setdefault(node, []).append(time)
    expected = _expected(recording, population)
    assert found.keys() == expected.keys()
    assert all(np.allclose(found[node], expected[node], rtol=1e-14) for node in expected)


def test_both_readers_open_a_population_that_never_fired(tmp_path, recording):
    none = np.array([], dtype=np.int64)
    spikes = {**recording.spikes, "silent": SpikeData(none.astype(float), none, none, 3)}
    path = write(dataclasses.replace(recording, spikes=spikes), tmp_path / "a.h5")
    assert len(pytest.importorskip("libsonata").SpikeReader(str(path))["silent"].get()) == 0
    reader = pytest.importorskip("bmtk.utils.reports.spike_trains").SpikeTrains.load(str(path))
    assert len(reader.node_ids("silent")) == 0


def test_order_within_a_time_step_leaves_the_same_spikes(tmp_path, recording):
    data = SpikeData(np.array([0.1, 0.1, 0.2]), np.array([5, 2, 0]), np.array([1, 0, 0]), 8)
    shuffled = SpikeData(*(getattr(data, name)[[1, 0, 2]] for name in ("times_s", "cell", "replicate")), 8)
    stored = []
    for number, spikes in enumerate((data, shuffled)):
        path = write(dataclasses.replace(recording, spikes={"pyramidal": spikes}), tmp_path / f"{number}.h5")
        with h5py.File(path) as file:
            stored.append(file["spikes/pyramidal/node_ids"][:].tolist())
    assert stored == [[2, 13, 0], [2, 13, 0]]


def test_summary_names_everything_without_arrays(stored, recording):
    told = summary(stored)
    assert told["experiment"] == "ketamine"
    assert (told["replicates"], told["seeds"], told["duration_s"], told["dt_s"]) == (4, [1, 2], 2.0, 1e-4)
    assert told["axes"] == {CONCENTRATION: {"unit": "uM", "values": [0.0, 3e-3]}}
    assert told["populations"] == {"pyramidal": 8, "interneuron": 2}
    assert told["spikes"] == {"pyramidal": 200, "interneuron": 200}
    assert list(told["means"]["pyramidal"].items()) == [("I_nmda", "pA"), ("I_ampa", "pA")]  # as recorded
    assert told["traces"] == {"interneuron": {"v": "mV"}}
    assert told["schedules"] == {"ketamine": "uM"}
    assert told["cells"] == {"pyramidal": {"releases": "1"}}
    assert told["provenance"]["glunet"] == "0.1.0"
    assert told["bytes"] == stored.stat().st_size
    json.dumps(told)


def test_a_recording_of_almost_nothing_can_be_stored(tmp_path, recording):
    bare = dataclasses.replace(recording, axes={}, axis_units={}, spikes={}, means=recording.means[:1],
                               traces=[], schedules=[], positions_um={}, cell_values={}, cell_units={})
    told = summary(write(bare, tmp_path / "a.h5"))
    assert told["spikes"] == {}
    assert told["populations"] == {"pyramidal": None}


@pytest.mark.parametrize(("change", "line"), [
    ({"axes": {CONCENTRATION: np.zeros(3)}}, "axis drugs.ketamine.concentration: shape"),
    ({"axis_units": {}}, "has no unit"),
    ({"cell_units": {}}, "releases: has no unit"),
    ({"means": [Series("a/b", "v", "mV", np.zeros(1), np.zeros((4, 1)))]}, "may not hold '/'"),
    ({"means": [Series("a", "v", "mV", np.zeros(1), np.zeros((4, 1)))] * 2}, "recorded twice"),
    ({"spikes": {"a": SpikeData(np.zeros(1), np.array([8]), np.array([0]), 8)}}, "cell: outside 0 ... 7"),
    ({"spikes": {"a": SpikeData(np.zeros(1), np.array([0]), np.array([4]), 8)}}, "replicate: outside 0"),
])
def test_arrays_that_do_not_fit_are_refused(tmp_path, recording, change, line):
    with pytest.raises(ValueError, match=line.replace("(", r"\(")):
        write(dataclasses.replace(recording, **change), tmp_path / "a.h5")
    assert list(tmp_path.iterdir()) == []


def _one_line(path) -> str:
    assert not is_whole(path)
    with pytest.raises(StoreError) as caught:
        summary(path)
    line = str(caught.value)
    assert "\n" not in line
    assert str(path) in line
    return line


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.9, 0.9999])
def test_a_cut_off_file_is_told_so(stored, share):
    content = stored.read_bytes()
    stored.write_bytes(content[:int(len(content) * share)])
    assert "damaged" in _one_line(stored)


def test_rotten_bytes_in_an_array_are_found(stored):
    from glunet.store import open_result

    with h5py.File(stored) as file:
        chunk = file["glunet/means/pyramidal/I_ampa/values"].id.get_chunk_info(0)
    with open(stored, "r+b") as raw:
        raw.seek(chunk.byte_offset + chunk.size // 2)
        raw.write(b"\x55\xaa\x55\xaa")
    with pytest.raises(StoreError, match="damaged"):
        open_result(stored).mean("pyramidal", "I_ampa").load()


def test_missing_foreign_and_newer_files_get_one_line(tmp_path, stored):
    assert "no such file" in _one_line(tmp_path / "none.h5")
    text = tmp_path / "text.h5"
    text.write_text("no HDF5 at all")
    assert "not an HDF5 file" in _one_line(text)
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["data"] = 1
    assert "not a glunet result" in _one_line(tmp_path / "other.h5")
    with h5py.File(stored, "r+") as file:
        file.attrs["glunet_schema"] = 2
    assert "newer glunet (schema 2" in _one_line(stored)
