"""Expressions: order of evaluation, powers, numpy evaluation."""

import numpy as np
import pytest

from glunet.circuit.expressions import evaluate, linoid, names, order, products


def test_names_and_products():
    assert names("g_Na*area*m**3*h + 1e-3*mV") == {"g_Na", "area", "m", "h", "mV"}
    assert products("g*m**3*h + n**4") == "g*(m*m*m)*h + (n*n*n*n)"
    assert evaluate(products("m**3*h"), {"m": 0.3, "h": 2.0}) == pytest.approx(0.3**3 * 2)


def test_order_follows_needs_and_refuses_circles():
    assert order({"c": ["a + b"], "b": ["a"], "a": ["x"]}) == ["a", "b", "c"]
    assert order({"x": ["x + y"], "y": ["2"]}) == ["y", "x"]
    with pytest.raises(ValueError, match="circular"):
        order({"a": ["b"], "b": ["a"]})


def test_linoid_has_its_limit():
    x = np.array([-30.0, -1.0, -1e-9, 0.0, 1e-9, 1.0, 30.0])
    with np.errstate(all="ignore"):
        exact = np.where(np.abs(x) < 1e-8, 1 - x / 2, x / np.expm1(x))
    assert linoid(x) == pytest.approx(exact, rel=1e-9)


def test_evaluation_knows_units_and_nothing_else():
    assert evaluate("2*mV + 3*uM/mM*mV", {}) == pytest.approx(2.003e-3)
    with pytest.raises(NameError):
        evaluate("__import__('os')", {})
