"""What comes in goes somewhere: carbon and oxygen of a cell without blood, calcium of a shell that is nearly empty."""

import shutil

import numpy as np
import pytest

import glunet
from glunet import pipeline
from glunet.experiment.load import load

ARREST = """[experiment]
name = "balance"
circuit = "cortex"
cells = 10
duration = "250 s"
slow_only = "5 ms"
[conditions.ischemia]
schedule = "step"
level = 1
onset = "10 s"
[axes]
seed = [1]
[record.pyramidal]
means = ["lactate", "glucose", "oxygen", "respiration", "glycolysis", "perfusion"]
means_every = "50 ms"
"""
HOURS = """[experiment]
name = "hours"
circuit = "cortex"
cells = 20
duration = "4 h"
slow_only = "10 ms"
[set]
"conditions.ischemia.collaterals" = 0.16
[conditions.ischemia]
schedule = "step"
level = 0.95
onset = "10 s"
[axes]
seed = [2]
[record.pyramidal]
means = ["Ca_i", "Ca_shell"]
means_every = "10 s"
[record.interneuron]
means = ["Ca_i", "Ca_shell"]
means_every = "10 s"
"""


def _run(text, folder, cache):
    if shutil.which("g++") is None:
        pytest.skip("needs g++")
    (folder / "mine.toml").write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLUNET_CACHE", str(cache))
        experiment = load(folder / "mine.toml")
        pipeline.run(experiment, results=folder / "results")
    return glunet.open(folder / "results" / experiment.name)


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.getbasetemp() / "cache"


@pytest.fixture(scope="module")
def minutes(tmp_path_factory, cache):
    """Four minutes of arrest, every quantity at every tenth step."""
    found = _run(ARREST, tmp_path_factory.mktemp("minutes"), cache)
    means = {name: np.asarray(found.mean("pyramidal", name))[0] for name in found.recorded["means"]["pyramidal"]}
    return np.asarray(found.mean("pyramidal", "lactate")["time"]), means


def _since(times, values, start):
    """Integral from a time on."""
    part = times >= start
    steps = np.diff(times[part])
    return np.concatenate(([0.0], np.cumsum(steps * (values[part][1:] + values[part][:-1]) / 2)))


def test_without_blood_every_glucose_ends_as_two_lactates_or_is_burnt(minutes):
    times, means = minutes
    part = times >= 11
    assert means["perfusion"][part].max() == 0
    burnt = _since(times, means["respiration"], 11) / 15            # 30 ATP of the two pyruvates
    used = 2 * (means["glucose"][part][0] - means["glucose"][part])
    made = means["lactate"][part] - means["lactate"][part][0]
    assert made == pytest.approx(used - burnt, abs=0.02 * used[-1])
    assert used[-1] > 1.9 * means["glucose"][0]                     # nearly all of it
    # and once it is gone, nothing makes or takes lactate
    assert np.ptp(means["lactate"][times > 220]) < 0.01


def test_the_last_oxygen_makes_five_atp_a_molecule(minutes):
    times, means = minutes
    part = times >= 11
    used = 0.2 * (means["oxygen"][part][0] - means["oxygen"][part])      # mM
    assert _since(times, means["respiration"], 11) == pytest.approx(5 * used, abs=0.02 * 5 * used[-1])


def test_rest_keeps_its_lactate_and_glucose(minutes):
    times, means = minutes
    rest = (times > 4) & (times < 9.9)
    assert np.abs(means["lactate"][rest]).max() < 0.05
    assert means["glucose"][rest] == pytest.approx(means["glucose"][0], rel=1e-3)


def test_a_reversed_exchanger_takes_no_more_than_the_shell_holds(tmp_path, cache):
    """Four hours at a twentieth of normal flow and more: shells are nearly empty, and steps are long."""
    found = _run(HOURS, tmp_path, cache)
    for population in ("pyramidal", "interneuron"):
        inside, outside = (np.asarray(found.mean(population, name)) for name in ("Ca_i", "Ca_shell"))
        assert inside.min() > 0
        assert inside.max() < 1e3                                   # uM: buffers and shell hold no more
        assert 0 < outside.min() < 0.1                              # mM
