"""One population's composed model: the text and the names of everything in it, before any number."""

from __future__ import annotations

from dataclasses import dataclass, field

from glunet.circuit.conditions import course
from glunet.circuit.expressions import names
from glunet.circuit.types import Value
from glunet.vocabulary.mechanism import Current, Definition, Feed, Ion, Link, Mechanism, Port, State


@dataclass
class CellModel:
    """One population's composed model (text and names only; numbers are in `Blueprint`)."""

    name: str
    mechanisms: list[Mechanism] = field(default_factory=list)
    parameters: dict[str, tuple[str, Value]] = field(default_factory=dict)     # variable: (path, value)
    states: list[State] = field(default_factory=list)
    event_states: list[Definition] = field(default_factory=list)
    definitions: list[Definition] = field(default_factory=list)
    slow_definitions: list[Definition] = field(default_factory=list)
    currents: list[Current] = field(default_factory=list)
    ports: list[Port] = field(default_factory=list)
    feeds: list[Feed] = field(default_factory=list)
    at_spike: list[str] = field(default_factory=list)
    background: list[str] = field(default_factory=list)
    drugs: dict[str, int] = field(default_factory=dict)                         # drug: number of schedule terms
    conditions: list[str] = field(default_factory=list)
    gathers: tuple[Ion, ...] = ()
    tallies: list[str] = field(default_factory=list)
    reads: list[Link] = field(default_factory=list)
    sums: dict[str, list[Link]] = field(default_factory=dict)                   # by the population of the cells served
    clamped: bool = False
    glial: bool = False
    silent: bool = False

    @property
    def fires(self) -> bool:
        """Whether there are spikes to record."""
        return not (self.clamped or self.glial or self.silent)

    def port_names(self) -> set[str]:
        """Names of the ports."""
        return {port.name for port in self.ports}

    def port_expression(self, port: Port) -> str:
        """What a port evaluates to: its base joined with its feeds."""
        sign = "*" if port.join == "product" else " + "
        return sign.join([port.base] + [f"({feed.expression})" for feed in self.feeds if feed.port == port.name])

    def concentration(self, drug: str) -> str:
        """A drug's concentration over time, as a sum of delayed exponentials (`vocabulary/schedule.py`)."""
        return " + ".join(
            f"int(t >= start_{drug}_{k})*(level_{drug}_{k} + amplitude_{drug}_{k}"
            f"*exp(-clip(t - start_{drug}_{k}, 0*second, 1e9*second)/tau_{drug}_{k}))"
            for k in range(self.drugs[drug]))

    def slow_assignments(self) -> dict[str, str]:
        """Everything evaluated on the slow clock, in order, except the slow states' own updates."""
        found = {f"concentration_{drug}": self.concentration(drug) for drug in self.drugs}
        found |= {f"level_{condition}": course(condition) for condition in self.conditions}
        found |= {port.name: self.port_expression(port) for port in self.ports}
        found |= {definition.name: definition.expression for definition in self.slow_definitions}
        return found

    def moving(self) -> set[str]:
        """Slow assignments that can change during a run; all others keep their value from the start."""
        assignments = self.slow_assignments()
        found = {"v", "t", *(s.name for s in self.states), *(e.name for e in self.event_states)}
        found |= {d.name for d in self.definitions}
        while True:
            more = {name for name, text in assignments.items() if name not in found and names(text) & found}
            if not more:
                return found & set(assignments)
            found |= more

    def slow_variables(self) -> dict[str, str]:
        """Names stored per cell by the slow clock, with their units."""
        found = {f"concentration_{drug}": "mM" for drug in self.drugs}
        found |= {f"level_{condition}": "1" for condition in self.conditions}
        found |= {port.name: port.unit for port in self.ports}
        return found | {definition.name: definition.unit for definition in self.slow_definitions}
