"""Names, units and numbers as plain text: what `glunet.figures.style` writes for matplotlib, without its markup."""

from __future__ import annotations

import re

from glunet.figures import style

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def plain(text: str) -> str:
    """Text without matplotlib's markup: 'nS/cm$^{2}$' -> 'nS/cm²', 'GABA$_A$' -> 'GABA-A'."""
    raised = re.sub(r"\$\^\{?([-\d]+)\}?\$", lambda found: found[1].translate(_RAISED), text)
    return re.sub(r"\$_\{?(\w+)\}?\$", r"-\1", raised)


def spoken(name: str) -> str:
    """A name as the field writes it."""
    return plain(style.spoken(name))


def unit(text: str) -> str:
    """A unit as printed: 'uM' -> 'µM', '1' -> ''."""
    return plain(style.unit_text(text))


def value(text: str) -> str:
    """A stored value with its unit, as printed: '-12 um**2' -> '−12 µm²'."""
    amount, _, of = text.partition(" ")
    return f"{amount.replace('-', '−', 1) if amount.startswith('-') else amount} {unit(of)}".strip()


def number(value: float, digits: int = 4) -> str:
    """A number in a few digits; '–' where there is none."""
    if value != value:
        return "–"
    return f"{value:.{digits}g}".replace("-", "−")


def quantity(value: float, of: str) -> str:
    """A number with its unit."""
    return f"{number(value)} {unit(of)}".strip()


def thousands(value: int) -> str:
    """A count with thin spaces: 1 320 242."""
    return f"{value:,}".replace(",", "\u202f")
