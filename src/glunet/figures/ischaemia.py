"""Ischaemia over time: blood flow, energy, voltage, ions, glutamate at the membrane and in a probe, extracellular space."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from glunet.analysis.microdialysis import BIN_S, dialysate
from glunet.errors import InputError
from glunet.figures import style
from glunet.figures.windows import Window, window_option

if TYPE_CHECKING:
    from glunet.store.result import Result

#: population: whose shells and energy are shown; replicate: which is drawn strong, beside the others; window: times shown;
#: condition: whose level takes blood away.
OPTIONS: dict[str, Any] = {"population": "pyramidal", "replicate": 0, "window": None, "condition": "ischemia"}

_IONS = {"K_e": ("K$^+$", "#009E73"), "Na_e": ("Na$^+$", "#0072B2"), "Ca_e": ("Ca$^{2+}$", "#D55E00"),
         "ATP": ("ATP", "#D55E00"), "PCr": ("phosphocreatine", "#0072B2"), "v": ("", "#333333"),
         "Glu_e": ("at the membrane", "#7B3294")}
_PROBE = "#E69F00"
#: Panels: variables of one axis, its label, and whether it is logarithmic.
_PANELS: tuple[tuple[tuple[str, ...], str, bool], ...] = (
    (("ATP", "PCr"), "Energy (mM)", False), (("v",), "Membrane\npotential (mV)", False),
    (("K_e", "Na_e", "Ca_e"), "Outside (mM)", True), (("Glu_e",), "Glutamate (µM)", True))


def draw(result: Result, options: dict[str, Any]) -> Figure:
    """Panels over one time axis, for what was recorded.

    Parameters
    ----------
    result : Result
        With means of some of v, K_e, Na_e, Ca_e, ATP, PCr, Glu_e, volume_shell and volume_shell_rest.
    options : dict
        See `OPTIONS`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        None of them was recorded, no such replicate, or a window outside the run.
    """
    population = str(options["population"])
    have = result.recorded["means"].get(population, {})
    panels = [(tuple(name for name in names if name in have), label, log) for names, label, log in _PANELS]
    panels = [panel for panel in panels if panel[0]]
    space = {"volume_shell", "volume_shell_rest"} <= set(have)
    if not panels:
        raise InputError("figure", "population", f"no ions, energy or glutamate of '{population}' in this result",
                         [name for names, *_ in _PANELS for name in names], population)
    replicate = int(options["replicate"])
    if not 0 <= replicate < result.n_replicates:
        raise InputError("figure", "replicate", f"{replicate} is none", f"0 to {result.n_replicates - 1}")
    window = window_option(result, options["window"], "window", (0.0, result.duration_s))
    rows = 1 + len(panels) + space
    figure = style.new_figure(style.TWO_COLUMNS, 0.9 + 1.25 * (rows - 1))
    grid = figure.add_gridspec(rows, 1, height_ratios=[0.45] + [1.0] * (rows - 1))
    axes = [figure.add_subplot(grid[0])]
    axes += [figure.add_subplot(grid[k], sharex=axes[0]) for k in range(1, rows)]
    _flow(axes[0], result, str(options["condition"]), replicate)
    for panel, (names, label, log) in zip(axes[1:], panels, strict=False):
        _courses(panel, result, population, names, replicate)
        panel.set_ylabel(label)
        panel.set_yscale("log" if log else "linear")
    if space:
        _space(axes[-1], result, population, replicate)
    _finish(axes, window, result, population)
    return figure


def _minutes(times: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(times, float) / 60.0


def _flow(axes: Axes, result: Result, condition: str, replicate: int) -> None:
    """Blood flow, as a share of normal; of any other condition its level."""
    flow = condition == "ischemia"
    axes.set_ylabel("Flow" if flow else style.spoken(condition))
    axes.set_ylim(-0.1, 1.1)
    if condition in result.recorded["schedules"]:
        level = result.schedule(condition)
        values = np.asarray(level)[replicate]
        axes.fill_between(_minutes(np.asarray(level["time"])), 1.0 - values if flow else values, color="#b2182b", lw=0)


def _courses(axes: Axes, result: Result, population: str, names: tuple[str, ...], replicate: int) -> None:
    """Courses of all replicates, one of them strong; glutamate with what a probe reads."""
    for name in names:
        label, colour = _IONS[name]
        series = result.mean(population, name)
        times, values = np.asarray(series["time"], float), np.asarray(series, float)
        values = values * 1e3 if name == "Glu_e" and series.attrs["units"] == "mM" else values
        axes.plot(_minutes(times), values.T, color=colour, lw=0.5, alpha=0.25)
        axes.plot(_minutes(times), values[replicate], color=colour, lw=1.2, label=label or None)
        if name == "Glu_e" and times[-1] - times[0] > 2 * BIN_S:
            starts, readings = dialysate(times, values[replicate:replicate + 1])
            axes.step(_minutes(np.append(starts, starts[-1] + BIN_S)), np.append(readings[0], readings[0, -1]), where="post",
                      color=_PROBE, lw=1.2, label="in a probe, 5-min samples")
    if any(_IONS[name][0] for name in names):
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)


def _space(axes: Axes, result: Result, population: str, replicate: int) -> None:
    """Extracellular space, as a share of rest."""
    volume = result.mean(population, "volume_shell")
    share = np.asarray(volume, float) / np.asarray(result.mean(population, "volume_shell_rest"), float)
    times = _minutes(np.asarray(volume["time"], float))
    axes.plot(times, share.T, color="#333333", lw=0.5, alpha=0.25)
    axes.plot(times, share[replicate], color="#333333", lw=1.2)
    axes.set_ylabel("Extracellular\nspace (of rest)")
    axes.set_ylim(0.0, 1.2)


def _finish(axes: list[Axes], window: Window, result: Result, population: str) -> None:
    """One time axis, in minutes."""
    for panel in axes[:-1]:
        panel.tick_params(labelbottom=False)
    axes[-1].set_xlabel("Time (min)")
    axes[-1].set_xlim(window[0] / 60.0, window[1] / 60.0)
    axes[0].set_title(f"{style.spoken(population)}, mean of {result.n_cells(population)} cells; thin: other replicates")
