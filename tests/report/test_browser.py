"""The page in a real browser: it opens, it asks for nothing, and what is chosen, pointed at or typed changes the view."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import stats

RASTER, TRACE = "canvas.raster", "canvas.trace"


def told(browser: Any) -> str:
    """The line that says what is shown."""
    return str(browser.js("document.querySelector('[data-told]').textContent"))


def shown_s(browser: Any) -> tuple[float, float]:
    """The time shown."""
    found = re.search(r"; ([\d.]+) s to ([\d.]+) s;", told(browser))
    assert found is not None
    return float(found[1]), float(found[2])


def options(browser: Any, pick: str) -> list[str]:
    """What a select offers."""
    return list(browser.js(f"[...document.querySelector('[data-pick={pick}]').options].map(one => one.text)"))


def test_it_opens_without_complaint_and_asks_for_nothing(browser: Any) -> None:
    asked = [one for one in browser.requests if not one.startswith("data:")]
    assert len(asked) == 1
    assert asked[0].startswith("file:///")
    assert browser.complaints == []
    assert told(browser).startswith("Ketamine 0 µM, seed 1; 0 s to 2 s; Pyramidal cells: Firing rate, 10 ms bins; ")


def test_a_request_would_be_noticed_and_is_refused(browser: Any) -> None:
    assert browser.js("fetch('https://example.org/').then(() => 'there', () => 'refused')") == "refused"
    assert any("Content Security Policy" in one for one in browser.complaints)


def test_another_replicate_changes_raster_and_trace(browser: Any, known: SimpleNamespace) -> None:
    for row in (0, 7):
        browser.choose("[data-pick=replicate]", row)
        level, seed = divmod(row, 3)
        count = 2 * (8 * known.rate("pyramidal", level, seed) + 4 * known.rate("interneuron", level, seed))
        assert told(browser).startswith(f"Ketamine {known.doses[level]:g} µM, seed {known.seeds[seed]}; ")
        assert told(browser).endswith(f"; {count} spikes in the raster")
        if row == 0:
            before = browser.picture(RASTER), browser.picture(TRACE)
    after = browser.picture(RASTER), browser.picture(TRACE)
    assert before[0] != after[0]
    assert before[1] != after[1]


def test_another_population_changes_signals_and_chart(browser: Any) -> None:
    assert options(browser, "population") == ["Pyramidal cells", "Fast-spiking interneurons"]
    before = browser.picture(TRACE)
    assert len(options(browser, "signal")) == 4
    browser.choose("[data-pick=population]", 1)
    assert options(browser, "signal") == ["Firing rate, 10 ms bins", "Course of Ketamine"]
    assert browser.picture(TRACE) != before
    assert browser.js("document.querySelector('.dose').getAttribute('aria-label')").startswith("Ketamine 0 µM: 21 Hz")


def test_pointing_at_a_trace_tells_its_value(browser: Any) -> None:
    browser.choose("[data-pick=signal]", 2)
    browser.choose("[data-pick=replicate]", 4)
    x, y = browser.place(TRACE, 0.7)
    browser.mouse("mouseMoved", x, y)
    said = re.fullmatch(r"([\d.]+) s: −([\d.]+) mV", browser.js("document.querySelector('[data-readout]').textContent"))
    assert said is not None
    assert -float(said[2]) == pytest.approx(-70 + 10 * float(said[1]) + 4, abs=0.01)


def test_the_trace_is_drawn_where_it_should_be(browser: Any) -> None:
    """A rising line: its ink is low on the left and high on the right."""
    browser.choose("[data-pick=signal]", 2)
    heights = browser.js("""(() => {
        const canvas = document.querySelector('canvas.trace'), pen = canvas.getContext('2d');
        const at = share => {
            const x = Math.round(canvas.width * share), ink = pen.getImageData(x, 0, 1, canvas.height).data, found = [];
            for (let y = 0; y < canvas.height; y++)
                if (ink[4 * y + 3] > 128 && ink[4 * y] > 180 && ink[4 * y + 2] < 90) found.push(y / canvas.height);
            return found[Math.floor(found.length / 2)];
        };
        return [0.2, 0.5, 0.8].map(at); })()""")
    assert heights[0] > heights[1] > heights[2]
    assert heights[0] - heights[1] == pytest.approx(heights[1] - heights[2], abs=0.02)


def test_zooming_and_moving(browser: Any) -> None:
    before = browser.picture(RASTER)
    browser.click("[data-zoom=in]")
    assert shown_s(browser) == (0.5, 1.5)
    assert browser.picture(RASTER) != before
    browser.click("[data-zoom=on]")
    assert shown_s(browser) == (1.0, 2.0)
    browser.js("document.querySelector('canvas.trace').focus()")
    browser.press("+")
    assert shown_s(browser) == (1.25, 1.75)
    browser.press("ArrowRight")
    assert shown_s(browser) == (1.35, 1.85)
    browser.press("Home")
    assert shown_s(browser) == (0.0, 2.0)
    assert browser.picture(RASTER) == before


def test_wheel_and_drag(browser: Any) -> None:
    x, y = browser.place(TRACE)
    browser.mouse("mouseWheel", x, y, deltaX=0, deltaY=-120, modifiers=2)
    start, stop = shown_s(browser)
    assert stop - start == pytest.approx(1.6, abs=2e-4)
    browser.mouse("mousePressed", x, y, button="left", buttons=1, clickCount=1)
    browser.mouse("mouseMoved", x + 100, y, button="left", buttons=1)
    browser.mouse("mouseReleased", x + 100, y, button="left", clickCount=1)
    assert shown_s(browser)[0] < start
    assert shown_s(browser)[1] - shown_s(browser)[0] == pytest.approx(1.6, abs=2e-4)


def test_pointing_at_a_dose_tells_its_value_and_interval(browser: Any, known: SimpleNamespace) -> None:
    rates = [known.rate("pyramidal", 1, seed) for seed in range(3)]
    low, high = stats.t.interval(0.95, 2, np.mean(rates), stats.sem(rates))
    x, y = browser.place(".dose[data-level='1'] .mark")
    browser.mouse("mouseMoved", x, y)
    assert browser.js("document.querySelector('[data-dose]').textContent") == (
        f"Ketamine 3 µM: {np.mean(rates):.4g} Hz (95 % interval {low:.4g} to {high:.4g}), 3 seeds")


def test_doses_are_reached_by_keyboard(browser: Any) -> None:
    browser.js("document.querySelector('[data-pick=measure]').focus()")
    for _ in range(3):
        browser.press("Tab")
    assert browser.js("document.querySelector('[data-dose]').textContent").startswith("Ketamine 30 µM: 9 Hz")
    browser.press("Enter")
    assert told(browser).startswith("Ketamine 30 µM, seed 1; ")
    assert browser.js("document.querySelector('[data-pick=replicate]').value") == "6"


def test_a_parameter_in_an_equation_leads_to_its_row(browser: Any) -> None:
    browser.js("document.querySelectorAll('#r1-equations details')[0].open = true")
    browser.click("#r1-equations td a[href='#r1-pyramidal-capacitance']")
    box = browser.js("(() => { const box = document.getElementById('r1-pyramidal-capacitance').getBoundingClientRect(); "
                     "return [box.top, box.bottom, innerHeight]; })()")
    assert 0 <= box[0] < box[1] <= box[2]


def test_everything_prints_and_the_controls_do_not(browser: Any) -> None:
    def seen(query: str) -> list[bool]:
        return list(browser.js(f"[...document.querySelectorAll({query!r})].map(one => one.checkVisibility("
                               "{contentVisibilityAuto: true}) && one.getBoundingClientRect().height > 0)"))

    rows = "details pre, details tr, details code"
    assert not any(seen(rows))
    assert all(seen(".controls"))
    browser.call("Emulation.setEmulatedMedia", media="print")
    browser.settle()
    assert all(seen(rows))
    assert not any(seen(".controls, nav"))


@pytest.mark.parametrize("width", [360, 800])
def test_a_narrow_window_does_not_scroll_sideways(browser: Any, width: int) -> None:
    browser.resize(width, 700)
    browser.settle()
    assert browser.js("document.documentElement.scrollWidth <= innerWidth")
    assert browser.js("document.querySelector('canvas.trace').clientWidth > 250")
    assert browser.js("Math.min(...[...document.querySelectorAll('.pairs td')].map(one => one.clientWidth)) > 60")
