"""What was measured against what was published: one panel per metric, the band shaded, the mean with its 95 % interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from glunet.figures import style

COLOURS = {"pass": "#009E73", "near": "#E69F00", "fail": "#D55E00"}
_BAND = "#9ecae1"
_INCHES = 0.62
#: Decades between the ends of a band above which an axis is logarithmic.
_DECADES = 2.0


@dataclass(frozen=True)
class Measured:
    """One metric.

    Parameters
    ----------
    name : str
    value, low, high : float or None
        Mean and ends of its interval.
    band : (float, float)
        What is published; may be open to one side.
    verdict : str
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    band: tuple[float, float]
    verdict: str


def draw_bands(metrics: Sequence[Measured]) -> Figure:
    """One line per metric, each on an axis of its own.

    Parameters
    ----------
    metrics : sequence of Measured
        At least one.

    Returns
    -------
    matplotlib.figure.Figure
    """
    with style.applied():
        figure = style.new_figure(5.4, 0.2 + _INCHES * len(metrics))
        for axes, metric in zip(np.atleast_1d(figure.subplots(len(metrics), 1)), metrics, strict=True):
            _line(axes, metric)
    return figure


def _line(axes: Axes, metric: Measured) -> None:
    """Band, interval and mean."""
    low, high = metric.band
    ends = [x for x in (metric.value, metric.low, metric.high, low, high) if x is not None and np.isfinite(x)]
    if len(ends) < 2:
        ends.append(ends[0] + (abs(ends[0]) or 1.0) * (1 if np.isfinite(low) else -1))      # an open band alone
    bottom, top = min(ends), max(ends)
    positive = low > 0 and all(x > 0 for x in ends)
    if positive and np.isfinite(high) and np.log10(high / low) >= _DECADES:
        axes.set_xscale("log")
        limits = (bottom / 1.5, top * 1.5)
    else:
        air = 0.12 * (top - bottom) or 0.1 * abs(top) or 1.0
        limits = (bottom - air, top + air)
        axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.set_xlim(*limits)
    if low == high:
        axes.axvline(low, color=_BAND, lw=4)
    else:
        axes.axvspan(max(low, limits[0]), min(high, limits[1]), color=_BAND, alpha=0.55, lw=0)
    colour = COLOURS.get(metric.verdict, style.QUIET)
    if metric.low is not None and metric.high is not None:
        axes.plot([metric.low, metric.high], [0, 0], color=colour, lw=1.6)
    if metric.value is not None:
        axes.plot([metric.value], [0], "o", color=colour, ms=5, mec="white", mew=0.7, zorder=4)
    else:
        style.instead(axes, "no value")
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_ylim(-1, 1)
    axes.set_title(f"{metric.name.replace('_', ' ')}: {metric.verdict}", fontsize=7.5)
