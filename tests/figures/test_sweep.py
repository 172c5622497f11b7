"""Which replicates belong to which dose, and which windows the schedules imply."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from glunet.figures import circuit, style
from glunet.figures.sweep import sweep_of
from glunet.figures.windows import before_and_during
from glunet.store import ScheduleData

_spec = importlib.util.spec_from_file_location("figures_made", Path(__file__).with_name("conftest.py"))
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)


def test_replicates_in_any_order_are_paired_by_seed(opened) -> None:
    recording = made.make([0.0, 1.0, 5.0], [4, 7], duration_s=1.0)
    order = np.array([3, 0, 5, 1, 4, 2])
    shuffled = replace(recording, seeds=recording.seeds[order],
                       axes={path: values[order] for path, values in recording.axes.items()})
    sweep = sweep_of(opened(shuffled))
    np.testing.assert_allclose(sweep.values, [0, 1, 5])
    assert (sweep.name, sweep.unit, sweep.label) == ("Ketamine", "uM", "Ketamine (µM)")
    dose, seed = recording.axes[made.CONCENTRATION][order] * 1e3, recording.seeds[order]
    np.testing.assert_allclose(sweep.paired(dose), [[0, 1, 5]] * 2)
    np.testing.assert_array_equal(sweep.paired(seed), [[4] * 3, [7] * 3])


def test_a_seed_that_a_dose_lacks_is_not_paired(opened) -> None:
    recording = made.make([0.0, 1.0], [1, 2], duration_s=1.0)
    sweep = sweep_of(opened(recording, seeds=np.array([1, 2, 2, 3])))
    np.testing.assert_array_equal(sweep.paired(np.arange(4)), [[1, 2]])


def test_further_axes_are_held_at_their_lowest(opened) -> None:
    recording = made.make([0.0, 1.0], [1, 2], duration_s=1.0)
    axes = {**recording.axes, "milieu.Mg_e": np.array([1.0, 2.0, 1.0, 2.0])}
    sweep = sweep_of(opened(recording, axes=axes, axis_units={**recording.axis_units, "milieu.Mg_e": "mM"}))
    assert sweep.held == "Magnesium 1 mM"
    assert [rows.tolist() for rows in sweep.members] == [[0], [2]]


def test_a_result_without_axes_has_one_nameless_value(single) -> None:
    sweep = sweep_of(single)
    assert (sweep.path, len(sweep.values), sweep.text(0)) == (None, 1, "")


def test_the_windows_of_a_step(sweep, single) -> None:
    assert before_and_during(sweep) == ((0.5, 2.0), (5.0, 8.0))
    assert before_and_during(single) == (None, (1.0, 10.0))


def test_the_windows_of_a_bolus_and_of_a_constant_dose(opened) -> None:
    recording = made.make([2.0], [1], duration_s=10.0)
    times = np.linspace(0, 10, 1001)
    course = np.where(times < 2, 0.0, np.exp(-(times - 2) / 2) - np.exp(-(times - 2) / 0.5))[None]
    bolus = opened(recording, schedules=[ScheduleData("ketamine", "uM", times, course)])
    before, during = before_and_during(bolus)
    assert before == pytest.approx((0.5, 2.0), abs=0.02)
    assert 2.5 < during[0] < during[1] < 6.0
    constant = opened(recording, schedules=[ScheduleData("ketamine", "uM", np.zeros(1), np.full((1, 1), 2.0))])
    assert before_and_during(constant) == (None, (5.0, 10.0))


def test_units_are_printed_as_in_print() -> None:
    assert style.labelled("Ketamine", "uM") == "Ketamine (µM)"
    assert style.labelled("Conductance", "mS/cm**2") == "Conductance (mS/cm$^{2}$)"
    assert style.labelled("Releases", "1") == "Releases"


@pytest.mark.parametrize("blueprint", [
    {"populations": {"cell": {}}},
    {"populations": {"a": {"n": 3}, "b": None}, "projections": {"p": {"source": "a", "target": "b"}, "q": {}}},
    {"populations": {name: {"kind": "inhibitory", "n": 2, "mechanisms": ["afferents"]} for name in "abcd"},
     "projections": {"p": {"source": "a", "target": "c", "receptors": ["gaba_a"], "delay": "1 ms"},
                     "r": {"source": "b", "target": "b"}}}])
def test_a_blueprint_that_says_little_is_drawn(blueprint) -> None:
    with style.applied():
        figure = circuit.draw_blueprint(blueprint)
        figure.draw_without_rendering()
    shown = [text.get_text() for text in figure.axes[0].texts]
    assert sum(style.spoken(name) in "".join(shown) for name in blueprint["populations"]) == len(blueprint["populations"])


def test_doses_have_distinct_colours_that_darken() -> None:
    colours = style.dose_colours([0.0, 0.3, 1.0, 3.0, 10.0])
    light = [np.dot([0.299, 0.587, 0.114], [int(c[i:i + 2], 16) for i in (1, 3, 5)]) for c in colours[1:]]
    assert len(set(colours)) == 5
    assert np.all(np.diff(light) < -10)
