"""Text of equations: names in it, order of evaluation, evaluation in numpy, and powers as products."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import numpy as np
from brian2.core.namespace import DEFAULT_UNITS

_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*")
_SI = {
    "mV": 1e-3, "volt": 1.0, "ms": 1e-3, "second": 1.0, "Hz": 1.0, "mM": 1.0, "uM": 1e-3, "nM": 1e-6, "nS": 1e-9,
    "siemens": 1.0, "pA": 1e-12, "amp": 1.0, "joule": 1.0, "kelvin": 1.0, "mole": 1.0, "coulomb": 1.0, "meter": 1.0,
}


def linoid(x: np.ndarray | float) -> np.ndarray:
    """x/(exp(x) - 1), with its limit 1 - x/2 near zero."""
    x = np.asarray(x, dtype=float)
    small = np.abs(x) < 1e-6
    safe = np.where(small, 1.0, x)
    return np.where(small, 1.0 - 0.5 * x, safe / (np.exp(safe) - 1.0))


_FUNCTIONS = {"exp": np.exp, "log": np.log, "sqrt": np.sqrt, "clip": np.clip, "linoid": linoid, "int": np.float64,
              "tanh": np.tanh, "abs": np.abs}
FUNCTION_NAMES = tuple(_FUNCTIONS)


def names(expression: str) -> set[str]:
    """Identifiers in an expression."""
    return set(_NAME.findall(expression))


def products(expression: str) -> str:
    """Small integer powers of names as products: a vectorised loop has no integer power."""
    return re.sub(r"\b([A-Za-z_]\w*)\*\*([234])\b", lambda m: "(" + "*".join([m[1]] * int(m[2])) + ")", expression)


def evaluate(expression: str, values: Mapping[str, np.ndarray | float]) -> np.ndarray:
    """Value of an expression in SI units, elementwise over arrays.

    Raises
    ------
    NameError
        A name that neither `values` nor the units hold.
    """
    scope = {**{name: float(unit) for name in names(expression) if (unit := DEFAULT_UNITS.get(name)) is not None},
             **_SI, **_FUNCTIONS, **values}
    return np.asarray(eval(expression, {"__builtins__": {}}, scope), dtype=float)  # noqa: S307 - our own mechanisms' text


def order(assignments: Mapping[str, Iterable[str]]) -> list[str]:
    """Names so sorted that each comes after those it reads; stable where free.

    Parameters
    ----------
    assignments : mapping of name to expressions it reads
        A name that reads itself is allowed (a state).

    Raises
    ------
    ValueError
        Where two names need each other.
    """
    own = set(assignments)
    needs = {name: ({other for text in texts for other in names(text)} & own) - {name}
             for name, texts in assignments.items()}
    done: dict[str, None] = {}
    while len(done) < len(needs):
        ready = next((name for name in needs if name not in done and needs[name] <= done.keys()), None)
        if ready is None:
            raise ValueError("circular definitions: " + ", ".join(sorted(needs.keys() - done.keys())))
        done[ready] = None
    return list(done)
