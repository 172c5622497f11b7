"""Indices from stored results: points in any order and files, several seeds, crossed axes, missing points."""

from __future__ import annotations

import csv
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import typer

import glunet
from glunet.analysis.design import Design, Range
from glunet.commands import sensitivity as command
from glunet.errors import GlunetError, InputError
from glunet.figures import catalogue, style
from glunet.figures.sensitivity import draw_study, study
from glunet.store import Recording, Series, SpikeData
from glunet.store.hdf5 import write

DOSE, MG, CALCIUM = "drugs.ketamine.concentration", "milieu.Mg_e", "milieu.Ca_e"
RANGES = {DOSE: Range(1e-4, 3e-2, "uM", True), MG: Range(0.8, 1.2, "mM")}
MORRIS = Design("morris", 10, RANGES)


def stored(folder: Path, design: Design | None, seeds=(1, 2), calcium=(1.0,), keep=slice(None), files: int = 2) -> Path:
    """Results whose current is 3 times the dose's place in its range less 2 times magnesium's, times calcium."""
    asked = design or MORRIS
    grid = [(point, c, seed) for point in asked.points() for c in calcium for seed in seeds]
    grid = [grid[i] for i in np.random.default_rng(1).permutation(len(grid))][keep]
    for number, share in enumerate(np.array_split(np.arange(len(grid)), files)):
        mine = [grid[i] for i in share]
        axes = {path: np.array([point[path] for point, _, _ in mine]) for path in RANGES}
        places = [ends.place(axes[path]) for path, ends in RANGES.items()]
        seed = np.array([s for _, _, s in mine])
        axes[CALCIUM] = np.array([c for _, c, _ in mine])
        current = (3 * places[0] - 2 * places[1]) * axes[CALCIUM] + 10 * seed
        counts = np.round(20 + 20 * places[0]).astype(int)
        replicate = np.repeat(np.arange(len(mine)), counts)
        spikes = SpikeData(np.full(replicate.size, 0.5), np.zeros(replicate.size, int), replicate, 4)
        write(Recording(
            experiment="drawn", title="Drawn", duration_s=1.0, dt_s=1e-4, seeds=seed, axes=axes,
            axis_units={DOSE: "uM", MG: "mM", CALCIUM: "mM"}, spikes={"pyramidal": spikes},
            means=[Series("pyramidal", "I_nmda", "pA", np.array([0.25, 0.75]), np.stack([current, current], axis=1))],
            traces=[], schedules=[], positions_um={}, cell_values={}, cell_units={}, blueprint={}, experiment_text="",
            provenance={"design": asdict(design)} if design else {}, timings={}), folder / f"drawn-{number}.h5")
    return folder


def run(*arguments: str) -> None:
    """The command alone."""
    app = typer.Typer()
    command.register(app)
    app(args=list(arguments), standalone_mode=False)


def test_slopes_are_found_in_shuffled_files_of_two_seeds(tmp_path: Path) -> None:
    found = study(glunet.open(stored(tmp_path, MORRIS)), "pyramidal_I_nmda")
    assert (found.unit, found.found[0].seeds, found.found[0].at) == ("pA", 2, "Calcium 1 mM")
    np.testing.assert_allclose(found.found[0].indices.values["mu_star"], [3, 2], rtol=1e-6)
    assert found.found[0].indices.noise == pytest.approx(0.0, abs=1e-9)


def test_every_level_of_a_crossed_axis_has_its_own_indices(tmp_path: Path) -> None:
    result = glunet.open(stored(tmp_path, MORRIS, calcium=(2.0, 1.0)))
    found = study(result, "pyramidal_I_nmda")
    assert [part.at for part in found.found] == ["Calcium 1 mM", "Calcium 2 mM"]
    np.testing.assert_allclose([part.indices.values["mu_star"] for part in found.found], [[3, 2], [6, 4]], rtol=1e-6)
    with style.applied():
        figure = draw_study(result, found)
        figure.draw_without_rendering()
    widths = [[bar.get_width() for bar in panel.containers[0]] for panel in figure.axes]
    np.testing.assert_allclose(widths, [[3, 2], [6, 4]], rtol=1e-6)


@pytest.mark.parametrize(("design", "index"), [
    (Design("sobol", 64, RANGES, True), "S1"), (Design("latin_hypercube", 200, RANGES), "S1")], ids=["sobol", "lhs"])
def test_the_command_writes_table_csv_and_figure(tmp_path: Path, capsys: pytest.CaptureFixture[str], design: Design,
                                                 index: str) -> None:
    run(str(stored(tmp_path, design)), "--measure", "pyramidal_I_nmda", "--window", "0.2 s,800 ms",
        "-o", str(tmp_path / "out"))
    told = capsys.readouterr().out
    assert "0.2–0.8 s" in told
    assert f"{design.kind.replace('_', ' ')}, {design.samples} samples, {design.n_rows} points" in told
    assert "mean over 2 seeds, 0% of its variance is noise between them" in told
    with (tmp_path / "out" / "drawn_sensitivity_pyramidal_I_nmda.csv").open() as file:
        rows = {(row["parameter"], row["index"]): row for row in csv.DictReader(file)}
    first = rows[DOSE, index]
    assert float(first["value"]) == pytest.approx(9 / 13, abs=0.05)
    assert float(first["low"]) < float(first["value"]) < float(first["high"])
    assert (first["measure"], first["seeds"], first["stop_s"]) == ("pyramidal_I_nmda", "2", "0.8")
    if design.second_order:
        assert float(rows[f"{DOSE} x {MG}", "S2"]["value"]) == pytest.approx(0, abs=0.1)
    assert (tmp_path / "out" / "drawn_sensitivity_pyramidal_I_nmda.png").stat().st_size > 5000


def test_the_figure_is_one_of_the_kinds_and_takes_the_first_measure(tmp_path: Path) -> None:
    figure = catalogue.kinds()["sensitivity"].draw(glunet.open(stored(tmp_path, MORRIS)))
    assert "Firing rate, pyramidal cells" in figure.get_suptitle()
    # 20 spikes of 4 cells between the ends of the range, over 0.75 s: only the dose moves them.
    dose, magnesium = (bar.get_width() for bar in figure.axes[0].containers[0])
    assert dose == pytest.approx(20 / 4 / 0.75, rel=0.1)
    assert magnesium == 0


def test_rates_are_labelled_by_the_design(tmp_path: Path) -> None:
    rates = glunet.open(stored(tmp_path, MORRIS)).rates("pyramidal").mean("cell")
    assert rates.dims == ("replicate",)
    place = RANGES[DOSE].place(rates[DOSE].values)
    np.testing.assert_allclose(rates.values, np.round(20 + 20 * place) / 4)


def test_missing_points_are_refused_by_number_and_place(tmp_path: Path) -> None:
    design = Design("sobol", 8, RANGES)
    result = glunet.open(stored(tmp_path, design, seeds=(4,), keep=slice(3, None)))
    with pytest.raises(InputError, match=r"3 of 32 rows are missing for seed 4, the first at drugs\.\S+ = ") as told:
        study(result)
    assert "\n" not in str(told.value)


def test_another_design_is_told_as_such(tmp_path: Path) -> None:
    stored(tmp_path, Design("sobol", 8, RANGES), files=1)
    result = glunet.open(tmp_path)
    result.provenance["design"]["seed"] = 2
    with pytest.raises(InputError, match="none of its 32 rows is in the result"):
        study(result)


def test_what_is_no_design_or_unknown_gives_one_line(tmp_path: Path) -> None:
    plain = glunet.open(stored(tmp_path / "plain", None))
    with pytest.raises(InputError, match=r"the points of this result are no design; allowed: .*\[design\]"):
        study(plain)
    drawn = stored(tmp_path / "drawn", MORRIS)
    with pytest.raises(InputError, match=r"unknown measure 'pyramidal_rat'.*did you mean 'pyramidal_rate'"):
        study(glunet.open(drawn), "pyramidal_rat")
    with pytest.raises(InputError, match="command line: --window: '1 s' is no window"):
        run(str(drawn), "--window", "1 s")
    with pytest.raises(InputError, match="a part of 0 s to 1 s"):
        run(str(drawn), "--window", "1 s,2 s")
    assert not (drawn / "figures").exists()


@pytest.mark.parametrize("kind", ["dose_response", "rates", "raster", "spectrum", "currents"])
def test_figures_along_an_axis_refuse_a_design_in_one_line(tmp_path: Path, kind: str) -> None:
    result = glunet.open(stored(tmp_path, MORRIS))
    with pytest.raises(GlunetError, match=r"a design \(morris\), not levels along an axis; allowed: .*sensitivity") as told:
        catalogue.draw_all(result, {kind: (kind, {})}, tmp_path / "figures")
    assert "\n" not in str(told.value)
