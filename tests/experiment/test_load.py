"""What a valid experiment file becomes."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from glunet.experiment.load import load
from glunet.experiment.types import Record
from glunet.library import names


@pytest.fixture
def file(bench: Path, text: str) -> Path:
    """The valid experiment, written down."""
    path = bench / "wash.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_values_are_si(file: Path, text: str) -> None:
    found = load(file)
    dose = found.drugs["ketamine"]
    assert (found.name, found.circuit, found.duration, found.cells, found.dt) == (
        "wash",
        "slice",
        20.0,
        None,
        1e-4,
    )
    assert found.device == "cpp_standalone"
    assert (dose.schedule, dose.onset, dose.offset) == ("step", 4.0, 16.0)
    # 1 uM = 1e-6 mol/dm^3 = 1e-3 mol/m^3
    assert dose.concentration == pytest.approx(3e-3, rel=1e-12)
    assert found.overrides == {"milieu.Mg_e": pytest.approx(1.0, rel=1e-12)}
    assert found.clamp == {"interneuron": pytest.approx(-0.065, rel=1e-12)}
    assert found.text == text
    assert found.file == str(file)


def test_axes_keep_order_values_and_units(file: Path) -> None:
    axes = load(file).axes
    assert list(axes) == ["drugs.ketamine.concentration", "populations.pyramidal.leak.g", "seed"]
    assert axes["drugs.ketamine.concentration"].values == pytest.approx((0, 3e-4, 1e-3), rel=1e-12)
    assert axes["drugs.ketamine.concentration"].unit == "uM"
    # 1 mS/cm^2 = 10 S/m^2
    assert axes["populations.pyramidal.leak.g"].values == pytest.approx((1, 10, 100), rel=1e-12)
    assert axes["populations.pyramidal.leak.g"].unit == "mS/cm**2"
    assert axes["seed"].values == (3, 1)


def test_ranges(bench: Path, text: str) -> None:
    even = text.replace(', number = 3, spacing = "log"', ", number = 4").replace('"0.1 mS', '"1 mS')
    (bench / "even.toml").write_text(even.replace("[3, 1]", "{from = 5, to = 8}"), encoding="utf-8")
    axes = load("even.toml").axes
    assert axes["populations.pyramidal.leak.g"].values == pytest.approx((10, 40, 70, 100), rel=1e-12)
    assert axes["seed"].values == (5, 6, 7, 8)


def test_a_byte_order_mark_is_no_part_of_the_text(bench: Path, text: str) -> None:
    (bench / "marked.toml").write_text(text, encoding="utf-8-sig")
    assert load(bench / "marked.toml").text == text


def test_a_path_needs_no_quotation_marks(bench: Path, file: Path, text: str) -> None:
    bare = text.replace('"milieu.Mg_e"', "milieu.Mg_e").replace(
        '"drugs.ketamine.concentration"', "drugs.ketamine.concentration"
    )
    bare = bare.replace('"populations.pyramidal.leak.g"', "populations.pyramidal.leak.g")
    (bench / "bare.toml").write_text(bare, encoding="utf-8")
    assert load("bare.toml").axes == load(file).axes
    assert load("bare.toml").overrides == load(file).overrides


def test_a_dimensionless_axis_takes_plain_numbers(bench: Path, text: str) -> None:
    plain = text.replace('"milieu.Mg_e" = "1 mM"', '"projections.pp.probability" = 0.5')
    (bench / "plain.toml").write_text(plain, encoding="utf-8")
    assert load("plain.toml").overrides == {"projections.pp.probability": 0.5}


def test_recordings_and_figures(file: Path) -> None:
    found = load(file)
    record = found.record["pyramidal"]
    assert list(found.record) == ["pyramidal"]
    assert (record.spikes, record.means, record.means_every) == (True, ("I_ampa",), pytest.approx(2e-3))
    assert (record.traces, record.cells, record.traces_every) == (("v",), (0, 7), pytest.approx(5e-4))
    assert found.figures["raster"].kind == "raster"
    assert found.figures["raster"].options == {"population": "pyramidal", "number": 4}


def test_options_of_figures(bench: Path, text: str) -> None:
    options = 'number = 4\nwindow = ["2 s", "20 s"]\naxis = "seed"\nbin = "0.01 s"'
    (bench / "drawn.toml").write_text(text.replace("number = 4", options), encoding="utf-8")
    assert load("drawn.toml").figures["raster"].options["window"] == ["2 s", "20 s"]


def test_the_shortest_experiment(bench: Path) -> None:
    (bench / "experiments").mkdir()
    (bench / "experiments" / "short.toml").write_text(
        '[experiment]\nname = "short"\ncircuit = "slice"\nduration = "1 s"\n', encoding="utf-8"
    )
    found = load("short")
    assert found.axes["seed"].values == (1,)
    assert found.record == {"pyramidal": Record(), "interneuron": Record()}
    assert found.record["pyramidal"].spikes
    assert found.drugs == found.figures == found.clamp == found.overrides == {}


def test_a_bolus(bench: Path, text: str) -> None:
    bolus = text.replace('"step"', '"bolus"').replace(
        'offset = "16 s"', 'absorption_half_life = "2 min"\nelimination_half_life = "0.5 h"'
    )
    (bench / "bolus.toml").write_text(bolus, encoding="utf-8")
    dose = load("bolus.toml").drugs["ketamine"]
    assert (dose.absorption_half_life, dose.elimination_half_life) == (120.0, 1800.0)


def test_an_experiment_cannot_be_changed(file: Path) -> None:
    found = load(file)
    with pytest.raises(ValidationError):
        found.duration = 3.0


@pytest.mark.parametrize("name", names("experiments"))
def test_every_shipped_experiment_is_valid(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load(name).duration > 0
