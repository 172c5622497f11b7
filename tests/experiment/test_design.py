"""The table [design]: its points, what they are crossed with, and what it may stand beside."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from glunet.cli import main
from glunet.errors import GlunetError
from glunet.experiment.load import load, load_text
from glunet.experiment.plan import points
from glunet.experiment.types import Experiment
from glunet.store.naming import content_name, question

DOSE, LEAK = "drugs.ketamine.concentration", "populations.pyramidal.leak.g"
AXES = """\
[axes]
"drugs.ketamine.concentration" = ["0 uM", "0.3 uM", "1000 nM"]
"populations.pyramidal.leak.g" = {from = "0.1 mS/cm**2", to = "10 mS/cm**2", number = 3, spacing = "log"}
seed = [3, 1]
"""
DESIGN = """\
[design]
kind = "sobol"
samples = 8

[design.ranges]
"drugs.ketamine.concentration" = {low = "0.1 uM", high = "30 uM", scale = "log"}
populations.pyramidal.leak.g = ["0.1 mS/cm**2", "0.5 mS/cm**2"]

[axes]
"milieu.Ca_e" = ["1 mM", "2 mM"]
seed = [3, 1]
"""
FIGURE = """\
[figures.raster]
population = "pyramidal"
number = 4
"""


@pytest.fixture
def designed(bench: Path, text: str) -> Callable[..., Experiment]:
    """The valid experiment with a design in place of its axes, and one thing changed."""
    assert AXES in text
    whole = text.replace(AXES, DESIGN).replace(FIGURE, "")

    def loaded(old: str = "", new: str = "") -> Experiment:
        assert old in whole
        return load_text(whole.replace(old, new, 1) if old else whole, "design.toml")

    return loaded


def _column(experiment: Experiment, path: str) -> np.ndarray:
    return np.array([point.values[path] for point in points(experiment)])


def test_the_points_are_crossed_with_the_axes(designed: Callable[..., Experiment]) -> None:
    found = points(designed())
    assert len(found) == 8 * (2 + 2) * 2 * 2
    assert [point.index for point in found] == list(range(len(found)))
    assert [point.seed for point in found[:4]] == [3, 1, 3, 1]
    assert [point.values["milieu.Ca_e"] for point in found[:4]] == [1, 1, 2, 2]
    assert len({point.values[DOSE] for point in found[:4]}) == 1
    assert len({(point.seed, *point.values.values()) for point in found}) == len(found)
    assert all(list(point.values) == [DOSE, LEAK, "milieu.Ca_e"] for point in found)


def test_values_are_si_and_spread_over_their_ranges(designed: Callable[..., Experiment]) -> None:
    experiment = designed("samples = 8", "samples = 128")
    dose, leak = _column(experiment, DOSE), _column(experiment, LEAK)
    assert 1e-4 <= dose.min() < 1.1e-4
    assert 2.8e-2 < dose.max() <= 3e-2
    assert np.median(dose) == pytest.approx(np.sqrt(1e-4 * 3e-2), rel=0.05)
    assert 1 <= leak.min() < 1.05
    assert 4.95 < leak.max() <= 5
    assert np.median(leak) == pytest.approx(3, rel=0.03)
    assert experiment.units == {DOSE: "uM", LEAK: "mS/cm**2", "milieu.Ca_e": "mM"}


@pytest.mark.parametrize("kind", ["sobol", "latin_hypercube", "morris"])
def test_the_same_file_gives_the_same_points_and_another_seed_others(designed: Callable[..., Experiment], kind: str) -> None:
    first, again = (points(designed('"sobol"', f'"{kind}"')) for _ in range(2))
    assert first == again
    other = points(designed('"sobol"', f'"{kind}"\nseed = 2'))
    assert first != other


@pytest.mark.parametrize("second", [False, True])
def test_a_sobol_design_exchanges_one_parameter_at_a_time(designed: Callable[..., Experiment], second: bool) -> None:
    design = designed('"sobol"', f'"sobol"\nsecond_order = {str(second).lower()}').design
    assert design is not None
    block = 2 * 2 + 2 if second else 2 + 2
    rows = design.unit_rows.reshape(8, block, 2)
    a, b = rows[:, 0], rows[:, -1]
    np.testing.assert_array_equal(rows[:, 1], np.stack([b[:, 0], a[:, 1]], axis=1))
    np.testing.assert_array_equal(rows[:, 2], np.stack([a[:, 0], b[:, 1]], axis=1))
    assert design.n_rows == len(design.unit_rows) == 8 * block


def test_a_latin_hypercube_has_one_point_per_slice_of_each_range(designed: Callable[..., Experiment]) -> None:
    design = designed('"sobol"\nsamples = 8', '"latin_hypercube"\nsamples = 50').design
    assert design is not None
    for column in design.unit_rows.T:
        assert sorted(np.floor(column * 50).astype(int)) == list(range(50))


def test_a_point_that_trajectories_share_is_computed_once(designed: Callable[..., Experiment]) -> None:
    experiment = designed('"sobol"\nsamples = 8', '"morris"\nsamples = 40')
    design = experiment.design
    assert design is not None
    steps = np.abs(np.diff(design.unit_rows.reshape(40, 3, 2), axis=1))
    np.testing.assert_allclose(np.sort(steps, axis=2), np.broadcast_to([0, 2 / 3], steps.shape), atol=1e-9)
    different = design.points()
    assert design.n_rows == 120
    assert len(different) <= 16  # a grid of four by four
    assert len(points(experiment)) == 4 * len(different)


def test_the_design_decides_the_name_and_the_cluster_does_not(designed: Callable[..., Experiment]) -> None:
    one, more = designed(), designed("samples = 8", "samples = 16")
    placed = designed("[design]", '[cluster]\npartition = "long"\n[design]')
    assert placed.cluster == {"partition": "long"}
    assert question(one.text) == question(placed.text) != question(more.text)
    names = {content_name(found.text, points(one), "digest") for found in (one, placed)}
    assert len(names) == 1


def test_a_text_at_hand_is_the_file(bench: Path, text: str) -> None:
    (bench / "wash.toml").write_text(text, encoding="utf-8")
    assert load_text(text, "wash.toml") == load("wash.toml")


def test_ten_thousand_points(designed: Callable[..., Experiment]) -> None:
    assert len(points(designed("samples = 8", "samples = 1024"))) == 1024 * 4 * 4


def test_without_salib_one_line_says_how_to_get_it(designed: Callable[..., Experiment],
                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = designed()
    for name in [name for name in sys.modules if name.split(".")[0] == "SALib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "SALib", None)
    with pytest.raises(GlunetError, match=r"SALib.*pip install 'glunet\[analysis\]'") as raised:
        points(experiment)
    assert "\n" not in str(raised.value)


def test_the_shipped_example_is_listed_and_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                 capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit):
        main(["ls", "--experiments"])
    assert "ketamine_sensitivity" in capsys.readouterr().out.splitlines()
    experiment = load("ketamine_sensitivity")
    assert experiment.design is not None
    assert len(points(experiment)) == experiment.design.n_rows * 2
