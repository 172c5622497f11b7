"""How the metrics of the scoreboard move when parameters change: one panel per metric, one line per parameter."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from glunet.figures import style

_COLUMNS = 4
_BAND, _CHANGES = "#9ecae1", "#D55E00"
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7a5195", "#8c564b", "#202020", "#999933")


@dataclass(frozen=True)
class Moved:
    """One metric.

    Parameters
    ----------
    name : str
    band : (float, float)
    base : float
        At the unchanged parameters; nan where there is no value.
    values : float64[P, C]
        By parameter and change.
    robust : bool
        Whether the verdict stays.
    """

    name: str
    band: tuple[float, float]
    base: float
    values: NDArray[np.float64]
    robust: bool


def draw_robustness(metrics: Sequence[Moved], parameters: Sequence[str], changes: Sequence[float]) -> Figure:
    """Every metric against the change of every parameter.

    Parameters
    ----------
    metrics : sequence of Moved
        At least one.
    parameters : sequence of str
        P names.
    changes : sequence of float
        C fractions, rising, without zero.

    Returns
    -------
    matplotlib.figure.Figure
    """
    with style.applied():
        lines = -(-len(metrics) // _COLUMNS)
        legend = 0.16 * -(-len(parameters) // 2) + 0.2
        figure = style.new_figure(style.TWO_COLUMNS, 1.65 * lines + legend)
        panels = figure.subplots(lines, _COLUMNS, squeeze=False).ravel()
        for axes, metric in zip(panels, metrics, strict=False):
            _panel(axes, metric, parameters, np.asarray(changes, float))
        for axes in panels[len(metrics):]:
            axes.set_visible(False)
        for axes in panels[max(0, len(metrics) - _COLUMNS):len(metrics)]:
            axes.set_xlabel("Change (%)", fontsize=6.5)
        handles, labels = panels[0].get_legend_handles_labels()
        short = [label.removeprefix("populations.").removeprefix("projections.") for label in labels]
        figure.legend(handles, short, loc="outside lower left", ncols=2, fontsize=6.5)
    return figure


def _panel(axes: Axes, metric: Moved, parameters: Sequence[str], changes: NDArray[np.float64]) -> None:
    """One metric."""
    below = int(np.sum(changes < 0))
    x = np.insert(changes, below, 0.0) * 100
    for index, name in enumerate(parameters):
        y = np.insert(metric.values[index], below, metric.base)
        axes.plot(x, y, ".-", color=_COLOURS[index % len(_COLOURS)], ms=3, lw=0.8, label=name)
    finite = metric.values[np.isfinite(metric.values)]
    ends = np.append(finite, metric.base if np.isfinite(metric.base) else [])
    if ends.size:
        air = 0.15 * float(np.ptp(ends)) or 0.05 * abs(float(ends[0])) or 0.05
        limits = (float(ends.min()) - air, float(ends.max()) + air)
        low, high = max(metric.band[0], limits[0]), min(metric.band[1], limits[1])
        if low <= high:
            axes.axhspan(low, high, color=_BAND, alpha=0.45, lw=0, zorder=0)
        axes.set_ylim(*limits)
    else:
        style.instead(axes, "no value")
    axes.set_xticks(x)
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.tick_params(labelsize=6)
    words = textwrap.fill(metric.name.replace("_", " "), 28)
    axes.set_title(f"{words}\n{'robust' if metric.robust else 'changes its verdict'}", fontsize=6.5,
                   color=style.INK if metric.robust else _CHANGES)
