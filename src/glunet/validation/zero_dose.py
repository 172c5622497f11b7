"""Row P5: at zero dose every drug, and at level zero every condition, leaves the circuit as it was, to the last digit."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from glunet.library import names
from glunet.store.result import Result
from glunet.validation.experiments import ZEROS

PLAIN = "validation/zero_dose"


def variants() -> tuple[str, ...]:
    """The circuit that has heard of nothing, then each drug and each condition in turn."""
    return (PLAIN, *(f"{PLAIN} + {kind}.{name}" for kind in ZEROS for name in names(kind)))


def largest_difference(first: Result, second: Result) -> np.ndarray:
    """Largest difference of two results' voltage traces, by replicate (mV)."""
    gaps = []
    for population in ("pyramidal", "interneuron"):
        a, b = (np.asarray(result.trace(population, "v")) for result in (first, second))
        gaps.append(np.abs(a - b).max(axis=(1, 2)))
    return np.max(gaps, axis=0)


def p5(results: Mapping[str, Result]) -> dict[str, np.ndarray]:
    """The largest difference that any of them makes, per seed."""
    others = [largest_difference(results[PLAIN], result) for name, result in results.items() if name != PLAIN]
    return {"max_abs_voltage_difference_mv": np.max(others, axis=0)}


EXPERIMENTS = {"P5": variants}
ROWS = {"P5": p5}
