"""Rates: population rates over time for a few doses, mean and 95 % interval over seeds, the dose's course above."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from glunet.analysis.firing import smooth
from glunet.analysis.statistics import mean_interval
from glunet.figures import style
from glunet.figures.sweep import Sweep, populations_of, sweep_of
from glunet.figures.windows import draw_schedule, seconds, window_option

if TYPE_CHECKING:
    from glunet.store.result import Result

#: populations: names, None for all; doses: how many at most; bin, smooth: bin width and SD of the Gaussian kernel.
OPTIONS: dict[str, Any] = {"populations": None, "axis": None, "window": None, "doses": 5, "bin": "20 ms",
                           "smooth": "150 ms"}


def draw(result: Result, options: dict[str, Any]) -> Figure:
    """One panel per population, one colour per dose.

    Parameters
    ----------
    result : Result
        With spikes.
    options : dict
        See `OPTIONS`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        For a population without spikes, or times that cannot be used.
    """
    populations = populations_of(result, options, "populations")
    sweep = sweep_of(result, options["axis"])
    window = window_option(result, options["window"], "window", (0.0, result.duration_s))
    shown = sweep.subset(int(options["doses"]))
    strips = list(result.recorded["schedules"])
    figure = style.new_figure(style.TWO_COLUMNS, 0.6 + 0.7 * len(strips) + 1.6 * len(populations))
    grid = figure.add_gridspec(len(strips) + len(populations), 1,
                               height_ratios=[0.55] * len(strips) + [1.6] * len(populations))
    panels: list[Axes] = []
    for k, name in enumerate(strips):
        panels.append(figure.add_subplot(grid[k], sharex=panels[0] if panels else None))
        draw_schedule(panels[-1], result, sweep, shown, name)
    for k, name in enumerate(populations):
        panels.append(figure.add_subplot(grid[len(strips) + k], sharex=panels[0] if panels else None))
        bin_s = seconds(options["bin"], "bin")
        rate = result.population_rate(name, bin_s)
        draw_courses(panels[-1], sweep, shown, rate["time"].values,
                     smooth(rate.values, bin_s, seconds(options["smooth"], "smooth")), window,
                     style.population_colour(name, populations))
        panels[-1].set_title(style.spoken(name))
        panels[-1].set_ylabel("Firing rate (Hz)")
        style.from_zero(panels[-1], 0.0, panels[-1].dataLim.y1)
        panels[-1].tick_params(labelbottom=k == len(populations) - 1)
    style.time_axis(panels[-1], *window)
    figure.align_ylabels(panels)
    dose_legend(figure, sweep, shown)
    style.footnote(figure, interval_note(sweep))
    return figure


def draw_courses(axes: Axes, sweep: Sweep, shown: list[int], times_s: np.ndarray, values: np.ndarray,
                 window: tuple[float, float], alone: str) -> None:
    """Mean over seeds with its interval, one line per dose.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    sweep, shown
        The axis, and which of its values.
    times_s : float64[T]
        Seconds.
    values : float64[R, T]
        One row per replicate of the result.
    window : (float, float)
        Times to draw; limits of the y axis follow from what is seen.
    alone : str
        Colour where the sweep has one value only.
    """
    inside = (times_s >= window[0]) & (times_s <= window[1])
    colours = style.dose_colours(list(sweep.values)) if len(sweep.values) > 1 else [alone]
    for d in shown:
        found = mean_interval(values[sweep.members[d]][:, inside])
        if sweep.n_seeds >= style.FEWEST_SEEDS:
            axes.fill_between(times_s[inside], found.low, found.high, color=colours[d], alpha=style.BAND_ALPHA, lw=0)
        axes.plot(times_s[inside], found.mean, color=colours[d])


def dose_legend(figure: Figure, sweep: Sweep, shown: list[int]) -> None:
    """Doses and their colours to the right of a figure; nothing for a single run."""
    if len(sweep.values) < 2:
        return
    colours = style.dose_colours(list(sweep.values))
    handles = [Line2D([], [], color=colours[d], lw=2) for d in shown]
    figure.legend(handles, [style.number_text(sweep.values[d]) for d in shown], title=sweep.label.replace(" (", "\n("),
                  loc="outside right upper", alignment="left")


def interval_note(sweep: Sweep) -> str:
    """What lines and bands mean, for a footnote."""
    what = "mean and 95 % interval" if sweep.n_seeds >= style.FEWEST_SEEDS else "mean"
    mean = f"{what} over {sweep.n_seeds} seeds" if sweep.n_seeds > 1 else "one seed"
    return f"{mean}; at {sweep.held}" if sweep.held else mean
