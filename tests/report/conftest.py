"""A small stored result with known numbers, its page, and a browser to look at it."""

from __future__ import annotations

import dataclasses
import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import glunet
from glunet.report.render import page
from glunet.store import Recording, ScheduleData, Series, SpikeData, Trace
from glunet.store.hdf5 import write
from glunet.store.result import Result

DOSES_UM, SEEDS, DURATION_S = (0.0, 3.0, 30.0), (1, 2, 3), 2.0
N_CELLS = {"pyramidal": 8, "interneuron": 4}
DOI = "10.1016/S0006-3495(00)76293-X"
TEXT = '''# if a < b then "</script><b>bold</b>"
[experiment]
name = "ketamine"
title = "Ketamine <i>small</i>"
circuit = "cortex"
duration = "2 s"

[drugs.ketamine]
schedule = "constant"
concentration = "3 uM"

[axes]
"drugs.ketamine.concentration" = ["0 uM", "3 uM", "30 uM"]
seed = [1, 2, 3]

[figures.dose_response]
fit = false
[figures.raster]
population = "astrocyte"
'''
BLUEPRINT: dict[str, Any] = {
    "circuit": "cortex",
    "populations": {"pyramidal": {
        "n": 8, "kind": "excitatory", "mechanisms": ["leak"],
        "parameters": {
            "capacitance": {"path": "populations.pyramidal.membrane.capacitance", "value": "1 uF/cm**2", "varies": False,
                            "spread": 0.0, "meaning": "specific membrane capacitance",
                            "source": f"Gentet 2000, Biophys J 79:314 (doi:{DOI}) [memory]"},
            "g_leak": {"path": "populations.pyramidal.leak.g_leak", "value": "-1 mS/cm**2", "varies": True, "spread": 0.1,
                       "meaning": "leak", "source": "assumed [assumed]: any value below 2 [nS] does"}},
        "states": {"m": {"equation": "dm/dt = (1 - m)*int(v < E_leak)/ms", "clock": "fast", "unit": "1", "meaning": "gate"}},
        "definitions": {}, "ports": {}, "at_spike": ["m = m + 1"],
        "currents": {"I_leak": {"conductance": "g_leak", "reversal": "E_leak", "meaning": "leak current"}}}},
    "projections": {"recurrent": {"source": "pyramidal", "target": "pyramidal", "receptors": ["ampa"], "in_degree": 3,
                                  "delay": "1 ms", "mean_weight": "2 nS", "on_arrival": "g += w"}},
}


def rate(population: str, level: int, seed: int) -> int:
    """Spikes per second of every cell, exactly: evenly spaced."""
    return 2 + 3 * level + seed if population == "pyramidal" else 20 - 5 * level + seed


def spikes(population: str) -> SpikeData:
    """Every cell of a replicate fires evenly, at the middles of its intervals."""
    rows = [(float(time), cell, row) for row, (level, seed) in enumerate(np.ndindex(len(DOSES_UM), len(SEEDS)))
            for cell in range(N_CELLS[population])
            for number in [round(rate(population, level, seed) * DURATION_S)]
            for time in np.round((np.arange(number) + 0.5) / number * DURATION_S, 4)]
    times, cells, replicates = (np.array(column) for column in zip(*sorted(rows), strict=True))
    return SpikeData(times, cells, replicates, N_CELLS[population])


def make(**changes: Any) -> Recording:
    """Three doses with three seeds; single cells' traces are ramps, a mean current is constant."""
    doses = np.repeat(DOSES_UM, len(SEEDS))
    fine, coarse = np.arange(0, DURATION_S, 5e-4), np.arange(0, DURATION_S, 2e-3)
    rows = np.arange(doses.size)
    recording = Recording(
        experiment="ketamine", title="Ketamine <i>small</i>", duration_s=DURATION_S, dt_s=1e-4,
        seeds=np.tile(SEEDS, len(DOSES_UM)).astype(np.int64), axes={"drugs.ketamine.concentration": doses * 1e-3},
        axis_units={"drugs.ketamine.concentration": "uM"}, spikes={name: spikes(name) for name in N_CELLS},
        means=[Series("pyramidal", "I_nmda", "pA", coarse, np.repeat(-9.0 - rows[:, None], coarse.size, axis=1))],
        traces=[Trace("pyramidal", "v", "mV", fine, np.array([5]), (-70 + 10 * fine + rows[:, None])[:, None, :])],
        schedules=[ScheduleData("ketamine", "uM", np.array([0.0]), doses[:, None])],
        positions_um={}, cell_values={}, cell_units={}, blueprint=BLUEPRINT, experiment_text=TEXT,
        provenance={"glunet": "0.1.0", "commit": "abc123", "device": "runtime", "blueprint_digest": "d1",
                    "packages": {"brian2": "2.10.1"}}, timings={"run": 1.5})
    return dataclasses.replace(recording, **changes)


@pytest.fixture(scope="session")
def known() -> SimpleNamespace:
    """What the small result was made of."""
    return SimpleNamespace(make=make, rate=rate, spikes=spikes, doses=DOSES_UM, seeds=SEEDS, doi=DOI, text=TEXT,
                           blueprint=BLUEPRINT)


@pytest.fixture(scope="session")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small result as a file."""
    path = tmp_path_factory.mktemp("results") / "ketamine" / "ketamine-1.h5"
    path.parent.mkdir()
    write(make(), path)
    return path


@pytest.fixture(scope="session")
def result(stored: Path) -> Result:
    """The small result, opened."""
    return glunet.open(stored)


@pytest.fixture(scope="session")
def html(result: Result) -> str:
    """Its page."""
    return page([result])


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A headless Chromium; without one these tests are skipped."""
    pytest.importorskip("websocket", reason="no websocket-client")
    spec = importlib.util.spec_from_file_location("report_browser", Path(__file__).with_name("browser.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if module.CHROMIUM is None:
        pytest.skip("no Chromium")
    opened = module.Browser(tmp_path_factory.mktemp("profile"))
    yield opened
    opened.close()


@pytest.fixture
def browser(chromium: Any, html: str, tmp_path: Path) -> Any:
    """The page, freshly opened from a file, in a wide window."""
    path = tmp_path / "report.html"
    path.write_text(html, encoding="utf-8")
    chromium.resize(1200, 900)
    chromium.call("Emulation.setEmulatedMedia", media="")
    chromium.open(path.as_uri())
    return chromium
