"""The examples run, on a result as small as they allow."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

from glunet.store import Recording, ScheduleData, Series, SpikeData, write

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
LEVELS_UM = np.array([0.0, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0])
HALF_UM = {"block_ketamine_GluN2A": 5.0, "block_ketamine_GluN2D": 2.0}
DURATION = 10.0


def _small() -> Recording:
    """Five seeds of the experiment ketamine: Poisson spikes, and blocks that follow Hill curves with a little noise."""
    random = np.random.default_rng(0)
    levels = np.repeat(LEVELS_UM, 5)
    rows = levels.size

    def spikes(cells: int, rate: float) -> SpikeData:
        counts = random.poisson(cells * rate * DURATION, rows)
        times = np.sort(random.uniform(0, DURATION, counts.sum()))
        return SpikeData(times, random.integers(0, cells, times.size),
                         random.permutation(np.repeat(np.arange(rows), counts)), cells)

    def block(population: str, variable: str) -> Series:
        height = levels / (levels + HALF_UM[variable])
        times = np.arange(0, DURATION, 0.01)
        return Series(population, variable, "1", times, height[:, None] * random.normal(1, 0.02, (rows, 1))
                      + random.normal(0, 1e-3, (rows, times.size)))

    return Recording(
        experiment="ketamine", title="Ketamine", duration_s=DURATION, dt_s=1e-4, seeds=np.tile(np.arange(1, 6), 7),
        axes={"drugs.ketamine.concentration": levels * 1e-3}, axis_units={"drugs.ketamine.concentration": "uM"},
        spikes={"pyramidal": spikes(20, 8.0), "interneuron": spikes(5, 14.0)},
        means=[block("pyramidal", "block_ketamine_GluN2A"), block("interneuron", "block_ketamine_GluN2D"),
               Series("pyramidal", "I_ampa", "pA", np.arange(0, DURATION, 0.01), random.normal(size=(rows, 1000)))],
        traces=[], schedules=[ScheduleData("ketamine", "uM", np.array([0.0]), levels[:, None])], positions_um={},
        cell_values={}, cell_units={}, blueprint={}, experiment_text="", provenance={}, timings={})


def test_the_analysis_of_ketamine(tmp_path, monkeypatch, capsys):
    pytest.importorskip("elephant")
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    monkeypatch.setenv("GLUNET_RESULT", str(write(_small(), tmp_path / "ketamine.h5")))
    monkeypatch.chdir(tmp_path)
    left = runpy.run_path(str(EXAMPLES / "ketamine_analysis.py"))
    told = capsys.readouterr().out
    assert (tmp_path / "ketamine_block.png").stat().st_size > 10_000
    # the last panel's curve is the one that the block was made with
    assert left["found"].hill.half == pytest.approx(HALF_UM["block_ketamine_GluN2A"], rel=0.1)
    # elephant's mean rate is that of the cells as they were made
    lines = [line for line in told.splitlines() if line.startswith("replicate ")]
    assert len(lines) == 2
    assert "100.0 uM" in lines[1]
    for line in lines:
        assert float(line.split(":")[1].split()[0]) == pytest.approx(8.0, rel=0.2)


def test_what_the_readme_says_about_notebooks_runs(tmp_path, monkeypatch):
    pytest.importorskip("elephant")
    import matplotlib

    matplotlib.use("Agg")
    text = (EXAMPLES.parents[1] / "README.md").read_text(encoding="utf-8")
    code = text.split("## In a notebook\n\n```python\n")[1].split("```")[0]
    (tmp_path / "results" / "ketamine").mkdir(parents=True)
    write(_small(), tmp_path / "results" / "ketamine" / "a.h5")
    monkeypatch.chdir(tmp_path)
    lines = [line for line in code.splitlines() if "to_nwb" not in line]       # 35 files; tests/store/test_export.py
    assert len(lines) > 9
    exec("\n".join(lines), {})


def test_glunet_hands_on_its_analysis_and_its_figures(tmp_path):
    import glunet
    from glunet.errors import InputError

    assert glunet.analysis.rates([0.5], [0], [0], 1, 1, 0.0, 1.0) == 1.0
    result = glunet.open(write(_small(), tmp_path / "ketamine.h5"))
    assert len(glunet.draw(result, "rates", doses=2).axes) > 2
    with pytest.raises(InputError, match="did you mean 'raster'"):
        glunet.draw(result, "rasters")
    with pytest.raises(InputError, match="unknown option 'dose'"):
        glunet.draw(result, "rates", dose=2)
    assert not hasattr(glunet, "analyses")
