"""Stored results with plausible activity: rates that follow a dose, a gamma rhythm, currents, positions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import glunet
from glunet.store import Recording, ScheduleData, Series, SpikeData
from glunet.store.hdf5 import write

CONCENTRATION = "drugs.ketamine.concentration"
DOSES_UM = np.array([0.0, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0])
BLUEPRINT = {
    "circuit": "cortex",
    "populations": {
        "pyramidal": {"n": 80, "kind": "excitatory", "mechanisms": ["sodium", "ampa", "nmda", "afferents"]},
        "interneuron": {"n": 20, "kind": "inhibitory", "mechanisms": ["sodium", "ampa", "nmda", "afferents"]},
    },
    "projections": {
        "pyramidal_pyramidal": {"source": "pyramidal", "target": "pyramidal", "receptors": ["ampa", "nmda"],
                                "in_degree": 40, "delay": "1.5 ms"},
        "pyramidal_interneuron": {"source": "pyramidal", "target": "interneuron", "receptors": ["ampa", "nmda"],
                                  "in_degree": 80, "delay": "0.8 ms"},
        "interneuron_pyramidal": {"source": "interneuron", "target": "pyramidal", "receptors": ["gaba_a"],
                                  "in_degree": 20, "delay": "0.8 ms"},
        "interneuron_interneuron": {"source": "interneuron", "target": "interneuron", "receptors": ["gaba_a"],
                                    "in_degree": 20, "delay": "0.8 ms"},
    },
    "drugs": {"ketamine": {"schedule": []}},
}


def rate_of(name: str, dose: np.ndarray) -> np.ndarray:
    """Rates at steady dose (uM): an inverted U and a falling Hill curve."""
    if name == "pyramidal":
        return 2.4 * (1 + 1.6 * dose**1.5 / (2**1.5 + dose**1.5)) * (1 - 0.75 * dose**1.5 / (40**1.5 + dose**1.5))
    return 12.0 * (1 - 0.6 * dose / (3 + dose))


def _spikes(name: str, n: int, doses: np.ndarray, seeds: np.ndarray, duration_s: float, effect: np.ndarray,
            step_s: float) -> SpikeData:
    """Inhomogeneous Poisson cells with a shared 42 Hz rhythm that grows with the pyramidal rate."""
    parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    times = np.arange(effect.size) * step_s
    for r, (dose, seed) in enumerate(zip(doses, seeds, strict=True)):
        random = np.random.default_rng([int(seed), r, n])
        own = np.random.default_rng([int(seed), n]).lognormal(-0.18, 0.6, n)
        mean = rate_of(name, np.zeros(1)) + (rate_of(name, np.array([dose])) - rate_of(name, np.zeros(1))) * effect
        phase = 2 * np.pi * 42 * times + np.cumsum(random.normal(0, 0.08, times.size))
        course = mean * (1 + 0.12 * rate_of("pyramidal", np.array([dose])) * np.sin(phase)) * step_s
        cell, index = np.nonzero(random.random((n, times.size)) < own[:, None] * course)
        parts.append((times[index], cell, np.full(cell.size, r)))
    time, cell, replicate = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(time, kind="stable")
    return SpikeData(time[order], cell[order], replicate[order], n)


def make(doses_um=DOSES_UM, seeds=(1, 2, 3, 4), duration_s: float = 10.0, step_s: float = 1e-3) -> Recording:
    """A recording of every dose with every seed; a step of drug from 0.2 to 0.8 of the run."""
    doses, seed = (a.ravel() for a in np.meshgrid(np.asarray(doses_um, float), seeds, indexing="ij"))
    times = np.arange(round(duration_s / step_s)) * step_s
    onset, offset = 0.2 * duration_s, 0.8 * duration_s
    effect = np.where(times < offset, 1 - np.exp(-np.maximum(times - onset, 0) / 0.5),
                      (1 - np.exp(-0.6 * duration_s / 0.5)) * np.exp(-np.maximum(times - offset, 0) / 0.8))
    counts = {"pyramidal": 80, "interneuron": 20}
    random = np.random.default_rng(0)
    coarse = slice(None, None, 5)

    def current(name: str, level: float, change: np.ndarray) -> Series:
        noise = random.normal(0, 0.05 * abs(level), (doses.size, times[coarse].size))
        return Series("pyramidal", name, "pA", times[coarse],
                      level * (1 + (change[:, None] - 1) * effect[coarse]) + noise)

    return Recording(
        experiment="ketamine", title="Ketamine: disinhibition and its inverted U", duration_s=duration_s, dt_s=1e-4,
        seeds=seed.astype(np.int64), axes={CONCENTRATION: doses * 1e-3}, axis_units={CONCENTRATION: "uM"},
        spikes={name: _spikes(name, n, doses, seed, duration_s, effect, step_s) for name, n in counts.items()},
        means=[current("I_ampa", -26.0, rate_of("pyramidal", doses) / 2.4 * 0.4 + 0.6),
               current("I_nmda", -9.0, 1 / (1 + doses / 6.0))],
        traces=[],
        schedules=[ScheduleData("ketamine", "uM", np.array([0.0, onset, offset]),
                                doses[:, None] * np.array([0.0, 1.0, 0.0]))],
        positions_um={name: random.uniform(0, 200, (doses.size, n, 2)) for name, n in counts.items()},
        cell_values={"pyramidal": {"releases": random.poisson(200, (doses.size, 80)).astype(float)}},
        cell_units={"pyramidal": {"releases": "1"}}, blueprint=BLUEPRINT, experiment_text="",
        provenance={}, timings={})


@pytest.fixture(scope="session")
def opened(tmp_path_factory):
    """A function that stores a recording and opens it."""
    def store(recording: Recording, **changes):
        path = tmp_path_factory.mktemp("results") / "result.h5"
        write(replace(recording, **changes), path)
        return glunet.open(path)

    return store


@pytest.fixture(scope="session")
def sweep(opened):
    """Seven doses, four seeds."""
    return opened(make())


@pytest.fixture(scope="session")
def single(opened):
    """One run without axes or drugs."""
    return opened(make([0.0], [1]), axes={}, axis_units={}, schedules=[])


@pytest.fixture(scope="session")
def silent(opened):
    """Two doses, two seeds, not one spike."""
    recording = make([0.0, 3.0], [1, 2], duration_s=4.0)
    nothing = {name: SpikeData(np.array([]), np.array([], int), np.array([], int), data.n_cells)
               for name, data in recording.spikes.items()}
    return opened(recording, spikes=nothing)


@pytest.fixture(scope="session")
def one_seed(opened):
    """Seven doses, one seed."""
    return opened(make(seeds=[3], duration_s=5.0))
