"""Mistakes in circuit and drug files: one line with file, key, what is wrong and what is allowed."""

import re

import pytest

from glunet.circuit.assemble import Setting, assemble
from glunet.circuit.load import load_circuit, load_drug
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
    ('name = "ketamine"', 'nme = "ketamine"', "drug.name", "missing"),
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
          lambda text: text.replace('"gaba_a", "depression", "afferents"', '"gaba_a", "afferents"', 1)
          .replace("[populations.pyramidal.depression]\nuse", "[unused]\nuse", 1))
    with pytest.raises(GlunetError, match="needs available at the presynaptic cell"):
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
])
def test_acts_of_drugs(tmp_path, monkeypatch, drug, old, new, key, says):
    _mine(tmp_path, monkeypatch, "drugs", drug, lambda text: text.replace(old, new, 1))
    with pytest.raises(InputError) as error:
        load_drug(drug)
    assert key in str(error.value)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_a_drug_without_a_host_is_refused_by_name():
    with pytest.raises(GlunetError, match="lamotrigine: no population of the circuit 'patch' has sodium"):
        assemble("patch", [Setting(1, {}, {"lamotrigine": constant(0.01)})], 0.1)


def test_acts_have_paths_of_their_own():
    found = describe("cortex", ["topiramate", "perampanel"])
    assert {"drugs.topiramate.sodium.maximum_block", "drugs.topiramate.kainate.maximum_block",
            "drugs.topiramate.gaba_a.maximum_gain", "drugs.perampanel.binding_rate"} <= set(found)
    assert found["drugs.topiramate.kainate.maximum_block"].default == 0.1
    assert "drugs.topiramate.maximum_block" not in found
