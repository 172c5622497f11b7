"""Currents: mean AMPA and NMDA current of a population over time, and by dose relative to the lowest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from glunet.analysis.firing import smooth
from glunet.analysis.statistics import mean_interval
from glunet.errors import InputError
from glunet.figures import style
from glunet.figures.dose_axis import draw_points, places, set_up
from glunet.figures.dose_response import measure
from glunet.figures.rates import dose_legend, draw_courses, interval_note
from glunet.figures.sweep import Sweep, sweep_of
from glunet.figures.windows import (
    Window,
    before_and_during,
    draw_schedule,
    seconds,
    window_option,
    window_text,
)

if TYPE_CHECKING:
    from glunet.store.result import Result

#: population: the receiving one, None for the first with all variables; variables: recorded population means;
#: window: for the values by dose; smooth: SD of the Gaussian kernel over time.
OPTIONS: dict[str, Any] = {"population": None, "axis": None, "variables": ("I_ampa", "I_nmda"), "window": None,
                           "doses": 5, "smooth": "150 ms"}
_MARKERS = "osD^v"


def draw(result: Result, options: dict[str, Any]) -> Figure:
    """Courses on the left, values by dose relative to the lowest on the right.

    Parameters
    ----------
    result : Result
        With the means that `variables` names.
    options : dict
        See `OPTIONS`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        For a mean that was not recorded.
    """
    sweep = sweep_of(result, options["axis"])
    variables = [str(v) for v in options["variables"]]
    population = _population(result, variables, options["population"])
    window = window_option(result, options["window"], "window", before_and_during(result)[1])
    shown = sweep.subset(int(options["doses"]))
    strips = list(result.recorded["schedules"])
    both = len(sweep.values) > 1
    rows = len(strips) + len(variables)
    figure = style.new_figure(style.TWO_COLUMNS if both else 0.65 * style.TWO_COLUMNS,
                              0.6 + 0.68 * len(strips) + 1.25 * len(variables))
    grid = figure.add_gridspec(rows, 2 if both else 1, width_ratios=[1.35, 1] if both else [1],
                               height_ratios=[0.5] * len(strips) + [1.25] * len(variables))
    panels: list[Axes] = []
    for k, name in enumerate(strips):
        panels.append(figure.add_subplot(grid[k, 0], sharex=panels[0] if panels else None))
        draw_schedule(panels[-1], result, sweep, shown, name)
    for k, variable in enumerate(variables):
        panels.append(figure.add_subplot(grid[len(strips) + k, 0], sharex=panels[0] if panels else None))
        _course(panels[-1], result, sweep, shown, population, variable, seconds(options["smooth"], "smooth"))
        panels[-1].tick_params(labelbottom=k == len(variables) - 1)
    style.time_axis(panels[-1], 0.0, result.duration_s)
    figure.align_ylabels(panels)
    if both:
        right = figure.add_subplot(grid[:, 1])
        _by_dose(right, result, sweep, population, variables, window)
        style.panel_letter(panels[0], "A")
        style.panel_letter(right, "B")
    dose_legend(figure, sweep, shown)
    note = f"{style.spoken(population)}; {interval_note(sweep)}"
    style.footnote(figure, f"{note}; B: {window_text(window)}" if both else note)
    return figure


def _population(result: Result, variables: list[str], given: str | None) -> str:
    """The population asked for, else the first that has all variables."""
    means = result.recorded["means"]
    having = [name for name, found in means.items() if set(variables) <= set(found)]
    if not having or (given is not None and given not in having):
        lacking = [v for v in variables if v not in means.get(given, {})] if given in means else variables
        raise InputError("figure", "variables", f"no mean of {', '.join(lacking)} was recorded of "
                         f"{given or 'one population'}", "record.<population>.means = [...]")
    return given or having[0]


def _course(axes: Axes, result: Result, sweep: Sweep, shown: list[int], population: str, variable: str,
            sigma_s: float) -> None:
    """One current over time."""
    found = result.mean(population, variable)
    times = np.asarray(found["time"].values, float)
    values = smooth(found.values, float(times[1] - times[0]), sigma_s)
    step = max(1, len(times) // 2000)  # more points than pixels only make the SVG heavy
    draw_courses(axes, sweep, shown, times[::step], values[:, ::step], (0.0, result.duration_s),
                 style.receptor_colour(variable))
    axes.set_title(style.spoken(variable), color=style.receptor_colour(variable))
    axes.set_ylabel(style.labelled("Mean", str(found.attrs["units"])))
    style.from_zero(axes, axes.dataLim.y0, axes.dataLim.y1)


def _by_dose(axes: Axes, result: Result, sweep: Sweep, population: str, variables: list[str],
             window: Window) -> None:
    """Each current relative to the lowest dose, within each seed."""
    set_up(axes, sweep)
    axes.axhline(1.0, color=style.QUIET, lw=0.7, linestyle=(0, (1, 2)), zorder=0)
    for k, variable in enumerate(variables):
        rows = sweep.paired(measure(result, population, variable, window)[0])
        with np.errstate(divide="ignore", invalid="ignore"):
            rows = rows / rows[:, :1]
        colour = style.receptor_colour(variable)
        draw_points(axes, sweep, rows, colour, _MARKERS[k % len(_MARKERS)], style.spoken(variable))
        axes.plot(places(sweep.values), mean_interval(rows).mean, color=colour, lw=0.9, alpha=0.7, zorder=1)
    axes.set_ylim(0, None)
    axes.set_ylabel(f"Mean current relative to {sweep.text(0)}")
    axes.legend(loc="best")
