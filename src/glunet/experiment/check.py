"""The part of an experiment's check that knows the circuit: names, parameter paths, axes."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from glunet.errors import InputError
from glunet.experiment.schedules import LevelSchedule
from glunet.experiment.types import AxisValues
from glunet.vocabulary.quantity import QuantityError, parse, show

if TYPE_CHECKING:
    from glunet.circuit.paths import PathInfo

_NUMBER = re.compile(r"^\s*[+-]?[\d.]+(?:[eE][+-]?\d+)?\s*(.*?)\s*$")
RANGE_KEYS = ("from", "to", "number", "spacing")
MOST_VALUES = 100_000
LARGEST_SEED = 2**32 - 1


@dataclass(frozen=True)
class Known:
    """What the circuit offers to this experiment: parameter paths, populations, recordable variables."""

    file: str
    drugs: list[str]
    paths: dict[str, PathInfo]
    populations: list[str]
    recordables: dict[str, list[str]]
    conditions: list[str] = field(default_factory=list)


def require(file: str, key: str, kind: str, name: Any, known: Iterable[str]) -> None:
    """Refuse a name that is not among the known ones.

    Raises
    ------
    InputError
        Tells the known names and the nearest spelling.
    """
    known = list(known)
    if name not in known:
        raise InputError(file, key, f"unknown {kind} {name!r}", known or "none", value=str(name))


def quoted(table: str, path: str) -> str:
    """A path as a key of a table, as the file has it."""
    return f'{table}."{path}"' if "." in path else f"{table}.{path}"


def flatten(table: dict[str, Any], above: str = "", leaf: Sequence[str] = RANGE_KEYS) -> dict[str, Any]:
    """Join nested tables to dotted paths, so that a path may be written with or without quotation marks.

    A table with one of the keys in `leaf` is a value.
    """
    flat: dict[str, Any] = {}
    for key, value in table.items():
        path = f"{above}{key}"
        if isinstance(value, dict) and value and not set(value) & set(leaf):
            flat.update(flatten(value, f"{path}.", leaf))
        else:
            flat[path] = value
    return flat


def levels(known: Known, table: str, courses: Mapping[str, LevelSchedule]) -> None:
    """Refuse levels above the highest that a condition has.

    Parameters
    ----------
    known : Known
    table : str
        Where the conditions stand, such as ``conditions``.
    courses : mapping of condition to LevelSchedule

    Raises
    ------
    InputError
    """
    for name, course in courses.items():
        value_of(known, f"{table}.{name}.level", course.level, known.paths[f"conditions.{name}.level"])


def overrides(known: Known, table: dict[str, Any]) -> dict[str, float]:
    """SI values of the table [set].

    Parameters
    ----------
    known : Known
    table : dict
        From path to text with unit.

    Raises
    ------
    InputError
    """
    values = {}
    for path, text in table.items():
        key = f'set."{path}"'
        if path == "seed":
            raise InputError(known.file, key, "seeds are an axis", "seed = [1, 2, 3] in [axes]")
        info = info_of(known, key, path)
        if is_course(path):
            raise InputError(known.file, key, "is given twice", f"only the one in [{path.rsplit('.', 1)[0]}]")
        values[path] = value_of(known, key, text, info)
    return values


def axes(known: Known, table: dict[str, Any], fixed: dict[str, float]) -> dict[str, AxisValues]:
    """The axes in the order of the file, with ``seed`` last where the file names none.

    Parameters
    ----------
    known : Known
    table : dict
        From path to a list of values or a range table.
    fixed : dict
        Paths that [set] fixes already.

    Raises
    ------
    InputError
        Unknown path, an empty axis, a value twice, a range the wrong way round, a value out of bounds.
    """
    found = {}
    for path, values in table.items():
        key = quoted("axes", path)
        if path == "seed":
            found[path] = _seeds(known, key, values)
            continue
        info = info_of(known, key, path)
        if path in fixed:
            raise InputError(known.file, key, "stands in [set] as well", "one of the two")
        found[path] = _axis(known, key, values, info)
    found.setdefault("seed", AxisValues((1,), "1"))
    return found


COURSES = {"drugs": ("concentration", "onset", "offset"), "conditions": ("level", "onset", "offset", "ramp")}


def is_course(path: str) -> bool:
    """Whether a path is a dose, a level or one of their times, which have a table of their own."""
    parts = path.split(".")
    return len(parts) == 3 and parts[2] in COURSES.get(parts[0], ())


def info_of(known: Known, key: str, path: str) -> PathInfo:
    """What is known of a path; where it is unknown, tell what may stand at its first wrong part."""
    if path in known.paths:
        return known.paths[path]
    parts = path.split(".")
    for table, kind, here in (("drugs", "drug", known.drugs), ("conditions", "condition", known.conditions)):
        if parts[0] == table and len(parts) > 1 and parts[1] not in here:
            raise InputError(known.file, key, f"this experiment has no table [{table}.{parts[1]}]",
                             here or f"a {kind} with a table [{table}.<name>]", value=parts[1])
    for depth in range(len(parts)):
        above = parts[:depth]
        level = {split[depth] for name in known.paths
                 if len(split := name.split(".")) > depth and split[:depth] == above}
        if depth == 0:
            level |= {"seed"}
        if parts[depth] not in level:
            where = f" in '{'.'.join(above)}'" if above else ""
            raise InputError(known.file, key, f"unknown parameter {parts[depth]!r}{where}",
                             level or "nothing below", parts[depth])
    below = {name.split(".")[len(parts)] for name in known.paths if name.startswith(path + ".")}
    raise InputError(known.file, key, "is not a parameter yet", [f"{path}.{part}" for part in below])


def value_of(known: Known, key: str, text: Any, info: PathInfo) -> float:
    """One value in SI, within its bounds."""
    like = f"a value such as {show(info.default, info.unit)!r}" if info.default is not None else (
        f"a value in {info.unit!r}" if info.unit != "1" else "a number")
    try:
        value = parse(text, info.unit)
    except QuantityError as error:
        told = str(error)
        raise InputError(known.file, key, told if str(text) in told else f"{text!r}: {told}", like) from None
    low = "" if info.low is None else f"from {show(info.low, info.unit)}"
    high = "" if info.high is None else f"up to {show(info.high, info.unit)}"
    bounds = f"{low} {high}".strip() or "finite values"
    if not math.isfinite(value):
        raise InputError(known.file, key, f"{text!r} is not finite", bounds)
    # Bounds are parsed from text: their last digit may differ from the same bound written by the user.
    slack = 1e-9 * abs(value)
    if info.low is not None and value < info.low - slack:
        word = "negative" if info.low == 0 else "too low"
        raise InputError(known.file, key, f"{text!r} is {word}", bounds)
    if info.high is not None and value > info.high + slack:
        raise InputError(known.file, key, f"{text!r} is too high", bounds)
    return value


def _axis(known: Known, key: str, values: Any, info: PathInfo) -> AxisValues:
    """Values along one axis, from a list or a range."""
    if isinstance(values, dict):
        return _range(known, key, values, info)
    _listed(known, key, values)
    found = [value_of(known, key, value, info) for value in values]
    order = sorted(range(len(found)), key=found.__getitem__)
    for first, second in pairwise(order):
        if math.isclose(found[first], found[second], rel_tol=1e-9):
            first, second = sorted((first, second))
            raise InputError(known.file, key, f"{values[second]!r} is the same value as {values[first]!r}",
                             "each value once")
    return AxisValues(tuple(found), unit_of(values[0]) or info.unit)


def _listed(known: Known, key: str, values: Any) -> None:
    """Refuse what is no list, or an empty one."""
    if not isinstance(values, list):
        raise InputError(known.file, key, f"{values!r} is not a list of values",
                         'a list, or a range {from = .., to = .., number = .., spacing = "linear" or "log"}')
    if not values:
        raise InputError(known.file, key, "the axis is empty", "one value or more")
    if len(values) > MOST_VALUES:
        raise InputError(known.file, key, f"{len(values)} values are too many", f"up to {MOST_VALUES}")


def unit_of(text: Any) -> str:
    """The unit part of a quantity's text, empty where there is none."""
    match = _NUMBER.match(text) if isinstance(text, str) else None
    return match[1] if match else ""


def _range(known: Known, key: str, table: dict[str, Any], info: PathInfo) -> AxisValues:
    """Evenly or logarithmically spaced values."""
    _range_keys(known, key, table, ("from", "to", "number"))
    low = value_of(known, f"{key}.from", table["from"], info)
    high = value_of(known, f"{key}.to", table["to"], info)
    if low >= high:
        ends = f"{table['from']!r} to {table['to']!r}"
        raise InputError(known.file, key, f"the range from {ends} is the wrong way round", "from below to")
    number, spacing = table["number"], table.get("spacing", "linear")
    if isinstance(number, bool) or not isinstance(number, int) or not 2 <= number <= MOST_VALUES:
        raise InputError(known.file, f"{key}.number", f"{number!r} is not a usable number of values",
                         f"a whole number from 2 to {MOST_VALUES}")
    require(known.file, f"{key}.spacing", "spacing", spacing, ("linear", "log"))
    if spacing == "log" and low <= 0:
        raise InputError(known.file, f"{key}.from", f"{table['from']!r} has no logarithm", "more than zero")
    spaced = np.geomspace(low, high, number) if spacing == "log" else np.linspace(low, high, number)
    return AxisValues(tuple(spaced.tolist()), unit_of(table["from"]) or info.unit)


def _range_keys(known: Known, key: str, table: dict[str, Any], needed: Sequence[str]) -> None:
    """Refuse unknown and missing keys of a range."""
    for name in table:
        require(known.file, f"{key}.{name}", "key", name, RANGE_KEYS if "number" in needed else needed)
    for name in needed:
        if name not in table:
            raise InputError(known.file, f"{key}.{name}", "missing", f"a range needs {', '.join(needed)}")


def _seeds(known: Known, key: str, values: Any) -> AxisValues:
    """Seeds, from a list or a range that includes both ends."""
    if isinstance(values, dict):
        _range_keys(known, key, values, ("from", "to"))
        first, last = _seed(known, f"{key}.from", values["from"]), _seed(known, f"{key}.to", values["to"])
        if first > last:
            raise InputError(known.file, key, f"the range from {first} to {last} is the wrong way round",
                             "from not above to")
        if last - first >= MOST_VALUES:
            raise InputError(known.file, key, f"{last - first + 1} seeds are too many",
                             f"up to {MOST_VALUES}")
        return AxisValues(tuple(range(first, last + 1)), "1")
    _listed(known, key, values)
    seeds = [_seed(known, key, value) for value in values]
    if len(set(seeds)) < len(seeds):
        twice = next(seed for seed in seeds if seeds.count(seed) > 1)
        raise InputError(known.file, key, f"{twice} stands there twice", "each value once")
    return AxisValues(tuple(seeds), "1")


def _seed(known: Known, key: str, value: Any) -> int:
    """One seed."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_SEED:
        raise InputError(known.file, key, f"{value!r} is not a seed",
                         f"a whole number from 0 to {LARGEST_SEED}")
    return value
