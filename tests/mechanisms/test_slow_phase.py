"""Slow steps alone against the whole model, over minutes in which both are computed."""

import shutil

import numpy as np
import pytest

import glunet
from glunet import pipeline
from glunet.experiment.load import load

TEXT = """[experiment]
name = "{name}"
circuit = "cortex"
cells = 10
duration = "800 s"
{step}
[set]
"conditions.ischemia.collaterals" = 0.1
[conditions.ischemia]
schedule = "step"
level = 1
onset = "60 s"
[axes]
seed = [1]
[record.pyramidal]
means = ["v", "K_e", "Na_e", "Na_i", "Ca_e", "ATP", "Glu_e", "volume", "necrosis", "proteolysis", "ROS"]
means_every = "1 s"
"""
FROM_S, TO_S = 480.0, 800.0     # more than five minutes, from when all cells have depolarised
WITHIN = {"K_e": 0.05, "Na_e": 0.05, "Na_i": 0.05, "Ca_e": 0.1, "ATP": 0.05, "Glu_e": 0.25, "volume": 0.01, "necrosis": 0.1,
          "proteolysis": 0.1, "ROS": 0.05}


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    if shutil.which("g++") is None:
        pytest.skip("needs g++")
    folder, found = tmp_path_factory.mktemp("phase"), {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLUNET_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
        for name, step in (("whole", ""), ("slow", 'slow_only = "10 ms"')):
            (folder / f"{name}.toml").write_text(TEXT.format(name=name, step=step))
            pipeline.run(load(folder / f"{name}.toml"), results=folder / "results")
            found[name] = glunet.open(folder / "results" / name)
    return found


def course(result, variable):
    """Mean over cells in the overlap."""
    found = result.mean("pyramidal", variable)
    times = np.asarray(found["time"], float)
    return np.asarray(found, float)[0, (times >= FROM_S) & (times < TO_S)]


@pytest.mark.parametrize("variable", WITHIN)
def test_without_blood_the_two_agree_for_five_minutes(both, variable):
    whole, slow = course(both["whole"], variable), course(both["slow"], variable)
    print(variable, whole[[0, -1]], slow[[0, -1]])
    assert slow == pytest.approx(whole, rel=WITHIN[variable], abs=1e-3 * np.abs(whole).max())


def test_the_membrane_agrees_within_a_millivolt(both):
    assert course(both["slow"], "v") == pytest.approx(course(both["whole"], "v"), abs=1.0)
