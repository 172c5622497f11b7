"""Read circuit, receptor, drug and condition files; every number is checked for unit, bounds and source."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from glunet import library
from glunet.circuit.entries import checked, checked_table, file_key, need, only, read_toml
from glunet.circuit.types import Act, Circuit, Condition, ConditionAct, Drug, Population, Projection, Value
from glunet.errors import InputError
from glunet.mechanisms.catalogue import folder, mechanisms
from glunet.vocabulary.parameter import Parameter, Source, assumed
from glunet.vocabulary.quantity import parse

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


def _population(file: str, name: str, table: dict[str, Any]) -> Population:
    """One [populations.*] table."""
    where, catalogue = f"populations.{name}.", mechanisms()
    chosen = tuple(need(file, table, "mechanisms", list, where))
    for word in chosen:
        if word not in catalogue:
            raise InputError(file, where + "mechanisms", f"unknown mechanism '{word}'", catalogue, word)
    kind = need(file, table, "kind", str, where)
    share = "per_neuron" if kind == "glial" else "fraction"
    only(file, where, table, ("kind", share, "mechanisms", *chosen))
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
        values[word] = checked_table(file, where + word, entries, tuple(parameters))
    return Population(name, kind, float(table.get(share, 0.0)), chosen, values, subunits)


def _projection(file: str, name: str, table: dict[str, Any], populations: Mapping[str, Population]) -> Projection:
    """One [projections.*] table."""
    where = f"projections.{name}"
    ends = []
    for end in ("source", "target"):
        ends.append(need(file, table, end, str, where + "."))
        if ends[-1] not in populations:
            raise InputError(file, f"{where}.{end}", f"unknown population '{ends[-1]}'", populations, ends[-1])
    receptors = tuple(need(file, table, "receptors", list, where + "."))
    for receptor in receptors:
        if receptor not in populations[ends[1]].mechanisms:
            raise InputError(file, f"{where}.receptors", f"'{ends[1]}' has no receptor '{receptor}'",
                             populations[ends[1]].mechanisms, receptor)
    numbers = {k: v for k, v in table.items() if k not in {"source", "target", "receptors", "note"}}
    values = checked_table(file, where, numbers, PROJECTION)
    return Projection(name, ends[0], ends[1], receptors, values, table.get("note", ""))


def load_receptors() -> dict[str, dict[str, Value]]:
    """The constants of every receptor subunit in ``models/receptors/nmda.toml``."""
    path = library.find("receptors", "nmda")
    parameters = mechanisms()["nmda"].table("receptor")
    return {subunit: checked_table(str(path), subunit, table, parameters, s=subunit)
            for subunit, table in read_toml(path).items()}


@lru_cache(maxsize=16)
def _load_circuit(path: Path, stamp: float) -> Circuit:
    """Parse one circuit file."""
    del stamp
    file, table = str(path), read_toml(path)
    head = need(file, table, "circuit", dict)
    populations = {name: _population(file, name, entry) for name, entry in need(file, table, "populations", dict).items()}
    projections = {name: _projection(file, name, entry, populations)
                   for name, entry in table.get("projections", {}).items()}
    receptors = load_receptors()
    for population in populations.values():
        for subunit in population.subunits:
            if subunit not in receptors:
                raise InputError(file, f"populations.{population.name}.nmda", f"unknown subunit '{subunit}'", receptors,
                                 subunit)
    return Circuit(
        name=need(file, head, "name", str, "circuit."), title=head.get("title", ""), file=file,
        cells=need(file, head, "cells", int, "circuit."), dt=parse(need(file, head, "dt", str, "circuit."), "ms"),
        slow_dt=parse(need(file, head, "slow_dt", str, "circuit."), "ms"),
        milieu=checked_table(file, "milieu", need(file, table, "milieu", dict), MILIEU),
        spacing=checked_table(file, "sheet", need(file, table, "sheet", dict), (_SPACING,))["spacing"],
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
    head = need(file, table, "drug", dict)
    if need(file, head, "name", str, "drug.") != name:
        raise InputError(file, "drug.name", f"'{head['name']}' is not the file's name", f"'{name}'")
    entries = need(file, table, "acts", list)
    acts = tuple(_drug_act(file, f"acts[{index}]", name, entry, len(entries) > 1) for index, entry in enumerate(entries))
    for index, act in enumerate(acts):
        if act.label in {other.label for other in acts[:index]}:
            raise InputError(file, f"acts[{index}].name", "another act has this name", "a name of its own for each act")
    return Drug(name, head.get("title", ""), acts, head.get("doses", ""))


_ACT_ON = {"receptor": "receptors", "channel": "membrane"}      # key of an act: folder of the mechanisms it may name


def _drug_act(file: str, key: str, drug: str, entry: Any, among_others: bool) -> Act:
    """One [[acts]] table of a drug."""
    if not isinstance(entry, dict):
        raise InputError(file, key, f"{entry!r} is not a table", "tables [[acts]]")
    word = entry.get("mechanism", "")
    known = [m.name for m in mechanisms().values() if "drug" in m.per]
    if word not in known:
        raise InputError(file, f"{key}.mechanism", f"unknown drug mechanism '{word}'", known, str(word))
    mechanism = mechanisms()[word]
    by_receptor = {file_key(parameter): parameter for parameter in mechanism.table("drug_receptor")}
    only(file, f"{key}.", entry, ("mechanism", "name", "species", "parameters", *_ACT_ON, *by_receptor))
    name = entry.get("name", "")
    if not isinstance(name, str) or (among_others and not name) or not re.fullmatch("[a-z0-9_]*", name):
        raise InputError(file, f"{key}.name", f"{name!r} is no name of an act", "small letters, digits and underscores; the "
                         "acts of a drug that has several need one each")
    values = checked_table(file, f"{key}.parameters", entry.get("parameters", {}), mechanism.table("drug"), d=drug)
    by_subunit: dict[str, dict[str, Value]] = {}
    for constant, parameter in by_receptor.items():
        for subunit, number in need(file, entry, constant, dict, key + ".").items():
            place = f"{key}.{constant}.{subunit}"
            by_subunit.setdefault(subunit, {})[constant] = checked(file, place, number, parameter, d=drug, s=subunit)
    species = need(file, entry, "species", str, key + ".") if "species" in mechanism.per else ""
    target = "" if species else _acted_on(file, key, entry)
    label, path = (f"{drug}_{name}", f"drugs.{drug}.{name}") if name else (drug, f"drugs.{drug}")
    return Act(word, target, species, label, path, values, by_subunit)


def _acted_on(file: str, key: str, entry: Mapping[str, Any]) -> str:
    """The receptor or the channel that an act names."""
    for kind, room in _ACT_ON.items():
        if kind in entry:
            known = [m.name for m in mechanisms().values() if m.currents and folder(m.name) == room]
            if entry[kind] not in known:
                raise InputError(file, f"{key}.{kind}", f"unknown {kind} '{entry[kind]}'", known, str(entry[kind]))
            return str(entry[kind])
    raise InputError(file, f"{key}.receptor", "missing", "a receptor, or a channel, that the drug acts on")


_HEAD_KEYS = ("name", "title", "level", "highest", "source", "doi", "trust", "note")
_ACT_KEYS = ("mechanism", "port", "species", "population", "parameters")


def load_condition(name: str) -> Condition:
    """The condition of that name.

    Raises
    ------
    InputError
        One line with file, key, value and what is allowed.
    """
    path = library.find("conditions", name)
    file, table = str(path), read_toml(path)
    head = need(file, table, "condition", dict)
    only(file, "", table, ("condition", "acts"))
    only(file, "condition.", head, _HEAD_KEYS)
    for key in ("name", "title", "level", "source"):
        need(file, head, key, str, "condition.")
    if head["name"] != name:
        raise InputError(file, "condition.name", f"'{head['name']}' is not the file's name", f"'{name}'")
    highest = head.get("highest", 1.0)
    if isinstance(highest, bool) or not isinstance(highest, int | float) or not 0 < highest < float("inf"):
        raise InputError(file, "condition.highest", f"{highest!r} is no highest level", "a number above zero")
    acts: list[ConditionAct] = []
    for index, entry in enumerate(need(file, table, "acts", list)):
        acts.append(_act(file, f"acts[{index}]", name, entry, acts))
    source = Source(head["source"], head.get("doi", ""), head.get("trust", "memory"), head.get("note", ""))
    return Condition(name, head["title"], head["level"], float(highest), source, tuple(acts), file)


def _act(file: str, key: str, name: str, entry: Any, before: list[ConditionAct]) -> ConditionAct:
    """One [[acts]] table of a condition."""
    if not isinstance(entry, dict):
        raise InputError(file, key, f"{entry!r} is not a table", "tables [[acts]]")
    only(file, f"{key}.", entry, _ACT_KEYS)
    word = entry.get("mechanism", "")
    known = [m.name for m in mechanisms().values() if "condition" in m.per]
    if word not in known:
        raise InputError(file, f"{key}.mechanism", f"unknown condition mechanism '{word}'", known, str(word))
    ports = entry.get("port")
    ports = [ports] if isinstance(ports, str) else ports
    if not isinstance(ports, list) or not ports or not all(isinstance(port, str) for port in ports):
        raise InputError(file, f"{key}.port", "missing or of the wrong type", "a port, or a list of ports, the first one "
                         "that the host has being taken")
    species, population = entry.get("species", ""), entry.get("population", "")
    if bool(species) != ("species" in mechanisms()[word].per):
        raise InputError(file, f"{key}.species", f"{word} {'moves no species' if species else 'needs one'}",
                         "no species" if species else "what of the milieu it moves, such as 'K_e'")
    fluid = [parameter.name for parameter in MILIEU if parameter.name != "temperature"]
    if species and species not in fluid:
        raise InputError(file, f"{key}.species", f"unknown species '{species}'", fluid, str(species))
    values = checked_table(file, f"{key}.parameters", entry.get("parameters", {}), mechanisms()[word].table("condition"),
                    c=name, p=ports[0], x=species)
    for other in before:
        twice = sorted(set(values) & set(other.values))
        if twice and (population == other.population or "" in (population, other.population)):
            raise InputError(file, f"{key}.parameters.{twice[0]}", "the same cells have it from another act already",
                             "acts on different populations, or two conditions")
    place = f"conditions.{name}.{population}" if population else f"conditions.{name}"
    return ConditionAct(word, tuple(ports), species, population, place, values)
