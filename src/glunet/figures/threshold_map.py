"""Threshold map: how likely a seizure is by level, and by dose: a curve per dose, or a map where there are many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator
from numpy.typing import NDArray

from glunet.analysis.episodes import episodes
from glunet.analysis.seizures import seizure_probability
from glunet.analysis.thresholds import Threshold, fit_threshold
from glunet.errors import InputError
from glunet.figures import style
from glunet.figures.dose_axis import places, set_up
from glunet.figures.ictal import activity_of
from glunet.figures.sweep import Sweep, design_of, sweep_of

if TYPE_CHECKING:
    from glunet.store.result import Result

#: axis: of the levels, None for the first condition; by: axis of the doses, None for the first drug, if any; populations:
#: the one whose rate decides; before, reference, shortest: see the figure 'seizure'; curves: more doses are a map.
OPTIONS: dict[str, Any] = {"axis": None, "by": None, "populations": None, "before": None, "reference": None,
                           "shortest": "10 s", "curves": 4}

_LIKELY = LinearSegmentedColormap.from_list("likely", ["#fbfbfb", "#f7c9a0", "#e0653a", "#8c1d40"])


def draw(result: Result, options: dict[str, Any]) -> Figure:
    """Seizure probability against level.

    Parameters
    ----------
    result : Result
        With an axis of at least two levels.
    options : dict
        See `OPTIONS`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        Where the result has no such axis, or nothing to compare the rate with.
    """
    if design_of(result) is not None:
        sweep_of(result)  # which says what a design lacks
    level, dose = _axes(result, options)
    found, criteria, usual = activity_of(result, options)
    seized = np.isin(np.arange(result.n_replicates), [e.replicate for e in episodes(found, criteria)])
    doses = None if dose is None else sweep_of(result, dose)
    held = [{}] if doses is None else [{str(dose): float(value)} for value in doses.values]
    lines = [sweep_of(result, level, values) for values in held]
    if any(len(line.values) < 2 for line in lines):
        raise InputError("figure", "axis", f"'{level}' has one level", "an axis with two levels or more")
    outcomes = [line.paired(seized.astype(float)) for line in lines]
    fits = [fit_threshold(line.values, y) for line, y in zip(lines, outcomes, strict=True)]
    as_map = doses is not None and len(doses.values) > int(options["curves"])
    figure = style.new_figure(style.TWO_COLUMNS if doses is not None and not as_map else style.ONE_COLUMN * 1.25, 2.9)
    if as_map and doses is not None:
        _map(figure.subplots(), figure, lines, doses, outcomes, fits)
    else:
        widths = [1.0] if doses is None else [1.5, 1.0]
        panels = np.atleast_1d(figure.subplots(1, len(widths), width_ratios=widths))
        _curves(panels[0], lines, doses, outcomes, fits)
        if doses is not None:
            _by_dose(panels[1], lines[0], doses, fits)
            for letter, axes in zip("AB", panels, strict=True):
                style.panel_letter(axes, letter)
    told = [f"{min(len(y) for y in outcomes)} seeds, 95 % intervals", f"seizure: {criteria.min_duration_s:g} s or longer",
            usual.told]
    further = [part for part in lines[0].held.split(", ") if part and (doses is None or not part.startswith(doses.name))]
    told += [f"at {', '.join(further)}"] if further else []
    wide = figure.get_figwidth() > 5
    style.footnote(figure, "; ".join(told) if wide else "; ".join(told[:2]) + ";\n" + "; ".join(told[2:]))
    return figure


def _axes(result: Result, options: dict[str, Any]) -> tuple[str, str | None]:
    """Paths of the levels and of the doses."""
    paths = [str(path) for path in result.points.data_vars if path != "seed"]
    for option in ("axis", "by"):
        given = options[option]
        if given is not None and given not in paths:
            raise InputError("figure", option, f"no axis '{given}' in this result", paths or "none", given)
    if not paths:
        raise InputError("figure", "axis", "the result has no axis", "[axes]")
    rest = [path for path in paths if path != options["by"]]
    level = options["axis"] or next((path for path in rest if path.startswith("conditions.")), rest[0] if rest else None)
    if level is None or level == options["by"]:
        raise InputError("figure", "by", f"'{options['by']}' is the axis of the levels", "another axis")
    dose = options["by"] or next((path for path in paths if path.startswith("drugs.") and path != level), None)
    return str(level), dose


def _curves(axes: Axes, lines: list[Sweep], doses: Sweep | None, outcomes: list[NDArray[np.float64]],
            fits: list[Threshold]) -> None:
    """Probability with Wilson's intervals and the fitted curve, one colour per dose; the threshold's interval at a half."""
    colours = [style.INK] if doses is None else style.dose_colours(list(doses.values))
    span = float(np.ptp(lines[0].values))
    for k, (line, y, fit, colour) in enumerate(zip(lines, outcomes, fits, colours, strict=True)):
        found = seizure_probability(y)
        # Points of several doses side by side, where they would hide each other.
        spots = line.values + 0.008 * span * (k - (len(lines) - 1) / 2)
        label = None if doses is None else f"{doses.name} {doses.text(k)}"
        axes.vlines(spots, found.low, found.high, color=colour, lw=0.9, alpha=0.6)
        axes.plot(spots, found.mean, "o", color=colour, ms=4, mec="white", mew=0.6, label=label)
        if np.isfinite(fit.level.mean) and np.isfinite(fit.width.mean):
            grid = np.linspace(line.values.min(), line.values.max(), 400)
            axes.plot(grid, fit.probability(grid), color=colour, lw=1.1)
            axes.plot([fit.level.low, fit.level.high], [0.5, 0.5], color=colour, lw=3, alpha=0.35, solid_capstyle="butt")
    axes.axhline(0.5, color=style.QUIET, lw=0.6, linestyle=(0, (1, 2)), zorder=0)
    axes.set_ylim(-0.04, 1.04)
    axes.set_xlim(lines[0].values.min() - 0.05 * span, lines[0].values.max() + 0.05 * span)
    axes.set_xlabel(lines[0].label)
    axes.set_ylabel("Seizure probability")
    if doses is not None:
        axes.legend(loc="best")


def _by_dose(axes: Axes, line: Sweep, doses: Sweep, fits: list[Threshold]) -> None:
    """Threshold against dose; an arrow where it lies beyond the levels tested."""
    set_up(axes, doses)
    spots, colours = places(doses.values), style.dose_colours(list(doses.values))
    low, high = float(line.values.min()), float(line.values.max())
    known = [k for k, fit in enumerate(fits) if np.isfinite(fit.level.mean)]
    axes.plot(spots[known], [fits[k].level.mean for k in known], color=style.QUIET, lw=0.8, zorder=1)
    for spot, fit, colour in zip(spots, fits, colours, strict=True):
        if np.isfinite(fit.level.mean):
            axes.vlines([spot], max(fit.level.low, low), min(fit.level.high, high), color=colour, lw=1.2)
            axes.plot([spot], [fit.level.mean], "o", color=colour, ms=4.5, mec="white", mew=0.7)
        else:
            up = fit.level.high == np.inf
            axes.plot([spot], [high if up else low], "^" if up else "v", color=colour, ms=6, mec="white", mew=0.7)
    air = 0.06 * (high - low)
    axes.set_ylim(low - air, high + air)
    axes.set_ylabel(f"Threshold: {style.labelled(line.name, line.unit)}")


def _map(axes: Axes, figure: Figure, lines: list[Sweep], doses: Sweep, outcomes: list[NDArray[np.float64]],
         fits: list[Threshold]) -> None:
    """Probability as colour, doses by their rank; the threshold of each dose with its interval."""
    levels = lines[0].values
    if any(not np.array_equal(line.values, levels) for line in lines):
        raise InputError("figure", "by", "the doses do not share their levels", "the same levels at every dose")
    probability = np.stack([seizure_probability(y).mean for y in outcomes])
    middle = (levels[1:] + levels[:-1]) / 2
    edges = np.concatenate(([2 * levels[0] - middle[0]], middle, [2 * levels[-1] - middle[-1]]))
    rows = np.arange(len(doses.values))
    mesh = axes.pcolormesh(edges, np.arange(rows.size + 1) - 0.5, probability, cmap=_LIKELY, vmin=0, vmax=1, rasterized=True)
    figure.colorbar(mesh, ax=axes, label="Seizure probability", ticks=[0, 0.5, 1])
    known = np.array([k for k, fit in enumerate(fits) if np.isfinite(fit.level.mean)], np.int64)
    starts, stops = ([np.clip(end, edges[0], edges[-1]) for end in ends] for ends in (
        [fits[k].level.low for k in known], [fits[k].level.high for k in known]))
    axes.hlines(known, starts, stops, color=style.INK, lw=1.1)
    axes.plot([fits[k].level.mean for k in known], known, "o-", color=style.INK, ms=4, mec="white", mew=0.6, lw=1.2)
    axes.set_xlim(edges[0], edges[-1])
    axes.set_yticks(rows, [style.number_text(value) for value in doses.values])
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_xlabel(lines[0].label)
    axes.set_ylabel(doses.label)
