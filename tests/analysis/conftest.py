"""Spike trains of a seizure whose landmarks are known, because they were put there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

STEP_S = 1e-3
N_PYRAMIDAL, N_INTERNEURON = 80, 20
#: What the constructed seizure does, in seconds.
DURATION, ONSET, SURGE, RUNAWAY, CLONIC, END, BACK = 60.0, 10.0, 9.0, 10.0, 20.0, 30.0, 38.0
CLONIC_HZ, BLOCKED = 2.0, 12


@dataclass(frozen=True)
class Train:
    """Spikes of one population."""

    times_s: np.ndarray
    cell: np.ndarray
    replicate: np.ndarray
    n_cells: int


def poisson(rates_hz: np.ndarray, seed: int, replicate: int = 0) -> Train:
    """Poisson cells of given rates [N, T] in steps of 1 ms."""
    random = np.random.default_rng([seed, replicate])
    cell, index = np.nonzero(random.random(rates_hz.shape) < rates_hz * STEP_S)
    times = (index + random.random(index.size)) * STEP_S
    order = np.argsort(times, kind="stable")
    return Train(times[order], cell[order], np.full(cell.size, replicate), len(rates_hz))


def course(duration_s: float = DURATION) -> np.ndarray:
    """Times of the steps."""
    return (np.arange(round(duration_s / STEP_S)) + 0.5) * STEP_S


def pyramidal_rates(usual: float = 2.0) -> np.ndarray:
    """2 Hz, from 10 s tonic at 30 Hz, from 20 s twice a second 0.4 s of silence and a discharge of 0.1 s at 80 Hz, from 30 s
    silence, from 38 s 2 Hz again."""
    t = course()
    rate = np.full(t.size, usual)
    rate[(t >= ONSET) & (t < CLONIC)] = 30.0
    clonic = (t >= CLONIC) & (t < END)
    rate[clonic] = np.where((t[clonic] - CLONIC) % (1 / CLONIC_HZ) >= 0.4, 80.0, 0.0)
    rate[(t >= END) & (t < BACK)] = 0.0
    return np.tile(rate, (N_PYRAMIDAL, 1))


def interneuron_rates() -> np.ndarray:
    """10 Hz, from 8.5 s rising to 90 Hz at 9 s and back to 60 by 10 s; then the first 12 cells are silent until the clonic
    phase, in which the first 9 fire again and all others do; 3 are silent for good."""
    t = course()
    rate = np.interp(t, [0, 8.5, 9.0, 10.0, DURATION], [10.0, 10.0, 90.0, 60.0, 60.0])
    clonic = (t >= CLONIC) & (t < END)
    rate[clonic] = np.where((t[clonic] - CLONIC) % (1 / CLONIC_HZ) >= 0.4, 80.0, 0.0)
    rate[(t >= END) & (t < BACK)] = 0.0
    rate[t >= BACK] = 10.0
    rates = np.tile(rate, (N_INTERNEURON, 1))
    rates[:BLOCKED, (t >= ONSET) & (t < CLONIC)] = 0.0
    rates[9:BLOCKED, t >= ONSET] = 0.0
    return rates


def membrane(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Times and membrane potential [1, C, T] of interneurons: -60 mV, at -30 during the tonic phase but for cell 0, which
    is held down."""
    times = np.arange(0, DURATION, 5e-3)
    values = np.full((1, cells.size, times.size), -60.0)
    values[:, :, (times >= ONSET) & (times < CLONIC)] = -30.0
    values[:, cells == 0] = -70.0
    return times, values


@dataclass(frozen=True)
class Constructed:
    """The constructed seizure and how to make others."""

    pyramidal: Train
    interneuron: Train
    poisson: Callable[..., Train]
    course: Callable[..., np.ndarray]
    pyramidal_rates: Callable[..., np.ndarray]
    membrane: Callable[..., tuple[np.ndarray, np.ndarray]]


@pytest.fixture(scope="session")
def made() -> Constructed:
    """One replicate with one seizure."""
    return Constructed(poisson(pyramidal_rates(), 1), poisson(interneuron_rates(), 2), poisson, course, pyramidal_rates,
                       membrane)
