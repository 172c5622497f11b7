"""Mistakes in circuit and drug files: one line with file, key, what is wrong and what is allowed."""

import re

import pytest

from glunet.circuit.assemble import Setting, assemble
from glunet.circuit.load import load_circuit, load_condition, load_drug
from glunet.circuit.paths import describe
from glunet.errors import GlunetError, InputError
from glunet.library import find
from glunet.vocabulary.schedule import constant


def _mine(tmp_path, monkeypatch, kind, name, change):
    """A changed copy of a shipped file in the user's own models folder."""
    folder = tmp_path / "models" / kind
    folder.mkdir(parents=True)
    text = find(kind, name).read_text()
    (folder / f"{name}.toml").write_text(change(text))
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("old", "new", "key", "says"), [
    ('tau_ampa = { value = "2 ms"', 'tau_ampa = { value = "2"', "populations.pyramidal.ampa.tau_ampa", "no unit"),
    ('tau_ampa = { value = "2 ms"', 'tau_ampa = { value = "2 mV"', "populations.pyramidal.ampa.tau_ampa", "wrong dimension"),
    ('tau_ampa = { value = "2 ms"', 'tau_amp = { value = "2 ms"', "populations.pyramidal.ampa.tau_amp",
     "did you mean 'tau_ampa'"),
    ('tau_ampa = { value = "2 ms"', 'tau_ampa = { valu = "2 ms"', "populations.pyramidal.ampa.tau_ampa.valu",
     "did you mean"),
    ('Mg_e   = { value = "1 mM"', 'Mg_e   = { value = "-1 mM"', "milieu.Mg_e", "out of bounds"),
    ('target = "interneuron"', 'target = "interneurons"', "projections.pyramidal_to_interneuron.target", "did you mean"),
    ('receptors = ["gaba_a"]', 'receptors = ["gaba"]', "receptors", "did you mean 'gaba_a'"),
    ('"potassium_slow", "compartments"', '"potasium_slow", "compartments"', "populations.pyramidal.mechanisms",
     "did you mean"),
    ('[circuit]', '[circuit', "file", "not valid TOML"),
    ('dt = "0.1 ms"', '', "circuit.dt", "missing"),
    ('\ndt = "0.1 ms"', '\ndt = "0.1"', "circuit.dt", "no unit"),
    ('\ndt = "0.1 ms"', '\ndt = 0.1', "circuit.dt", "0.1 is not a text"),
    ('\ndt = "0.1 ms"', '\ndt = "0 ms"', "circuit.dt", "above zero"),
    ('\ndt = "0.1 ms"', '\ndt = "0.1 ms/0"', "circuit.dt", "is not a unit"),
    ('\ndt = "0.1 ms"', '\ndt = "0.1 ms**mV"', "circuit.dt", "is not a unit"),
    ('\ndt =', '\nstep = "1 ms"\ndt =', "circuit.step", "allowed: cells, dt"),
    ('name = "cortex"', 'name = "cortx"', "circuit.name", "not the file's name"),
    ('cells = 500', 'cells = "500"', "circuit.cells", "'500' is not a whole number"),
    ('cells = 500', 'cells = true', "circuit.cells", "True is not a whole number"),
    ('cells = 500', 'cells = 0', "circuit.cells", "from 1 up"),
    ('[sheet]', '[sheets]', "sheets", "did you mean 'sheet'"),
    ('[populations.pyramidal]', '[populations]\nother = 3\n[populations.pyramidal]', "populations.other", "3 is not"),
    ('[populations.pyramidal]', '[populations."a b"]\n[populations.pyramidal]', "populations", "'a b' is no name"),
    ('fraction = 0.8', 'fraction = "0.8"', "populations.pyramidal.fraction", "from 0 to 1"),
    ('fraction = 0.8', 'fraction = 0.9', "populations", "add up to 1.1; allowed: fractions that add up to 1"),
    ('fraction = 0.8', 'fraction = nan', "populations.pyramidal.fraction", "from 0 to 1"),
    ('fraction = 0.8', 'fraction = -0.8', "populations.pyramidal.fraction", "from 0 to 1"),
    ('fraction = 0.8\n', '', "populations.pyramidal.fraction", "missing"),
    ('kind = "excitatory"', 'kind = 1', "populations.pyramidal.kind", "1 is not a text"),
    ('"potassium_slow", "comp', '["potassium_slow"], "comp', "populations.pyramidal.mechanisms", "is not a text"),
    ('"potassium_slow", "comp', '"leak", "comp', "populations.pyramidal.mechanisms", "stands there twice"),
    ('"potassium_slow", "comp', '"death", "comp', "populations.pyramidal.mechanisms", "an act of drugs or conditions"),
    ('receptors = ["gaba_a"]', 'receptors = "gaba_a"', "receptors", "'gaba_a' is not a list"),
    ('receptors = ["gaba_a"]', 'receptors = ["leak"]', "receptors", "does nothing when a spike arrives"),
    ('tau_ampa = { value = "2 ms"', 'tau_ampa = { value = "inf ms"', "tau_ampa", "not finite"),
    ('tau_ampa = { value = "2 ms"', 'tau_ampa = { value = nan', "tau_ampa", "'1 ms'"),
    ('tau_ampa = { value = "2 ms"', 'tau_ampa = { value = "2 ms", spread = "0.1"', "tau_ampa.spread", "from 0"),
    ('tau_ampa = { value = "2 ms"', 'tau_ampa = { value = "2 ms", spread = -1', "tau_ampa.spread", "from 0"),
    ('tau_ampa = { value = "2 ms"', 'E_ampa = { value = "1 mV", doi = 3 }\ntau_ampa = { value = "2 ms"', "E_ampa.doi",
     "3 is not a text"),
    ('tau_ampa = { value = "2 ms"', 'E_ampa = { value = "1 mV", source = "Me", trust = "no" }\ntau_ampa = { value = "2 ms"',
     "E_ampa.trust", "allowed: assumed, computed, memory, read"),
    ('tau_ampa = { value = "2 ms"', 'tau_ampa = "2 ms"\nE_ampa = { value = "0 mV"', "tau_ampa", "has no source"),
    ('tau_ampa = { value = "2 ms"', 'E_ampa = { value = "1 mV" }\ntau_ampa = { value = "2 ms"', "E_ampa.source", "missing"),
    ('tau_ampa = { value = "2 ms"', 'E_ampa = { value = "1 mV", source = "assumed" }\ntau_ampa = { value = "2 ms"',
     "E_ampa.note", "says why"),
    ('tau_ampa = { value = "2 ms"',
     'E_ampa = { value = "1 mV", source = "I", trust = "assumed" }\ntau_ampa = { value = "2 ms"', "E_ampa.note", "says why"),
])
def test_circuit_files(tmp_path, monkeypatch, old, new, key, says):
    _mine(tmp_path, monkeypatch, "circuits", "cortex", lambda text: text.replace(old, new, 1))
    with pytest.raises(InputError) as error:
        load_circuit("cortex")
    line = str(error.value)
    assert "\n" not in line
    assert "cortex.toml" in line
    assert key in line
    assert says in line


@pytest.mark.parametrize(("old", "new", "key", "says"), [
    ('mechanism = "open_channel_block"', 'mechanism = "open_chanel_block"', "acts[0].mechanism", "did you mean"),
    ("unbinding_rate", "unbindin_rate", "acts[0].parameters.unbindin_rate", "did you mean 'unbinding_rate'"),
    ('"0.33 uM"', '"0.33 mV"', "acts[0].dissociation_constant.GluN2A", "wrong dimension"),
    ('name = "ketamine"', 'nme = "ketamine"', "drug.nme", "did you mean 'name'"),
    ('name = "ketamine"', '', "drug.name", "missing"),
    ('title = ', 'titel = ', "drug.titel", "did you mean 'title'"),
    ('title = "Ketamine (racemic)"', 'title = 3', "drug.title", "3 is not a text"),
    ('[[acts]]', '[acting]\n[[acts]]', "acting", "did you mean 'acts'"),
    ('[[acts]]', '[acts]', "acts", "is not a list"),
    ('receptor = "nmda"', 'receptor = "ampa"', "acts[0].receptor", "allowed: nmda"),
    ('receptor = "nmda"', 'receptor = "nmda"\nchannel = "sodium"', "acts[0].channel", "one of them"),
    ('receptor = "nmda"', 'receptor = "nmda"\nspecies = "Mg_e"', "acts[0].species", "moves no species"),
    ('\nGluN2A', '\nGluN2a', "acts[0].dissociation_constant.GluN2a", "did you mean 'GluN2A'"),
])
def test_drug_files(tmp_path, monkeypatch, old, new, key, says):
    _mine(tmp_path, monkeypatch, "drugs", "ketamine", lambda text: text.replace(old, new, 1))
    with pytest.raises(InputError) as error:
        load_drug("ketamine")
    assert key in str(error.value)
    assert says in str(error.value)


def test_a_mechanism_that_lacks_its_host_is_refused_by_name(tmp_path, monkeypatch):
    _mine(tmp_path, monkeypatch, "circuits", "cortex",
          lambda text: re.sub(r"\[populations.pyramidal.compartments\][^[]*", "",
                              text.replace('"potassium_slow", "compartments", ', '"potassium_slow", ', 1)))
    with pytest.raises(InputError, match="cortex.toml: populations.pyramidal.mechanisms: .*J_Na_out comes with comp"):
        assemble("cortex", [Setting(1)], 0.1, cells=20)


def test_a_receptor_without_release_at_its_source_is_refused(tmp_path, monkeypatch):
    _mine(tmp_path, monkeypatch, "circuits", "cortex",
          lambda text: re.sub(r"\[populations.pyramidal.depression\][^[]*", "", text.replace(
              '"gaba_a", "depression", "afferents"', '"gaba_a", "afferents"', 1)))
    with pytest.raises(InputError, match=r"pyramidal_to_pyramidal.receptors: .*available at the presynaptic cell.*"
                                         r"allowed: available comes with depression"):
        assemble("cortex", [Setting(1)], 0.1, cells=20)


@pytest.mark.parametrize(("drug", "old", "new", "key", "says"), [
    ("topiramate", 'name = "kainate"', 'name = "sodium"', "acts[1].name", "another act has this name"),
    ("topiramate", 'name = "kainate"\n', "", "acts[1].name", "several need one each"),
    ("topiramate", 'name = "kainate"', 'name = "Kainate acid"', "acts[1].name", "small letters"),
    ("topiramate", 'receptor = "ampa"', 'receptor = "amp"', "acts[1].receptor", "did you mean 'ampa'"),
    ("topiramate", 'receptor = "ampa"\n', "", "acts[1].receptor", "missing"),
    ("topiramate", 'maximum_block  = { value = "0.1"', 'maximum_block  = { value = "2"',
     "acts[1].parameters.maximum_block", "out of bounds"),
    ("lamotrigine", 'channel = "sodium"', 'chanel = "sodium"', "acts[0].chanel", "did you mean 'channel'"),
    ("lamotrigine", 'channel = "sodium"', 'channel = "ampa"', "acts[0].channel", "unknown channel 'ampa'"),
    ("lamotrigine", '"9 uM"', '"9"', "acts[0].parameters.K_inactivated", "no unit"),
    ("diazepam", "EC50 =", "EC5 =", "acts[0].parameters.EC5", "did you mean 'EC50'"),
    ("diazepam", 'name = "diazepam"', 'name = "valium"', "drug.name", "not the file's name"),
    ("magnesium", 'species = "Mg_e"', "", "acts[0].species", "missing"),
    ("magnesium", 'species = "Mg_e"', 'species = "Mg"', "acts[0].species", "did you mean 'Mg_e'"),
    ("glutamate", 'species = "Glu_e"', "", "glutamate.toml: acts[0].species", "needs one; allowed: Glu_e"),
    ("glutamate", 'species = "Glu_e"', 'species = "K_e"', "glutamate.toml: acts[0].species", "'K_e'; allowed: Glu_e"),
    ("lamotrigine", 'channel = "sodium"', 'channel = "potassium"', "acts[0].channel", "allowed: sodium"),
])
def test_acts_of_drugs(tmp_path, monkeypatch, drug, old, new, key, says):
    _mine(tmp_path, monkeypatch, "drugs", drug, lambda text: text.replace(old, new, 1))
    with pytest.raises(InputError) as error:
        load_drug(drug)
    assert key in str(error.value)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(("old", "new", "key", "says"), [
    ('level = ', 'levl = ', "condition.levl", "did you mean 'level'"),
    ('[condition]', '[more]\n[condition]', "more", "allowed: acts, condition"),
    ('trust = "read"', 'trust = "guess"', "condition.trust", "allowed: assumed"),
    ('population = "interneuron"', 'population = 3', "acts[0].population", "3 is not a text"),
    ('port = "gate_sodium"', 'port = 3', "acts[0].port", "a port"),
    ('port = "gate_sodium"', 'port = "gate_sodium"\nparameters = 3', "acts[0].parameters", "3 is not a table"),
    ('port = "gate_sodium"', 'port = "gate_sodium"\nspecies = "K_e"', "acts[0].species", "no species"),
])
def test_condition_files(tmp_path, monkeypatch, old, new, key, says):
    _mine(tmp_path, monkeypatch, "conditions", "interneuron_death", lambda text: text.replace(old, new, 1))
    with pytest.raises(InputError) as error:
        load_condition("interneuron_death")
    assert f": {key}: " in str(error.value)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("kind", ["drugs", "conditions"])
def test_a_file_without_acts_or_with_a_name_for_no_equation_is_refused(tmp_path, monkeypatch, kind):
    folder = tmp_path / "models" / kind
    folder.mkdir(parents=True)
    head = 'name = "a-b"\ntitle = "t"\n' + ('level = "l"\nsource = "s"\n' if kind == "conditions" else "")
    (folder / "a-b.toml").write_text(f"acts = []\n[{kind[:-1]}]\n{head}")
    (folder / "ab.toml").write_text(f"acts = []\n[{kind[:-1]}]\n{head.replace('a-b', 'ab')}")
    monkeypatch.chdir(tmp_path)
    load = {"drugs": load_drug, "conditions": load_condition}[kind]
    with pytest.raises(InputError, match=r"'a-b' is no name; allowed: a letter"):
        load("a-b")
    with pytest.raises(InputError, match=r"acts: no act; allowed: one table \[\[acts\]\] or more"):
        load("ab")


def test_a_drug_without_a_host_is_refused_by_name():
    with pytest.raises(GlunetError, match="lamotrigine: no population of the circuit 'patch' has sodium"):
        assemble("patch", [Setting(1, {}, {"lamotrigine": constant(0.01)})], 0.1)


def test_acts_have_paths_of_their_own():
    found = describe("cortex", ["topiramate", "perampanel"])
    assert {"drugs.topiramate.sodium.maximum_block", "drugs.topiramate.kainate.maximum_block",
            "drugs.topiramate.gaba_a.maximum_gain", "drugs.perampanel.binding_rate"} <= set(found)
    assert found["drugs.topiramate.kainate.maximum_block"].default == 0.1
    assert "drugs.topiramate.maximum_block" not in found
