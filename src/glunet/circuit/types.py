"""Circuit, drug, condition and receptor as they stand in their files: numbers with units and sources, nothing composed."""

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
    """A class of cells: which mechanisms it is made of, and their numbers by mechanism and parameter.

    Parameters
    ----------
    kind : str
        Such as excitatory or inhibitory. Cells of the kind 'glial' have no membrane equation, do not fire, and are
        counted besides the neurons.
    fraction : float
        Share of the neurons; of glial cells the number per neuron.
    """

    name: str
    kind: str
    fraction: float
    mechanisms: tuple[str, ...]
    values: dict[str, dict[str, Value]]
    subunits: tuple[str, ...] = ()

    @property
    def glial(self) -> bool:
        """Whether these are glial cells."""
        return self.kind == "glial"


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
    """One thing that a drug does: a mechanism, what it acts on, and the constants.

    Parameters
    ----------
    mechanism : str
    target : str
        The receptor or channel that it acts on, empty where it acts on neither.
    species : str
        What of the milieu it adds to, empty where it adds to nothing.
    label : str
        The drug's name, and the act's where it has one: what stands behind the names of its variables.
    path : str
        What stands before the constants' names in the paths of an experiment.
    values : dict of parameter to Value
    by_subunit : dict of subunit to dict of parameter to Value
    """

    mechanism: str
    target: str
    species: str
    label: str
    path: str
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
class ConditionAct:
    """One thing that a condition does: a mechanism, the port that it acts on, and the constants.

    Parameters
    ----------
    mechanism : str
    ports : tuple of str
        The host's first of these is taken.
    species : str
        What of the milieu it moves, empty where it moves nothing there.
    population : str
        The only cells that feel it, empty for all.
    path : str
        What stands before the constants' names in the paths of an experiment.
    values : dict of parameter to Value
    by_port : bool
        Whether each port has constants of its own, and they its name.
    """

    mechanism: str
    ports: tuple[str, ...]
    species: str
    population: str
    path: str
    values: dict[str, Value]
    by_port: bool = False


@dataclass(frozen=True)
class Condition:
    """A disease, a lesion or a change of the bath.

    Parameters
    ----------
    name, title : str
    level : str
        What its level means.
    highest : float
        The highest level; 0 is its absence.
    source : Source
    acts : tuple of ConditionAct
    file : str
    """

    name: str
    title: str
    level: str
    highest: float
    source: Source
    acts: tuple[ConditionAct, ...]
    file: str


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
