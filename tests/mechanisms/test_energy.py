"""Creatine and cooling, against what creatine kinase and a Q10 say."""

import numpy as np
import pytest

from glunet.circuit.assemble import Setting, assemble
from glunet.circuit.blueprint import RecordPlan
from glunet.engine.simulate import simulate
from glunet.vocabulary.schedule import Ramp, constant

NAMES = ("v", "ATP", "PCr", "ADP", "creatine", "gate_upkeep")


def means(settings):
    """Means over pyramidal cells at rest, [R, T] by variable."""
    record = {"pyramidal": RecordPlan(means=NAMES, means_every=0.1)}
    found = simulate(assemble("cortex", settings, 0.5, cells=5, slow_only=2e-3, record=record), "runtime")
    return {one.variable: np.asarray(one.values) for one in found["means"]}


def test_creatine_is_charged_at_the_kinases_equilibrium():
    found = means([Setting(1, {}, {"creatine": constant(25.0)}), Setting(1, {}, {"creatine": constant(0.0)})])
    free = found["creatine"] - found["PCr"]
    assert found["creatine"][0] == pytest.approx(10.5 + 0.6 * 25, rel=1e-6)
    assert found["PCr"][0, 0] == pytest.approx(found["PCr"][1, 0] * 25.5 / 10.5, rel=1e-3)
    assert found["ATP"] * free / (found["ADP"] * found["PCr"]) == pytest.approx(160.0, rel=1e-4)


def test_cooling_by_ten_kelvin_slows_upkeep_by_its_q10_and_none_changes_nothing():
    levels = [(), (Ramp(0.0, 10.0),), (Ramp(0.0, 0.0),)]
    found = means([Setting(1, {}, {}, {"hypothermia": level}) for level in levels])
    assert found["gate_upkeep"][1] == pytest.approx(1 / 2.3, rel=1e-9)
    alone = means([Setting(1, {})])
    for name in ("v", "ATP", "PCr"):
        assert np.array_equal(found[name][0], found[name][2])
        assert np.array_equal(found[name][2], alone[name][0])
