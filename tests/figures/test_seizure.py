"""Seizure figures show what analysis found in constructed results: landmarks, probabilities, thresholds."""

from __future__ import annotations

import importlib.util
import sys
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from glunet.analysis.thresholds import fit_threshold
from glunet.errors import InputError
from glunet.figures import catalogue, style
from glunet.figures.ictal import seizures_of
from glunet.store import Series, SpikeData, Trace

_spec = importlib.util.spec_from_file_location("seizure_trains", Path(__file__).parents[1] / "analysis" / "conftest.py")
trains = importlib.util.module_from_spec(_spec)
sys.modules["seizure_trains"] = trains  # dataclasses look their module up
_spec.loader.exec_module(trains)
_spec = importlib.util.spec_from_file_location("figures_made_too", Path(__file__).with_name("conftest.py"))
figures_made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(figures_made)

LEVEL, DOSE = "conditions.gaba_a_loss.level", "drugs.perampanel.concentration"
LEVELS = np.array([0.0, 0.1, 0.2, 0.3, 0.4])
SEEDS = np.arange(1, 6)


@pytest.fixture(autouse=True)
def _no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def base():
    """A recording to change."""
    return figures_made.make([0.0], [1], duration_s=1.0)


@pytest.fixture(scope="module")
def one(opened):
    """One replicate with a seizure, its currents, potassium and membrane potential."""
    t = np.arange(0, trains.DURATION, 5e-3)
    rate = np.interp(t, trains.course(), trains.pyramidal_rates()[0])
    noise = np.random.default_rng(4).normal(0, 3, (2, t.size))
    ampa, gaba = -(20 + 3 * rate + noise[0]), 15 + np.interp(t, trains.course(), trains.interneuron_rates()[-1]) + noise[1]
    potassium = np.interp(t, [0, 10, 22, 30, 40, 60], [3.3, 3.3, 10.5, 9.0, 3.0, 3.3])
    cells = np.array([0, 1, 5, 10, 15])
    times, v = trains.membrane(cells)
    shift = np.array([-1.0, 0.0, 1.5])[:, None] * (potassium - 3.3) / 10
    spikes = {"pyramidal": trains.poisson(trains.pyramidal_rates(), 1),
              "interneuron": trains.poisson(trains.interneuron_rates(), 2)}
    return opened(base(), experiment="seizure", duration_s=trains.DURATION, axes={}, axis_units={}, schedules=[],
                  positions_um={}, cell_values={}, cell_units={},
                  spikes={name: SpikeData(s.times_s, s.cell, s.replicate, s.n_cells) for name, s in spikes.items()},
                  means=[Series("pyramidal", name, unit, t, values[None]) for name, unit, values in (
                      ("I_ampa", "pA", ampa), ("I_gaba_a", "pA", gaba), ("K_e", "mM", potassium))],
                  traces=[Trace("interneuron", "v", "mV", times, cells, v),
                          Trace("pyramidal", "K_e", "mM", t, np.arange(3), (potassium + shift)[None])])


def landscape(doses_um: np.ndarray, threshold, seed_spread: float = 0.06):
    """A recording over level x dose x seed: 15 s of 2 Hz, with 12 s of 25 Hz above the threshold of dose and seed."""
    level, dose, seed = (a.ravel() for a in np.meshgrid(LEVELS, doses_um, SEEDS, indexing="ij"))
    own = seed_spread * np.linspace(-1, 1, SEEDS.size)[seed - 1]
    seizes = level > threshold(dose) + own
    parts = []
    for r in range(level.size):
        rate = np.full(15000, 2.0)
        rate[2000:14000] += 23.0 * seizes[r]
        parts.append(trains.poisson(np.tile(rate, (40, 1)), 9, r))
    order = np.argsort(np.concatenate([p.times_s for p in parts]), kind="stable")
    joined = [np.concatenate([getattr(p, name) for p in parts])[order] for name in ("times_s", "cell", "replicate")]
    axes, units = {LEVEL: level}, {LEVEL: "1"}
    if len(doses_um) > 1:
        axes, units = {**axes, DOSE: dose * 1e-3}, {**units, DOSE: "uM"}
    return replace(base(), experiment="threshold", duration_s=15.0, seeds=seed.astype(np.int64), axes=axes, axis_units=units,
                   means=[], traces=[], schedules=[], positions_um={}, cell_values={}, cell_units={},
                   spikes={"pyramidal": SpikeData(*joined, 40)}), seizes


def texts(figure) -> str:
    """All text of a figure that is seen."""
    import matplotlib.text

    return "\n".join(t.get_text() for t in figure.findobj(matplotlib.text.Text) if t.get_visible())


def draw(kind: str, result, **options):
    """The figure, laid out."""
    figure = catalogue.kinds()[kind].draw(result, options)
    with style.applied():
        figure.draw_without_rendering()
    return figure


def test_the_seizure_is_marked_where_it_was_put(one) -> None:
    figure = draw("seizure", one, before=["1 s", "8 s"])
    assert len(figure.axes) == 6
    for axes in figure.axes:
        marks = sorted(line.get_xdata()[0] for line in axes.lines if line.get_linestyle() == "--")
        assert marks == pytest.approx([10.0, 30.0], abs=0.15)
    assert [t.get_text() for t in figure.axes[0].texts] == ["tonic", "clonic", "postictal"]
    shown = texts(figure)
    assert "seed 1; baseline 1–8 s; seizure at 10.0 s lasts 20.1 s" in shown
    assert "60 % of them blocked" in shown
    assert "Field proxy (pA)" in shown


def test_the_membrane_potential_is_used_where_it_was_recorded(one) -> None:
    found, _ = seizures_of(one, {"before": [1, 8], "shortest": "10 s"})
    assert found[0].block_fraction == 3 / 5  # of the five cells recorded; spikes alone say 12 of 20


def test_potassium_and_the_spectrogram_are_those_stored(one) -> None:
    figure = draw("seizure", one, reference=2.0, highest=30)
    potassium = figure.axes[-1].lines[0]
    np.testing.assert_allclose(potassium.get_ydata(), one.mean("pyramidal", "K_e").values[0])
    spectrogram = figure.axes[4]
    assert spectrogram.get_ylim()[1] == pytest.approx(30, abs=1)
    mesh = spectrogram.collections[0]
    power = mesh.get_array().reshape(mesh.get_coordinates().shape[0] - 1, -1)
    clonic = power[:, 115]  # windows stand every 0.1 s or so: in the clonic phase
    assert power.max() == pytest.approx(0.0)
    assert clonic[:6].argmax() == pytest.approx(1, abs=2)  # two discharges a second


def test_all_panels_share_their_time_axis(one) -> None:
    figure = draw("seizure", one, before=["1 s", "8 s"])
    assert len({tuple(np.round(axes.get_position().intervalx, 4)) for axes in figure.axes}) == 1


def test_without_currents_or_potassium_the_rate_stands_in(opened) -> None:
    recording, _ = landscape(np.array([0.0]), lambda dose: 0.15 + 0 * dose)
    result = opened(recording)
    figure = draw("seizure", result)
    assert len(figure.axes) == 4
    shown = texts(figure)
    assert "Pyramidal cells (dB)" in shown
    assert "GABA$_A$ loss 0.1" in shown  # the first replicate that seizes
    assert "the same seed undisturbed" in shown
    quiet = draw("seizure", result, replicate=0)
    assert "no seizure" in texts(quiet)


@pytest.mark.parametrize(("options", "message"), [
    ({}, "nothing tells the rate without a seizure"), ({"reference": "2 Hz"}, "a rate above zero in Hz"),
    ({"reference": 2.0, "replicate": 3}, "0 to 0"), ({"before": [5, 90]}, "a part of 0 s to 60 s"),
    ({"reference": 2.0, "populations": ["pyramidol"]}, "did you mean 'pyramidal'"),
    ({"reference": 2.0, "shortest": "ten"}, "is no time")])
def test_what_cannot_be_drawn_is_said_in_one_line(options, message: str, one) -> None:
    with pytest.raises(InputError, match=message) as caught:
        catalogue.kinds()["seizure"].draw(one, options)
    assert "\n" not in str(caught.value)


def test_the_threshold_of_one_condition(opened) -> None:
    recording, seizes = landscape(np.array([0.0]), lambda dose: 0.22 + 0 * dose)
    figure = draw("threshold_map", opened(recording))
    (axes,) = figure.axes
    points = next(line for line in axes.lines if line.get_marker() == "o")
    np.testing.assert_allclose(points.get_ydata(), seizes.reshape(5, 5).mean(axis=1))
    curve = next(line for line in axes.lines if len(line.get_xdata()) == 400)
    middle = np.interp(0.5, curve.get_ydata(), curve.get_xdata())
    assert middle == pytest.approx(fit_threshold(LEVELS, seizes.reshape(5, 5).T).level.mean, abs=1e-3)
    assert axes.get_xlabel() == "GABA$_A$ loss"
    assert "5 seeds, 95 % intervals; seizure: 10 s or longer;\nreference: the same seed undisturbed" in texts(figure)


def test_few_doses_are_curves_and_many_a_map(opened) -> None:
    few, _ = landscape(np.array([0.0, 0.1, 1.0]), lambda dose: 0.15 + 0.4 * dose)
    result = opened(few)
    figure = draw("threshold_map", result)
    assert [axes.get_xlabel() for axes in figure.axes] == ["GABA$_A$ loss", "Perampanel (µM)"]
    arrows = [line for line in figure.axes[1].lines if line.get_marker() == "^"]
    assert len(arrows) == 1  # no seizure at any level at 1 uM: the threshold lies above
    as_map = draw("threshold_map", result, curves=2)
    mesh = as_map.axes[0].collections[0]
    probability = mesh.get_array().reshape(3, 5)
    assert probability[0, 0] == 0
    assert probability[0, -1] == 1
    assert probability[2].max() == 0
    assert np.all(np.diff(probability, axis=0) <= 0)


@pytest.mark.parametrize(("options", "message"), [
    ({"axis": "conditions.gaba_loss.level"}, "did you mean 'conditions.gaba_a_loss.level'"),
    ({"axis": LEVEL, "by": LEVEL}, "is the axis of the levels")])
def test_axes_that_are_not_there_are_named(options, message: str, opened) -> None:
    recording, _ = landscape(np.array([0.0]), lambda dose: 0.22 + 0 * dose)
    with pytest.raises(InputError, match=message):
        catalogue.kinds()["threshold_map"].draw(opened(recording), options)


def test_a_result_without_axes_has_no_threshold(one) -> None:
    with pytest.raises(InputError, match="has no axis"):
        catalogue.kinds()["threshold_map"].draw(one, {"reference": 2.0})


@pytest.mark.parametrize("which", ["sweep", "silent", "one_seed"])
@pytest.mark.parametrize("kind", ["seizure", "threshold_map"])
def test_results_without_a_seizure_are_drawn(kind: str, which: str, request, tmp_path) -> None:
    result = request.getfixturevalue(which)
    written = catalogue.draw_all(result, {"a": (kind, {})}, tmp_path)
    assert all(path.stat().st_size > 2000 for path in written)
    shown = texts(draw(kind, result))
    assert "no seizure" in shown if kind == "seizure" else "Seizure probability" in shown
