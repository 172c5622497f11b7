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
duration = "1500 s"
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
FROM_S, TO_S = 1180.0, 1500.0     # more than five minutes, from when all cells are swollen
WITHIN = {"v": 0.1, "K_e": 0.05, "Na_e": 0.1, "Na_i": 0.05, "ATP": 0.12, "volume": 0.01, "ROS": 0.05}
# calpain goes with the square of a calcium that lags as the shells empty: slow steps are a fifth faster here
GROWTH = {"necrosis": 0.1, "proteolysis": 0.25}
LATER_MIN = 5.0                   # cells that do not fire last longer before they depolarise


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
    assert slow == pytest.approx(whole, rel=WITHIN[variable])


@pytest.mark.parametrize("injury", GROWTH)
def test_injuries_grow_at_the_same_speed(both, injury):
    whole, slow = course(both["whole"], injury), course(both["slow"], injury)
    print(injury, whole[[0, -1]], slow[[0, -1]])
    assert slow[-1] - slow[0] == pytest.approx(whole[-1] - whole[0], rel=GROWTH[injury])


def test_slow_steps_alone_are_minutes_late(both):
    late = course(both["whole"], "necrosis")[-1] - course(both["slow"], "necrosis")[-1]
    assert 0 < late < LATER_MIN
