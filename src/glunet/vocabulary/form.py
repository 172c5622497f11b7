"""Whether a mechanism is well formed: the right kind of thing in every place, units that are units, states with a form.

What its expressions mean, only a host can tell (`glunet.circuit.dimensions`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from types import UnionType
from typing import Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

from glunet.vocabulary.mechanism import Mechanism, State
from glunet.vocabulary.parameter import Parameter
from glunet.vocabulary.quantity import QuantityError, dimension, parse

FORMS = "target and tau; alpha and beta; tau, with or without speed; or change"
_UNITS = ("states", "definitions", "slow_definitions", "event_states", "tallies", "ports", "reads", "sums")


class Flaw(NamedTuple):
    """What is wrong with a mechanism: where, what, and what may stand there."""

    where: str
    problem: str
    allowed: str | tuple[str, ...] = ""
    value: str = ""


def flaw(mechanism: Mechanism) -> Flaw | None:
    """The first thing that is wrong with a mechanism, None where nothing is.

    Parameters
    ----------
    mechanism : Mechanism

    Returns
    -------
    Flaw or None
    """
    found = _mistyped(mechanism, Mechanism, "")
    if found is not None:
        return found
    parts: list[Iterable[Flaw]] = [_twice(mechanism), _units(mechanism)]
    parts += [_state(state) for state in mechanism.states]
    parts += [_parameter(f"tables.{table}.{one.name}", one) for table, row in mechanism.tables for one in row]
    return next((one for part in parts for one in part), None)


def _called(where: str, part: Any, number: int) -> str:
    """The place of one of several parts, by its name where it has one."""
    return f"{where}.{part.name}" if isinstance(getattr(part, "name", None), str) else f"{where}[{number}]"


def _mistyped(value: Any, hint: Any, where: str) -> Flaw | None:
    """The first place that holds something else than it is declared to."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is Literal:
        return None if value in args else Flaw(where, f"{value!r} is unknown", args, str(value))
    if origin is UnionType:
        return None if any(_mistyped(value, arg, where) is None for arg in args) else Flaw(
            where, f"{value!r} is not usable", " or ".join("None" if arg is type(None) else "a text" for arg in args))
    if origin is tuple:
        return _mistyped_tuple(value, args, where)
    if not isinstance(value, hint):
        word = {"str": "a text", "bool": "True or False"}.get(hint.__name__, hint.__name__)
        return Flaw(where, f"{_short(value)} is of the wrong type", word)
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        found = (_mistyped(getattr(value, one.name), hints[one.name], f"{where}.{one.name}".lstrip("."))
                 for one in fields(hint))
        return next((one for one in found if one is not None), None)
    return None


def _mistyped_tuple(value: Any, args: tuple[Any, ...], where: str) -> Flaw | None:
    """The same for a tuple; one forgotten comma makes a text, or a part, of it."""
    if not isinstance(value, tuple):
        return Flaw(where, f"{_short(value)} is not a tuple", "a tuple, which with one part needs a comma: (part,)")
    if args[-1] is not Ellipsis and len(value) != len(args):
        return Flaw(where, f"{_short(value)} has {len(value)} parts", f"{len(args)} parts")
    kinds = [args[0]] * len(value) if args[-1] is Ellipsis else args
    found = (_mistyped(part, kind, _called(where, part, number))
             for number, (part, kind) in enumerate(zip(value, kinds, strict=True)))
    return next((one for one in found if one is not None), None)


def _short(value: Any) -> str:
    """A value as it may stand in a line."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _twice(mechanism: Mechanism) -> Iterable[Flaw]:
    """Names that stand for two things."""
    tables: list[str] = [name for name, _ in mechanism.tables]
    names = [one.name for _, row in mechanism.tables for one in row]
    names += [one.name for kind in _UNITS if kind not in ("reads", "sums") for one in getattr(mechanism, kind)]
    names += [one.name for one in mechanism.currents]
    for where, words in (("tables", tables), ("names", names)):
        for word in words:
            if words.count(word) > 1:
                yield Flaw(f"{where}.{word}", "stands there twice", "each name once")


def _units(mechanism: Mechanism) -> Iterable[Flaw]:
    """Units that are none."""
    for kind in _UNITS:
        for one in getattr(mechanism, kind):
            try:
                dimension(one.unit)
            except QuantityError as error:
                yield Flaw(f"{kind}.{one.name}.unit", str(error), "a unit such as 'mV', 'nS', '1/ms', or '1' for none")


def _state(state: State) -> Iterable[Flaw]:
    """A state whose equation has none of the forms, or that does not know where to start."""
    where = f"states.{state.name}"
    given = {key for key in ("alpha", "beta", "target", "tau", "change", "speed") if getattr(state, key)}
    if given not in ({"alpha", "beta"}, {"target", "tau"}, {"tau"}, {"tau", "speed"}, {"change"}):
        yield Flaw(where, f"{' and '.join(sorted(given)) or 'nothing'} given, which is no form of a state", FORMS)
    elif "change" in given and state.clock != "slow":
        yield Flaw(f"{where}.clock", "a state with a change moves on the slow clock", 'clock="slow"')
    elif given & {"alpha", "target"} == set() and state.initial == "steady":
        yield Flaw(f"{where}.initial", "missing: a state of this form has no steady value", "an expression")


def _parameter(where: str, parameter: Parameter) -> Iterable[Flaw]:
    """A parameter whose unit, value or bounds are no quantities, or whose guess does not say why."""
    for key in ("unit", "value", "low", "high"):
        text = getattr(parameter, key)
        try:
            if text is not None:
                parse(f"1 {text}" if key == "unit" else text, parameter.unit)
        except QuantityError as error:
            yield Flaw(f"{where}.{key}", str(error), f"a quantity such as '1 {parameter.unit}'" if key != "unit" else
                       "a unit such as 'mV', 'nS', '1/ms', or '1' for none")
    if not parameter.meaning:
        yield Flaw(f"{where}.meaning", "missing", "what it is, in one phrase")
    if parameter.source.trust == "assumed" and not parameter.source.note:
        yield Flaw(f"{where}.source", "a guess that does not say why", 'assumed("why this value")')
