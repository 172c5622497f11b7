"""The figure of survival, from a small run of slow steps in which cells die."""

import shutil

import numpy as np
import pytest

import glunet
from glunet import pipeline
from glunet.errors import InputError
from glunet.experiment.load import load

TEXT = """[experiment]
name = "dying"
circuit = "cortex"
cells = 5
duration = "1200 s"
slow_only = "10 ms"
[set]
"populations.pyramidal.cell_death.necrosis_limit" = "2 min"
[conditions.ischemia]
schedule = "step"
level = 1
onset = "10 s"
offset = "1100 s"
[axes]
"conditions.ischemia.offset" = ["100 s", "700 s", "1100 s"]
seed = [1, 2]
[record.pyramidal]
means = ["alive"]
means_every = "10 s"
[record.interneuron]
means = ["v"]
means_every = "10 s"
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    if shutil.which("g++") is None:
        pytest.skip("needs g++")
    folder = tmp_path_factory.mktemp("dying")
    (folder / "dying.toml").write_text(TEXT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLUNET_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
        pipeline.run(load(folder / "dying.toml"), results=folder / "results")
    return glunet.open(folder / "results" / "dying")


def test_lines_are_the_living_share_and_the_panel_beside_them_its_end(result):
    figure = glunet.draw(result, "survival")
    courses, ends = figure.axes
    offsets = np.asarray(result.axis("conditions.ischemia.offset"), float)
    living = np.asarray(result.mean("pyramidal", "alive"), float)
    by_hand = [living[offsets == offset].mean(axis=0) for offset in np.unique(offsets)]
    assert by_hand[0][-1] == 1
    assert by_hand[2][-1] < 0.5
    for line, course in zip(courses.lines, by_hand, strict=True):
        assert line.get_ydata() == pytest.approx(course)
    assert ends.lines[0].get_ydata() == pytest.approx([course[-1] for course in by_hand])
    assert courses.get_xlabel() == "Time (min)"


def test_what_was_not_recorded_is_told(result):
    with pytest.raises(InputError, match="alive: not recorded of interneuron"):
        glunet.draw(result, "survival", populations="interneuron")
