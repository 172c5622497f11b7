"""Compose mechanisms into one cell model: lay them down, join them at their ports, order what follows from what.

How the result moves in one step is in `glunet.circuit.stepping`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from glunet.circuit.conditions import felt
from glunet.circuit.dimensions import HOST, check, check_order
from glunet.circuit.expressions import names
from glunet.circuit.model import CellModel
from glunet.circuit.types import Act, Circuit, Condition, Drug, Population, Value
from glunet.errors import GlunetError, InputError
from glunet.mechanisms.catalogue import file, mechanisms
from glunet.vocabulary.mechanism import Definition, Feed, Link, Mechanism


def _fill(mechanism: Mechanism, **names_: str) -> Mechanism:
    """The mechanism with its placeholders filled in."""
    def fill(thing: Any) -> Any:
        if isinstance(thing, str):
            for letter, word in names_.items():
                thing = thing.replace("{" + letter + "}", word)
            return thing
        if isinstance(thing, tuple):
            return tuple(fill(part) for part in thing)
        if hasattr(thing, "__dataclass_fields__"):
            return replace(thing, **{key: fill(getattr(thing, key)) for key in thing.__dataclass_fields__})
        return thing
    filled: Mechanism = fill(mechanism)
    return filled


def _add(model: CellModel, part: Mechanism, values: dict[str, tuple[str, Value]]) -> None:
    """Put one laid-down mechanism into the model; names must not clash, repeated shared parts are kept once."""
    for variable, entry in values.items():
        if variable in model.parameters and model.parameters[variable] != entry:
            raise InputError(file(part.name), f"{part.name} ({model.name})",
                             f"'{variable}' is a parameter of another mechanism too", "a name of its own")
        model.parameters[variable] = entry
    for kind in ("states", "event_states", "definitions", "slow_definitions", "currents", "ports"):
        have = {thing.name: thing for thing in getattr(model, kind)}
        for thing in getattr(part, kind):
            if have.get(thing.name, thing) != thing:
                raise InputError(file(part.name), f"{part.name}.{kind}.{thing.name} ({model.name})",
                                 "another mechanism of this population has this name", "a name of its own")
            if thing.name not in have:
                getattr(model, kind).append(thing)
    model.gathers += part.gathers
    meaning = "charge that {} carried in this slow step"
    tallies = [Definition(f"charge_{ion}", "0*coulomb", "coulomb", meaning.format(ion)) for ion in part.gathers]
    model.event_states += [*tallies, *part.tallies, *(_held(link) for link in (*part.reads, *part.sums))]
    model.tallies += [tally.name for tally in (*tallies, *part.tallies)]
    model.reads += part.reads
    model.feeds += [feed for feed in part.feeds if feed not in model.feeds]
    model.at_spike += [line for line in (part.at_spike,) if line]
    model.background += [line for line in (part.background,) if line]
    model.mechanisms.append(part)


def _held(link: Link) -> Definition:
    """The cell's own copy of what a link hands it; its start value is filled in where the other end is known."""
    return Definition(link.name, "0", link.unit, link.meaning)


def _cell_parts(model: CellModel, circuit: Circuit, population: Population) -> None:
    """The mechanisms that the circuit file lists for a population."""
    catalogue = mechanisms()
    for word in population.mechanisms:
        table = population.values[word]
        root = f"populations.{population.name}.{word}"
        values = {key: (f"{root}.{key}", value) for key, value in table.items()}
        if "neighbour" in catalogue[word].per:
            for name, other in circuit.populations.items():
                if word in other.mechanisms:
                    _add(model, _fill(catalogue[word], n=name), values)
            continue
        if "domain" in catalogue[word].per:
            for name in (name for name, other in circuit.populations.items() if not other.glial):
                part = _fill(catalogue[word], n=name)
                _add(model, part, values)
                model.sums.setdefault(name, []).extend(part.sums)
            continue
        if "subunit" not in catalogue[word].per:
            _add(model, catalogue[word], values)
            continue
        for subunit in population.subunits:
            constants = {f"{key}_{subunit}": (f"receptors.{subunit}.{key}", value)
                         for key, value in circuit.receptors[subunit].items()}
            _add(model, _fill(catalogue[word], s=subunit), values | constants)


def _drug_parts(model: CellModel, population: Population, drug: Drug, terms: int) -> None:
    """What a drug does to the cells of a population; what it adds to the milieu, astrocytes do not see."""
    acts = [act for act in drug.acts if act.target in population.mechanisms or not (act.target or population.glial)]
    if acts or not population.glial:
        model.drugs[drug.name] = terms
    for act in acts:
        mechanism = mechanisms()[act.mechanism]
        values = {f"{key}_{act.label}": (f"{act.path}.{key}", value) for key, value in act.values.items()}
        subunits = population.subunits if "subunit" in mechanism.per else ("",)
        for subunit in subunits:
            own = _constants_at(act, drug, subunit) if subunit else {}
            filled = _fill(mechanism, d=drug.name, a=act.label, s=subunit, r=act.target, x=act.species)
            _add(model, filled, values | own)


def _condition_parts(model: CellModel, population: Population, condition: Condition) -> None:
    """What a condition does to the cells of a population."""
    acts = felt(condition, population.name, model.port_names())
    model.conditions += [condition.name] if acts else []
    for act, port in acts:
        end = f"{condition.name}_{port}" if act.by_port else condition.name
        values = {f"{key}_{end}": (f"{act.path}.{key}", value) for key, value in act.values.items()}
        _add(model, _fill(mechanisms()[act.mechanism], c=condition.name, p=port, x=act.species), values)


def _without_afferents(model: CellModel) -> None:
    """Take the noise away, and what afferents alone compute and read."""
    unheard = mechanisms()["afferents"]
    read = {name for one in unheard.slow_definitions for name in names(one.expression)}
    model.background = []
    model.definitions = [one for one in model.definitions if "poisson_events" not in one.expression]
    model.slow_definitions = [one for one in model.slow_definitions if one not in unheard.slow_definitions]
    model.mechanisms = [part for part in model.mechanisms if part.name != unheard.name]
    model.parameters = {name: found for name, found in model.parameters.items()
                        if name not in read or not found[0].endswith(f".{unheard.name}.{name}")}


def _hasten(model: CellModel) -> None:
    """For each state whose rate a port scales, what a fast step owes to the scale: exactly 1 where that is 1."""
    for state in [state for state in model.states if state.speed]:
        factor = f"exp(-dt*({state.speed} - 1)/({state.tau}))"
        meaning = f"further decay of {state.name} in one step by {state.speed}"
        model.slow_definitions.append(Definition(f"hastened_{state.name}", factor, "1", meaning))


def _check_targets(circuit: Circuit, drug: Drug) -> None:
    """Refuse a drug that would do nothing, for want of what it acts on."""
    found = {mechanism for population in circuit.populations.values() for mechanism in population.mechanisms} | {""}
    if not any(act.target in found for act in drug.acts):
        lacking = " or ".join(sorted({act.target for act in drug.acts}))
        raise GlunetError(f"{drug.name}: no population of the circuit '{circuit.name}' has {lacking}, on which it acts")


def _constants_at(act: Act, drug: Drug, subunit: str) -> dict[str, tuple[str, Value]]:
    """A drug's constants at one subunit."""
    if subunit not in act.by_subunit:
        raise GlunetError(f"{drug.name}: no constants for the subunit {subunit}; the file gives {', '.join(act.by_subunit)}")
    return {f"{key}_{act.label}_{subunit}": (f"{act.path}.{key}.{subunit}", value)
            for key, value in act.by_subunit[subunit].items()}


def _release_parts(model: CellModel, circuit: Circuit, population: Population) -> None:
    """What the receptors of a population's targets need at the presynaptic side."""
    wanted = [(p.name, receptor, circuit.populations[p.target]) for p in circuit.projections.values()
              if p.source == population.name for receptor in p.receptors]
    for projection, receptor, target in wanted:
        mechanism = mechanisms()[receptor]
        missing = set(mechanism.release.requires) - {event.name for event in model.event_states}
        if missing:
            raise InputError(circuit.file, f"projections.{projection}.receptors", f"'{receptor}' needs "
                             f"{', '.join(sorted(missing))} at the presynaptic cell, which no mechanism of {model.name} "
                             "supplies", _bringers(min(missing)))
        for subunit in target.subunits if "subunit" in mechanism.per else ("",):
            part = _fill(mechanism, s=subunit)
            for state in part.release.states:
                if state not in model.event_states:
                    model.event_states.append(state)
            if part.release.at_spike and part.release.at_spike not in model.at_spike:
                model.at_spike.append(part.release.at_spike)
                for key, value in circuit.receptors[subunit].items():
                    if f"{key}_{subunit}" in names(part.release.at_spike):
                        model.parameters.setdefault(f"{key}_{subunit}", (f"receptors.{subunit}.{key}", value))


def _join_ports(model: CellModel, circuit: Circuit) -> None:
    """Send every feed to its port; a feed to a receptor with subunits goes to each of them."""
    ports = model.port_names()
    joined = []
    for feed in model.feeds:
        targets = [feed.port] if feed.port in ports else [p for p in ports if p.startswith(feed.port + "_")]
        if not targets and not feed.optional:
            raise _lacking(model, circuit, next(part for part in model.mechanisms if feed in part.feeds), feed.port)
        joined += [Feed(target, feed.expression) for target in sorted(targets)]
    model.feeds = joined


def _follow_cations(model: CellModel) -> None:
    """Where ions move, the reversal of channels that pass sodium and potassium moves with both."""
    if "shift_cation" in model.slow_variables():
        model.currents = [replace(c, reversal=f"({c.reversal} + shift_cation)") if c.ion == "cation" else c
                          for c in model.currents]


def _check_requirements(model: CellModel, circuit: Circuit) -> None:
    """Refuse, by name, a host that lacks what a mechanism needs."""
    have = {*HOST, "area", "w", *model.parameters, *model.slow_variables()}
    have |= {thing.name for kind in (model.states, model.event_states, model.definitions) for thing in kind}
    for part in model.mechanisms:
        missing = [name for name in part.requires if name not in have]
        if missing:
            raise _lacking(model, circuit, part, *missing)


def _lacking(model: CellModel, circuit: Circuit, part: Mechanism, *missing: str) -> InputError:
    """What a mechanism needs of its host and does not find, and who would bring it."""
    there = ", ".join(sorted({*model.port_names(), *model.parameters}))
    remedy = _bringers(missing[0]) or f"no mechanism has {missing[0]}; what is there: {there}"
    return InputError(circuit.file, f"populations.{model.name}.mechanisms", f"'{part.name}' ({file(part.name)}) needs "
                      f"{', '.join(missing)}, which no mechanism of this population supplies", remedy)


def _bringers(name: str) -> str:
    """The mechanisms that a name comes with, in words; empty where there is none."""
    givers = [one.name for one in mechanisms().values() if name in _gives(one)]
    return f"{name} comes with {' or '.join(givers)}" if givers else ""


def _gives(mechanism: Mechanism) -> set[str]:
    """Names that a mechanism brings to its host."""
    kinds = (mechanism.ports, mechanism.states, mechanism.definitions, mechanism.slow_definitions, mechanism.event_states)
    return {thing.name for kind in kinds for thing in kind} | {p.name for p in mechanism.table("population")}


def compose(circuit: Circuit, population: Population, drugs: list[tuple[Drug, int]], clamped: bool,
            conditions: Sequence[Condition] = (), silent: bool = False) -> CellModel:
    """One population's model.

    Parameters
    ----------
    circuit, population
        As loaded.
    drugs : list of (Drug, int)
        Each drug with the number of terms that its schedules need.
    clamped : bool
        Hold v at the value of the parameter ``v_clamp``.
    conditions : sequence of Condition
    silent : bool
        No spikes and no afferents: the cell of a slow-only run.

    Returns
    -------
    CellModel

    Raises
    ------
    GlunetError
        Where a mechanism needs what the host lacks, or two declare one name.
    """
    model = CellModel(population.name, clamped=clamped, glial=population.glial, silent=silent)
    _cell_parts(model, circuit, population)
    _release_parts(model, circuit, population)
    for drug, terms in drugs:
        _check_targets(circuit, drug)
        _drug_parts(model, population, drug, terms)
    for condition in conditions:
        _condition_parts(model, population, condition)
    _hasten(model)
    _join_ports(model, circuit)
    _follow_cations(model)
    if silent or "afferents" not in population.mechanisms:
        _without_afferents(model)
    for key in [*(f"{name}_rest" for name in circuit.milieu if name != "temperature"), "temperature"]:
        path = key.removesuffix("_rest")
        if any(key in names(text) for text in model.slow_assignments().values()) or key == "temperature":
            model.parameters[key] = (f"milieu.{path}", circuit.milieu[path])
    _check_requirements(model, circuit)
    check(model)
    check_order(model)
    return model
