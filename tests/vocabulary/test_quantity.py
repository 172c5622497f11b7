"""The unit parser against SI conversions done by hand."""

import pytest

from glunet.vocabulary.quantity import QuantityError, brian_unit, parse, show, to_unit


@pytest.mark.parametrize(("text", "unit", "si"), [
    ("3 uM", "mM", 3e-3), ("0.28 1/(uM*s)", "1/(M*s)", 280.0), ("5 /uM/s", "1/(uM*s)", 5000.0),
    ("100 mS/cm**2", "S/m**2", 1000.0), ("1 uF/cm^2", "F/m**2", 0.01), ("-65 mV", "mV", -0.065), ("2", "1", 2.0),
    ("12000 um**2", "m**2", 1.2e-8), ("1 min", "s", 60.0), ("1e3 nS", "S", 1e-6), (0.5, "1", 0.5), ("20 percent", "1", 0.2),
])
def test_si_values(text, unit, si):
    assert parse(text, unit) == pytest.approx(si, rel=1e-12)


@pytest.mark.parametrize(("text", "unit", "says"), [
    ("3", "mM", "no unit"), ("3 uMM", "mM", "unknown unit"), ("3 mV", "mM", "wrong dimension"),
    ("fast", "mV", "not a quantity"),
    ("3 mV(", "mV", "not a unit"), (True, "1", "not a quantity"), ("3 __import__", "1", "unknown unit"),
])
def test_refusals_say_why(text, unit, says):
    with pytest.raises(QuantityError, match=says):
        parse(text, unit)


@pytest.mark.parametrize("unit", ["mM", "1/(uM*s)", "mS/cm**2", "mV", "1", "um**2", "1/mV", "kelvin"])
def test_brian_accepts_its_base_unit(unit):
    from brian2 import Equations

    Equations(f"x : {brian_unit(unit)}")


def test_round_trip():
    assert show(parse("3 uM", "uM"), "uM") == "3 uM"
    assert to_unit(parse("0.05 mS/cm**2", "mS/cm**2"), "mS/cm**2") == pytest.approx(0.05)
