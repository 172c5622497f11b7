"""Arrays as compact text for a page: thinned to what a screen can show, 16 bits a value, base64."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: What stands for "no value" among the 16-bit values; the page's script knows it too.
MISSING = 65535


def base64_of(values: NDArray[Any], kind: str) -> str:
    """Values as base64 of little-endian numbers.

    Parameters
    ----------
    values : array[...]
        Flattened in C order.
    kind : str
        numpy type without byte order: "u2" or "u4".
    """
    return base64.b64encode(np.ascontiguousarray(values, dtype=f"<{kind}").tobytes()).decode("ascii")


def thin(values: NDArray[np.float64], most: int) -> tuple[NDArray[np.float64], int]:
    """Fewer samples with the same envelope: of each stretch its lowest and its highest value, in their order.

    Parameters
    ----------
    values : float64[..., T]
        Equally spaced samples.
    most : int
        How many to keep at most; at least 2.

    Returns
    -------
    float64[..., K]
        K <= `most`, or the values themselves where they fit. Sample k stands for the middle of half a stretch.
    stretch : int
        Samples per stretch (two kept); 1 where nothing was left out.
    """
    number = values.shape[-1]
    if number <= most:
        return values, 1
    stretch = -(-number // (most // 2))
    stretches = -(-number // stretch)
    pad = [(0, 0)] * (values.ndim - 1) + [(0, stretches * stretch - number)]
    cut = np.pad(values, pad, mode="edge").reshape(*values.shape[:-1], stretches, stretch)
    ends = np.sort(np.stack([cut.argmin(axis=-1), cut.argmax(axis=-1)], axis=-1), axis=-1)
    return np.take_along_axis(cut, ends, axis=-1).reshape(*values.shape[:-1], stretches * 2), stretch


def series(values: NDArray[np.float64], start_s: float, every_s: float, most: int) -> dict[str, Any]:
    """Rows of equally spaced samples, ready for the page.

    Parameters
    ----------
    values : float64[R, T]
        One row per replicate; nan and infinities become gaps.
    start_s, every_s : float
        Time of the first sample and distance of two, seconds.
    most : int
        Samples per row to keep at most, see `thin`.

    Returns
    -------
    dict
        start, every (s), n, stretch, low and high [R] (what 0 and 65534 stand for), data (base64 of uint16[R, n]).
    """
    kept, stretch = thin(np.where(np.isfinite(values), values, np.nan), most)
    there = np.isfinite(kept)
    low = np.min(np.where(there, kept, np.inf), axis=1)
    high = np.max(np.where(there, kept, -np.inf), axis=1)
    empty = ~there.any(axis=1)
    low, high = np.where(empty, 0.0, low), np.where(empty, 0.0, high)
    span = np.where(high > low, high - low, 1.0)
    whole = np.where(there, np.round((kept - low[:, None]) / span[:, None] * (MISSING - 1)), MISSING)
    first, step = (start_s, every_s) if stretch == 1 else (start_s + every_s * stretch / 4, every_s * stretch / 2)
    return {"start": first, "every": step, "n": kept.shape[1], "stretch": stretch, "low": low.tolist(),
            "high": np.where(high > low, high, low + 1.0).tolist(), "data": base64_of(whole, "u2")}
