"""A circuit, a drug and a receptor as they stand in their files: numbers with units and sources, nothing composed yet."""

from __future__ import annotations

from dataclasses import dataclass, field

from glunet.vocabulary.parameter import Source


@dataclass(frozen=True)
class Value:
    """One number of a file, in SI units.

    Parameters
    ----------
    si : float
    unit : str
        Unit for display.
    meaning : str
    source : Source
    spread : float
        Coefficient of variation over cells (lognormal for positive quantities), 0 where all cells are alike.
    low, high : float or None
        Bounds in SI units.
    """

    si: float
    unit: str
    meaning: str
    source: Source
    spread: float = 0.0
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Population:
    """A class of cells: which mechanisms it is made of, and their numbers by mechanism and parameter."""

    name: str
    kind: str
    fraction: float
    mechanisms: tuple[str, ...]
    values: dict[str, dict[str, Value]]
    subunits: tuple[str, ...] = ()


@dataclass(frozen=True)
class Projection:
    """Synapses from one population to another."""

    name: str
    source: str
    target: str
    receptors: tuple[str, ...]
    values: dict[str, Value]
    note: str = ""


@dataclass(frozen=True)
class Act:
    """One thing that a drug does: a mechanism, what it acts on, and the constants."""

    mechanism: str
    receptor: str
    species: str
    values: dict[str, Value]
    by_subunit: dict[str, dict[str, Value]]


@dataclass(frozen=True)
class Drug:
    """A substance."""

    name: str
    title: str
    acts: tuple[Act, ...]
    doses: str = ""


@dataclass(frozen=True)
class Circuit:
    """One circuit with one baseline."""

    name: str
    title: str
    file: str
    cells: int
    dt: float
    slow_dt: float
    milieu: dict[str, Value]
    spacing: Value
    populations: dict[str, Population]
    projections: dict[str, Projection]
    receptors: dict[str, dict[str, Value]] = field(default_factory=dict)
