"""Conditions in a circuit: which cells feel what, the course of their level as text, and each cell's rank among its like."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from glunet.circuit.types import Circuit, Condition, ConditionAct
from glunet.errors import InputError
from glunet.vocabulary.schedule import ALWAYS, INSTANT, Ramp

TERMS = 2       # a constant and a step with an end then share one compiled model


def _offered(port: str, ports: Collection[str]) -> bool:
    """Whether a host has a port, itself or by receptor subunit."""
    return port in ports or any(name.startswith(port + "_") for name in ports)


def felt(condition: Condition, population: str, ports: Collection[str]) -> list[tuple[ConditionAct, str]]:
    """What a condition does to the cells of a population, each with the port that it takes.

    Parameters
    ----------
    condition : Condition
    population : str
    ports : collection of str
        Names of the population's ports.
    """
    mine = [act for act in condition.acts if act.population in ("", population)]
    return [(act, next(port for port in act.ports if _offered(port, ports))) for act in mine
            if any(_offered(port, ports) for port in act.ports)]


def check_hosts(condition: Condition, circuit: Circuit, ports: Mapping[str, Collection[str]]) -> None:
    """Refuse a condition that a circuit cannot have.

    Parameters
    ----------
    condition : Condition
    circuit : Circuit
    ports : mapping of population to collection of str
        Of every population that has cells.

    Raises
    ------
    InputError
        An act on a population or a port that is not there.
    """
    for number, act in enumerate(condition.acts):
        key = f"acts[{number}]"
        if act.population and act.population not in circuit.populations:
            raise InputError(condition.file, f"{key}.population", f"unknown population '{act.population}' in the circuit "
                             f"'{circuit.name}'", circuit.populations, act.population)
        hosts = [act.population] if act.population else list(ports)
        known = {port for host in hosts for port in ports.get(host, ())}
        if not any(_offered(port, known) for port in act.ports) and set(hosts) & set(ports):
            raise InputError(condition.file, f"{key}.port", f"nothing in {' or '.join(hosts)} of the circuit "
                             f"'{circuit.name}' offers the port '{act.ports[-1]}'", sorted(known), act.ports[-1])


def course(condition: str) -> str:
    """The level of a condition over time, as a sum of delayed ramps (`vocabulary/schedule.py`)."""
    return " + ".join(
        f"size_level_{condition}_{k}*clip((t - start_level_{condition}_{k} + {INSTANT}*second)"
        f"/(length_level_{condition}_{k} + {INSTANT}*second), 0, 1)" for k in range(TERMS))


def course_arrays(condition: str, n: int, courses: Sequence[tuple[Ramp, ...]]) -> dict[str, np.ndarray]:
    """The numbers of that text, float64[R, n] each, for the courses of R replicates."""
    arrays = {}
    for k in range(TERMS):
        ramps = [ramps[k] if k < len(ramps) else Ramp(ALWAYS, 0.0) for ramps in courses]
        for key, values in (("start", [r.start for r in ramps]), ("size", [r.level for r in ramps]),
                            ("length", [r.length for r in ramps])):
            arrays[f"{key}_level_{condition}_{k}"] = np.repeat(np.array(values, dtype=float)[:, None], n, axis=1)
    return arrays


def ranks(n: int, rng: np.random.Generator) -> np.ndarray:
    """Each cell's place in a random order, float64[n], evenly spaced within 0 and 1."""
    return (rng.permutation(n) + 0.5) / n


def from_edge(positions: np.ndarray, side: float) -> np.ndarray:
    """Each cell's distance from the sheet's left and right edge, which meet: 0 there, 1 in the middle; float64[n].

    Parameters
    ----------
    positions : float64[n, 2]
    side : float
        Edge of the sheet, same unit.
    """
    return 1.0 - np.abs(2.0*positions[:, 0]/side - 1.0)
