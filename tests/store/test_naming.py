"""The name follows the content, and units agree with Brian2's."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest

from glunet.store import content_name
from glunet.store.units import from_si, si_factor


@dataclass
class Point:
    seed: int
    values: dict[str, float] = field(default_factory=dict)


TEXT = '''[experiment]
name = "dose_response"
title = "A"
duration = "2 s"
[figures.raster]
population = "p"
'''
POINTS = [Point(1, {"a.b": 0.0, "c.d": 1.0}), Point(2, {"a.b": 3e-3, "c.d": 1.0})]


def test_name_has_the_experiment_and_twelve_digits():
    assert re.fullmatch(r"dose_response-[0-9a-f]{12}\.h5", content_name(TEXT, POINTS, "abc"))


def test_what_changes_no_number_keeps_the_name():
    name = content_name(TEXT, POINTS, "abc")
    for text in (f"# note\n{TEXT}\n", TEXT.replace('"A"', '"B"'), TEXT.replace("raster", "rates")):
        assert content_name(text, POINTS, "abc") == name
    reordered = [Point(point.seed, dict(reversed(point.values.items()))) for point in POINTS]
    assert content_name(TEXT, reordered, "abc") == name


def test_what_changes_a_number_changes_the_name():
    changed = [
        content_name(TEXT, POINTS, "abc"),
        content_name(TEXT, POINTS, "abd"),
        content_name(TEXT.replace("2 s", "3 s"), POINTS, "abc"),
        content_name(TEXT, POINTS[:1], "abc"),
        content_name(TEXT, POINTS[::-1], "abc"),
        content_name(TEXT, [POINTS[0], Point(3, POINTS[1].values)], "abc"),
        content_name(TEXT, [POINTS[0], Point(2, {"a.b": 3e-3 * (1 + 1e-15), "c.d": 1.0})], "abc"),
    ]
    assert len(set(changed)) == len(changed)


UNITS = ["uM", "mM", "nM", "mV", "V", "ms", "s", "pA", "nA", "nS", "mS/cm**2", "uF/cm^2", "um", "Hz", "kHz",
         "1/(mM*s)", "/uM/s", "1", "Mohm", "umolar", "mmole", "nS*mV", "amp/meter**2", "1/ms", "siemens",
         "ug", "kelvin"]


@pytest.mark.parametrize("unit", UNITS)
def test_units_agree_with_brian2(unit):
    from brian2.units import allunits

    names = {"uM": "umolar", "mM": "mmolar", "nM": "nmolar", "mV": "mvolt", "V": "volt", "ms": "msecond",
             "s": "second", "pA": "pamp", "nA": "namp", "nS": "nsiemens", "mS": "msiemens", "cm": "cmeter",
             "uF": "ufarad", "um": "umeter", "Hz": "hertz", "kHz": "khertz", "ug": "ugram"}
    text = re.sub(r"^/", "1/", unit.replace("^", "**"))
    text = re.sub(r"[A-Za-z]+", lambda word: names.get(word[0], word[0]), text)
    expected = float(eval(text, vars(allunits)))  # noqa: S307
    assert si_factor(unit) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("unit", ["", "parsec", "u", "1 +", "f(x)", "mV mV"])
def test_unknown_units_are_none(unit):
    assert si_factor(unit) is None


def test_numbers_look_as_they_were_written():
    assert from_si([3e-4, 1e-3, 3e-3, 0.1], "uM").tolist() == [0.3, 1.0, 3.0, 100.0]
