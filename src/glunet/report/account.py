"""Equations, parameters and sources as the stored blueprint has them, arranged for a page.

Files of other versions of glunet may lack parts of the blueprint: what is not there is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup, escape

from glunet.report import wording

_SOURCE = re.compile(r"(?P<citation>.*?)(?: \(doi:(?P<doi>\S+)\))? \[(?P<trust>read|memory|computed|assumed)\]"
                     r"(?:: (?P<note>.*))?", re.DOTALL)
Linker = Callable[[str], Markup]
_WORD = re.compile(r"(?<![\w.])[A-Za-z_]\w*")


@dataclass
class Source:
    """Where numbers come from.

    Attributes
    ----------
    number : int
        Its number on the page.
    citation, doi, trust, note : str
        See `glunet.vocabulary.parameter.Source`; empty where the text does not say.
    used : list of str
        What it is the source of.
    """

    number: int
    citation: str
    doi: str
    trust: str
    note: str
    used: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Equation:
    """One line of a model: a name, what it equals, and what it is."""

    name: str
    text: Markup
    unit: str
    meaning: str


@dataclass(frozen=True)
class Parameter:
    """A parameter of a population."""

    name: str
    anchor: str
    value: str
    spread: str
    meaning: str
    path: str
    source: Source


@dataclass(frozen=True)
class Population:
    """What one population is made of.

    Attributes
    ----------
    groups : list of (str, list of Equation)
        Membrane, currents, states, definitions and so on, in the order of reading.
    """

    name: str
    title: str
    about: str
    groups: list[tuple[str, list[Equation]]]
    parameters: list[Parameter]


@dataclass(frozen=True)
class Account:
    """The whole model."""

    populations: list[Population]
    projections: list[dict[str, Any]]
    conditions: list[dict[str, Any]]
    sources: list[Source]


class _Sources:
    """Numbers the sources in the order they are met; the same text is one source."""

    def __init__(self) -> None:
        self.known: dict[str, Source] = {}

    def __call__(self, text: str, used: str) -> Source:
        if text not in self.known:
            found = _SOURCE.fullmatch(text)
            parts = {key: value or "" for key, value in found.groupdict().items()} if found else {
                "citation": text, "doi": "", "trust": "", "note": ""}
            self.known[text] = Source(len(self.known) + 1, **parts)
        source = self.known[text]
        if used not in source.used:
            source.used.append(used)
        return source


def account(blueprint: Mapping[str, Any], prefix: str, clamped: Set[str] = frozenset()) -> Account:
    """Arrange a stored blueprint.

    Parameters
    ----------
    blueprint : mapping
        See `glunet.circuit.blueprint.Blueprint.describe`.
    prefix : str
        Of anchors, so that several accounts can share a page.
    clamped : set of str
        Populations whose membrane potential was held.

    Returns
    -------
    Account
    """
    sources = _Sources()
    populations = [_population(name, told, prefix, sources, name in clamped)
                   for name, told in blueprint.get("populations", {}).items()]
    projections = [{"name": name, **told, "on_arrival": told.get("on_arrival", "").splitlines()}
                   for name, told in blueprint.get("projections", {}).items()]
    conditions = [{"title": told.get("title") or name, "level": told.get("level", ""),
                   "source": sources(str(told.get("source", "")), f"condition {name}")}
                  for name, told in (blueprint.get("conditions") or {}).items()]
    return Account(populations, projections, conditions, list(sources.known.values()))


def _population(name: str, told: Mapping[str, Any], prefix: str, sources: _Sources, clamped: bool) -> Population:
    """One population's part."""
    start = f"{prefix}-{name}"
    parameters = [
        Parameter(key, f"{start}-{key}", wording.value(one["value"]), _spread(one), one["meaning"], one["path"],
                  sources(one["source"], one["path"]))
        for key, one in sorted(told.get("parameters", {}).items(), key=lambda item: (item[1]["path"], item[0]))]
    mechanisms = ", ".join(dict.fromkeys(told.get("mechanisms", [])))
    about = f"{told.get('n', '?')} {told.get('kind', '')} cells per replicate; mechanisms: {mechanisms or 'none'}"
    return Population(name, wording.spoken(name), about, _groups(told, _linker(parameters, told), clamped), parameters)


def _spread(one: Mapping[str, Any]) -> str:
    """Whether a value differs between cells or replicates."""
    if one.get("spread"):
        return f"mean; cells vary by {one['spread']:.0%}".replace("%", " %")
    return "mean; differs between cells or replicates" if one.get("varies") else ""


def _linker(parameters: list[Parameter], told: Mapping[str, Any]) -> Linker:
    """A function that turns an expression into HTML whose parameters lead to their row, and whose other names say what
    they are when pointed at."""
    rows = {one.name: one for one in parameters}
    other = {key: one for part in ("states", "definitions", "ports", "currents") for key, one in told.get(part, {}).items()}

    def word(found: re.Match[str]) -> str:
        name = found[0]
        if name in rows:
            one = rows[name]
            return str(Markup('<a href="#{}" title="{}">{}</a>').format(one.anchor, f"{one.value}: {one.meaning}", name))
        if name in other:
            return str(Markup('<abbr title="{}">{}</abbr>').format(other[name].get("meaning", ""), name))
        return name

    # Expressions hold no quotes or ampersands; `<` and `>` are escaped first and hold no names of ours ("lt", "gt").
    return lambda text: Markup(_WORD.sub(word, str(escape(text))))


def _groups(told: Mapping[str, Any], linked: Linker, clamped: bool) -> list[tuple[str, list[Equation]]]:
    """The equations, those that are there."""
    currents = told.get("currents", {})
    groups = [
        ("Membrane", [_membrane(told, linked, clamped)] if currents else []),
        ("Currents, outward positive", [
            Equation(key, linked(f"({one['conductance']})*(v - {one['reversal']})"), "A", one["meaning"])
            for key, one in currents.items()]),
        ("States", [_state(one, linked) for one in told.get("states", {}).values()]),
    ]
    for title, part in (("Definitions", "definitions"), ("Ports, where mechanisms meet", "ports")):
        groups.append((title, [Equation(key, linked(one["expression"]), wording.unit(one["unit"]), one["meaning"])
                               for key, one in told.get(part, {}).items()]))
    groups.append(("At a spike", [Equation(left.strip(), linked(right.strip()), "", "")
                                  for line in told.get("at_spike", []) for left, _, right in [line.partition("=")]]))
    return [(title, lines) for title, lines in groups if lines]


def _membrane(told: Mapping[str, Any], linked: Linker, clamped: bool) -> Equation:
    """The equation of the membrane potential, which the engine makes of the currents."""
    if clamped:
        return Equation("v", linked("v_clamp"), "V", "membrane potential, held")
    known = {name for part in ("definitions", "ports", "parameters") for name in told.get(part, {})}
    transport = " - I_transport" if "I_transport" in known else ""
    return Equation("dv/dt", linked(f"(I_applied{transport} - ({' + '.join(told['currents'])}))/(capacitance*area)"), "V/s",
                    "membrane potential")


def _state(one: Mapping[str, Any], linked: Linker) -> Equation:
    """The equation of a state, with the clock that moves it."""
    left, _, right = one["equation"].partition("=")
    about = ", ".join(filter(None, [wording.unit(one["unit"]), f"{one['clock']} clock"]))
    return Equation(left.strip(), linked(right.strip()), about, one["meaning"])
