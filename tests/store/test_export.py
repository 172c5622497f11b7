"""Results as other tools see them: pandas, neo and elephant, NWB. Checked against the recording that was stored."""

from __future__ import annotations

import json
from itertools import product

import h5py
import numpy as np
import pytest

import glunet
from glunet.errors import GlunetError, InputError, StoreError
from glunet.store import write
from glunet.store.export_neo import quantity

CONCENTRATION = "drugs.ketamine.concentration"


@pytest.fixture
def result(tmp_path, recording):
    return glunet.open(write(recording, tmp_path / "a.h5"))


def _train(recording, population, replicate, cell):
    """Spike times of one cell, s."""
    data = recording.spikes[population]
    return np.sort(data.times_s[(data.replicate == replicate) & (data.cell == cell)])


def test_the_summary_is_a_row_per_replicate_and_population(result, recording):
    table = result.to_pandas()
    assert table[["replicate", "population"]].values.tolist() == [
        [r, p] for r in range(4) for p in ("pyramidal", "interneuron")]
    assert table.seed.tolist() == [1, 1, 2, 2, 1, 1, 2, 2]
    assert table[CONCENTRATION].tolist() == [0, 0, 0, 0, 3, 3, 3, 3]
    for _, row in table.iterrows():
        data = recording.spikes[row.population]
        assert row.rate == pytest.approx((data.replicate == row.replicate).sum() / data.n_cells / 2.0)
    assert table.I_nmda[::2].tolist() == pytest.approx(recording.means[0].values.mean(axis=1).tolist())
    assert table.I_nmda[1::2].isna().all()
    assert table.attrs["units"] == {"rate": "Hz", "I_nmda": "pA", "I_ampa": "pA", CONCENTRATION: "uM"}


def test_a_summary_of_a_window_and_of_some_replicates(result):
    table = result.to_pandas(start_s=0.5, stop_s=1.0, replicates=[2])
    assert table.replicate.tolist() == [2, 2]
    expected = [float(result.rates(p, 0.5, 1.0)[2].mean()) for p in ("pyramidal", "interneuron")]
    assert table.rate.tolist() == pytest.approx(expected)
    assert "I_ampa" not in table


def test_spikes_are_a_long_table(result, recording):
    table = result.to_pandas("spikes")
    assert len(table) == 400
    for population, r, c in product(("pyramidal", "interneuron"), range(4), range(2)):
        mine = table[(table.population == population) & (table.replicate == r) & (table.cell == c)]
        np.testing.assert_allclose(mine.time, _train(recording, population, r, c))
    some = result.to_pandas("spikes", start_s=0.5, stop_s=1.0, replicates=[3])
    expected = table[(table.replicate == 3) & (table.time >= 0.5 - 1e-9) & (table.time < 1.0 - 1e-9)]
    assert some.reset_index(drop=True).equals(expected.reset_index(drop=True))
    assert set(some[CONCENTRATION]) == {3.0}


def test_neo_holds_every_spike_train_with_its_labels(result, recording):
    neo = pytest.importorskip("neo")
    block = result.to_neo()
    assert isinstance(block, neo.Block)
    assert [len(segment.spiketrains) for segment in block.segments] == [10] * 4
    for segment in block.segments:
        for train in segment.spiketrains:
            about = train.annotations
            expected = _train(recording, about["population"], about["replicate"], about["cell"])
            np.testing.assert_allclose(train.times.rescale("s").magnitude, expected)
            assert about["seed"] == (1, 2, 1, 2)[about["replicate"]]
            assert float(about[CONCENTRATION].rescale("mM")) == pytest.approx((0, 0, 3e-3, 3e-3)[about["replicate"]])
            assert float(train.t_stop.rescale("s")) == 2.0
    assert len(block.filter(targdict={"cell": 3}, objects=neo.SpikeTrain)) == 4


def test_elephant_finds_the_rates_that_we_find(result):
    statistics = pytest.importorskip("elephant.statistics")
    block = result.to_neo(replicates=[1, 3], populations=["pyramidal"])
    assert [segment.annotations["replicate"] for segment in block.segments] == [1, 3]
    for segment in block.segments:
        found = [float(statistics.mean_firing_rate(train).rescale("Hz")) for train in segment.spiketrains]
        expected = result.rates("pyramidal")[segment.annotations["replicate"]]
        np.testing.assert_allclose(found, expected)


def test_neo_holds_means_traces_and_schedules_with_units(result, recording):
    pytest.importorskip("neo")
    segment = result.to_neo(replicates=[2]).segments[0]
    signals = {signal.name: signal for signal in segment.analogsignals}
    current = signals["pyramidal I_ampa"]
    np.testing.assert_allclose(current.magnitude[:, 0], recording.means[1].values[2])
    assert str(current.units.dimensionality) == "pA"
    assert float(current.sampling_period.rescale("ms")) == pytest.approx(1.0)
    voltage = signals["interneuron v"]
    assert voltage.annotations["kind"] == "trace"
    np.testing.assert_allclose(voltage.magnitude.T, recording.traces[0].values[2])
    assert voltage.array_annotations["cell"].tolist() == [0, 1]
    dose, = segment.irregularlysampledsignals
    assert (dose.name, dose.magnitude[:, 0].tolist(), dose.times.magnitude.tolist()) == ("ketamine", [0, 3], [0, 1])
    assert str(dose.units.dimensionality) == "uM"


def test_units_for_neo():
    pytest.importorskip("quantities")
    assert float((5 * quantity("nM")).rescale("mol/m**3")) == pytest.approx(5e-6)
    assert float((1 * quantity("mS/cm**2")).rescale("S/m**2")) == pytest.approx(10)
    assert all(quantity(unit).dimensionality.string == "dimensionless" for unit in ("1", "no unit", "SI"))


def test_nwb_is_valid_and_holds_one_replicate(result, recording, tmp_path):
    pynwb = pytest.importorskip("pynwb")
    path, = result.to_nwb(tmp_path / "out.nwb", replicates=[2])
    assert pynwb.validate(path=str(path)) == []
    with h5py.File(path) as file:
        units = file["units"]
        ends = units["spike_times_index"][:]
        names, cells = units["population"].asstr()[:], units["cell"][:]
        assert len(ends) == 10
        for k, (name, cell) in enumerate(zip(names, cells, strict=True)):
            times = units["spike_times"][ends[k - 1] if k else 0:ends[k]]
            np.testing.assert_allclose(times, _train(recording, name, 2, cell))
        current = file["processing/means/pyramidal I_ampa"]
        np.testing.assert_allclose(current["data"], recording.means[1].values[2])
        assert current["data"].attrs["unit"] == "pA"
        assert current["starting_time"].attrs["rate"] == pytest.approx(1000)
        np.testing.assert_allclose(file["processing/traces/interneuron v/data"], recording.traces[0].values[2].T)
        assert file["stimulus/presentation/ketamine/data"][:].tolist() == [0, 3]
        assert json.loads(file["general/notes"].asstr()[()]) == {"seed": [1, "1"], CONCENTRATION: [3.0, "uM"]}


def test_nwb_of_several_replicates_is_a_folder(result, tmp_path):
    pytest.importorskip("pynwb")
    files = result.to_nwb(tmp_path / "all")
    assert [path.name for path in files] == [f"ketamine_{r:04d}.nwb" for r in range(4)]
    assert sorted(path.name for path in (tmp_path / "all").iterdir()) == [path.name for path in files]
    with pytest.raises(InputError, match="4 replicates for one file; allowed: a folder"):
        result.to_nwb(tmp_path / "one.nwb")
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be written"):
        result.to_nwb(tmp_path / "file" / "below", replicates=[0])


def test_what_cannot_be_exported_says_what_can(result):
    with pytest.raises(InputError, match="allowed: spikes, summary"):
        result.to_pandas("spike")
    with pytest.raises(InputError, match="no replicate 4; allowed: 0 to 3"):
        result.to_neo(replicates=[4])
    with pytest.raises(InputError, match="did you mean 'pyramidal'"):
        result.to_neo(populations=["pyramidals"])


@pytest.mark.parametrize(("library", "verb", "extra"), [("neo", "to_neo", "analysis"), ("pynwb", "to_nwb", "nwb")])
def test_a_missing_library_is_told_in_one_line(result, tmp_path, monkeypatch, library, verb, extra):
    monkeypatch.setitem(__import__("sys").modules, library, None)
    with pytest.raises(GlunetError, match=rf"pip install 'glunet\[{extra}\]'"):
        getattr(result, verb)(*([tmp_path / "x"] if verb == "to_nwb" else []))
