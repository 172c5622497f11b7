"""Names and dimensions of every expression of a composed model, checked by Brian2's own parser before anything runs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from brian2 import DEFAULT_FUNCTIONS, Equations, Function, Quantity
from brian2.core.namespace import DEFAULT_UNITS
from brian2.parsing.expressions import parse_expression_dimensions
from brian2.units.fundamentalunits import DIMENSIONLESS, Dimension, DimensionMismatchError, get_unit_for_display

from glunet.circuit.expressions import FUNCTION_NAMES, names, order
from glunet.circuit.model import CellModel
from glunet.errors import InputError
from glunet.mechanisms.catalogue import file
from glunet.vocabulary.mechanism import Mechanism, State
from glunet.vocabulary.quantity import dimension

# what a host has without any mechanism
HOST = {
    "v": "V", "last_spike": "s", "t": "s", "dt": "s", "slow_dt": "s", "t_in_timesteps": "1", "noise_key_0": "1",
    "noise_key_1": "1", "capacity": "S", "temperature": "kelvin", "rank": "1", "from_edge": "1",
    "out_synapses": "1",
}
# where a circuit has no afferents, receptors start as if these were zero
_AFFERENTS = {f"{key}_{kind}": unit for kind in ("excitatory", "inhibitory")
              for key, unit in (("n", "1"), ("rate", "Hz"), ("w", "S"))}
_FUNCTIONS = {name: DEFAULT_FUNCTIONS[name] for name in FUNCTION_NAMES if name in DEFAULT_FUNCTIONS} | {
    "linoid": Function(abs, arg_units=[1], return_unit=1),
    "poisson_events": Function(abs, arg_units=[1] * 5, return_unit=1),
}
_STATEMENT = re.compile(r"\s*([A-Za-z_]\w*)\s*([-+*/]?=)(?!=)\s*(.+?)\s*")
_DEFINED = ("definitions", "slow_definitions", "event_states", "tallies")
_ZERO = re.compile(r"0(\.0*)?")


class _Text(NamedTuple):
    """One expression, what it must have the dimension of, and where it stands."""

    where: str
    expression: str
    wanted: Dimension


class _Problem(Exception):
    """What is wrong with one expression; `value` is the word for which a nearby spelling may be known."""

    def __init__(self, problem: str, allowed: str = "", value: str = "") -> None:
        super().__init__(problem)
        self.problem, self.allowed, self.value = problem, allowed, value


def check(model: CellModel) -> None:
    """Refuse a model in which an expression uses an unknown name, or has another dimension than what it is for.

    Parameters
    ----------
    model : CellModel

    Raises
    ------
    InputError
        Names the mechanism's file, the quantity, and what there is.
    """
    known = _known(model)
    for part in model.mechanisms:
        for where, text in _declared(part):
            _identifier(part, model, where, text)
        for one in _expressions(part, model, known):
            _checked(part, model, one, known)
        for where, line in _statements(part, known):
            _checked_statement(part, model, where, line, known)


def check_links(models: Mapping[str, CellModel]) -> None:
    """Refuse what cells and astrocytes ask of one another where the other has no such thing, or in another dimension.

    Parameters
    ----------
    models : mapping of population to CellModel

    Raises
    ------
    InputError
    """
    glia = [model for model in models.values() if model.glial]
    for model in models.values():
        asked = [(link, other) for link in model.reads for other in glia if not model.glial]
        asked += [(link, models[name]) for name, links in model.sums.items() if name in models for link in links]
        for link, other in asked:
            part = next(part for part in model.mechanisms if link in (*part.reads, *part.sums))
            known, where = _known(other), f"{'reads' if link in part.reads else 'sums'}.{link.name}"
            try:
                if link.variable not in known:
                    raise _Problem(f"{other.name} has no '{link.variable}', which is asked for here", value=link.variable)
                if dimension(known[link.variable]) is not dimension(link.unit):
                    raise _Problem(f"'{link.unit}' is not the dimension of {link.variable} of {other.name}",
                                   f"a unit like '{known[link.variable]}'")
            except _Problem as problem:
                _refuse(part, model, where, problem, known)


def check_order(model: CellModel) -> None:
    """Refuse quantities that follow from one another in a circle, of which none can come first.

    Parameters
    ----------
    model : CellModel

    Raises
    ------
    InputError
    """
    everything = {name: [text] for name, text in model.slow_assignments().items()}
    everything |= {d.name: [d.expression] for d in model.definitions}
    starts = {s.name: [s.initial if s.initial != "steady" else f"{s.alpha} + {s.beta} + {s.target}"] for s in model.states}
    courses = {s.name: [s.equation()] for s in model.states if not s.change}
    for reads in (everything | starts, everything | courses):
        try:
            order(reads)
            for name in [name for name, texts in everything.items() if name in names(" ".join(texts))]:
                raise ValueError(f"circular: {name}")
        except ValueError as error:
            ring = str(error).split(": ")[1].split(", ")
            part = next(part for part in reversed(model.mechanisms) if any(name in ring for _, name in _declared(part)))
            raise InputError(file(part.name), f"{part.name} ({model.name})", f"circular: {', '.join(ring)} needs itself",
                             "definitions of which each follows from states, parameters and earlier ones") from None


def _known(model: CellModel) -> dict[str, str]:
    """Every name that an expression of this host may use, with its unit."""
    host = {name: unit for name, unit in HOST.items() if not (model.glial and name in ("v", "last_spike"))}
    found = _AFFERENTS | host | {name: value.unit for name, (_, value) in model.parameters.items()}
    for part in model.mechanisms:
        found |= {state.name: state.unit for state in part.states} | {one.name: one.unit for one in part.definitions}
    found |= {event.name: event.unit for event in model.event_states}
    return found | model.slow_variables()


def _declared(part: Mechanism) -> Iterator[tuple[str, str]]:
    """The names that a mechanism declares, with the places where it does."""
    for kind in ("ports", "states", *_DEFINED, "currents", "reads", "sums"):
        yield from ((kind, thing.name) for thing in getattr(part, kind))
    yield from (("release.states", thing.name) for thing in part.release.states)


def _expressions(part: Mechanism, model: CellModel, known: dict[str, str]) -> Iterator[_Text]:
    """All expressions of a mechanism."""
    defined = [(kind, one) for kind in _DEFINED for one in getattr(part, kind)]
    for where, one in [*defined, *(("release.states", one) for one in part.release.states)]:
        yield _Text(f"{where}.{one.name}", one.expression, dimension(one.unit))
    yield from (_Text(f"ports.{port.name}", port.base, dimension(port.unit)) for port in part.ports)
    for state in part.states:
        yield from _of_state(state)
    for current in part.currents:
        yield _Text(f"currents.{current.name}.conductance", current.conductance, dimension("S"))
        yield _Text(f"currents.{current.name}.reversal", current.reversal, dimension("V"))
    ports = {port.name: port for port in model.ports}
    for feed in part.feeds:
        for name in [feed.port] if feed.port in ports else [name for name in ports if name.startswith(feed.port + "_")]:
            wanted = DIMENSIONLESS if ports[name].join == "product" else dimension(ports[name].unit)
            yield _Text(f"feeds.{feed.port}", feed.expression, wanted)


def _of_state(state: State) -> Iterator[_Text]:
    """The expressions of one state."""
    own, second = dimension(state.unit), dimension("s")
    rate = DIMENSIONLESS / second
    wanted = {"alpha": rate, "beta": rate, "target": own, "tau": second, "change": own / second, "speed": DIMENSIONLESS}
    for key, what in wanted.items():
        if getattr(state, key):
            yield _Text(f"states.{state.name}.{key}", getattr(state, key), what)
    if state.initial != "steady":
        yield _Text(f"states.{state.name}.initial", state.initial, own)


def _statements(part: Mechanism, known: dict[str, str]) -> Iterator[tuple[str, str]]:
    """All statements of a mechanism; those for afferents only where there are any."""
    texts = {"at_spike": part.at_spike, "release.at_spike": part.release.at_spike, "arrival": part.arrival}
    if {name for name in names(part.background) if name.startswith("events_")} <= set(known):
        texts["background"] = part.background
    for where, text in texts.items():
        yield from ((where, line) for line in re.split(r"[;\n]", text) if line.strip())


def _identifier(part: Mechanism, model: CellModel, where: str, name: str) -> None:
    """Refuse a name that Brian2 has for itself."""
    try:
        Equations.check_identifier(name)
    except (SyntaxError, ValueError) as error:
        allowed = "letters, digits and underscores, and no unit, function or constant of Brian2"
        _refuse(part, model, f"{where}.{name}", _Problem(str(error), allowed), {})


def _checked(part: Mechanism, model: CellModel, one: _Text, known: dict[str, str]) -> None:
    """Check one expression."""
    try:
        found = _dimension(one.expression, known)
        if found is not one.wanted and not _ZERO.fullmatch(one.expression.strip()):
            raise _Problem(f"'{one.expression}' is in {get_unit_for_display(found)}",
                           f"in {get_unit_for_display(one.wanted)}")
    except _Problem as problem:
        _refuse(part, model, one.where, problem, known)


def _checked_statement(part: Mechanism, model: CellModel, where: str, line: str, known: dict[str, str]) -> None:
    """Check one statement, such as ``x += y``; at an arriving spike, names of both sides of the synapse."""
    # what a receptor requires of the presynaptic cell is a share of its transmitter (`release/depression.py`)
    there = dict.fromkeys(part.release.requires, "1") | {event.name: event.unit for event in part.release.states}
    scope = known if where in ("at_spike", "background") else there | known
    if where == "arrival":
        scope = {"w": "S"} | {name + end: unit for name, unit in scope.items() for end in ("_pre", "_post")}
    match = _STATEMENT.fullmatch(line)
    try:
        if match is None:
            raise _Problem(f"'{line.strip()}' is no statement", "such as 'x = ...' or 'x += ...'")
        name, operator, expression = match.groups()
        if name not in scope:
            raise _Problem(f"unknown name '{name}' in '{line.strip()}'", value=name)
        text = f"{name} {operator[0]} ({expression})" if operator != "=" else expression
        found = _dimension(text, scope)
        if found is not dimension(scope[name]):
            raise _Problem(f"'{expression}' is in {get_unit_for_display(found)}",
                           f"in {get_unit_for_display(dimension(scope[name]))}, as {name} is")
    except _Problem as problem:
        _refuse(part, model, where, problem, scope)


def _refuse(part: Mechanism, model: CellModel, where: str, problem: _Problem, known: dict[str, str]) -> None:
    """Say in one line what is wrong where; of all names, those that this mechanism has or requires are told."""
    key = f"{part.name}.{where} ({model.name})"
    if problem.allowed:
        raise InputError(file(part.name), key, problem.problem, problem.allowed) from None
    mine = {name for _, name in _declared(part)} | set(part.requires) | set(HOST)
    own = [_pattern(parameter.name) for _, row in part.tables for parameter in row]
    mine |= {name for name in model.parameters if any(re.fullmatch(pattern, name) for pattern in own)}
    allowed = [name for name in known if name.removesuffix("_pre").removesuffix("_post") in mine or name == "w"]
    raise InputError(file(part.name), key, problem.problem, [*allowed, *FUNCTION_NAMES, "units such as mV"],
                     problem.value) from None


def _pattern(name: str) -> str:
    """What a parameter's name may look like once it is laid down."""
    return re.sub(r"\\\{\w\\\}", r"\\w+", re.escape(name))


def _dimension(expression: str, known: dict[str, str]) -> Dimension:
    """Brian2's dimension of an expression."""
    used = names(expression)
    unknown = sorted(name for name in used if name not in known and name not in _FUNCTIONS and name not in DEFAULT_UNITS
                     and name not in ("True", "False", "and", "or", "not", "if", "else"))
    if unknown:
        raise _Problem(f"unknown name '{unknown[0]}' in '{expression}'", value=unknown[0])
    found = _parsed(expression, tuple((name, known[name]) for name in sorted(used) if name in known))
    if isinstance(found, tuple):
        raise _Problem(*found)
    return found


@lru_cache(maxsize=8192)
def _parsed(expression: str, known: tuple[tuple[str, str], ...]) -> Dimension | tuple[str, str]:
    """The dimension of an expression whose names are known, or what is wrong with it and what is allowed."""
    variables: dict[str, Any] = {**{name: DEFAULT_UNITS[name] for name in names(expression) if name in DEFAULT_UNITS},
                                 **_FUNCTIONS, **{name: Quantity(1.0, dim=dimension(unit)) for name, unit in known}}
    try:
        tree = ast.parse(expression.strip(), mode="eval")
        for node in ast.walk(tree):
            if isinstance(node, ast.BoolOp) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)) or (
                    isinstance(node, ast.Compare) and len(node.ops) > 1):
                return f"'{expression}' joins conditions", "products of int(...), such as int(t > a)*int(t < b)"
        found: Dimension = parse_expression_dimensions(expression.strip(), variables)
    except DimensionMismatchError as error:
        return f"in '{expression}': {error.desc}", "terms and arguments of one dimension"
    except (SyntaxError, ValueError, TypeError, KeyError, AttributeError) as error:
        return f"in '{expression}': {getattr(error, 'msg', error)}", "an expression of Brian2"
    return found
