"""A measure along one axis, a line per level of another axis or per variable: block by voltage and magnesium."""

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
from glunet.figures.dose_response import measure
from glunet.figures.rates import interval_note
from glunet.figures.sweep import Sweep, design_of, held_levels, named
from glunet.figures.windows import before_and_during, window_option, window_text

if TYPE_CHECKING:
    from glunet.store.result import Result

#: populations: a name or a list, None for all that have the variables; variables: "rate" or recorded means; axis: along
#: which, None for the first; by: the axis whose levels are lines (None: the variables are); held: values of further axes,
#: path to value in its unit (else their lowest); relative: divide by the same seed at the first place of the line.
OPTIONS: dict[str, Any] = {"populations": None, "variables": ("rate",), "axis": None, "by": None, "held": None,
                           "window": None, "relative": False}
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
_MARKERS = "osD^vP"


def draw(result: Result, options: dict[str, Any]) -> Figure:
    """One panel per population.

    Parameters
    ----------
    result : Result
        With an axis.
    options : dict
        See `OPTIONS`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        No such axis, level or variable; several variables and `by` at once.
    """
    variables = [str(name) for name in options["variables"]]
    if options["by"] is not None and len(variables) > 1:
        raise InputError("figure", "variables", f"{len(variables)} of them, and lines are levels of {options['by']}", "one")
    if design_of(result) is not None:
        raise InputError("figure", "axis", "the points of this result are a design", "the figure 'sensitivity'")
    held = held_levels(result, options["held"])
    axis, populations = _axis(result, options["axis"]), _populations(result, variables, options["populations"])
    lines = _lines(result, axis, options["by"], held, variables)
    window = window_option(result, options["window"], "window", before_and_during(result)[1])
    figure = style.new_figure(min(style.TWO_COLUMNS, 1.2 + 3.3 * len(populations)), 2.8)
    panels = np.atleast_1d(figure.subplots(1, len(populations)))
    for k, (axes, population) in enumerate(zip(panels, populations, strict=True)):
        _panel(axes, result, population, lines, window, bool(options["relative"]))
        axes.set_title(style.spoken(population))
        if len(populations) > 1:
            style.panel_letter(axes, "ABCDEFGH"[k])
    style.footnote(figure, f"{interval_note(lines[0][2])}; {window_text(window)}")
    return figure


def _axis(result: Result, given: Any) -> str:
    """The path along which to draw."""
    paths = [str(path) for path in result.points.data_vars if path != "seed"]
    if not paths or (given is not None and given not in paths):
        raise InputError("figure", "axis", f"no axis '{given}' in this result" if given else "the result has no axis with "
                         "two values or more", paths or "[axes]", given)
    return str(given or paths[0])


def _populations(result: Result, variables: list[str], given: Any) -> list[str]:
    """Populations that have all variables."""
    recorded = result.recorded
    having = [name for name in result.populations if all(
        name in recorded["spikes"] if variable == "rate" else variable in recorded["means"].get(name, {})
        for variable in variables)]
    asked = having if given is None else [given] if isinstance(given, str) else list(given)
    missing = [name for name in asked if name not in having]
    if missing or not asked:
        raise InputError("figure", "variables", f"{', '.join(variables)}: not recorded of {', '.join(missing) or 'any'}",
                         having or "what [record] names")
    return asked


def _lines(result: Result, axis: str, by: Any, held: dict[str, float],
           variables: list[str]) -> list[tuple[str, str, Sweep]]:
    """Name, variable and points of every line."""
    if by is None:
        return [(style.spoken(variable), variable, _sweep(result, axis, held)) for variable in variables]
    levels = np.unique(np.asarray(result.axis(str(by)), float))
    name, unit = named(result, str(by))
    return [(f"{name} {style.number_text(level)} {style.unit_text(unit)}".strip(), variables[0],
             _sweep(result, axis, {**held, str(by): float(level)}, str(by))) for level in levels]


def _sweep(result: Result, axis: str, held: dict[str, float], by: str = "") -> Sweep:
    """The replicates along an axis, at these levels of the others."""
    seeds = np.asarray(result.points["seed"])
    use, told = np.ones(seeds.size, bool), []
    for other in (str(path) for path in result.points.data_vars if path not in ("seed", axis)):
        values = np.asarray(result.axis(other), float)
        level = held.get(other, float(values.min()))
        use &= np.isclose(values, level)
        name, unit = named(result, other)
        told += [f"{name} {style.number_text(level)} {style.unit_text(unit)}".strip()] if other != by else []
    if not use.any():
        raise InputError("figure", "held", f"no points at {', '.join(told)}", "levels of the axes")
    column = np.asarray(result.axis(axis), float)
    levels = np.unique(column[use])
    rows = [np.flatnonzero(use & (column == level)) for level in levels]
    rows = [found[np.argsort(seeds[found], kind="stable")] for found in rows]
    name, unit = named(result, axis)
    return Sweep(axis, name, unit, levels, tuple(rows), tuple(seeds[found] for found in rows), ", ".join(told))


def _panel(axes: Axes, result: Result, population: str, lines: list[tuple[str, str, Sweep]], window: tuple[float, float],
           relative: bool) -> None:
    """The lines of one population."""
    set_up(axes, lines[0][2])
    unit, several = "1", len({line[1] for line in lines}) > 1
    for index, (name, variable, sweep) in enumerate(lines):
        values, unit = measure(result, population, variable, window)
        rows: NDArray[np.float64] = sweep.paired(values)
        if relative:
            with np.errstate(divide="ignore", invalid="ignore"):
                rows = rows / rows[:, :1]
        colour = style.receptor_colour(variable) if several else _COLOURS[index % 6]
        axes.plot(places(sweep.values), mean_interval(rows).mean, color=colour, lw=1.0, zorder=1)
        # variables that agree would hide each other
        draw_points(axes, sweep, rows, colour, _MARKERS[index % 6], name, shift=-0.03 * index if several else 0.0)
    what = "Value" if several else style.spoken(lines[0][1])
    axes.set_ylabel(f"{what}, relative to {lines[0][2].text(0)}" if relative else style.labelled(what, unit))
    if len(lines) > 1:
        axes.legend(loc="best")
