"""Read circuit, receptor and drug files; every number is checked for unit, bounds and source."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from glunet import library
from glunet.circuit.types import Act, Circuit, Drug, Population, Projection, Value
from glunet.errors import InputError
from glunet.mechanisms.catalogue import mechanisms
from glunet.vocabulary.parameter import Parameter, Source, assumed
from glunet.vocabulary.quantity import QuantityError, parse

_PAIR = assumed("fitted to the resting state (scoreboard row C1)")
PROJECTION = (
    Parameter("in_degree", "1", None, "synapses that each target cell receives", _PAIR, low="0"),
    Parameter("weight", "nS", None, "mean peak conductance of one synapse", _PAIR, low="0 nS"),
    Parameter("weight_spread", "1", "0.5", "standard deviation of the logarithm of the weights", _PAIR, low="0", high="2"),
    Parameter("delay", "ms", None, "from spike to conductance", _PAIR, low="0.01 ms"),
    Parameter("length", "um", "200 um", "distance over which the chance of a connection falls to 1/e", _PAIR, low="1 um"),
)
MILIEU = (
    *(Parameter(f"{ion}_e", "mM", None, f"extracellular {word} at rest", low="0 mM") for ion, word in
      (("K", "potassium"), ("Na", "sodium"), ("Cl", "chloride"), ("Ca", "calcium"), ("Mg", "magnesium"))),
    *(Parameter(f"{short}_e", "uM", None, f"extracellular {word} at rest", low="0 uM") for short, word in
      (("Glu", "glutamate"), ("Gly", "glycine"), ("DSer", "D-serine"))),
    Parameter("ATP", "mM", None, "intracellular ATP at rest", low="0 mM"),
    Parameter("temperature", "kelvin", None, "tissue temperature", low="273 kelvin", high="320 kelvin"),
)
_SPACING = Parameter("spacing", "um", None, "mean distance between neighbouring cells in the sheet", low="1 um")
_ENTRY_KEYS = {"value", "source", "doi", "trust", "note", "spread"}


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file as a dict; InputError where it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(str(path), "file", error.strerror or str(error), "a readable TOML file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(str(path), "file", f"not valid TOML: {error}", "TOML 1.0") from None


def _value(file: str, key: str, entry: Any, parameter: Parameter, **names: str) -> Value:
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


def _table(file: str, key: str, table: Mapping[str, Any], parameters: tuple[Parameter, ...],
           **names: str) -> dict[str, Value]:
    """All parameters of a table, defaults filled in; unknown and missing keys refused."""
    known = {parameter.name.replace("_{d}", "").replace("_{s}", ""): parameter for parameter in parameters}
    for word in table:
        if word not in known:
            raise InputError(file, f"{key}.{word}", f"unknown parameter '{word}'", known, word)
    values = {}
    for word, parameter in known.items():
        if word not in table and parameter.value is None:
            raise InputError(file, f"{key}.{word}", "missing", f"a quantity like '1 {parameter.unit}'")
        values[word] = _value(file, f"{key}.{word}", table.get(word, parameter.value), parameter, **names)
    return values


def _need(file: str, table: Mapping[str, Any], key: str, kind: type, where: str = "") -> Any:
    """A required key of the right type."""
    value = table.get(key)
    if not isinstance(value, kind):
        raise InputError(file, f"{where}{key}", "missing or of the wrong type", f"a {kind.__name__}")
    return value


def _population(file: str, name: str, table: dict[str, Any]) -> Population:
    """One [populations.*] table."""
    where, catalogue = f"populations.{name}.", mechanisms()
    chosen = tuple(_need(file, table, "mechanisms", list, where))
    for word in chosen:
        if word not in catalogue:
            raise InputError(file, where + "mechanisms", f"unknown mechanism '{word}'", catalogue, word)
    for word in table:
        if word not in {"kind", "fraction", "mechanisms", *chosen}:
            raise InputError(file, where + word, f"unknown key '{word}'", {"kind", "fraction", "mechanisms", *chosen}, word)
    values: dict[str, dict[str, Value]] = {}
    subunits: tuple[str, ...] = ()
    for word in chosen:
        entries = dict(table.get(word, {}))
        parameters = list(catalogue[word].table("population"))
        for parameter in [p for p in parameters if "{s}" in p.name]:
            stem = parameter.name.replace("{s}", "")
            found = [key for key in entries if key.startswith(stem)]
            subunits = tuple(sorted(key.removeprefix(stem) for key in found))
            parameters.remove(parameter)
            parameters += [Parameter(stem + s, parameter.unit, None, parameter.meaning.format(s=s), parameter.source,
                                     parameter.low, parameter.high) for s in subunits]
        values[word] = _table(file, where + word, entries, tuple(parameters))
    kind = _need(file, table, "kind", str, where)
    return Population(name, kind, float(table.get("fraction", 0.0)), chosen, values, subunits)


def _projection(file: str, name: str, table: dict[str, Any], populations: Mapping[str, Population]) -> Projection:
    """One [projections.*] table."""
    where = f"projections.{name}"
    ends = []
    for end in ("source", "target"):
        ends.append(_need(file, table, end, str, where + "."))
        if ends[-1] not in populations:
            raise InputError(file, f"{where}.{end}", f"unknown population '{ends[-1]}'", populations, ends[-1])
    receptors = tuple(_need(file, table, "receptors", list, where + "."))
    for receptor in receptors:
        if receptor not in populations[ends[1]].mechanisms:
            raise InputError(file, f"{where}.receptors", f"'{ends[1]}' has no receptor '{receptor}'",
                             populations[ends[1]].mechanisms, receptor)
    numbers = {k: v for k, v in table.items() if k not in {"source", "target", "receptors", "note"}}
    return Projection(name, ends[0], ends[1], receptors, _table(file, where, numbers, PROJECTION), table.get("note", ""))


def load_receptors() -> dict[str, dict[str, Value]]:
    """The constants of every receptor subunit in ``models/receptors/nmda.toml``."""
    path = library.find("receptors", "nmda")
    parameters = mechanisms()["nmda"].table("receptor")
    return {subunit: _table(str(path), subunit, table, parameters, s=subunit)
            for subunit, table in read_toml(path).items()}


@lru_cache(maxsize=16)
def _load_circuit(path: Path, stamp: float) -> Circuit:
    """Parse one circuit file."""
    del stamp
    file, table = str(path), read_toml(path)
    head = _need(file, table, "circuit", dict)
    populations = {name: _population(file, name, entry) for name, entry in _need(file, table, "populations", dict).items()}
    projections = {name: _projection(file, name, entry, populations)
                   for name, entry in table.get("projections", {}).items()}
    receptors = load_receptors()
    for population in populations.values():
        for subunit in population.subunits:
            if subunit not in receptors:
                raise InputError(file, f"populations.{population.name}.nmda", f"unknown subunit '{subunit}'", receptors,
                                 subunit)
    return Circuit(
        name=_need(file, head, "name", str, "circuit."), title=head.get("title", ""), file=file,
        cells=_need(file, head, "cells", int, "circuit."), dt=parse(_need(file, head, "dt", str, "circuit."), "ms"),
        slow_dt=parse(_need(file, head, "slow_dt", str, "circuit."), "ms"),
        milieu=_table(file, "milieu", _need(file, table, "milieu", dict), MILIEU),
        spacing=_table(file, "sheet", _need(file, table, "sheet", dict), (_SPACING,))["spacing"],
        populations=populations, projections=projections, receptors=receptors,
    )


def load_circuit(name: str) -> Circuit:
    """The circuit of that name, from the user's ``models/`` folder or the shipped one.

    Raises
    ------
    InputError
        One line with file, key, value and what is allowed.
    """
    path = library.find("circuits", name)
    return _load_circuit(path, path.stat().st_mtime)


def load_drug(name: str) -> Drug:
    """The drug of that name.

    Raises
    ------
    InputError
        One line with file, key, value and what is allowed.
    """
    path = library.find("drugs", name)
    file, table = str(path), read_toml(path)
    head = _need(file, table, "drug", dict)
    acts = []
    for index, entry in enumerate(_need(file, table, "acts", list)):
        key, word = f"acts[{index}]", entry.get("mechanism", "")
        known = [m.name for m in mechanisms().values() if "drug" in m.per]
        if word not in known:
            raise InputError(file, f"{key}.mechanism", f"unknown drug mechanism '{word}'", known, word)
        mechanism = mechanisms()[word]
        values = _table(file, f"{key}.parameters", entry.get("parameters", {}), mechanism.table("drug"), d=name)
        by_subunit: dict[str, dict[str, Value]] = {}
        for parameter in mechanism.table("drug_receptor"):
            stem = parameter.name.replace("_{d}", "").replace("_{s}", "")
            for subunit, number in _need(file, entry, stem, dict, key + ".").items():
                by_subunit.setdefault(subunit, {})[stem] = _value(file, f"{key}.{stem}.{subunit}", number, parameter,
                                                                  d=name, s=subunit)
        acts.append(Act(word, entry.get("receptor", ""), entry.get("species", ""), values, by_subunit))
    return Drug(_need(file, head, "name", str, "drug."), head.get("title", ""), tuple(acts), head.get("doses", ""))
