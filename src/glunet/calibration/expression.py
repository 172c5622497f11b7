"""The small expressions of tied parameters: numbers, x, + - * / **, brackets, and a few functions; nothing else runs."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable

FUNCTIONS: dict[str, Callable[..., float]] = {"exp": math.exp, "log": math.log, "sqrt": math.sqrt, "min": min, "max": max}
ALLOWED = f"numbers, x, + - * / ** ( ) and {', '.join(FUNCTIONS)}"
_OPERATORS: dict[type, Callable[..., float]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.Pow: math.pow,
    ast.USub: operator.neg, ast.UAdd: operator.pos}


def evaluate(expression: str, x: float) -> float:
    """Value of an expression at x.

    Parameters
    ----------
    expression : str
        Such as ``"0.75*(1 - x)"``.
    x : float

    Returns
    -------
    float
        nan where it is not defined (a division by zero, the logarithm of a negative number).

    Raises
    ------
    ValueError
        The text holds something else than `ALLOWED`.
    """
    try:
        tree = ast.parse(expression.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError("is not an expression") from None
    _check(tree.body)
    try:
        return _value(tree.body, x)
    except (ArithmeticError, ValueError, TypeError):
        return math.nan


def _check(node: ast.AST) -> None:
    """Refuse every piece of Python that is not among the few."""
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return
    if isinstance(node, ast.Name):
        if node.id != "x":
            raise ValueError(f"knows no {node.id!r}")
        return
    if isinstance(node, ast.BinOp | ast.UnaryOp) and type(node.op) in _OPERATORS:
        parts: list[ast.expr] = [node.left, node.right] if isinstance(node, ast.BinOp) else [node.operand]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS and not node.keywords:
        parts = node.args
        if len(parts) != (2 if node.func.id in ("min", "max") else 1):
            raise ValueError(f"has the wrong number of arguments for {node.func.id}")
    else:
        raise ValueError(f"holds {ast.unparse(node)!r}")
    for part in parts:
        _check(part)


def _value(node: ast.AST, x: float) -> float:
    """Value of a checked tree."""
    if isinstance(node, ast.Constant):
        return float(node.value)  # type: ignore[arg-type]
    if isinstance(node, ast.BinOp):
        return _OPERATORS[type(node.op)](_value(node.left, x), _value(node.right, x))
    if isinstance(node, ast.UnaryOp):
        return _OPERATORS[type(node.op)](_value(node.operand, x))
    if isinstance(node, ast.Call):
        assert isinstance(node.func, ast.Name)
        return float(FUNCTIONS[node.func.id](*(_value(part, x) for part in node.args)))
    return x
