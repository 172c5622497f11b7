"""Who lives: survival over time, a line per value of an axis, and beside it what is left at the end along that axis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from glunet.analysis.statistics import mean_interval
from glunet.errors import InputError
from glunet.figures import style
from glunet.figures.dose_axis import draw_points, places, set_up
from glunet.figures.rates import interval_note
from glunet.figures.sweep import Sweep, held_levels, sweep_of

if TYPE_CHECKING:
    from glunet.store.result import Result

#: axis: whose values are the lines, None for the first; populations: a name or a list, None for all whose mean "alive" was
#: recorded; held: values of further axes, path to value (else their lowest).
OPTIONS: dict[str, Any] = {"axis": None, "populations": None, "held": None}
#: What has to be recorded as a mean.
NEEDS = ("alive",)
_HOUR = 3600.0


def draw(result: Result, options: dict[str, Any]) -> Figure:
    """Survival over time, and at the end along the axis.

    Parameters
    ----------
    result : Result
        With means of ``alive``.
    options : dict
        See `OPTIONS`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        No such axis, or survival was not recorded.
    """
    times, living = survivors(result, options["populations"])
    held = held_levels(result, options["held"])
    sweep = sweep_of(result, options["axis"], held)
    figure = style.new_figure(style.TWO_COLUMNS, 2.8)
    left, right = figure.subplots(1, 2, width_ratios=[1.5, 1.0])
    _courses(left, times, sweep.paired(living), sweep)
    style.panel_letter(left, "A")
    _ends(right, sweep.paired(living[:, -1]), sweep)
    style.panel_letter(right, "B")
    style.footnote(figure, interval_note(sweep))
    return figure


def survivors(result: Result, populations: Any = None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Times (s, [T]) and the share of all cells of these populations that lives, float64[R, T].

    Parameters
    ----------
    result : Result
    populations : str or sequence of str, optional
        All that have it.

    Raises
    ------
    InputError
        Where ``alive`` was not recorded of them.
    """
    having = [name for name, means in result.recorded["means"].items() if "alive" in means]
    asked = having if populations is None else [populations] if isinstance(populations, str) else list(populations)
    missing = [name for name in asked if name not in having]
    if missing or not asked:
        raise InputError("figure", "populations", f"alive: not recorded of {', '.join(missing) or 'any population'}",
                         having or 'means = ["alive"] in [record.<population>]')
    series = [result.mean(name, "alive") for name in asked]
    cells = np.array([result.n_cells(name) for name in asked], float)
    return (np.asarray(series[0]["time"], float),
            np.tensordot(cells / cells.sum(), np.array([np.asarray(one, float) for one in series]), 1))


def _courses(axes: Axes, times: NDArray[np.float64], living: NDArray[np.float64], sweep: Sweep) -> None:
    """A line per value with the range over seeds."""
    hours, unit = (times / _HOUR, "h") if times[-1] > 2 * _HOUR else (times / 60.0, "min")
    for index, colour in enumerate(style.dose_colours(sweep.values)):
        rows = living[:, index]
        axes.fill_between(hours, rows.min(axis=0), rows.max(axis=0), color=colour, alpha=0.15, lw=0, step="post")
        axes.plot(hours, rows.mean(axis=0), color=colour, label=sweep.text(index) or None, drawstyle="steps-post")
    axes.set_xlabel(f"Time ({unit})")
    axes.set_ylabel("Living cells (share)")
    axes.set_xlim(0, hours[-1])
    axes.set_ylim(0, 1.03)
    if sweep.path is not None:
        axes.legend(title=sweep.name, loc="center left", bbox_to_anchor=(1.0, 0.5))


def _ends(axes: Axes, living: NDArray[np.float64], sweep: Sweep) -> None:
    """What lives at the end, along the axis."""
    if sweep.path is None:
        axes.set_axis_off()
        return
    set_up(axes, sweep)
    axes.plot(places(sweep.values), mean_interval(living).mean, color=style.INK, lw=1.0, zorder=1)
    draw_points(axes, sweep, living, style.INK)
    axes.set_ylabel("Living cells at the end (share)")
    axes.set_ylim(0, 1.03)
