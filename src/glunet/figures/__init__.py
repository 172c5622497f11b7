"""Figures: each kind draws what `glunet.analysis` computed from a stored result. See `glunet.figures.catalogue`."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    """`draw_all`, `kinds`: found in the catalogue when asked for, so that importing this room costs nothing."""
    if name in ("draw_all", "kinds"):
        from glunet.figures import catalogue

        return getattr(catalogue, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
