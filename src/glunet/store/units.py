"""From SI to the unit a user wrote, without brian2: "uM" is 1e-3 mol/m3, "mS/cm**2" is 10 S/m2."""

from __future__ import annotations

import ast
import operator
from collections.abc import Iterable

import numpy as np

_BASES = {
    "mol": 1.0, "mole": 1.0, "m": 1.0, "metre": 1.0, "meter": 1.0, "s": 1.0, "second": 1.0,
    "V": 1.0, "volt": 1.0, "A": 1.0, "amp": 1.0, "S": 1.0, "siemens": 1.0, "F": 1.0, "farad": 1.0,
    "ohm": 1.0, "Hz": 1.0, "hertz": 1.0, "K": 1.0, "kelvin": 1.0, "C": 1.0, "coulomb": 1.0,
    "J": 1.0, "joule": 1.0, "W": 1.0, "watt": 1.0,
    "g": 1e-3, "gram": 1e-3, "l": 1e-3, "liter": 1e-3, "litre": 1e-3, "M": 1e3, "molar": 1e3,
    "min": 60.0, "h": 3600.0, "percent": 0.01,
}
_PREFIXES = {"f": 1e-15, "p": 1e-12, "n": 1e-9, "u": 1e-6, "m": 1e-3, "c": 1e-2, "k": 1e3, "M": 1e6, "G": 1e9}
_OPERATORS = {ast.Mult: operator.mul, ast.Div: operator.truediv, ast.Pow: operator.pow}


def si_factor(unit: str) -> float | None:
    """Size of one `unit` in SI, or None for a unit this small table does not know.

    Parameters
    ----------
    unit : str
        Units with prefixes, joined by `*`, `/`, `**`; "1" is dimensionless.
    """
    text = unit.strip().replace("^", "**")
    try:
        return _value(ast.parse("1" + text if text.startswith("/") else text, mode="eval").body)
    except (KeyError, SyntaxError, TypeError, ValueError):
        return None


def from_si(values: Iterable[float], unit: str) -> np.ndarray | None:
    """SI values [n] in `unit`, or None for a unit not known here.

    Rounded to 12 digits: division makes 3.0000000000000004 uM of what was written as 3 uM.
    """
    factor = si_factor(unit)
    return None if factor is None else np.array([float(f"{value / factor:.12g}") for value in values])


def _value(node: ast.expr) -> float:
    if isinstance(node, ast.BinOp):
        return float(_OPERATORS[type(node.op)](_value(node.left), _value(node.right)))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand)
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.Name):
        name = node.id
        return _BASES[name] if name in _BASES else _PREFIXES[name[0]] * _BASES[name[1:]]
    raise ValueError("not a unit")
