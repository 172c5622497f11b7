"""Concentrations and levels over time: a concentration is a sum of delayed exponentials, a level one of delayed ramps.

A term that starts at ``start`` adds ``level + amplitude*exp(-(t - start)/tau)``. A constant is one term, a step with
an end is two, and a bolus of one-compartment kinetics (Bateman 1910) is two decaying exponentials of one start. So all
schedules of a batch share one compiled expression, and differ in numbers only. The level of a condition is a sum of ramps
in the same way; a ramp of no length is a step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

ALWAYS = -1.0e9
INSTANT = 1e-6      # s; the length of a step, far below any time step: so a step and a ramp are one expression


@dataclass(frozen=True)
class Term:
    """One delayed exponential, in seconds and mol/m^3."""

    start: float
    level: float
    amplitude: float = 0.0
    tau: float = 1.0

    def at(self, times: np.ndarray) -> np.ndarray:
        """What the term adds at `times` (seconds)."""
        since = np.clip(times - self.start, 0.0, None)
        return np.asarray((times >= self.start) * (self.level + self.amplitude * np.exp(-since / self.tau)))


@dataclass(frozen=True)
class Ramp:
    """A share of a condition's level that begins to come at `start` and has come after `length` (seconds)."""

    start: float
    level: float
    length: float = 0.0

    def at(self, times: np.ndarray) -> np.ndarray:
        """What the ramp adds at `times` (seconds)."""
        return self.level * np.clip((times - self.start + INSTANT) / (self.length + INSTANT), 0.0, 1.0)


def constant(concentration: float) -> tuple[Term, ...]:
    """The same concentration (mol/m^3) throughout."""
    return (Term(ALWAYS, concentration),)


def step(concentration: float, onset: float, offset: float | None = None) -> tuple[Term, ...]:
    """A concentration from `onset` to `offset` (seconds; to the end where None)."""
    up = Term(onset, concentration)
    return (up,) if offset is None else (up, Term(offset, -concentration))


def bolus(peak: float, onset: float, absorption_half_life: float, elimination_half_life: float) -> tuple[Term, ...]:
    """First-order absorption into one compartment and first-order elimination, scaled to a peak concentration.

    Parameters
    ----------
    peak : float
        Highest concentration reached, mol/m^3.
    onset, absorption_half_life, elimination_half_life : float
        Seconds.

    Raises
    ------
    ValueError
        Where the two half-lives are equal (the two exponentials would cancel).
    """
    rise, fall = absorption_half_life / np.log(2), elimination_half_life / np.log(2)
    if np.isclose(rise, fall, rtol=1e-6):
        raise ValueError("absorption and elimination half-lives must differ")
    t_peak = np.log(fall / rise) * rise * fall / (fall - rise)
    scale = peak / (np.exp(-t_peak / fall) - np.exp(-t_peak / rise))
    return (Term(onset, 0.0, scale, fall), Term(onset, 0.0, -scale, rise))


def held(level: float) -> tuple[Ramp, ...]:
    """The same level of a condition throughout."""
    return (Ramp(ALWAYS, level),)


def ramped(level: float, onset: float, offset: float | None = None, length: float = 0.0) -> tuple[Ramp, ...]:
    """A level that comes at `onset` and goes at `offset` (to the end where None), each over `length`; all in seconds."""
    up = Ramp(onset, level, length)
    return (up,) if offset is None else (up, Ramp(offset, -level, length))


def evaluate(terms: Sequence[Term | Ramp], times: np.ndarray) -> np.ndarray:
    """Concentration (mol/m^3) or level at `times` (seconds), both of shape [K]."""
    times = np.asarray(times, dtype=float)
    total = np.zeros_like(times)
    for term in terms:
        total += term.at(times)
    return total
