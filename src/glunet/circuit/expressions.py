"""Text of equations: names in it, order of evaluation, evaluation in numpy, and powers as products."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import numpy as np

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


_FUNCTIONS = {"exp": np.exp, "log": np.log, "sqrt": np.sqrt, "clip": np.clip, "linoid": linoid, "int": np.float64}


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
    scope = {**_SI, **_FUNCTIONS, **values}
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
    needs = {name: {other for text in texts for other in names(text)} & set(assignments) - {name}
             for name, texts in assignments.items()}
    done: list[str] = []
    while len(done) < len(needs):
        ready = [name for name in needs if name not in done and needs[name] <= set(done)]
        if not ready:
            raise ValueError("circular definitions: " + ", ".join(sorted(set(needs) - set(done))))
        done.append(ready[0])
    return done
