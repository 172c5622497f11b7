"""What an experiment of slow steps records and draws is checked before it runs, on the shipped circuit."""

import pytest

from glunet.errors import InputError
from glunet.experiment.load import load_text

TEXT = """[experiment]
name = "mine"
circuit = "cortex"
duration = "1 h"
slow_only = "10 ms"
[conditions.anoxia]
schedule = "step"
level = 1
onset = "60 s"
[drugs.creatine]
schedule = "constant"
concentration = "0 mM"
[axes]
"conditions.anoxia.level" = [0, 1]
"drugs.creatine.concentration" = ["0 mM", "25 mM"]
seed = [1]
[record.pyramidal]
means = {means}
means_every = "60 s"
[figures.survival]
{options}
"""


def _loaded(means: str = '["alive"]', options: str = "") -> object:
    return load_text(TEXT.format(means=means, options=options), "mine.toml")


@pytest.mark.parametrize(("level", "number"), [('"25 mM"', 25.0), ('"25000 uM"', 25.0), ("25", 25.0), ('"0 mM"', 0.0)])
def test_further_axes_are_held_at_a_quantity_or_a_number_in_their_unit(level, number):
    found = _loaded(options=f'held = {{ "drugs.creatine.concentration" = {level} }}').figures["survival"]
    assert found.options["held"] == {"drugs.creatine.concentration": pytest.approx(number)}


@pytest.mark.parametrize(("means", "options", "message"), [
    ('["alive", "firing"]', "", "record.pyramidal.means.*'firing'"),
    ('["ATP"]', "", "figures.survival.populations: no mean of 'alive' is recorded of any population"),
    ('["alive"]', 'populations = "interneuron"', "no mean of 'alive' is recorded of interneuron; allowed: pyramidal"),
    ('["alive"]', 'held = "x"', "figures.survival.held: 'x' is no table"),
    ('["alive"]', 'held = { "conditions.anoxia.level" = "high" }', "'high' is no value of conditions.anoxia.level"),
    ('["alive"]', 'held = { "conditions.anoxia.level" = 0.5 }', "0.5 is no value of .*; allowed: 0, 1"),
    ('["alive"]', 'held = { "drugs.creatine.concentration" = "25 mV" }', "'25 mV' is no value of .*; allowed: 0 mM, 25 mM"),
    ('["alive"]', 'held = { "drugs.creatin.concentration" = 1 }', "did you mean 'drugs.creatine.concentration'"),
    ('["alive"]', '[figures.ischaemia]\ncondition = "anoxa"', "did you mean 'anoxia'")])
def test_what_cannot_be_stored_or_drawn_is_told_before_the_run(means, options, message):
    with pytest.raises(InputError, match=message) as refused:
        _loaded(means, options)
    assert "\n" not in str(refused.value)
