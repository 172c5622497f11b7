"""What a mechanism is made of, and the ports at which mechanisms meet.

A mechanism is one file that builds one `Mechanism`. Its text uses the names of its own parameters and states, of what it
`requires` from the host, and placeholders where it is laid down several times: ``{s}`` for a receptor subunit, ``{d}`` for
a drug, ``{a}`` for one act of it (the drug's name and the act's, behind every name that is the act's own), ``{r}`` and
``{x}`` for the receptor or the species that a drug acts on, ``{c}`` for a condition and ``{p}`` for the port that it acts
on, ``{n}`` for a neighbour's population, or for one that an astrocyte serves.
Mechanisms never import one another: they meet at named ports of their host.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from glunet.vocabulary.parameter import Parameter

Clock = Literal["fast", "slow"]
Ion = Literal["K", "Na", "Cl", "cation"]
Gathered = Literal["K", "Na", "Cl"]
Table = Literal["population", "receptor", "drug", "drug_receptor", "condition"]
Along = Literal["subunit", "drug", "receptor", "species", "condition", "port", "neighbour", "domain"]


@dataclass(frozen=True)
class State:
    """A state variable with a conditionally linear equation, one of four forms.

    ``alpha, beta``:   dx/dt = alpha*(1 - x) - beta*x
    ``target, tau``:   dx/dt = (target - x)/tau
    ``tau``:           dx/dt = -x/tau, or -x*speed/tau where a port ``speed`` scales the rate
    ``change``:        dx/dt = change

    Within a step the coefficients are held and the equation is solved exactly. A state with a ``change`` is an amount on
    the slow clock: it moves by the fluxes of the step that has just ended, so what one loses another gains.
    """

    name: str
    meaning: str
    unit: str = "1"
    alpha: str = ""
    beta: str = ""
    target: str = ""
    tau: str = ""
    change: str = ""
    speed: str = ""                  # a port with base 1, which changes no digit while it is 1
    clock: Clock = "fast"
    initial: str = "steady"          # "steady", or an expression

    def equation(self) -> str:
        """The right-hand side of dx/dt."""
        if self.alpha:
            return f"({self.alpha})*(1 - {self.name}) - ({self.beta})*{self.name}"
        if self.change:
            return self.change
        if self.target:
            return f"({self.target} - {self.name})/({self.tau})"
        return f"-{self.name}*{self.speed}/({self.tau})" if self.speed else f"-{self.name}/({self.tau})"


@dataclass(frozen=True)
class Definition:
    """A named expression that follows the state without delay."""

    name: str
    expression: str
    unit: str
    meaning: str


@dataclass(frozen=True)
class Current:
    """An ohmic membrane current, outward positive: I = conductance * (v - reversal).

    ``ion`` is what carries it; ``cation`` is sodium in and potassium out through one pore.
    """

    name: str
    conductance: str
    reversal: str
    meaning: str
    ion: Ion


@dataclass(frozen=True)
class Port:
    """A named quantity of the host that other mechanisms may change, by product or by sum.

    With no feed it keeps `base`; a product port multiplies its feeds on `base`, a sum port adds them to it.
    Ports are evaluated on the slow clock.
    """

    name: str
    join: Literal["product", "sum"]
    base: str
    unit: str
    meaning: str


@dataclass(frozen=True)
class Feed:
    """What a mechanism sends to a port of its host."""

    port: str
    expression: str
    optional: bool = False


@dataclass(frozen=True)
class Release:
    """What a receptor needs at the presynaptic cell: names it must supply, and states that change only when it fires."""

    requires: tuple[str, ...] = ()
    states: tuple[Definition, ...] = ()
    at_spike: str = ""


@dataclass(frozen=True)
class Link:
    """What a cell reads at its astrocyte, or an astrocyte sums over the cells of its domain; refreshed every 10 ms.

    Parameters
    ----------
    name : str
        Here.
    variable : str
        There.
    """

    name: str
    variable: str
    unit: str
    meaning: str


@dataclass(frozen=True)
class Mechanism:
    """One physical mechanism of a host.

    Parameters
    ----------
    name, summary : str
        File name, and one sentence.
    per : tuple of {'subunit', 'drug', 'receptor', 'species', 'condition', 'port', 'neighbour', 'domain'}
        Along what it is laid down several times: ``{s}``, ``{d}`` and ``{a}``, ``{r}``, ``{x}``, ``{c}``, ``{p}`` and
        ``{n}`` in its text.
    tables : dict of table name to parameters
        'population' (per population), 'receptor' (per subunit), 'drug', 'drug_receptor' (per drug and subunit),
        'condition'.
    requires : tuple of str
        Names that the host must supply.
    ports, states, definitions, currents, feeds
        See the classes. ``slow_definitions`` are evaluated on the slow clock, after the ports.
    at_spike : str
        Statements run when the host fires.
    release : Release
        For receptors: what must stand at the presynaptic cell.
    arrival : str
        For receptors: statements when a presynaptic spike arrives; ``w`` is the synapse's peak conductance.
    gathers : tuple of str
        Ions whose charge the fast clock adds up for the slow one: ``charge_<ion>``, outward positive.
    tallies : tuple of Definition
        What the fast clock and arriving spikes add up, and the slow clock takes over and clears.
    reads : tuple of Link
        What a cell reads at the astrocyte that serves it.
    sums : tuple of Link
        What an astrocyte sums over the cells of its domain, population by population.
    exchanges : tuple of str
        Species whose extracellular concentration ``<species>_e`` neighbours level out: the host is handed
        ``J_<species>_near_<population>``.
    background : str
        For receptors: statements for the spikes of the unmodelled afferents in a step (`drive/afferents.py`).
    """

    name: str
    summary: str
    per: tuple[Along, ...] = ()
    tables: tuple[tuple[Table, tuple[Parameter, ...]], ...] = ()
    requires: tuple[str, ...] = ()
    ports: tuple[Port, ...] = ()
    states: tuple[State, ...] = ()
    definitions: tuple[Definition, ...] = ()
    slow_definitions: tuple[Definition, ...] = ()
    currents: tuple[Current, ...] = ()
    feeds: tuple[Feed, ...] = ()
    event_states: tuple[Definition, ...] = ()
    at_spike: str = ""
    release: Release = Release()
    arrival: str = ""
    background: str = ""
    gathers: tuple[Gathered, ...] = ()
    exchanges: tuple[str, ...] = ()
    tallies: tuple[Definition, ...] = ()
    reads: tuple[Link, ...] = ()
    sums: tuple[Link, ...] = ()

    def table(self, name: Table) -> tuple[Parameter, ...]:
        """Parameters of one table, empty where the mechanism has none there."""
        return dict(self.tables).get(name, ())
