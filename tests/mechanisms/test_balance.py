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
duration = "{duration}"
slow_only = "{step}"
[set]
"populations.interneuron.calcium.exchanger_max" = "{exchanger}"
[conditions.ischemia]
schedule = "step"
level = 1
onset = "10 s"
[axes]
seed = [1]
[record.pyramidal]
means = ["lactate", "glucose", "oxygen", "respiration", "glycolysis", "perfusion"]
means_every = "{every}"
[record.interneuron]
means = ["Ca_i", "Ca_shell", "Na_i"]
means_every = "{every}"
"""


def _run(folder, cache, **values):
    if shutil.which("g++") is None:
        pytest.skip("needs g++")
    (folder / "mine.toml").write_text(ARREST.format(**values))
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
    found = _run(tmp_path_factory.mktemp("minutes"), cache, duration="250 s", step="5 ms", every="50 ms",
                 exchanger="2 fmol/s")
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


def test_an_exchanger_that_runs_backwards_does_not_take_more_than_the_shell_holds(tmp_path, cache):
    """An hour with two hundred times the exchangers: steps of 10 ms then blow up unless they are limited."""
    found = _run(tmp_path, cache, duration="3600 s", step="10 ms", every="1 s", exchanger="400 fmol/s")
    means = {name: np.asarray(found.mean("interneuron", name)) for name in ("Ca_i", "Ca_shell", "Na_i")}
    assert means["Na_i"].max() > 50                                 # mM: sodium has failed, the exchanger is turned round
    assert means["Ca_shell"].min() >= 0
    assert means["Ca_i"].min() > 0
    assert means["Ca_i"].max() < 1e3                                # uM: buffers and shell hold no more
