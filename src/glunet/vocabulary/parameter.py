"""Parameters and their sources: every number carries its unit, its meaning and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Trust = Literal["read", "memory", "computed", "assumed"]


@dataclass(frozen=True)
class Source:
    """Where a number comes from.

    Parameters
    ----------
    citation : str
        Author, year, journal, and what was measured in what.
    doi : str
        Digital object identifier, empty where there is none.
    trust : {'read', 'memory', 'computed', 'assumed'}
        Checked against the paper; quoted without re-reading; derived from other rows; or a guess.
    note : str
        For an assumed value: why this one.
    """

    citation: str
    doi: str = ""
    trust: Trust = "memory"
    note: str = ""

    def __str__(self) -> str:
        text = self.citation + (f" (doi:{self.doi})" if self.doi else "")
        return f"{text} [{self.trust}]" + (f": {self.note}" if self.note else "")


ASSUMED = Source("assumed", trust="assumed", note="no measurement found")


def assumed(why: str) -> Source:
    """A source for a guess; `why` says what speaks for this value."""
    return Source("assumed", trust="assumed", note=why)


@dataclass(frozen=True)
class Parameter:
    """One number of a mechanism, declared once.

    Parameters
    ----------
    name : str
        Key in the TOML files and, with the instance's suffix, the variable in the equations.
    unit : str
        Unit it is usually given in; also fixes the dimension.
    value : str or None
        Default, as text with its unit; None where the circuit or the drug must give it.
    meaning : str
        What it is, in one phrase.
    source : Source
    low, high : str or None
        Bounds as text with unit.
    """

    name: str
    unit: str
    value: str | None
    meaning: str
    source: Source = field(default=ASSUMED)
    low: str | None = None
    high: str | None = None
