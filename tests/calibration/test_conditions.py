"""Conditions of the circuit within the conditions of a calibration."""

import numpy as np
import pytest

from glunet.calibration.generation import blueprint, settings
from glunet.calibration.load import load
from glunet.calibration.run import key_of
from glunet.errors import InputError
from glunet.vocabulary.schedule import held

HEAD = "[conditions.dosed.drugs.ketamine]"
LOSS = ("[conditions.dosed.conditions.gaba_a_loss]\nlevel = 0.3\n", HEAD)


def test_a_condition_stands_in_its_replicates_alone(written):
    calibration = load(written((HEAD, "".join(LOSS))))
    points = np.full((2, 2), 0.5)
    assert [one.levels for one in settings(calibration, points, [1])] == [{}, {"gaba_a_loss": held(0.3)}] * 2
    plan = blueprint(calibration, points, [1])
    assert plan.levels["gaba_a_loss"] == [(), held(0.3)] * 2
    assert plan.populations["pyramidal"].initial["gate_gaba_a"][:, 0].tolist() == [1.0, 0.7, 1.0, 0.7]


def test_a_level_belongs_to_the_search(written):
    keys = {key_of(load(written((HEAD, text)))) for text in (HEAD, "".join(LOSS), "".join(LOSS).replace("0.3", "0.4"))}
    assert len(keys) == 3


@pytest.mark.parametrize(("old", "new", "key", "says"), [
    ("gaba_a_loss", "gaba_loss", "conditions.dosed.conditions.gaba_loss", "did you mean 'gaba_a_loss'"),
    ("0.3", "1.3", "conditions.dosed.conditions.gaba_a_loss.level", "too high"),
    ("level", "lvl", "conditions.dosed.conditions.gaba_a_loss.lvl", "did you mean 'level'"),
    ("level = 0.3", 'level = 0.3\nschedule = "step"\nonset = "1 s"', "conditions.dosed.conditions.gaba_a_loss.onset",
     "within the run"),
    ("level = 0.3", 'level = 0.3\n[conditions.control.set]\n"conditions.gaba_a_loss.level" = 0.1',
     'conditions.control.set."conditions.gaba_a_loss.level"', "[conditions.<name>.conditions.gaba_a_loss]"),
])
def test_mistakes_are_one_line(written, old, new, key, says):
    with pytest.raises(InputError) as refused:
        load(written((HEAD, "".join(LOSS).replace(old, new, 1))))
    line = str(refused.value)
    assert "\n" not in line
    assert key in line
    assert says in line
