"""Windows of time: read from an option, or taken from the course of the doses; and the strip that shows that course."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from glunet.errors import InputError
from glunet.figures import style
from glunet.figures.sweep import Sweep

if TYPE_CHECKING:
    from glunet.store.result import Result

_SECONDS = {"": 1.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "min": 60.0, "h": 3600.0}
Window = tuple[float, float]


def seconds(value: Any, key: str) -> float:
    """A time option in seconds.

    Parameters
    ----------
    value : str or float
        Such as "8 s", "50 ms", or a number of seconds.
    key : str
        The option, for the message.

    Returns
    -------
    float

    Raises
    ------
    InputError
        For anything else.
    """
    match = re.fullmatch(r"\s*([-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*([a-z]*)\s*", str(value))
    try:
        if match and match[2] in _SECONDS:
            return float(match[1]) * _SECONDS[match[2]]
    except ValueError:
        pass
    raise InputError("figure", key, f"'{value}' is no time", 'a time such as "8 s" or "50 ms"')


def window_option(result: Result, value: Any, key: str, default: Window) -> Window:
    """A window option.

    Parameters
    ----------
    result : Result
        Whose duration bounds it.
    value : [start, stop] or None
        Two times, see `seconds`.
    key : str
        The option, for the message.
    default : (float, float)
        Taken where the option is None.

    Returns
    -------
    (float, float)
        Seconds.

    Raises
    ------
    InputError
        For a window that is no part of the run.
    """
    if value is None:
        return default
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise InputError("figure", key, f"'{value}' is no window", 'two times, such as ["8 s", "16 s"]')
    start, stop = (seconds(v, key) for v in value)
    if not 0 <= start < stop <= result.duration_s + 1e-9:
        raise InputError("figure", key, f"{start:g} s to {stop:g} s", f"a part of 0 s to {result.duration_s:g} s")
    return start, stop


def _course(result: Result, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Times [K] and the highest value over replicates [K] of a schedule, up to the end of the run."""
    found = result.schedule(name)
    times = np.asarray(found["time"].values, float)
    values = np.asarray(found.values, float).max(axis=0)
    return np.append(times, result.duration_s), np.append(values, values[-1])


def before_and_during(result: Result) -> tuple[Window | None, Window]:
    """Windows without and with the perturbation, as the schedules have it.

    Parameters
    ----------
    result : Result
        An opened result.

    Returns
    -------
    before : (float, float) or None
        From a quarter of the time before the first dose (the rest is settling; at most 1 s) to the dose; None
        where doses are given from the start, or there are none.
    during : (float, float)
        The second half of the time with at least half of the highest concentration. Without schedules: the
        run less its first quarter (at most 1 s).
    """
    whole = (min(1.0, result.duration_s / 4), result.duration_s)
    onset, high = np.inf, []
    for name in result.recorded["schedules"]:
        times, values = _course(result, name)
        if not values.max() > 0:
            continue
        onset = min(onset, times[np.flatnonzero(values > 0)[0]])
        above = values >= values.max() / 2
        last = min(int(np.flatnonzero(above)[-1]) + 1, len(times) - 1)
        high.append((times[np.flatnonzero(above)[0]], times[last]))
    if not high:
        return None, whole
    first, last_s = max(h[0] for h in high), max(h[1] for h in high)
    during = ((first + last_s) / 2, last_s)
    before = (min(1.0, onset / 4), onset) if onset > 0.02 * result.duration_s else None
    return before, during


def window_text(window: Window) -> str:
    """A window as printed."""
    return f"{window[0]:g}–{window[1]:g} s"


def draw_schedule(axes: Axes, result: Result, sweep: Sweep, shown: list[int], name: str) -> None:
    """The course of a dose as a strip: one line per shown value of the sweep, logarithmic above the lowest.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    result, sweep
        The result and its axis.
    shown : list of int
        Values of the sweep to draw, coloured as `style.dose_colours` has them.
    name : str
        The schedule.
    """
    found = result.schedule(name)
    times = np.append(found["time"].values, result.duration_s)
    colours = style.dose_colours(list(sweep.values))
    rows = [np.asarray(found.values[sweep.members[d][0]], float) for d in shown]
    positive = np.unique([row.max() for row in rows if row.max() > 0])
    floor = positive.min() if positive.size else 1.0
    if positive.size and positive.max() / floor > 5:
        axes.set_yscale("symlog", linthresh=floor, linscale=0.9)
    for row, d in zip(rows, shown, strict=True):
        values = np.append(row, row[-1])
        colour = colours[d] if len(sweep.values) > 1 else style.INK
        axes.plot(times, values, color=colour, lw=1.3, drawstyle="default" if _smooth(row) else "steps-post")
    top = positive.max() if positive.size else 1.0
    ticks = [0.0, top] if not positive.size or top / floor < 5 else [0.0, floor, top]
    axes.yaxis.set_major_locator(FixedLocator(ticks))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: style.number_text(v)))
    axes.set_ylim(-0.08 * floor if positive.size else -0.05, top * 1.5 if top / floor > 5 else top * 1.15)
    # Above the strip rather than beside it, where the names of two drugs would meet.
    axes.set_title(style.labelled(style.spoken(name), str(found.attrs.get("units", ""))), fontsize=7.5, pad=3)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(axis="x", bottom=False, labelbottom=False)


def _smooth(row: np.ndarray) -> bool:
    """Whether a stored course is a curve rather than steps."""
    return np.unique(row).size > 5
