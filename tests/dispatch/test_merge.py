"""Many files as one: from a folder, a plan and a merged file come the same arrays, and what is missing is named."""

import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest

import glunet
from glunet.cli import main
from glunet.errors import InputError, StoreError
from glunet.store import Recording, ScheduleData, Series, SpikeData, Trace, summary, write
from glunet.store.merged import merge
from glunet.store.plans import PlanFile, part_path, plan_path, write_plan

DOSE, MAGNESIUM = "drugs.ketamine.concentration", "milieu.Mg_e"
DOSES, LEVELS, SEEDS = (0.0, 1e-3, 3e-3), (0.8, 1.2), (1, 2)
POINTS = [(dose, level, seed) for dose in DOSES for level in LEVELS for seed in SEEDS]
TEXT = '[experiment]\nname = "many"\ncircuit = "cortex"\nduration = "1 s"\n'
EDGES = (0, 5, 9, 12)      # not where an axis turns
CELLS = 5


def _recording(chosen, text=TEXT):
    """A recording that depends on nothing but its points."""
    times = np.arange(0, 1, 0.1)
    steps, cells, replicates = [], [], []
    for row, index in enumerate(chosen):
        count = index + 1
        rng = np.random.default_rng(index)
        steps += rng.integers(0, 10000, count).tolist()
        cells += rng.integers(0, CELLS, count).tolist()
        replicates += [row] * count
    order = np.argsort(steps, kind="stable")
    spikes = SpikeData(np.array(steps)[order] * 1e-4, np.array(cells)[order], np.array(replicates)[order], CELLS)
    rows = np.array(chosen, float)
    doses, levels, seeds = (np.array(column) for column in zip(*(POINTS[index] for index in chosen), strict=True))
    return Recording(
        experiment="many", title="Many", duration_s=1.0, dt_s=1e-4, seeds=seeds, axes={DOSE: doses, MAGNESIUM: levels},
        axis_units={DOSE: "uM", MAGNESIUM: "mM"}, spikes={"pyramidal": spikes},
        means=[Series("pyramidal", "I_ampa", "pA", times, rows[:, None] + np.sin(times))],
        traces=[Trace("pyramidal", "v", "mV", times, np.array([0, 3]), rows[:, None, None] * np.ones((1, 2, len(times))))],
        schedules=[ScheduleData("ketamine", "uM", np.array([0.0, 1.0]), np.outer(doses, [1e3, 1e3]))],
        positions_um={"pyramidal": rows[:, None, None] + np.zeros((len(chosen), CELLS, 2))},
        cell_values={}, cell_units={}, blueprint={}, experiment_text=text,
        provenance={"blueprint_digest": "abc", "created": str(chosen[0])}, timings={"run": 1.0})


def _sweep(folder, key="0123456789ab", skip=(), text=TEXT):
    """A sweep as `glunet sweep` leaves it, but for some files."""
    plan = write_plan(PlanFile(plan_path(folder, "many", key), "many", key, EDGES, text, "many.toml", "cpp_standalone"))
    for first, stop in zip(EDGES[:-1], EDGES[1:], strict=True):
        if first not in skip:
            write(_recording(range(first, stop), text), part_path(folder, "many", key, first, stop))
    return plan.path


@pytest.fixture
def whole(tmp_path):
    """All points in one file, which the joined ones are to be like."""
    return glunet.open(write(_recording(range(12)), tmp_path / "whole" / "a.h5"))


def _same(found, wanted):
    assert found.n_replicates == wanted.n_replicates
    assert found.points.equals(wanted.points)
    assert found.recorded == wanted.recorded
    takes = [lambda r: r.mean("pyramidal", "I_ampa"), lambda r: r.trace("pyramidal", "v"), lambda r: r.schedule("ketamine"),
             lambda r: r.positions("pyramidal"), lambda r: r.rates("pyramidal"), lambda r: r.axis(DOSE)]
    for take in takes:
        assert take(found).identical(take(wanted))
    mine, its = found.spikes("pyramidal"), wanted.spikes("pyramidal")
    for name in ("times_s", "cell", "replicate"):
        assert np.array_equal(getattr(mine, name), getattr(its, name))


@pytest.mark.parametrize("way", ["folder", "plan", "merged folder", "merged plan"])
def test_from_many_files_comes_what_comes_from_one(tmp_path, whole, way):
    plan = _sweep(tmp_path / "many")
    path = plan if "plan" in way else tmp_path / "many"
    if "merged" in way:
        path, missing = merge(path)
        assert path.name == "many-0123456789ab.merged.h5"
        assert missing == []
    found = glunet.open(path)
    _same(found, whole)
    assert found.missing == []
    assert len(found.files) == 3
    # a merged file beside its parts is none of them
    assert glunet.open(tmp_path / "many").n_replicates == 12


def test_the_table_holds_each_points_rates_and_means(tmp_path, whole):
    path, _ = merge(_sweep(tmp_path / "many"))
    table = glunet.open(path).summary()
    assert np.allclose(table["pyramidal rate"], [(index + 1) / CELLS for index in range(12)])
    assert np.allclose(table["pyramidal I_ampa"], np.arange(12) + np.sin(np.arange(0, 1, 0.1)).mean())
    assert table["pyramidal I_ampa"].attrs["units"] == "pA"
    assert table[DOSE].values.tolist() == [dose for dose, *_ in POINTS]
    assert table.identical(whole.summary())
    # it needs no part
    for file in (tmp_path / "many").glob("many-*-0*.h5"):
        file.unlink()
    assert glunet.open(path).summary().identical(table)
    assert summary(path)["replicates"] == 12
    assert summary(path)["seeds"] == [1, 2]
    assert "12 replicates" in repr(glunet.open(path))
    with pytest.raises(StoreError, match="no such file"):
        glunet.open(path).mean("pyramidal", "I_ampa")


def test_arrays_are_read_through_the_merged_file_by_anybody_from_anywhere(tmp_path, whole, monkeypatch):
    path, _ = merge(_sweep(tmp_path / "many"), tmp_path / "many" / "all.h5")
    copied = path.stat().st_size
    moved = tmp_path / "elsewhere"
    shutil.move(tmp_path / "many", moved)
    monkeypatch.chdir("/")
    with h5py.File(moved / "all.h5") as file:
        assert file["glunet/means/pyramidal/I_ampa/values"].is_virtual
        assert np.array_equal(file["glunet/means/pyramidal/I_ampa/values"], whole.mean("pyramidal", "I_ampa"))
        assert np.array_equal(file["glunet/traces/pyramidal/v/values"], whole.trace("pyramidal", "v"))
        assert len(file["parts/1/spikes/pyramidal/timestamps"]) == sum(range(6, 10))
    _same(glunet.open(moved / "all.h5"), whole)
    assert copied == (moved / "all.h5").stat().st_size


def test_a_merged_file_without_its_parts_holds_no_numbers_rather_than_zeros(tmp_path):
    found, _ = merge(_sweep(tmp_path / "many"), tmp_path / "many" / "all.h5")
    alone = tmp_path / "elsewhere" / found.name
    alone.parent.mkdir()
    shutil.copy(found, alone)
    with h5py.File(alone) as file:
        values = file["glunet/means/pyramidal/I_ampa/values"][:]
    assert values.size
    assert np.isnan(values).all()


def test_one_array_over_all_axes(tmp_path):
    path, _ = merge(_sweep(tmp_path / "many"))
    result = glunet.open(path)
    rates = result.grid(result.summary()["pyramidal rate"])
    assert rates.sizes == {DOSE: 3, MAGNESIUM: 2, "seed": 2}
    for index, (dose, level, seed) in enumerate(POINTS):
        assert float(rates.sel({DOSE: dose, MAGNESIUM: level, "seed": seed})) == pytest.approx((index + 1) / CELLS)
    assert result.grid(result.mean("pyramidal", "I_ampa")).sizes["time"] == 10


def test_missing_points_are_named_and_not_made_up(tmp_path):
    plan = _sweep(tmp_path / "many", skip=(5,))
    path, missing = merge(plan)
    assert missing == [(5, 8)]
    for found in (glunet.open(plan), glunet.open(path), glunet.open(tmp_path / "many")):
        assert found.n_replicates == 8
        assert found.missing == [(5, 8)]
        assert "4 points of 12: 5 to 8" in repr(found)
        assert found.summary()["pyramidal rate"].values.tolist() == [(i + 1) / CELLS for i in (0, 1, 2, 3, 4, 9, 10, 11)]
        rates = found.grid(found.summary()["pyramidal rate"])
        assert np.isnan(rates).sum() == 4
        assert float(rates.sel({DOSE: 1e-3, MAGNESIUM: 0.8, "seed": 1})) == 1.0


def test_a_design_is_no_grid(tmp_path):
    path = write(_recording([0, 5, 10]), tmp_path / "a.h5")
    with pytest.raises(InputError, match="do not fill"):
        glunet.open(path).grid(glunet.open(path).summary()["pyramidal rate"])


def test_a_folder_with_several_sweeps_says_what_to_open(tmp_path):
    folder = tmp_path / "many"
    old, new = _sweep(folder, "aaaaaaaaaaaa"), _sweep(folder, "bbbbbbbbbbbb", skip=(0,), text=TEXT + "[set]\n")
    with pytest.raises(StoreError, match="holds more than one result") as told:
        glunet.open(folder)
    assert f"{old.name} (3 files), {new.name} (2 files)" in str(told.value)
    assert "open one of these" in str(told.value)
    assert glunet.open(old).n_replicates == 12
    assert glunet.open(new).n_replicates == 7
    # a plan of which nothing is stored is no second result
    for file in folder.glob("*-bbbbbbbbbbbb-*.h5"):
        file.unlink()
    assert glunet.open(folder).n_replicates == 12
    with pytest.raises(StoreError, match="none of its 3 files are there yet"):
        glunet.open(new)
    write(_recording([0]), folder / "many-cccccccccccc.h5")
    with pytest.raises(StoreError, match=r"\(3 files\), many-cccccccccccc\.h5; open one"):
        glunet.open(folder)


def test_a_damaged_part_is_not_left_out_in_silence(tmp_path):
    plan = _sweep(tmp_path / "many")
    part = part_path(tmp_path / "many", "many", "0123456789ab", 5, 9)
    part.write_bytes(part.read_bytes()[:5000])
    with pytest.raises(StoreError, match="damaged"):
        glunet.open(plan)
    with pytest.raises(StoreError, match="damaged"):
        merge(plan)
    assert not list((tmp_path / "many").glob("*.merged.h5"))


def test_a_merged_file_takes_nobodys_place(tmp_path):
    plan = _sweep(tmp_path / "many")
    part = part_path(tmp_path / "many", "many", "0123456789ab", 0, 5)
    with pytest.raises(StoreError, match="one of the files to be joined"):
        merge(plan, part)
    with pytest.raises(StoreError, match="cannot be written"):
        merge(plan, Path("/proc/nowhere/all.h5"))
    with pytest.raises(StoreError, match=r"ends in \.h5"):
        merge(plan, tmp_path / "all.hdf")
    assert glunet.open(plan).n_replicates == 12


def test_the_command_prints_the_file_and_names_what_is_missing(tmp_path, capsys):
    plan = _sweep(tmp_path / "many", skip=(5,))
    with pytest.raises(SystemExit) as ended:
        main(["merge", str(plan), "-o", str(tmp_path / "out" / "all.h5")])
    assert not ended.value.code
    said = capsys.readouterr()
    assert said.out.split() == [str(tmp_path / "out" / "all.h5")]
    assert said.err == "glunet: 4 points are missing and not in it: 5 to 8 (counted from 0)\n"
    assert glunet.open(tmp_path / "out" / "all.h5").mean("pyramidal", "I_ampa").sizes["replicate"] == 8
    with pytest.raises(SystemExit) as ended:
        main(["merge", str(tmp_path / "nothing")])
    assert ended.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1
