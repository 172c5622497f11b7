"""What one replicate differs in, and the random streams that its seed opens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from zlib import crc32

import numpy as np

from glunet.vocabulary.schedule import Ramp, Term


@dataclass(frozen=True)
class Setting:
    """What one replicate differs in.

    Parameters
    ----------
    seed : int
    values : dict of path to float
        SI values of parameters of the circuit, its drugs and its conditions (not of concentrations and levels).
    doses : dict of drug to tuple of Term
    levels : dict of condition to tuple of Ramp
    """

    seed: int
    values: Mapping[str, float] = field(default_factory=dict)
    doses: Mapping[str, tuple[Term, ...]] = field(default_factory=dict)
    levels: Mapping[str, tuple[Ramp, ...]] = field(default_factory=dict)


def stream(seed: int, *words: str) -> np.random.Generator:
    """A random generator of its own for each seed and purpose, independent of what else is drawn."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, *(crc32(w.encode()) for w in words)])))
