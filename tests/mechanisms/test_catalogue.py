"""House rules of mechanisms: one file each, no imports of one another, every number with unit, meaning and source."""

import ast
from pathlib import Path

import pytest

import glunet.mechanisms as room
from glunet.circuit.load import load_circuit, load_drug, load_receptors
from glunet.library import names
from glunet.mechanisms.catalogue import mechanisms
from glunet.vocabulary.quantity import parse

FILES = [path for path in Path(room.__path__[0]).rglob("*.py") if path.name not in {"__init__.py", "catalogue.py"}]


def test_the_catalogue_finds_every_file():
    assert set(mechanisms()) == {path.stem for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_mechanisms_import_the_vocabulary_only(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            assert node.module.startswith(("glunet.vocabulary", "__future__"))
        assert not isinstance(node, ast.Import)


@pytest.mark.parametrize("mechanism", mechanisms().values(), ids=lambda m: m.name)
def test_every_parameter_is_told(mechanism):
    for _, parameters in mechanism.tables:
        for parameter in parameters:
            assert parameter.meaning
            assert parameter.source.citation
            assert parameter.source.trust != "assumed" or parameter.source.note
            for text in (parameter.value, parameter.low, parameter.high):
                if text is not None:
                    parse(text, parameter.unit)


@pytest.mark.parametrize("drug", names("drugs"))
def test_every_drug_loads_with_sources(drug):
    for act in load_drug(drug).acts:
        for value in [*act.values.values(), *(v for table in act.by_subunit.values() for v in table.values())]:
            assert value.source.trust in {"read", "memory", "computed", "assumed"}
            assert value.source.trust != "assumed" or value.source.note


@pytest.mark.parametrize("circuit", names("circuits"))
def test_every_circuit_loads_and_its_guesses_say_why(circuit):
    loaded = load_circuit(circuit)
    tables = [*loaded.milieu.values(), *(v for p in loaded.projections.values() for v in p.values.values()),
              *(v for p in loaded.populations.values() for t in p.values.values() for v in t.values())]
    for value in tables:
        assert value.source.trust != "assumed" or value.source.note
    assert loaded.receptors == load_receptors()
