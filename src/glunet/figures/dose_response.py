"""Dose-response: rates of the populations, or another measure, against dose, with the curve that describes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from glunet.analysis.dose_response import DoseResponse, describe
from glunet.analysis.statistics import mean_interval
from glunet.errors import InputError
from glunet.figures import style
from glunet.figures.dose_axis import curve_doses, draw_points, is_logarithmic, places, reach, set_up
from glunet.figures.rates import interval_note
from glunet.figures.sweep import Sweep, sweep_of
from glunet.figures.windows import Window, before_and_during, window_option, window_text

if TYPE_CHECKING:
    from glunet.store.result import Result

#: variable: "rate", a recorded population mean (averaged over the window) or a value per cell (averaged over cells);
#: relative: divide by the same seed at the lowest dose; fit: whether to draw and quote a curve.
OPTIONS: dict[str, Any] = {"populations": None, "axis": None, "variable": "rate", "window": None,
                           "relative": False, "fit": True}


def draw(result: Result, options: dict[str, Any]) -> Figure:
    """One panel per population: means with 95 % intervals over seeds, and the fitted curve.

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
        Where the result has no axis, or the variable was not recorded.
    """
    sweep = sweep_of(result, options["axis"])
    if len(sweep.values) < 2:
        raise InputError("figure", "dose_response", "the result has no axis with two values or more", "[axes]")
    variable = str(options["variable"])
    populations = _populations(result, variable, options["populations"])
    window = window_option(result, options["window"], "window", before_and_during(result)[1])
    figure = style.new_figure(min(style.TWO_COLUMNS, 3.6 * len(populations)), 2.9)
    panels = np.atleast_1d(figure.subplots(1, len(populations)))
    for k, (axes, name) in enumerate(zip(panels, populations, strict=True)):
        values, unit = measure(result, name, variable, window)
        rows = sweep.paired(values)
        if options["relative"]:
            with np.errstate(divide="ignore", invalid="ignore"):
                rows = rows / rows[:, :1]
        _panel(axes, sweep, rows, style.population_colour(name, populations), bool(options["fit"]))
        axes.set_title(style.spoken(name), pad=16)
        what = style.spoken(variable)
        axes.set_ylabel(f"{what}, relative to {sweep.text(0)}" if options["relative"] else style.labelled(what, unit))
        if len(populations) > 1:
            style.panel_letter(axes, "ABCDEFGH"[k])
    over = "end of the run" if variable not in ("rate", *_means(result)) else window_text(window)
    style.footnote(figure, f"{interval_note(sweep)}; {over}")
    return figure


def _means(result: Result) -> set[str]:
    """Variables with a recorded population mean."""
    return {variable for variables in result.recorded["means"].values() for variable in variables}


def _populations(result: Result, variable: str, given: Any) -> list[str]:
    """Populations that have the variable, of those asked for."""
    if variable == "rate":
        having = list(result.recorded["spikes"])
    else:
        having = [name for kind in ("means", "cells") for name, found in result.recorded[kind].items()
                  if variable in found]
    names = having if given is None else [given] if isinstance(given, str) else list(given)
    missing = [name for name in names if name not in having]
    if missing or not names:
        known = {"rate", *_means(result), *(v for found in result.recorded["cells"].values() for v in found)}
        raise InputError("figure", "variable", f"'{variable}' was not recorded of {', '.join(missing) or 'any'}",
                         known, variable)
    return list(dict.fromkeys(names))


def measure(result: Result, population: str, variable: str, window: Window) -> tuple[NDArray[np.float64], str]:
    """One value per replicate.

    Parameters
    ----------
    result : Result
        An opened result.
    population, variable : str
        'rate', a recorded mean, or a value per cell.
    window : (float, float)
        Seconds; values per cell are those of the end of the run.

    Returns
    -------
    values : float64[R]
        Mean over cells and window.
    unit : str
    """
    if variable == "rate":
        return np.asarray(result.rates(population, *window).mean("cell").values, float), "Hz"
    if variable in result.recorded["means"].get(population, {}):
        found = result.mean(population, variable)
        inside = (found["time"].values >= window[0]) & (found["time"].values < window[1])
        return np.asarray(found.values[:, inside].mean(axis=1), float), str(found.attrs["units"])
    cells = result.cell_values(population, variable)
    return np.asarray(cells.mean("cell").values, float), str(cells.attrs["units"])


def _panel(axes: Axes, sweep: Sweep, rows: NDArray[np.float64], colour: str, fit: bool) -> None:
    """Points, curve and what the curve says."""
    set_up(axes, sweep)
    draw_points(axes, sweep, rows, colour)
    positive = sweep.values[sweep.values > 0]
    described = None
    if fit and is_logarithmic(sweep.values) and positive.size >= 3 and np.all(np.isfinite(rows)):
        described = describe(sweep.values, rows)
        _curve(axes, sweep, described, colour)
    if described is None or not _curve_drawn(described):
        axes.plot(places(sweep.values), mean_interval(rows).mean, color=colour, lw=0.8, alpha=0.6, zorder=1)
    if described is not None:
        axes.text(0, 1.02, says(described, style.unit_text(sweep.unit)), transform=axes.transAxes, fontsize=7,
                  color=style.QUIET, va="bottom")
    low, high = reach(rows)
    # A quantity of one sign is shown with its zero unless it varies little.
    if low * high >= 0 and (high - low) >= 0.15 * max(high, -low):
        style.from_zero(axes, low, high)


def _curve_drawn(found: DoseResponse) -> bool:
    """Whether a fitted curve is an honest description; without an interval only a close one is."""
    if found.effect is None:
        return found.hill is not None and found.hill.r_squared > 0.9
    return found.effect and (found.biphasic is not None or (found.hill is not None and not found.non_monotonic))


def _curve(axes: Axes, sweep: Sweep, found: DoseResponse, colour: str) -> None:
    """The biphasic curve where it describes the data better, else the Hill curve with its half-maximal dose."""
    if not _curve_drawn(found):
        return
    x = curve_doses(sweep.values)
    if found.biphasic is not None:
        axes.plot(x, found.biphasic.curve(x), color=colour, zorder=1)
        return
    hill = found.hill
    assert hill is not None
    axes.plot(x, hill.curve(x), color=colour, zorder=1, linestyle="-" if hill.inside else (0, (4, 2)))
    if hill.inside:
        axes.axvline(hill.half, color=style.QUIET, lw=0.7, linestyle=(0, (1, 2)), zorder=0)
        if np.isfinite(hill.half_low):
            axes.axvspan(hill.half_low, hill.half_high, color=style.FAINT, lw=0, zorder=-1)


def says(found: DoseResponse, unit: str) -> str:
    """A fit in one line.

    Parameters
    ----------
    found : DoseResponse
        The fit.
    unit : str
        Of the doses, as printed.

    Returns
    -------
    str
    """
    if found.effect is None and not _curve_drawn(found):
        return "one seed: no curve"
    if found.effect is False:
        return "no dependence on dose (AICc)"
    if found.biphasic is not None:
        dose = style.number_text(float(f"{found.biphasic.turning_dose:.2g}"))
        return f"{found.biphasic.shape}, turning at {dose} {unit} (two Hill terms)"
    if found.non_monotonic or found.hill is None:
        return "not monotonic: no half-maximal dose"
    hill = found.hill
    # An inward current that shrinks towards zero rises, and is inhibited all the same.
    name = "IC$_{50}$" if abs(hill.curve.saturated) < abs(hill.curve.zero) else "EC$_{50}$"
    if not hill.inside:
        return f"{name} outside the tested doses"
    text = f"{name} {style.number_text(float(f'{hill.half:.3g}'))} {unit}"
    if np.isfinite(hill.half_low):
        low, high = (style.number_text(float(f"{v:.3g}")) for v in (hill.half_low, hill.half_high))
        text += f" (95 %: {low}–{high})"
    return f"{text}, n$_H$ {hill.slope:.2g}"
