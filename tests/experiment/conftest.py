"""A circuit and figure kinds of the tests' own, so that these tests do not move with the shipped models."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

import glunet.circuit
import glunet.figures
from glunet.cli import main

TEXT = """\
[experiment]
name = "wash"
title = "Wash in, wash out"
circuit = "slice"
duration = "20 s"
dt = "0.1 ms"

[drugs.ketamine]
schedule = "step"
concentration = "3 uM"
onset = "4 s"
offset = "16 s"

[set]
"milieu.Mg_e" = "1 mM"

[axes]
"drugs.ketamine.concentration" = ["0 uM", "0.3 uM", "1000 nM"]
"populations.pyramidal.leak.g" = {from = "0.1 mS/cm**2", to = "10 mS/cm**2", number = 3, spacing = "log"}
seed = [3, 1]

[clamp.interneuron]
voltage = "-65 mV"

[record.pyramidal]
means = ["I_ampa"]
means_every = "2 ms"
traces = ["v"]
cells = [0, 7]

[figures.raster]
population = "pyramidal"
number = 4
"""


def info(unit: str, low: float | None, high: float | None, default: float | None = None) -> SimpleNamespace:
    """What `glunet.circuit.paths.PathInfo` holds."""
    return SimpleNamespace(unit=unit, low=low, high=high, default=default, meaning="")


PATHS = {
    "milieu.Mg_e": info("mM", 0.0, 10.0, 1.0),
    "milieu.Ca_e": info("mM", 0.0, 10.0, 2.0),
    "populations.pyramidal.leak.g": info("mS/cm**2", 0.0, None, 0.5),
    "populations.pyramidal.leak.E": info("mV", -0.12, 0.05, -0.07),
    "populations.interneuron.leak.g": info("mS/cm**2", 0.0, None, 0.5),
    "projections.pp.probability": info("1", 0.0, 1.0, 0.1),
}


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with one circuit and two drugs, in which experiments can be written."""
    for name in ("circuits/slice", "drugs/ketamine", "drugs/memantine", "conditions/lesion", "conditions/ketamine"):
        file = tmp_path / "models" / f"{name}.toml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("glunet.library.shipped", lambda: tmp_path / "nothing")
    paths = ModuleType("glunet.circuit.paths")
    paths.describe = lambda circuit, drugs, conditions: {
        **PATHS,
        **{f"drugs.{drug}.concentration": info("uM", 0.0, None) for drug in drugs},
        **{f"conditions.{name}.level": info("1", 0.0, 1.0) for name in conditions},
        **{f"conditions.{name}.share": info("1", 0.0, 1.0, 0.5) for name in conditions},
    }
    paths.populations = lambda circuit: ["pyramidal", "interneuron"]
    paths.sizes = lambda circuit, cells: {"pyramidal": cells or 400, **({"interneuron": 100} if cells != 1 else {})}
    paths.recordables = lambda circuit, drugs, conditions, silent=False: {
        "pyramidal": {"v": "mV", "I_ampa": "pA", "I_nmda": "pA"},
        "interneuron": {"v": "mV"},
    }
    kinds = {
        "raster": SimpleNamespace(
            OPTIONS={"population": "pyramidal", "number": 2, "axis": None, "window": None, "bin": "20 ms"}
        ),
        "rates": SimpleNamespace(OPTIONS={"populations": [], "smooth": False}),
    }
    catalogue = ModuleType("glunet.figures.catalogue")
    catalogue.kinds = lambda: kinds
    baths = ModuleType("glunet.circuit.baths")
    baths.exchange_rates = lambda circuit, drug: {}
    for package, module in ((glunet.circuit, paths), (glunet.circuit, baths), (glunet.figures, catalogue)):
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setattr(package, module.__name__.rsplit(".", 1)[1], module, raising=False)
    return tmp_path


@pytest.fixture
def text() -> str:
    """A valid experiment that uses every table."""
    return TEXT


@pytest.fixture
def refusal(bench: Path, text: str, capsys: pytest.CaptureFixture[str]) -> Callable[[str | None, str], str]:
    """The one line that the command line gives to the valid experiment with one thing changed."""

    def refused(old: str | None, new: str) -> str:
        if old is not None:
            assert old in text
            new = text.replace(old, new, 1)
        (bench / "wrong.toml").write_text(new, encoding="utf-8")
        with pytest.raises(SystemExit) as stopped:
            main(["run", "wrong.toml"])
        told = capsys.readouterr()
        assert stopped.value.code == 2
        assert told.out == ""
        assert told.err.count("\n") == 1
        assert "; allowed: " in told.err
        assert "Traceback" not in told.err
        return told.err

    return refused
