"""Entries of model files: every number is checked for unit, bounds and source, every key for being one that is read."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from glunet.circuit.types import Value
from glunet.errors import InputError
from glunet.vocabulary.parameter import Parameter, Source
from glunet.vocabulary.quantity import QuantityError, parse

_ENTRY_KEYS = {"value", "source", "doi", "trust", "note", "spread"}


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file as a dict; InputError where it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(str(path), "file", error.strerror or str(error), "a readable TOML file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(str(path), "file", f"not valid TOML: {error}", "TOML 1.0") from None


def checked(file: str, key: str, entry: Any, parameter: Parameter, **names: str) -> Value:
    """One entry of a file as a checked `Value`."""
    if not isinstance(entry, dict):
        entry = {"value": entry}
    for word in entry:
        if word not in _ENTRY_KEYS:
            raise InputError(file, f"{key}.{word}", f"unknown key '{word}'", _ENTRY_KEYS, word)
    if "value" not in entry:
        raise InputError(file, key, "no value", f"a quantity like '1 {parameter.unit}'")
    limits = [parse(limit, parameter.unit) if limit is not None else None for limit in (parameter.low, parameter.high)]
    try:
        si = parse(entry["value"], parameter.unit)
    except QuantityError as error:
        raise InputError(file, key, str(error)) from None
    if (limits[0] is not None and si < limits[0]) or (limits[1] is not None and si > limits[1]):
        bounds = f"{parameter.low or '-inf'} to {parameter.high or 'inf'}"
        raise InputError(file, key, f"{entry['value']!r} is out of bounds", bounds)
    source = parameter.source
    if {"source", "doi", "trust", "note"} & set(entry):
        trust = entry.get("trust", "assumed" if entry.get("source", "assumed") == "assumed" else "memory")
        source = Source(entry.get("source", "assumed"), entry.get("doi", ""), trust, entry.get("note", ""))
    meaning = parameter.meaning.format(**names) if names else parameter.meaning
    return Value(si, parameter.unit, meaning, source, float(entry.get("spread", 0.0)), *limits)


def file_key(parameter: Parameter) -> str:
    """A parameter's key in the files: its name without what it is laid down along."""
    return parameter.name.replace("_{a}", "").replace("_{s}", "").replace("_{c}", "")


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
        values[word] = checked(file, f"{key}.{word}", table.get(word, parameter.value), parameter, **names)
    return values


def need(file: str, table: Mapping[str, Any], key: str, kind: type, where: str = "") -> Any:
    """A required key of the right type."""
    value = table.get(key)
    if not isinstance(value, kind):
        raise InputError(file, f"{where}{key}", "missing or of the wrong type", f"a {kind.__name__}")
    return value


def only(file: str, where: str, table: Mapping[str, Any], keys: tuple[str, ...]) -> None:
    """Refuse keys that nothing reads."""
    for word in table:
        if word not in keys:
            raise InputError(file, f"{where}{word}", f"unknown key '{word}'", keys, word)
