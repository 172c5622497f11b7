"""What a row of the scoreboard shows on its page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Picture:
    """A figure of a stored result.

    Parameters
    ----------
    experiment : str
        One of those that the row reads.
    kind : str
        Of figure: see `glunet.figures.catalogue`.
    options : mapping
        Of that kind.
    caption : str
        What to look at, in one sentence.
    """

    experiment: str
    kind: str
    options: Mapping[str, Any] = field(default_factory=dict)
    caption: str = ""
