"""The one parser of quantities: text such as ``"3 uM"`` or ``"0.28 1/(uM*s)"`` to SI numbers and back.

Units are Brian2's. A unit expression is built of unit names, ``*``, ``/``, ``**`` (or ``^``) and integers;
``"5 /uM/s"`` is read as ``"5 1/uM/s"``.
"""

from __future__ import annotations

import ast
import re
from functools import lru_cache

import brian2.units.allunits as _allunits
import brian2.units.stdunits as _stdunits
from brian2.units.fundamentalunits import DIMENSIONLESS, Dimension, Quantity, get_unit

_NUMBER = re.compile(r"^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?inf)\s*(.*?)\s*$")
_EXTRA = {"M": "molar", "s": "second", "m": "meter", "A": "amp", "V": "volt", "S": "siemens", "F": "farad"}

_BASE_UNITS = ("meter**2", "siemens/meter**2", "farad/meter**2", "mmolar", "1/volt", "1/mmolar/second", "volt", "second",
               "siemens", "amp", "hertz", "kelvin", "meter", "farad", "meter**3", "coulomb", "mole", "mole/second",
               "mmolar/second", "amp/meter**2", "meter**2/second", "meter**3/second")


class QuantityError(ValueError):
    """A text that is no quantity, or one of the wrong dimension."""


def _unit_named(name: str) -> Quantity | float:
    """One unit by name."""
    if name == "min":
        return 60.0 * _allunits.second
    if name == "h":
        return 3600.0 * _allunits.second
    if name == "percent":
        return 0.01
    name = _EXTRA.get(name, name)
    for module in (_stdunits, _allunits):
        found = getattr(module, name, None)
        if isinstance(found, Quantity):
            return found
    raise QuantityError(f"unknown unit '{name}'")


def _evaluate(node: ast.AST) -> Quantity | float:
    """Value of a unit expression's syntax tree."""
    if isinstance(node, ast.Expression):
        return _evaluate(node.body)
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.Name):
        return _unit_named(node.id)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_evaluate(node.operand)
    if isinstance(node, ast.BinOp):
        left, right = _evaluate(node.left), _evaluate(node.right)
        if isinstance(node.op, ast.Mult):
            return left * right
        if isinstance(node.op, ast.Div):
            return left / right
        if isinstance(node.op, ast.Pow) and getattr(right, "dim", DIMENSIONLESS) is DIMENSIONLESS:
            return left ** float(right)
    raise SyntaxError("neither names, numbers nor their products")


@lru_cache(maxsize=4096)
def _unit(text: str) -> tuple[float, Dimension]:
    """SI scale and dimension of a unit expression."""
    text = text.strip()
    if text in ("", "1"):
        return 1.0, DIMENSIONLESS
    text = "1" + text if text.startswith("/") else text
    try:
        value = _evaluate(ast.parse(text.replace("^", "**"), mode="eval"))
        scale = float(value)
    except QuantityError:
        raise
    except (SyntaxError, ValueError, TypeError, ArithmeticError, RecursionError, MemoryError):
        raise QuantityError(f"'{text}' is not a unit") from None
    if not 0 < scale < float("inf"):
        raise QuantityError(f"'{text}' is not a unit")
    return scale, getattr(value, "dim", DIMENSIONLESS)


def parse(text: str | int | float, unit: str) -> float:
    """SI value of a quantity, checked against the dimension of a unit.

    Parameters
    ----------
    text : str or number
        For example ``"3 uM"``. A bare number is allowed where `unit` is ``"1"``.
    unit : str
        Any unit of the expected dimension, for example ``"uM"``; ``"1"`` where there is none.

    Returns
    -------
    float
        The value in SI base units.

    Raises
    ------
    QuantityError
        Missing or unknown unit, wrong dimension, or no number.
    """
    _, wanted = _unit(unit)
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        raise QuantityError(f"{text!r} is not a quantity like '1 {unit}'")
    match = _NUMBER.match(str(text))
    if not match:
        raise QuantityError(f"{text!r} is not a quantity like '1 {unit}'")
    number, unit_text = float(match[1]), match[2]
    if not unit_text:
        if wanted is DIMENSIONLESS:
            return number
        raise QuantityError(f"{text!r} has no unit (expected one like '{unit}')")
    scale, given = _unit(unit_text)
    if given is not wanted:
        raise QuantityError(f"{text!r} has the wrong dimension (expected one like '{unit}')")
    return number * scale


def to_unit(value: float, unit: str) -> float:
    """An SI value expressed in `unit`."""
    return value / _unit(unit)[0]


def dimension(unit: str) -> Dimension:
    """Brian2's dimension of a unit."""
    return _unit(unit)[1]


def brian_unit(unit: str) -> str:
    """The SI base unit of the same dimension, as Brian2 writes it in equations (``1`` where there is none)."""
    found = dimension(unit)
    if found is DIMENSIONLESS:
        return "1"
    for text in _BASE_UNITS:
        if _unit(text) == (1.0, found):
            return text
    return repr(get_unit(found))


def show(value: float, unit: str) -> str:
    """An SI value as text in `unit`, with six digits at most."""
    number = f"{to_unit(value, unit):.6g}"
    return number if unit == "1" else f"{number} {unit}"
