"""Raster: spikes of single cells over time, for a few doses, the dose's course above."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from glunet.figures import style
from glunet.figures.sweep import Sweep, populations_of, sweep_of
from glunet.figures.windows import draw_schedule, window_option

if TYPE_CHECKING:
    from glunet.store.result import Result

#: population: a name or a list, None for all; axis: path of the axis; window: [start, stop]; panels: doses shown at
#: most; cells: shown at most per panel, shared among the populations by their size; seed: which, None for the first.
OPTIONS: dict[str, Any] = {"population": None, "axis": None, "window": None, "panels": 3, "cells": 150, "seed": None}


def draw(result: Result, options: dict[str, Any]) -> Figure:
    """Spikes of a sample of cells; one panel per dose.

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
        For a population without spikes, or a window outside the run.
    """
    populations = populations_of(result, options)
    sweep = sweep_of(result, options["axis"])
    window = window_option(result, options["window"], "window", (0.0, result.duration_s))
    shown = sweep.subset(int(options["panels"]))
    strips = list(result.recorded["schedules"])
    figure = style.new_figure(style.TWO_COLUMNS, 0.55 + 0.68 * len(strips) + 1.75 * len(shown))
    grid = figure.add_gridspec(len(strips) + len(shown), 1, height_ratios=[0.5] * len(strips) + [1.75] * len(shown))
    panels: list[Axes] = []
    for k, name in enumerate(strips):
        panels.append(figure.add_subplot(grid[k], sharex=panels[0] if panels else None))
        draw_schedule(panels[-1], result, sweep, shown, name)
    chosen = sample_cells(result, populations, int(options["cells"]))
    for k, d in enumerate(shown):
        panels.append(figure.add_subplot(grid[len(strips) + k], sharex=panels[0] if panels else None))
        _panel(panels[-1], result, sweep, d, chosen, window, options["seed"])
        panels[-1].tick_params(labelbottom=k == len(shown) - 1)
    style.time_axis(panels[-1], *window)
    style.footnote(figure, f"at {sweep.held}" if sweep.held else "")
    return figure


def sample_cells(result: Result, populations: list[str], most: int) -> dict[str, np.ndarray]:
    """Cells to show: a sample spread evenly over each population's numbering, sized by its share."""
    sizes = {name: result.n_cells(name) for name in populations}
    total = sum(sizes.values())
    chosen = {}
    for name, n in sizes.items():
        wanted = n if total <= most else max(min(n, 20), round(most * n / total))
        chosen[name] = np.unique(np.linspace(0, n - 1, wanted).round().astype(np.int64))
    return chosen


def _panel(axes: Axes, result: Result, sweep: Sweep, d: int, chosen: dict[str, np.ndarray],
           window: tuple[float, float], seed: int | None) -> None:
    """One dose."""
    seeds = sweep.seeds[d]
    row = int(np.flatnonzero(seeds == seed)[0]) if seed in seeds else 0
    replicate = int(sweep.members[d][row])
    draw_spikes(axes, result, replicate, chosen, window)
    if sweep.path is not None:
        axes.set_title(f"{sweep.name} {sweep.text(d)}".strip(), color=style.dose_colours(list(sweep.values))[d])


def draw_spikes(axes: Axes, result: Result, replicate: int, chosen: dict[str, np.ndarray],
                window: tuple[float, float], height_inches: float = 1.75) -> None:
    """Spikes of some cells of one replicate, populations above one another.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    result, replicate
        Whose spikes.
    chosen : dict of str to int64[C]
        Cells of each population, the first on top.
    window : (float, float)
        Seconds.
    height_inches : float
        Of the panel, to which strokes are fitted.
    """
    total = sum(len(cells) for cells in chosen.values())
    gap, base, ticks = 0.03 * total, 0.0, []
    drawn, points = 0, height_inches * 0.8 * 72 / max(total, 1)
    for name in reversed(chosen):
        cells, data = chosen[name], result.spikes(name, *window, replicates=[replicate])
        place = np.full(data.n_cells, -1)
        place[cells] = np.arange(len(cells))
        height = place[data.cell]
        colour = style.population_colour(name, list(chosen))
        drawn += int(np.sum(height >= 0))
        # Rasterised, since ten thousand strokes make an SVG nobody can open.
        axes.scatter(data.times_s[height >= 0], base + height[height >= 0], marker="|", c=colour, lw=0.6,
                     s=max(points, 1.0) ** 2 * 2.2, rasterized=True)
        ticks.append((base + (len(cells) - 1) / 2, name))
        base += len(cells) + gap
    axes.set_ylim(-0.5 - gap / 2, base - gap / 2)
    axes.set_yticks([t for t, _ in ticks], [_short(name, len(chosen[name])) for _, name in ticks])
    for tick, (_, name) in zip(axes.get_yticklabels(), ticks, strict=True):
        tick.set_color(style.population_colour(name, list(chosen)))
    axes.tick_params(axis="y", length=0)
    if not drawn:
        style.instead(axes, "no spikes")
    axes.spines["left"].set_visible(False)


def _short(name: str, shown: int) -> str:
    """A population's name for a narrow margin, with the number of cells shown."""
    return style.spoken(name).replace(" cells", "\ncells").replace("Fast-spiking ", "Fast-spiking\n") + f" ({shown})"
