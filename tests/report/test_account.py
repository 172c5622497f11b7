"""Equations, parameters and sources out of a blueprint."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from glunet.report.account import account
from glunet.vocabulary.parameter import Source


@pytest.mark.parametrize("source", [
    Source("Gentet 2000, Biophys J 79:314", "10.1016/S0006-3495(00)76293-X", "memory"),
    Source("assumed", trust="assumed", note="none (so far) [see below]: no"),
    Source("a (b) [c]: d", "10.1/x", "read", "e (doi:10.2/y) [read]"),
    Source("", trust="computed"),
])
def test_sources_are_taken_apart_as_they_were_put_together(source: Source) -> None:
    entry = {"path": "p.x", "value": "1", "varies": False, "spread": 0.0, "meaning": "", "source": str(source)}
    found, = account({"populations": {"p": {"parameters": {"x": entry}}}}, "r1").sources
    assert (found.citation, found.doi, found.trust, found.note) == (source.citation, source.doi, source.trust, source.note)


def test_one_source_of_several_parameters_is_told_once() -> None:
    def entry(path: str) -> dict[str, object]:
        return {"path": path, "value": "1 mV", "varies": False, "spread": 0.0, "meaning": "", "source": "X 1999 [read]"}

    found = account({"populations": {name: {"parameters": {"a": entry("milieu.a"), "b": entry(f"{name}.b")}}
                                     for name in ("p", "q")}}, "r1")
    source, = found.sources
    assert source.used == ["milieu.a", "p.b", "q.b"]
    assert {one.source.number for population in found.populations for one in population.parameters} == {1}


def test_equations_lead_to_their_parameters_and_are_escaped(known: SimpleNamespace) -> None:
    population, = account(known.blueprint, "r1").populations
    groups = dict(population.groups)
    membrane, = groups["Membrane"]
    assert 'href="#r1-pyramidal-capacitance"' in membrane.text
    current, = groups["Currents, outward positive"]
    assert current.text.endswith("*(v - E_leak)")
    assert '<abbr title="leak current">I_leak</abbr>' in membrane.text
    assert "int(v &lt; E_leak)" in groups["States"][0].text
    values = {one.name: (one.value, one.spread) for one in population.parameters}
    assert values == {"capacitance": ("1 µF/cm²", ""), "g_leak": ("−1 mS/cm²", "mean; cells vary by 10 %")}


def test_a_clamped_population_has_no_membrane_equation(known: SimpleNamespace) -> None:
    population, = account(known.blueprint, "r1", {"pyramidal"}).populations
    membrane, = dict(population.groups)["Membrane"]
    assert (membrane.name, str(membrane.text)) == ("v", "v_clamp")


def test_other_blueprints_are_no_mistake() -> None:
    found = account({"equations": {"pyramidal": "dv/dt = -v/tau : volt"}}, "r1")
    assert (found.populations, found.projections, found.sources) == ([], [], [])
