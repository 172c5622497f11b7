"""A design from the file to its indices, through the engine."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import typer

import glunet
from glunet import pipeline
from glunet.commands import sensitivity
from glunet.engine import compiler
from glunet.experiment.load import load
from glunet.experiment.plan import points

EXPERIMENT = """
[experiment]
name = "drawn"
circuit = "cortex"
duration = "100 ms"
cells = 40

[design]
kind = "sobol"
samples = 8

[design.ranges]
"populations.pyramidal.membrane.I_applied" = ["0 pA", "600 pA"]
"milieu.Ca_e" = { low = "1.0 mM", high = "1.4 mM", scale = "log" }

[axes]
seed = [1, 2]
"""


@pytest.mark.slow
@pytest.mark.skipif(compiler.compiler() is None, reason="needs a C++ compiler")
def test_a_design_is_run_and_the_current_is_what_moves_the_rate(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory,
                                                                monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLUNET_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
    monkeypatch.chdir(tmp_path)
    Path("drawn.toml").write_text(EXPERIMENT)
    experiment = load("drawn.toml")
    pipeline.run(experiment)
    result = glunet.open("results/drawn")
    wanted = points(experiment)
    assert result.n_replicates == len(wanted) == 8 * (2 + 2) * 2
    for path in ("populations.pyramidal.membrane.I_applied", "milieu.Ca_e"):
        np.testing.assert_array_equal(result.points[path], [point.values[path] for point in wanted])
    app = typer.Typer()
    sensitivity.register(app)
    app(args=["results/drawn"], standalone_mode=False)
    with Path("results/drawn/figures/drawn_sensitivity_pyramidal_rate.csv").open() as file:
        total = {row["parameter"]: float(row["value"]) for row in csv.DictReader(file) if row["index"] == "ST"}
    assert total["populations.pyramidal.membrane.I_applied"] > 5 * abs(total["milieu.Ca_e"])
