"""Mistakes in a mechanism's file: one line with file, mechanism, quantity and what there is, before anything runs."""

import re
import sys
from dataclasses import replace

import pytest

import glunet.mechanisms as room
from glunet.circuit.dimensions import check_links
from glunet.circuit.paths import describe, models
from glunet.cli import main
from glunet.errors import InputError
from glunet.library import find
from glunet.mechanisms import catalogue

GOOD = '''"""A current."""

from glunet.vocabulary.mechanism import Current, Definition, Feed, Mechanism, Port, State
from glunet.vocabulary.parameter import Parameter, assumed

MECHANISM = Mechanism(
    name="mine",
    summary="A current",
    tables=(("population", (Parameter("g_mine", "mS/cm**2", "0.1 mS/cm**2", "conductance", assumed("a test")),)),),
    requires=("v", "area", "E_K"),
    ports=(Port("gate_mine", "product", "1", "1", "factor on the conductance"),),
    states=(State("a", "activation", target="a_inf", tau="tau_a"),),
    definitions=(
        Definition("a_inf", "1/(1 + exp(-(v + 60*mV)/(8.5*mV)))", "1", "steady activation"),
        Definition("tau_a", "2*ms + 1*ms*tanh(v/(20*mV))", "ms", "time constant"),
    ),
    currents=(Current("I_mine", "g_mine*area*a*gate_mine", "E_K", "current", "K"),),
    feeds=(Feed("gate_mine", "clip(ATP/ATP_rest, 0, 1)"),),
)
'''


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """Writes a mechanism of one's own, and a circuit whose pyramidal cells have it."""
    folder = tmp_path / "kinds" / "own"
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    circuits = tmp_path / "models" / "circuits"
    circuits.mkdir(parents=True)
    text = find("circuits", "cortex").read_text()
    (circuits / "cortex.toml").write_text(text.replace('"potassium_slow", ', '"potassium_slow", "mine", ', 1))
    (tmp_path / "one.toml").write_text('[experiment]\nname = "one"\ncircuit = "cortex"\nduration = "1 s"\ncells = 20\n')
    monkeypatch.setattr(room, "__path__", [*room.__path__, str(folder.parent)])
    monkeypatch.chdir(tmp_path)

    def write(text, name="mine"):
        (folder / f"{name}.py").write_text(text)
        return f"kinds/own/{name}.py"

    _forget()
    yield write
    _forget()


def _forget():
    catalogue.mechanisms.cache_clear()
    catalogue._files.cache_clear()
    for name in [name for name in sys.modules if name.startswith("glunet.mechanisms.own")]:
        del sys.modules[name]


def test_the_mechanism_without_a_mistake_is_taken(mine):
    mine(GOOD)
    assert "populations.pyramidal.mine.g_mine" in describe("cortex", [])
    assert "I_mine" in {current.name for current in models("cortex", [])["pyramidal"].currents}


# what is written, what is written instead, the place told, further words of the line
MISTAKES = {
    "unknown name": ("exp(-(v + 60*mV)", "exp(-(v + qq)", "mine.definitions.a_inf", ["unknown name 'qq'", "tau_a", "clip"]),
    "nearly a name": ("g_mine*area*a", "g_min*area*a", "mine.currents.I_mine.conductance", ["did you mean 'g_mine'"]),
    "unknown function": ("clip(ATP", "clop(ATP", "mine.feeds.gate_mine", ["unknown name 'clop'", "did you mean 'clip'"]),
    "a term of another dimension": ("(v + 60*mV)", "(v + 60)", "mine.definitions.a_inf", ["'v + 60'", "has unit V"]),
    "an argument with a unit": ("/(8.5*mV)", "", "mine.definitions.a_inf", ["function exp"]),
    "another dimension": ('tanh(v/(20*mV))", "ms"', 'tanh(v/(20*mV))", "mV"', "mine.definitions.tau_a", ["in s", "in V"]),
    "no time constant": ('tau="tau_a"', 'tau="a_inf"', "mine.states.a.tau", ["in 1", "in s"]),
    "no conductance": ("g_mine*area*a*gate_mine", "g_mine*a", "mine.currents.I_mine.conductance", ["in S"]),
    "no reversal": ('"E_K", "current"', '"area", "current"', "mine.currents.I_mine.reversal", ["in V"]),
    "a feed with a unit": ("clip(ATP/ATP_rest, 0, 1)", "ATP", "mine.feeds.gate_mine", ["in 1"]),
    "a port with a unit": ('"product", "1"', '"product", "1*mV"', "mine.ports.gate_mine", ["in V", "in 1"]),
    "no expression": ("1/(1 + exp", "1/(1 + + * exp", "mine.definitions.a_inf", ["invalid syntax"]),
    "too many arguments": ("exp(-(v", "exp(2, -(v", "mine.definitions.a_inf", ["was called with 2"]),
    "joined conditions": ('"2*ms +', '"2*ms*int(v > 0*mV and v < 9*mV) +', "mine.definitions.tau_a", ["products of int"]),
    "a name of Brian2": ('"a", "activation"', '"i", "activation"', "mine.states.i", ["special meaning"]),
    "a circle": ('"1/(1 + exp(', '"tau_a/ms + 1/(1 + a_inf + exp(', "mine", ["circular: a_inf"]),
    "a current's own value": ("1*ms*tanh", "ms*int(I_mine > 1*pA) + 1*ms*tanh", "mine.definitions.tau_a",
                              ["unknown name 'I_mine'"]),
    "a port that feeds itself": ("clip(ATP/ATP_rest, 0, 1)", "gate_mine", "mine", ["circular: gate_mine"]),
    "unknown ion": ('"current", "K"', '"current", "Ca"', "currents.I_mine.ion", ["'Ca' is unknown", "K, Na, cation"]),
    "unknown clock": ('tau="tau_a")', 'tau="tau_a", clock="slwo")', "states.a.clock", ["did you mean 'slow'"]),
    "unknown join": ('"product"', '"produkt"', "ports.gate_mine.join", ["did you mean 'product'"]),
    "unknown table": ('"population"', '"populations"', "tables[0][0]", ["did you mean 'population'"]),
    "no unit": ('"1", "steady activation"', '"mVolt", "steady activation"', "definitions.a_inf.unit", ["unknown unit"]),
    "no unit of a parameter": ('"mS/cm**2", "0.1', '"mSs", "0.1', "tables.population.g_mine.unit", ["unknown unit"]),
    "a value without unit": ('"0.1 mS/cm**2"', '"0.1"', "tables.population.g_mine.value", ["has no unit"]),
    "a number for a text": ('"0.1 mS/cm**2"', "0.1", "tables[0][1].g_mine.value", ["0.1", "a text"]),
    "a guess without why": ('assumed("a test")', 'assumed("")', "tables.population.g_mine.source", ["does not say why"]),
    "no meaning": ('"conductance", assumed', '"", assumed', "tables.population.g_mine.meaning", ["missing"]),
    "a forgotten comma": ('("v", "area", "E_K")', '("v")', "requires", ["not a tuple", "comma"]),
    "a forgotten comma of a part": ('"factor on the conductance"),)', '"factor on the conductance"))', "ports", ["comma"]),
    "no form": (', tau="tau_a"', "", "states.a", ["target given", "target and tau"]),
    "no start": ('target="a_inf", ', "", "states.a.initial", ["no steady value"]),
    "a change on the fast clock": ('target="a_inf", tau="tau_a"', 'change="1/second"', "states.a.clock", ["slow"]),
    "a name twice": ('Definition("tau_a"', 'Definition("a_inf", "1", "1", "again"), Definition("tau_a"', "names.a_inf",
                     ["twice"]),
    "syntax": ("MECHANISM = Mechanism(", "MECHANISM = = Mechanism(", "line 6", ["not valid Python"]),
    "an import": ("import Parameter, assumed", "import Parameter, assume", "line 4", ["ImportError", "assume"]),
    "an unknown word": ("requires=", "require=", "line 6", ["TypeError", "require"]),
    "no mechanism": ("MECHANISM = ", "mechanism = ", "MECHANISM", ["missing", "MECHANISM = Mechanism(name="]),
    "no such thing": ("MECHANISM = Mechanism(", "MECHANISM = dict(", "MECHANISM", ["a dict is none"]),
    "another name": ('name="mine"', 'name="yours"', "MECHANISM.name", ["'yours' is not the file's name", "'mine'"]),
}


@pytest.mark.parametrize(("old", "new", "place", "words"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_gives_one_line_and_exit_code_2(mine, capsys, old, new, place, words):
    assert GOOD.count(old) == 1
    file = mine(GOOD.replace(old, new))
    with pytest.raises(SystemExit) as stopped:
        main(["show", "one.toml"])
    told = capsys.readouterr()
    assert stopped.value.code == 2
    assert told.err.count("\n") == 1, told.err
    assert re.match(rf"glunet: {re.escape(file)}: {re.escape(place)}( \(pyramidal\))?: ", told.err), told.err
    for word in [*words, "allowed: "]:
        assert word in told.err


@pytest.mark.parametrize(("more", "place", "says"), [
    ('at_spike="a = a + v",', "at_spike", "uses inconsistent units"),
    ('at_spike="a = b",', "at_spike", "unknown name 'b'"),
    ('at_spike="gone = 1",', "at_spike", "unknown name 'gone'"),
    ('at_spike="a == 1",', "at_spike", "is no statement"),
    ('arrival="a_post += w",', "arrival", "uses inconsistent units"),
    ('arrival="a_post += available",', "arrival", "unknown name 'available'"),
    ('background="a += w_excitatory*events_excitatory",', "background", "uses inconsistent units"),
])
def test_statements_are_checked_too(mine, more, place, says):
    mine(GOOD.replace("    ports=", f"    {more}\n    ports="))
    with pytest.raises(InputError, match=rf"mine\.{place} \(pyramidal\)") as error:
        describe("cortex", [])
    assert says in str(error.value)


def test_two_files_of_one_name_are_refused(mine):
    mine(GOOD.replace('"mine"', '"leak"'), "leak")
    with pytest.raises(InputError, match="another mechanism has this name"):
        describe("cortex", [])


def test_what_an_astrocyte_sums_is_checked_against_its_cells(monkeypatch):
    found = models("cortex", [])
    glia = found["astrocyte"]
    link = next(link for links in glia.sums.values() for link in links)
    part = next(part for part in glia.mechanisms if link in part.sums)
    name = next(name for name, links in glia.sums.items() if link in links)
    check_links(found)
    cases = {"has no 'nothing'": replace(link, variable="nothing"), "not the dimension": replace(link, unit="mV")}
    for says, wrong in cases.items():
        monkeypatch.setitem(glia.sums, name, [wrong])
        monkeypatch.setattr(glia, "mechanisms", [replace(part, sums=(wrong,))])
        with pytest.raises(InputError, match=says):
            check_links(found)
