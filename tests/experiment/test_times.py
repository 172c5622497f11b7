"""Axes over the times of doses and conditions."""

import pytest

from glunet.errors import InputError
from glunet.experiment.load import load
from glunet.experiment.plan import points
from glunet.pipeline import setting
from glunet.vocabulary.schedule import evaluate

TEXT = """[experiment]
name = "reflow"
circuit = "cortex"
duration = "60 s"
cells = 20

[conditions.ischemia]
level = 1
schedule = "step"
onset = "10 s"
offset = "20 s"

[drugs.mk801]
concentration = "1 uM"
schedule = "step"
onset = "5 s"

[axes]
"""


def _load(tmp_path, axes, text=TEXT):
    path = tmp_path / "reflow.toml"
    path.write_text(text + axes)
    return load(path)


def test_every_point_has_its_own_times(tmp_path):
    found = _load(tmp_path, '"conditions.ischemia.offset" = ["15 s", "0.5 min"]\n"drugs.mk801.onset" = ["0 s", "12 s"]\n')
    courses = [setting(found, point) for point in points(found)]
    assert len(courses) == 4
    for one, reflow, dose in zip(courses, (15, 15, 30, 30), (0, 12, 0, 12), strict=True):
        level = evaluate(one.levels["ischemia"], [9.9, 10.1, reflow - 0.1, reflow + 0.1])
        assert level == pytest.approx([0, 1, 1, 0], abs=1e-9)
        assert evaluate(one.doses["mk801"], [dose - 0.1, dose + 0.1]) == pytest.approx([0, 1e-3])
        assert one.values == {}


@pytest.mark.parametrize(("axes", "key", "says"), [
    ('"conditions.ischemia.offset" = ["5 s", "30 s"]', "conditions.ischemia.offset", "5 s is not after the onset"),
    ('"conditions.ischemia.onset" = ["2 s", "21 s"]', "conditions.ischemia.offset", "20 s is not after the onset"),
    ('"conditions.ischemia.ramp" = ["1 s", "2 s"]', "conditions.ischemia.ramp", "has no ramp"),
    ('"drugs.mk801.offset" = ["7 s"]', "drugs.mk801.offset", "has no offset"),
    ('"conditions.ischemia.offset" = ["30"]', "conditions.ischemia.offset", "no unit"),
])
def test_times_that_do_not_fit_are_told(tmp_path, axes, key, says):
    with pytest.raises(InputError) as error:
        _load(tmp_path, axes + "\n")
    assert key in str(error.value)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(("given", "says"), [('slow_only = "10 ms"\ndt = "0.1 ms"', "does not belong beside dt"),
                                             ('slow_only = "50 ms"', "too long for the membrane")])
def test_the_step_of_a_slow_run(tmp_path, given, says):
    with pytest.raises(InputError, match=says):
        _load(tmp_path, "seed = [1]\n", TEXT.replace("cells = 20", f"cells = 20\n{given}"))
