"""A drug for the bath, in the shipped circuit: shells exchange with it somewhere, or one line says that none does."""

from __future__ import annotations

from pathlib import Path

import pytest

from glunet.cli import main
from glunet.errors import InputError
from glunet.experiment.load import load
from glunet.experiment.plan import points

TEXT = """[experiment]
name = "dish"
circuit = "cortex"
cells = 20
duration = "1 s"
[drugs.glutamate]
schedule = "constant"
concentration = "500 uM"
"""
RATE = '"populations.{}.voxel_glutamate.bath_exchange"'
ONE, OTHER = RATE.format("pyramidal"), RATE.format("interneuron")


def _points(folder: Path, text: str) -> int:
    (folder / "dish.toml").write_text(text, encoding="utf-8")
    return len(points(load(folder / "dish.toml")))


@pytest.mark.parametrize("command", [["run"], ["sweep", "--dry-run"], ["show"]])
def test_a_bath_that_nobody_exchanges_with_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("dish.toml").write_text(TEXT, encoding="utf-8")
    with pytest.raises(SystemExit) as stopped:
        main([command[0], "dish.toml", *command[1:]])
    told = capsys.readouterr()
    assert stopped.value.code == 2
    assert told.err.startswith("glunet: dish.toml: drugs.glutamate: adds 500 uM of Glu_e to a bath with which no population")
    assert "; allowed: a concentration of 0 uM, or above zero in [set] or [axes]: populations.pyramidal.voxel" in told.err
    assert told.err.count("\n") == 1
    assert not Path("results").exists()


@pytest.mark.parametrize("more", [
    f'[set]\n{ONE} = "0 1/s"',
    '[axes]\n"drugs.glutamate.concentration" = ["0 uM", "500 uM"]',
    f'[axes]\n{ONE} = ["0 1/s"]',
])
def test_what_leaves_every_rate_at_zero_is_refused(tmp_path: Path, more: str) -> None:
    with pytest.raises(InputError, match=r"drugs.glutamate: adds 500 uM of Glu_e"):
        _points(tmp_path, TEXT + more)


@pytest.mark.parametrize(("more", "number"), [
    (f'[set]\n{OTHER} = "12 1/s"', 1),
    (f'[axes]\n{ONE} = ["0 1/s", "12 1/s"]', 2),
    (f'[design]\nkind = "latin_hypercube"\nsamples = 4\n[design.ranges]\n{ONE} = ["0 1/s", "12 1/s"]', 4),
    ('[axes]\n"drugs.glutamate.concentration" = ["0 uM"]', 1),
])
def test_an_exchange_somewhere_or_no_dose_at_all_is_allowed(tmp_path: Path, more: str, number: int) -> None:
    assert _points(tmp_path, TEXT + more) == number


@pytest.mark.parametrize("name", ["excitotoxicity", "validation/excitotoxicity_brief"])
def test_the_shipped_dishes_exchange(name: str) -> None:
    assert points(load(Path(__file__).parents[2] / "experiments" / f"{name}.toml"))
