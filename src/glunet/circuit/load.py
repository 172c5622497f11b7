"""Read circuit, receptor, drug and condition files; every number is checked for unit, bounds and source."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from glunet import library
from glunet.circuit.entries import (
    checked,
    checked_table,
    file_key,
    need,
    only,
    optional,
    own_name,
    quantity,
    read_toml,
    source_of,
    tables,
)
from glunet.circuit.parts import MILIEU, load_receptors, read_population, read_projection
from glunet.circuit.types import Act, Circuit, Condition, ConditionAct, Drug, Value
from glunet.errors import InputError
from glunet.mechanisms.catalogue import folder, mechanisms
from glunet.vocabulary.mechanism import Mechanism
from glunet.vocabulary.parameter import Parameter

_SPACING = Parameter("spacing", "um", None, "mean distance between neighbouring cells in the sheet", low="1 um")


@lru_cache(maxsize=16)
def _load_circuit(path: Path, stamp: float) -> Circuit:
    """Parse one circuit file."""
    del stamp
    file, table = str(path), read_toml(path)
    head = need(file, table, "circuit", dict)
    only(file, "", table, ("circuit", "milieu", "sheet", "populations", "projections"))
    only(file, "circuit.", head, ("name", "title", "cells", "dt", "slow_dt"))
    own_name(file, head, "circuit.", path.stem)
    if need(file, head, "cells", int, "circuit.") < 1:
        raise InputError(file, "circuit.cells", f"{head['cells']} is below 1", "a whole number from 1 up")
    populations = {name: read_population(file, name, entry) for name, entry in tables(file, table, "populations").items()}
    if not any(not one.glial and one.fraction for one in populations.values()):
        raise InputError(file, "populations", "no population of neurons", "tables [populations.<name>]")
    total = sum(one.fraction for one in populations.values() if not one.glial)
    if abs(total - 1.0) > 1e-6:
        raise InputError(file, "populations", f"the fractions of the neurons add up to {total:g}",
                         "fractions that add up to 1")
    projections = {name: read_projection(file, name, entry, populations)
                   for name, entry in (tables(file, table, "projections") if "projections" in table else {}).items()}
    receptors = load_receptors()
    for population in populations.values():
        for subunit in population.subunits:
            if subunit not in receptors:
                raise InputError(file, f"populations.{population.name}.nmda", f"unknown subunit '{subunit}'", receptors,
                                 subunit)
    return Circuit(
        name=head["name"], title=optional(file, head, "title", "circuit."), file=file, cells=head["cells"],
        dt=quantity(file, head, "dt", "ms", "circuit."), slow_dt=quantity(file, head, "slow_dt", "ms", "circuit."),
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
    only(file, "", table, ("drug", "acts"))
    only(file, "drug.", head, ("name", "title", "class", "doses"))
    title, doses, _ = (optional(file, head, key, "drug.") for key in ("title", "doses", "class"))
    own_name(file, head, "drug.", name)
    entries = need(file, table, "acts", list)
    acts = tuple(_drug_act(file, f"acts[{index}]", name, entry, len(entries) > 1) for index, entry in enumerate(entries))
    for index, act in enumerate(acts):
        if act.label in {other.label for other in acts[:index]}:
            raise InputError(file, f"acts[{index}].name", "another act has this name", "a name of its own for each act")
    if not acts:
        raise InputError(file, "acts", "no act", "one table [[acts]] or more")
    return Drug(name, title, acts, doses)


# key of an act: folder of the mechanisms it may name
_ACT_ON = {"receptor": "receptors", "channel": "membrane", "carrier": "clearance", "metabolism": "energy"}


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
    given = need(file, entry, "parameters", dict, f"{key}.") if "parameters" in entry else {}
    values = checked_table(file, f"{key}.parameters", given, mechanism.table("drug"), d=drug)
    by_subunit: dict[str, dict[str, Value]] = {}
    subunits = load_receptors() if by_receptor else {}
    for constant, parameter in by_receptor.items():
        for subunit, number in need(file, entry, constant, dict, key + ".").items():
            place = f"{key}.{constant}.{subunit}"
            by_subunit.setdefault(subunit, {})[constant] = checked(file, place, number, parameter, d=drug, s=subunit)
            if subunit not in subunits:
                raise InputError(file, place, f"unknown subunit '{subunit}'", subunits, subunit)
    species = _species(file, key, entry, mechanism)
    target = "" if species else _acted_on(file, key, entry, mechanism)
    label, path = (f"{drug}_{name}", f"drugs.{drug}.{name}") if name else (drug, f"drugs.{drug}")
    return Act(word, target, species, label, path, values, by_subunit)


def _acted_on(file: str, key: str, entry: Mapping[str, Any], mechanism: Mechanism) -> str:
    """The receptor, channel or carrier that an act names; it has what the act's mechanism changes."""
    named = [kind for kind in _ACT_ON if kind in entry]
    if len(named) > 1:
        raise InputError(file, f"{key}.{named[1]}", f"stands beside a {named[0]}", "one of them in an act")
    for kind, room in _ACT_ON.items():
        if kind in entry:
            known = [m.name for m in mechanisms().values() if folder(m.name) == room and _changes(mechanism, m)]
            if entry[kind] not in known or not isinstance(entry[kind], str):
                raise InputError(file, f"{key}.{kind}", f"unknown {kind} '{entry[kind]}'", known, str(entry[kind]))
            return str(entry[kind])
    raise InputError(file, f"{key}.receptor", "missing",
                     "a receptor, a channel, a carrier or the metabolism that the drug acts on")


def _changes(act: Mechanism, target: Mechanism) -> bool:
    """Whether a receptor, channel or carrier has a port that an act's mechanism feeds."""
    fed = {feed.port.replace("{r}", target.name) for feed in act.feeds}
    return any(port.name.removesuffix("_{s}") in fed or port.name in fed for port in target.ports)


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
    own_name(file, head, "condition.", name)
    highest = head.get("highest", 1.0)
    if isinstance(highest, bool) or not isinstance(highest, int | float) or not 0 < highest < float("inf"):
        raise InputError(file, "condition.highest", f"{highest!r} is no highest level", "a number above zero")
    acts: list[ConditionAct] = []
    for index, entry in enumerate(need(file, table, "acts", list)):
        acts.append(_act(file, f"acts[{index}]", name, entry, acts))
    if not acts:
        raise InputError(file, "acts", "no act", "one table [[acts]] or more")
    source = source_of(file, "condition", head)
    return Condition(name, head["title"], head["level"], float(highest), source, tuple(acts), file)


def _species(file: str, key: str, entry: Mapping[str, Any], mechanism: Mechanism) -> str:
    """What of the milieu an act moves; empty where its mechanism moves nothing there."""
    species = optional(file, entry, "species", f"{key}.")
    if "species" not in mechanism.per:
        if species:
            raise InputError(file, f"{key}.species", f"{mechanism.name} moves no species", "no species")
        return ""
    known = _movable(mechanism)
    if not species:
        raise InputError(file, f"{key}.species", f"missing: {mechanism.name} needs one", known)
    if species not in known:
        raise InputError(file, f"{key}.species", f"{mechanism.name} cannot move '{species}'", known, species)
    return species


def _movable(mechanism: Mechanism) -> list[str]:
    """What of the milieu a mechanism can move: that for which some host has all the ports that it feeds."""
    ports = {port.name for one in mechanisms().values() for port in one.ports}
    # a condition's file names its port itself, and what has it is checked where the circuit is known
    named = [feed.port for feed in mechanism.feeds if "{x}" in feed.port]
    return [one.name for one in MILIEU if one.name != "temperature" and ports.issuperset(
        port.replace("{x}", one.name) for port in named)]


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
    population, species = optional(file, entry, "population", f"{key}."), _species(file, key, entry, mechanisms()[word])
    given = need(file, entry, "parameters", dict, f"{key}.") if "parameters" in entry else {}
    values = checked_table(file, f"{key}.parameters", given, mechanisms()[word].table("condition"),
                           c=name, p=ports[0], x=species)
    by_port = any("{p}" in parameter.name for parameter in mechanisms()[word].table("condition"))
    for other in before:
        twice = sorted(set(values) & set(other.values))
        same = population == other.population or "" in (population, other.population)
        if twice and same and (not by_port or ports[0] == other.ports[0]):
            raise InputError(file, f"{key}.parameters.{twice[0]}", "the same cells have it from another act already",
                             "acts on different populations, or two conditions")
    place = ".".join(["conditions", name, *([population] if population else []), *([ports[0]] if by_port else [])])
    return ConditionAct(word, tuple(ports), species, population, place, values, by_port)
