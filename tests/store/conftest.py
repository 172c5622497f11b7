"""A small recording with known numbers, and variations of it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from glunet.store import Recording, ScheduleData, Series, SpikeData, Trace

CONCENTRATION = "drugs.ketamine.concentration"
TEXT = '''# dissociative
[experiment]
name = "ketamine"
title = "Ketamine"
circuit = "cortex"
duration = "2 s"

[axes]
"drugs.ketamine.concentration" = ["0 uM", "3 uM"]
seed = [1, 2]

[figures.raster]
population = "pyramidal"
'''
N_CELLS = {"pyramidal": 8, "interneuron": 2}


def make(seeds=(1, 2, 1, 2), levels=(0.0, 0.0, 3e-3, 3e-3), duration_s=2.0, **changes) -> Recording:
    """A recording whose spikes are drawn from the seeds, so that two calls with the same seeds agree."""
    rows = len(seeds)
    rng = np.random.default_rng(list(seeds))

    def spikes(n_cells: int) -> SpikeData:
        count = 50 * rows
        steps = np.sort(rng.integers(0, round(duration_s / 1e-4), count))
        return SpikeData(steps * 1e-4, rng.integers(0, n_cells, count), rng.integers(0, rows, count), n_cells)

    fine, coarse = np.arange(0, duration_s, 5e-4), np.arange(0, duration_s, 1e-3)
    recording = Recording(
        experiment="ketamine", title="Ketamine", duration_s=duration_s, dt_s=1e-4,
        seeds=np.array(seeds), axes={CONCENTRATION: np.array(levels)}, axis_units={CONCENTRATION: "uM"},
        spikes={name: spikes(n_cells) for name, n_cells in N_CELLS.items()},
        means=[Series("pyramidal", name, "pA", coarse, rng.normal(size=(rows, len(coarse))))
               for name in ("I_nmda", "I_ampa")],
        traces=[Trace("interneuron", "v", "mV", fine, np.array([0, 1]),
                      rng.normal(-65, 5, (rows, 2, len(fine))))],
        schedules=[ScheduleData("ketamine", "uM", np.array([0.0, 1.0]),
                                np.array([[0.0, level * 1e3] for level in levels]))],
        positions_um={name: rng.uniform(0, 500, (rows, n, 2)) for name, n in N_CELLS.items()},
        cell_values={"pyramidal": {"releases": rng.integers(0, 99, (rows, 8)).astype(float)}},
        cell_units={"pyramidal": {"releases": "1"}},
        blueprint={"equations": {"pyramidal": "dv/dt = -v/tau : volt"},
                   "tau": {"value": np.float64(0.02), "unit": "ms"}},
        experiment_text=TEXT, provenance={"glunet": "0.1.0", "blueprint_digest": "abc"},
        timings={"compile": 3.0, "run": 1.5},
    )
    return dataclasses.replace(recording, **changes)


@pytest.fixture
def recorded():
    """The function `make`, for tests that vary it."""
    return make


@pytest.fixture
def recording() -> Recording:
    return make()
