"""The parts of a circuit file: populations, projections, and the receptor subunits that they name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glunet import library
from glunet.circuit.entries import checked_table, need, only, optional, read_toml, shortly, texts
from glunet.circuit.types import Population, Projection, Value
from glunet.errors import InputError
from glunet.mechanisms.catalogue import mechanisms
from glunet.vocabulary.parameter import Parameter, assumed

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


def read_population(file: str, name: str, table: dict[str, Any]) -> Population:
    """One [populations.*] table."""
    where, catalogue = f"populations.{name}.", mechanisms()
    fitting = [word for word, one in catalogue.items() if not {"drug", "condition"} & set(one.per)]
    chosen = texts(file, table, "mechanisms", where)
    for word in chosen:
        if word not in catalogue:
            raise InputError(file, where + "mechanisms", f"unknown mechanism '{word}'", fitting, word)
        if {"drug", "condition"} & set(catalogue[word].per):
            raise InputError(file, where + "mechanisms", f"'{word}' is an act of drugs or conditions", fitting)
    kind = need(file, table, "kind", str, where)
    share, most = ("per_neuron", 100.0) if kind == "glial" else ("fraction", 1.0)
    only(file, where, table, ("kind", share, "mechanisms", *chosen))
    if isinstance(table.get(share), bool) or not isinstance(table.get(share), int | float) or not 0 <= table[share] <= most:
        raise InputError(file, where + share, f"{shortly(table[share])} is no share" if share in table else "missing",
                         f"a number from 0 to {most:g}")
    values: dict[str, dict[str, Value]] = {}
    subunits: tuple[str, ...] = ()
    for word in chosen:
        entries = dict(need(file, table, word, dict, where)) if word in table else {}
        parameters = list(catalogue[word].table("population"))
        for parameter in [p for p in parameters if "{s}" in p.name]:
            stem = parameter.name.replace("{s}", "")
            found = [key for key in entries if key.startswith(stem)]
            subunits = tuple(sorted(key.removeprefix(stem) for key in found))
            parameters.remove(parameter)
            parameters += [Parameter(stem + s, parameter.unit, None, parameter.meaning.format(s=s), parameter.source,
                                     parameter.low, parameter.high) for s in subunits]
        values[word] = checked_table(file, where + word, entries, tuple(parameters))
    return Population(name, kind, float(table[share]), chosen, values, subunits)


def read_projection(file: str, name: str, table: dict[str, Any], populations: Mapping[str, Population]) -> Projection:
    """One [projections.*] table."""
    where = f"projections.{name}"
    ends = []
    for end in ("source", "target"):
        ends.append(need(file, table, end, str, where + "."))
        if ends[-1] not in populations:
            raise InputError(file, f"{where}.{end}", f"unknown population '{ends[-1]}'", populations, ends[-1])
    receptors = texts(file, table, "receptors", where + ".")
    for receptor in receptors:
        if receptor not in populations[ends[1]].mechanisms:
            raise InputError(file, f"{where}.receptors", f"'{ends[1]}' has no receptor '{receptor}'",
                             populations[ends[1]].mechanisms, receptor)
        if not mechanisms()[receptor].arrival:
            known = [word for word in populations[ends[1]].mechanisms if mechanisms()[word].arrival]
            raise InputError(file, f"{where}.receptors", f"'{receptor}' does nothing when a spike arrives", known, receptor)
    numbers = {k: v for k, v in table.items() if k not in {"source", "target", "receptors", "note"}}
    values = checked_table(file, where, numbers, PROJECTION)
    for key in [key for key in numbers if "spread" in numbers[key]]:
        raise InputError(file, f"{where}.{key}.spread", "nothing reads it", "weight_spread, for the weights")
    return Projection(name, ends[0], ends[1], receptors, values, optional(file, table, "note", f"{where}."))


def load_receptors() -> dict[str, dict[str, Value]]:
    """The constants of every receptor subunit in ``models/receptors/nmda.toml``."""
    path = library.find("receptors", "nmda")
    parameters, file, table = mechanisms()["nmda"].table("receptor"), str(path), read_toml(path)
    return {subunit: checked_table(file, subunit, need(file, table, subunit, dict), parameters, s=subunit)
            for subunit in table}
