"""Rates of single cells with the perturbation against without: who falls silent, who starts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from glunet.errors import InputError
from glunet.figures import style
from glunet.figures.sweep import populations_of, sweep_of
from glunet.figures.windows import before_and_during, window_option, window_text

if TYPE_CHECKING:
    from glunet.store.result import Result

#: population: a name or a list, None for all; axis: path of the axis; level: its value held against the lowest one, None
#: for the highest; window: [start, stop].
OPTIONS: dict[str, Any] = {"population": None, "axis": None, "level": None, "window": None}
_MOST = 2000        # cells drawn per panel


def draw(result: Result, options: dict[str, Any]) -> Figure:
    """One panel per population: every cell of every seed, its rate at a level against its rate at the lowest.

    Parameters
    ----------
    result : Result
        With spikes and an axis.
    options : dict
        See `OPTIONS`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        No spikes, no axis with two values, or no such level.
    """
    sweep, populations = sweep_of(result, options["axis"]), populations_of(result, options)
    if len(sweep.values) < 2:
        raise InputError("figure", "cell_rates", "the result has no axis with two values or more", "[axes]")
    level = float(sweep.values[-1] if options["level"] is None else options["level"])
    at = np.flatnonzero(np.isclose(sweep.values, level))
    if not at.size:
        raise InputError("figure", "level", f"no {level:g} along '{sweep.path}'", [f"{value:g}" for value in sweep.values])
    window = window_option(result, options["window"], "window", before_and_during(result)[1])
    figure = style.new_figure(min(style.TWO_COLUMNS, 3.2 * len(populations)), 3.0)
    for axes, name in zip(np.atleast_1d(figure.subplots(1, len(populations))), populations, strict=True):
        rows = sweep.paired(np.asarray(result.rates(name, *window)))
        _panel(axes, rows[:, 0].ravel(), rows[:, at[0]].ravel(), style.population_colour(name, populations))
        axes.set_title(style.spoken(name))
        axes.set_xlabel(f"Rate at {sweep.name} {sweep.text(0)} (Hz)")
        axes.set_ylabel(f"Rate at {sweep.text(int(at[0]))} (Hz)")
    style.footnote(figure, f"each dot a cell of one of {sweep.n_seeds} seed{'s' if sweep.n_seeds > 1 else ''}; "
                           f"{window_text(window)}")
    return figure


def _panel(axes: Axes, before: NDArray[np.float64], after: NDArray[np.float64], colour: str) -> None:
    """Dots and the diagonal; of very many cells a part."""
    every = -(-before.size // _MOST)
    top = 1.05 * max(float(before.max(initial=0.0)), float(after.max(initial=0.0))) or 1.0
    axes.plot([0, top], [0, top], color=style.QUIET, lw=0.7, zorder=0)
    axes.plot(before[::every], after[::every], ".", color=colour, ms=2.5, alpha=0.5, mew=0)
    axes.set_xlim(-0.02 * top, top)
    axes.set_ylim(-0.02 * top, top)
    axes.set_aspect("equal")
