"""What is handed on: an overlay that experiments take, and a circuit file with new values and its comments kept."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest

from glunet import library
from glunet.calibration import overlay
from glunet.calibration.load import load
from glunet.calibration.run import applied
from glunet.calibration.search import Best
from glunet.circuit.assemble import Setting, assemble
from glunet.circuit.load import load_circuit
from glunet.errors import InputError
from glunet.experiment.load import load as load_experiment

DRIVE, SHARE, OTHER = ("populations.pyramidal.membrane.I_applied", "populations.interneuron.nmda.fraction_GluN2D",
                       "populations.interneuron.nmda.fraction_GluN2A")
BEST = Best(np.array([0.5, 0.5]), 1.25, np.array([2.0, 9.0, np.nan]), np.array([0.0, 0.0, 1.25]), 7, (1,))
EXPERIMENT = '[experiment]\nname = "mine"\ncircuit = "cortex"\nduration = "1 s"\n'


def test_an_experiment_takes_the_overlay(written, tmp_path):
    content = overlay.text(load(written()), BEST, "abc")
    table = tomllib.loads(content)
    assert table["fitted"]["score"] == 1.25
    assert table["fitted"]["scores"]["C1 interneuron_rate_hz"]["value"] == 9.0
    (tmp_path / "best.toml").write_text(content)
    (tmp_path / "mine.toml").write_text(EXPERIMENT + f'overlay = "best.toml"\n[set]\n"{OTHER}" = 0.1\n')
    found = load_experiment(tmp_path / "mine.toml").overrides
    assert found == pytest.approx({DRIVE: 300e-12, SHARE: 0.4, OTHER: 0.1})     # its own [set] goes first
    lines = "\n".join(f'"{path}" = {value!r}' for path, value in table["set"].items())
    (tmp_path / "copied.toml").write_text(f"{EXPERIMENT}[set]\n{lines}\n")
    assert load_experiment(tmp_path / "copied.toml").overrides[OTHER] == pytest.approx(0.45)


def test_a_wrong_overlay_is_one_line(tmp_path):
    (tmp_path / "best.toml").write_text('[set]\n"populations.pyramidal.membrane.I_aplied" = "1 pA"\n')
    (tmp_path / "mine.toml").write_text(EXPERIMENT + 'overlay = "best.toml"\n')
    with pytest.raises(InputError, match=r"best\.toml: set.*unknown parameter 'I_aplied'.*did you mean 'I_applied'"):
        load_experiment(tmp_path / "mine.toml")


def test_a_circuit_file_takes_the_values_and_keeps_its_comments(written, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    target = Path("models/circuits/cortex.toml")
    target.parent.mkdir(parents=True)
    before = library.find("circuits", "cortex").read_text()
    assert applied(load(written()), BEST, target) == []
    after = target.read_text()
    for line in before.splitlines():
        assert line in after or "fraction_GluN2" in line
    assert len(after.splitlines()) == len(before.splitlines()) + 1      # I_applied had been left to its default
    circuit = load_circuit("cortex")                                    # one's own models/ folder comes first
    assert circuit.file == str(target)
    value = circuit.populations["interneuron"].values["nmda"]["fraction_GluN2D"]
    assert value.si == pytest.approx(0.4)
    how = "fitted by glunet calibrate small to rows C1, 1 row of its own (score 1.25) within 0.2 to 0.8"
    assert how in str(value.source)
    assert "the share of the conductance is not measured" in after      # its note
    plan = assemble("cortex", [Setting(1)], 0.1, cells=20)
    assert plan.populations["pyramidal"].constants["I_applied"] == pytest.approx(300e-12)
    assert applied(load(written()), BEST, target) == []                 # again, onto itself
    assert target.read_text() == after


def test_spread_and_doses_survive(tmp_path):
    found = {"populations.interneuron.sodium.V_T": ("-52 mV", "fitted"),
             "drugs.ketamine.unbinding_rate": ("1 1/s", "fitted")}
    before = library.find("circuits", "cortex").read_text()
    after, left = overlay.apply(before, found, "cortex.toml")
    entry = tomllib.loads(after)["populations"]["interneuron"]["sodium"]["V_T"]
    old = tomllib.loads(before)["populations"]["interneuron"]["sodium"]["V_T"]
    kept = {key: old[key] for key in ("spread", "note") if key in old}
    assert "spread" in kept
    assert entry == {"value": "-52 mV", "source": "fitted", "trust": "computed", **kept}
    assert tomllib.loads(after)["populations"]["pyramidal"] == tomllib.loads(before)["populations"]["pyramidal"]
    assert left == ["drugs.ketamine.unbinding_rate"]


def test_a_layout_that_is_not_understood_is_left_alone():
    with pytest.raises(InputError, match="no line"):
        overlay.apply('[populations]\na = { b = { c = "1 mV" } }\n', {"populations.a.b.c": ("2 mV", "fitted")}, "mine.toml")
