"""Figures show what was stored: numbers read back from the drawing, edge cases drawn without a warning, files whole."""

from __future__ import annotations

import subprocess
import sys
import warnings

import numpy as np
import pytest
from scipy import stats

from glunet.errors import InputError
from glunet.figures import catalogue, style

KINDS = ["cell_rates", "circuit", "currents", "dose_response", "levels", "raster", "rates", "spectrum"]
ELSEWHERE = ["ischaemia", "seizure", "sensitivity", "survival", "threshold_map"]  # they have tests of their own
ALONG_AN_AXIS = ("cell_rates", "dose_response", "levels")


def texts(figure) -> str:
    """All text of a figure that is seen."""
    import matplotlib.text

    return "\n".join(t.get_text() for t in figure.findobj(matplotlib.text.Text) if t.get_visible())


@pytest.fixture(autouse=True)
def _no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def test_every_kind_is_found_with_its_options() -> None:
    found = catalogue.kinds()
    assert sorted(found) == sorted([*KINDS, *ELSEWHERE])
    assert found["dose_response"].OPTIONS["variable"] == "rate"


def test_options_are_told_without_loading_matplotlib() -> None:
    code = "import sys; from glunet.figures import kinds; kinds(); print({'matplotlib', 'brian2'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("which", ["sweep", "single", "silent", "one_seed"])
def test_every_kind_draws_every_result(kind: str, which: str, request, tmp_path) -> None:
    result = request.getfixturevalue(which)
    if kind in ALONG_AN_AXIS and which == "single":
        with pytest.raises(InputError, match="no axis"):
            catalogue.draw_all(result, {"a": (kind, {})}, tmp_path)
        return
    written = catalogue.draw_all(result, {"a": (kind, {})}, tmp_path)
    assert [path.name for path in written] == ["ketamine_a.png", "ketamine_a.svg"]
    assert all(path.stat().st_size > 2000 for path in written)
    assert sorted(tmp_path.iterdir()) == sorted(written)  # no side files left


@pytest.mark.parametrize("kind", KINDS)
def test_labels_stay_inside_and_do_not_overlap(kind: str, sweep) -> None:
    figure = catalogue.kinds()[kind].draw(sweep)
    with style.applied():
        boxes = _boxes(figure)
    for box in boxes:
        assert figure.bbox.x0 - 2 <= box.x0, box
        assert box.x1 <= figure.bbox.x1 + 2, box
        assert figure.bbox.y0 - 2 <= box.y0, box
        assert box.y1 <= figure.bbox.y1 + 2, box
    for k, box in enumerate(boxes):
        assert not any(box.shrunk(0.9, 0.9).overlaps(other.shrunk(0.9, 0.9)) for other in boxes[k + 1:]), box


def _boxes(figure) -> list:
    """Where the labels, titles and tick labels of a figure stand; inside the style, which decides their size."""
    figure.draw_without_rendering()
    boxes = []
    for axes in figure.axes:
        shown = [axes.xaxis.label, axes.yaxis.label, axes.title, axes._left_title]
        if axes.axison:
            shown += [t for t in (*axes.get_xticklabels(), *axes.get_yticklabels())
                      if t.get_window_extent().width > 1 and _inside(axes, t)]
        boxes += [t.get_window_extent() for t in shown if t.get_text() and t.get_visible()]
    return boxes


def _inside(axes, label) -> bool:
    """Whether a tick label's tick lies within the limits, where matplotlib shows it."""
    x, y = label.get_position()
    low, high = sorted(axes.get_xlim()) if y in (0, 1) else sorted(axes.get_ylim())
    return low <= (x if y in (0, 1) else y) <= high


def test_rates_are_those_of_the_spikes(sweep) -> None:
    figure = catalogue.kinds()["rates"].draw(sweep, {"window": ["5 s", "8 s"], "doses": 7})
    pyramidal = figure.axes[1]
    for line, dose in zip(pyramidal.lines, (0.0, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0), strict=True):
        rows = np.flatnonzero(np.isclose(sweep.axis("drugs.ketamine.concentration"), dose))
        expected = float(sweep.rates("pyramidal", 5.0, 8.0)[rows].mean())
        assert np.mean(line.get_ydata()) == pytest.approx(expected, rel=0.03)


def test_the_dose_response_shows_means_over_seeds_and_names_the_shapes(sweep) -> None:
    figure = catalogue.kinds()["dose_response"].draw(sweep, {"window": [4, 8]})
    rates = sweep.rates("interneuron", 4, 8).mean("cell").values.reshape(7, 4)
    points = next(line for line in figure.axes[1].lines if line.get_marker() == "o")
    np.testing.assert_allclose(points.get_ydata(), rates.mean(axis=1))
    bars = figure.axes[1].collections[0].get_segments()
    expected = stats.ttest_1samp(rates, 0, axis=1).confidence_interval(0.95)
    np.testing.assert_allclose([bar[:, 1] for bar in bars], np.transpose([expected.low, expected.high]))
    assert max(bar[:, 1].max() for bar in bars) < figure.axes[1].get_ylim()[1]  # whole intervals are seen
    assert points.get_xdata()[0] < 0.3  # zero stands apart from the logarithmic doses
    shown = texts(figure)
    assert "inverted U" in shown
    assert "IC$_{50}$" in shown


def test_a_shrinking_inward_current_is_inhibited(sweep) -> None:
    shown = texts(catalogue.kinds()["dose_response"].draw(sweep, {"variable": "I_nmda"}))
    assert "IC$_{50}$ 6" in shown or "IC$_{50}$ 5.9" in shown
    assert "NMDA current (pA)" in shown


def test_currents_relative_to_no_drug_start_at_one(sweep) -> None:
    figure = catalogue.kinds()["currents"].draw(sweep)
    points = [line for line in figure.axes[-1].lines if line.get_marker() in ("o", "s")]
    ampa, nmda = (line.get_ydata() for line in points)
    assert ampa[0] == nmda[0] == 1.0
    assert ampa[4] > 1.2
    assert np.all(np.diff(nmda) < 0)


def test_the_rhythm_stands_out_of_the_spectrum(sweep) -> None:
    figure = catalogue.kinds()["spectrum"].draw(sweep, {"compare": "before_after"})
    during = next(line for line in figure.axes[0].lines if line.get_label() == "during")
    assert during.get_xdata()[np.argmax(during.get_ydata())] == pytest.approx(42, abs=2)


def test_few_of_many_doses_are_shown(sweep) -> None:
    assert len(catalogue.kinds()["raster"].draw(sweep, {"panels": 2}).axes) == 3
    assert len(catalogue.kinds()["rates"].draw(sweep, {"doses": 3}).legends[0].get_texts()) == 3


@pytest.mark.parametrize(("kind", "options", "message"), [
    ("raster", {"population": "pyramidol"}, "did you mean 'pyramidal'"),
    ("raster", {"windw": [0, 1]}, "did you mean 'window'"),
    ("rates", {"window": [3, 30]}, "a part of 0 s to 10 s"),
    ("rates", {"window": ["3 s", "3 mV"]}, "'3 mV' is no time"),
    ("rates", {"smooth": "1.2.3 s"}, "is no time"),
    ("rates", {"axis": "drugs.pcp.concentration"}, "no axis"),
    ("dose_response", {"variable": "I_nmd"}, "did you mean 'I_nmda'"),
    ("currents", {"variables": ["I_x"]}, "no mean of I_x"),
    ("spectrum", {"signal": "I_x"}, "was not recorded"),
    ("spectrum", {"compare": "seeds"}, "dose"),
    ("circuit", {"replicate": 99}, "0 to 27")])
def test_what_cannot_be_drawn_is_said_in_one_line(kind: str, options, message: str, sweep) -> None:
    with pytest.raises(InputError, match=message) as caught:
        catalogue.kinds()[kind].draw(sweep, options)
    assert "\n" not in str(caught.value)


def test_one_figure_that_fails_keeps_the_others(sweep, tmp_path) -> None:
    with pytest.raises(InputError, match="no spikes of 'x'"):
        catalogue.draw_all(sweep, {"a": ("rates", {"populations": ["x"]}), "b": ("circuit", {})}, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ketamine_b.png", "ketamine_b.svg"]


def test_an_unknown_kind_names_the_nearest(sweep, tmp_path) -> None:
    with pytest.raises(InputError, match="did you mean 'raster'"):
        catalogue.draw_all(sweep, {"a": ("rastr", {})}, tmp_path)


def test_drawing_twice_gives_the_same_bytes(single, tmp_path) -> None:
    first, second = (catalogue.draw_all(single, {"a": ("rates", {})}, tmp_path / name) for name in "ab")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_matplotlibs_own_settings_are_left_alone(single) -> None:
    import matplotlib

    before = dict(matplotlib.rcParams)
    catalogue.kinds()["rates"].draw(single)
    assert dict(matplotlib.rcParams) == before
