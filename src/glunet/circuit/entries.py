"""Entries of model files: every number is checked for unit, bounds and source, every key for being one that is read."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, get_args

from glunet.circuit.types import Value
from glunet.errors import InputError
from glunet.vocabulary.parameter import Parameter, Source, Trust
from glunet.vocabulary.quantity import QuantityError, parse

_ENTRY_KEYS = {"value", "source", "doi", "trust", "note", "spread"}
_KINDS = {str: "a text", list: "a list", dict: "a table", int: "a whole number"}
MOST_SPREAD = 10.0


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file as a dict; InputError where it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(str(path), "file", error.strerror or str(error), "a readable TOML file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(str(path), "file", f"not valid TOML: {error}", "TOML 1.0") from None


def checked(file: str, key: str, entry: Any, parameter: Parameter, **names: str) -> Value:
    """One entry of a file as a checked `Value`."""
    if not isinstance(entry, dict):
        raise InputError(file, key, f"{shortly(entry)} has no source", f'{{ value = "1 {parameter.unit}", source = "..." }}')
    only(file, f"{key}.", entry, _ENTRY_KEYS)
    if "value" not in entry:
        raise InputError(file, f"{key}.value", "missing", f"a quantity like '1 {parameter.unit}'")
    limits = [parse(limit, parameter.unit) if limit is not None else None for limit in (parameter.low, parameter.high)]
    try:
        si = parse(entry["value"], parameter.unit)
    except QuantityError as error:
        raise InputError(file, key, str(error), f"a quantity like '1 {parameter.unit}'") from None
    if not math.isfinite(si):
        raise InputError(file, key, f"{entry['value']!r} is not finite", f"a quantity like '1 {parameter.unit}'")
    if (limits[0] is not None and si < limits[0]) or (limits[1] is not None and si > limits[1]):
        bounds = f"{parameter.low or '-inf'} to {parameter.high or 'inf'}"
        raise InputError(file, key, f"{entry['value']!r} is out of bounds", bounds)
    spread = entry.get("spread", 0.0)
    if isinstance(spread, bool) or not isinstance(spread, int | float) or not 0 <= spread < MOST_SPREAD:
        raise InputError(file, f"{key}.spread", f"{shortly(spread)} is no coefficient of variation",
                         f"a number from 0 to below {MOST_SPREAD:g}")
    return Value(si, parameter.unit, _meaning(parameter, names), source_of(file, key, entry), float(spread), *limits)


def _meaning(parameter: Parameter, names: Mapping[str, str]) -> str:
    """A parameter's meaning with its placeholders filled in."""
    return parameter.meaning.format(**names) if names else parameter.meaning


def source_of(file: str, key: str, entry: Mapping[str, Any]) -> Source:
    """Where a table's content comes from: a citation, or a guess that says why.

    Raises
    ------
    InputError
    """
    for word in ("source", "doi", "trust", "note"):
        if not isinstance(entry.get(word, ""), str):
            raise InputError(file, f"{key}.{word}", f"{shortly(entry[word])} is not a text", "a text in quotation marks")
    citation = entry.get("source", "")
    if not citation:
        raise InputError(file, f"{key}.source", "missing", 'a citation, or "assumed" with a note that says why')
    trust = entry.get("trust", "assumed" if citation == "assumed" else "memory")
    if trust not in get_args(Trust):
        raise InputError(file, f"{key}.trust", f"unknown trust {trust!r}", get_args(Trust), trust)
    if "assumed" in (trust, citation) and not entry.get("note"):
        raise InputError(file, f"{key}.note", "missing: a guess says why", 'a text: what speaks for this value')
    return Source(citation, entry.get("doi", ""), trust, entry.get("note", ""))


def shortly(value: Any) -> str:
    """A value as it may stand in a line."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def file_key(parameter: Parameter) -> str:
    """A parameter's key in the files: its name without what it is laid down along."""
    return re.sub(r"_\{[ascp]\}", "", parameter.name)


def checked_table(file: str, key: str, table: Mapping[str, Any], parameters: tuple[Parameter, ...],
                  **names: str) -> dict[str, Value]:
    """All parameters of a table, defaults filled in; unknown and missing keys refused."""
    known = {file_key(parameter): parameter for parameter in parameters}
    for word in table:
        if word not in known:
            raise InputError(file, f"{key}.{word}", f"unknown parameter '{word}'", known, word)
    values = {}
    for word, parameter in known.items():
        if word not in table and parameter.value is None:
            raise InputError(file, f"{key}.{word}", "missing", f"a quantity like '1 {parameter.unit}'")
        values[word] = (checked(file, f"{key}.{word}", table[word], parameter, **names) if word in table else
                        _default(parameter, names))
    return values


def _default(parameter: Parameter, names: Mapping[str, str]) -> Value:
    """The value that a mechanism itself gives, with its source."""
    limits = [parse(limit, parameter.unit) if limit is not None else None for limit in (parameter.low, parameter.high)]
    si = parse(str(parameter.value), parameter.unit)
    return Value(si, parameter.unit, _meaning(parameter, names), parameter.source, 0.0, *limits)


def need(file: str, table: Mapping[str, Any], key: str, kind: type, where: str = "") -> Any:
    """A required key of the right type."""
    value = table.get(key)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        problem = f"{shortly(value)} is not {_KINDS[kind]}" if key in table else "missing"
        raise InputError(file, f"{where}{key}", problem, _KINDS[kind])
    return value


def optional(file: str, table: Mapping[str, Any], key: str, where: str = "") -> str:
    """A text that may be missing."""
    return str(need(file, table, key, str, where)) if key in table else ""


def own_name(file: str, head: Mapping[str, Any], where: str, name: str) -> None:
    """Refuse a file whose name is not the one that stands in it, or could not stand in an equation."""
    if need(file, head, "name", str, where) != name:
        raise InputError(file, f"{where}name", f"'{head['name']}' is not the file's name", f"'{name}'")
    _word(file, f"{where}name", name)


def _word(file: str, key: str, name: str) -> None:
    """Refuse a name that could not stand in an equation."""
    if not re.fullmatch(r"[A-Za-z]\w*", name, re.ASCII):
        raise InputError(file, key, f"'{name}' is no name", "a letter, then letters, digits and underscores")


def tables(file: str, table: Mapping[str, Any], key: str, where: str = "") -> dict[str, dict[str, Any]]:
    """The tables below a required one, by name, such as all [populations.<name>]."""
    found: dict[str, dict[str, Any]] = need(file, table, key, dict, where)
    for name in found:
        need(file, found, name, dict, f"{where}{key}.")
        _word(file, f"{where}{key}", name)
    return found


def texts(file: str, table: Mapping[str, Any], key: str, where: str = "") -> tuple[str, ...]:
    """A required list of texts, none of them twice."""
    found = need(file, table, key, list, where)
    for word in found:
        if not isinstance(word, str):
            raise InputError(file, f"{where}{key}", f"{shortly(word)} is not a text", "a list of names")
        if found.count(word) > 1:
            raise InputError(file, f"{where}{key}", f"'{word}' stands there twice", "each name once")
    return tuple(found)


def quantity(file: str, table: Mapping[str, Any], key: str, unit: str, where: str = "") -> float:
    """A required quantity above zero that needs no source, such as a time step."""
    allowed = f"a quantity above zero like '1 {unit}'"
    try:
        found = parse(need(file, table, key, str, where), unit)
    except QuantityError as error:
        raise InputError(file, f"{where}{key}", str(error), allowed) from None
    if not 0 < found < math.inf:
        raise InputError(file, f"{where}{key}", f"{table[key]!r} is not above zero, or not finite", allowed)
    return found


def only(file: str, where: str, table: Mapping[str, Any], keys: Collection[str]) -> None:
    """Refuse keys that nothing reads."""
    for word in table:
        if word not in keys:
            raise InputError(file, f"{where}{word}", f"unknown key '{word}'", keys, word)
