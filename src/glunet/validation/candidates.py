"""The parameters that a sensitivity analysis asks about: those of the circuit that were fitted or assumed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from glunet.circuit import paths
from glunet.circuit.load import load_circuit
from glunet.circuit.types import Value
from glunet.errors import InputError
from glunet.vocabulary.parameter import Source
from glunet.vocabulary.quantity import dimension, to_unit

LARGEST_CHANGE = 0.2
#: What one network cannot hold two values of.
_STRUCTURE = re.compile(r"^projections\..+\.(in_degree|delay)$")


@dataclass(frozen=True)
class Candidate:
    """A parameter.

    Parameters
    ----------
    path : str
    value : float
        In `unit`.
    unit, meaning : str
    why : str
        ``fitted`` or ``assumed``.
    """

    path: str
    value: float
    unit: str
    meaning: str
    why: str

    def changed(self, change: float) -> str:
        """Its value after a relative change, as an experiment file has it."""
        number = f"{self.value * (1 + change):.9g}"
        return number if self.unit == "1" else f'"{number} {self.unit}"'

    @property
    def shown(self) -> str:
        """Its value for the eye."""
        return f"{self.value:.4g}" if self.unit == "1" else f"{self.value:.4g} {self.unit}"


def candidates(circuit: str) -> list[Candidate]:
    """Fitted and assumed parameters of a circuit that can be changed by 20 % up and down.

    Left out are in-degrees and delays, which all replicates of a network share; voltages and temperatures, of which a
    percentage says nothing; what is zero; and what its bounds do not let change so far.

    Parameters
    ----------
    circuit : str

    Returns
    -------
    list of Candidate
        In the order of the circuit file.
    """
    known, found = paths.describe(circuit, []), []
    for path, value in _values(circuit):
        why = _why(value.source)
        if path not in known or not why or _STRUCTURE.match(path) or not _scales(value):
            continue
        found.append(Candidate(path, float(to_unit(value.si, value.unit)), value.unit, value.meaning, why))
    return found


def chosen(circuit: str, wanted: tuple[str, ...]) -> list[Candidate]:
    """These parameters of a circuit, all candidates where none is named.

    Raises
    ------
    InputError
    """
    found = {candidate.path: candidate for candidate in candidates(circuit)}
    for path in wanted:
        if path not in found:
            raise InputError("command line", "--parameter", f"{path!r} is no fitted or assumed parameter of '{circuit}'",
                             found, path)
    return [found[path] for path in wanted] or list(found.values())


def _values(circuit: str) -> Iterator[tuple[str, Value]]:
    """All parameters of a circuit with their paths."""
    loaded = load_circuit(circuit)
    yield from ((f"milieu.{name}", value) for name, value in loaded.milieu.items())
    for population in loaded.populations.values():
        for mechanism, table in population.values.items():
            yield from ((f"populations.{population.name}.{mechanism}.{name}", value) for name, value in table.items())
    for projection in loaded.projections.values():
        yield from ((f"projections.{projection.name}.{name}", value) for name, value in projection.values.items())
    for subunit, table in loaded.receptors.items():
        yield from ((f"receptors.{subunit}.{name}", value) for name, value in table.items())


def _why(source: Source) -> str:
    """Why a number is a candidate; empty where it is not."""
    if "fitted" in f"{source.citation} {source.note}".lower():
        return "fitted"
    return "assumed" if source.trust == "assumed" else ""


def _scales(value: Value) -> bool:
    """Whether 20 % up and down makes sense, and lies within bounds."""
    if value.si <= 0 or dimension(value.unit) in (dimension("mV"), dimension("kelvin")):
        return False
    low, high = value.si * (1 - LARGEST_CHANGE), value.si * (1 + LARGEST_CHANGE)
    return (value.low is None or low >= value.low) and (value.high is None or high <= value.high)
