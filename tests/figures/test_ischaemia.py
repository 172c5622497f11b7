"""The figure of ischaemia, from a small run of slow steps."""

import shutil

import pytest

import glunet
from glunet import pipeline
from glunet.errors import InputError
from glunet.experiment.load import load

TEXT = """[experiment]
name = "arrest"
circuit = "cortex"
cells = 10
duration = "800 s"
slow_only = "5 ms"
[conditions.ischemia]
schedule = "step"
level = 1
onset = "30 s"
offset = "330 s"
[axes]
seed = [1, 2]
[record.pyramidal]
means = ["v", "K_e", "Na_e", "Ca_e", "ATP", "PCr", "Glu_e", "volume_shell", "volume_shell_rest", "amount_K",
         "amount_Na", "amount_Glu"]
means_every = "5 s"
[record.interneuron]
means = ["amount_K", "amount_Na", "amount_Glu"]
means_every = "5 s"
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    if shutil.which("g++") is None:
        pytest.skip("needs g++")
    folder = tmp_path_factory.mktemp("ischaemia")
    (folder / "arrest.toml").write_text(TEXT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLUNET_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
        pipeline.run(load(folder / "arrest.toml"), results=folder / "results")
    return glunet.open(folder / "results" / "arrest")


def test_blood_flow_is_all_that_it_takes(result):
    def at(name, seconds):
        return result.mean("pyramidal", name).sel(time=seconds, method="nearest").values

    assert (at("v", 25) < -65).all()
    assert (at("v", 320) > -30).all()
    assert (at("K_e", 320) > 40).all()
    assert (at("Na_e", 320) < 75).all()
    assert (at("ATP", 320) < 0.1).all()
    assert (at("volume_shell", 320) < 0.8 * at("volume_shell", 25)).all()
    assert (at("Glu_e", 320) > 10 * at("Glu_e", 25)).all()
    # blood again, and all of it is undone
    assert at("v", 790) == pytest.approx(at("v", 25), abs=4)
    assert at("K_e", 790) == pytest.approx(at("K_e", 25), rel=0.1)
    assert at("ATP", 790) == pytest.approx(at("ATP", 25), rel=0.05)


@pytest.mark.parametrize("what", ["amount_K", "amount_Na", "amount_Glu"])
def test_nothing_is_lost_on_the_way(result, what):
    total = sum(result.n_cells(name) * result.mean(name, what).values for name in ("pyramidal", "interneuron"))
    assert abs(total / total[:, :1] - 1).max() < 1e-6


def test_the_figure_shows_what_was_recorded(result):
    figure = glunet.draw(result, "ischaemia")
    labels = [axes.get_ylabel().replace("\n", " ") for axes in figure.axes]
    assert labels == ["Flow", "Energy (mM)", "Membrane potential (mV)", "Outside (mM)", "Glutamate (µM)",
                      "Extracellular space (of rest)"]
    assert figure.axes[-1].get_xlabel() == "Time (min)"
    with pytest.raises(InputError, match="population"):
        glunet.draw(result, "ischaemia", population="astrocyte")
