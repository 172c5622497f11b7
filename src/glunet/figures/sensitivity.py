"""Sensitivity: the indices of a design's parameters for one measure of activity, as bars with 95 % intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from glunet.analysis.design import Design
from glunet.analysis.sensitivity import INDICES, Sensitivity, sensitivity
from glunet.errors import InputError
from glunet.figures import style
from glunet.figures.dose_response import measure
from glunet.figures.sweep import design_of, named
from glunet.figures.windows import Window, before_and_during, window_option, window_text

if TYPE_CHECKING:
    from glunet.store.result import Result

#: measure: <population>_rate, or <population>_<variable> of a recorded mean or a value per cell.
OPTIONS: dict[str, Any] = {"measure": None, "window": None}

LABELS = {"S1": "first order (S1)", "ST": "total (ST)", "mu_star": "mean |effect| (µ*)", "sigma": "spread of effects (σ)"}
_REACH = (-0.5, 1.5)
_SHADES = ("#0072B2", "#9ecae1")


@dataclass(frozen=True)
class Found:
    """Indices of one measure, at one combination of the axes that the design is crossed with.

    Attributes
    ----------
    at : str
        That combination as printed; empty without further axes.
    indices : Sensitivity
    seeds : int
        Number of seeds averaged.
    """

    at: str
    indices: Sensitivity
    seeds: int

    @property
    def note(self) -> str:
        """What was averaged."""
        if self.seeds == 1:
            return "one seed"
        return f"mean over {self.seeds} seeds, {self.indices.noise:.0%} of its variance is noise between them"


@dataclass(frozen=True)
class Study:
    """What a result with a design says about one measure.

    Attributes
    ----------
    design : Design
    population, variable, unit : str
        What was measured, and its unit.
    window : (float, float)
        Seconds.
    found : list of Found
        One per combination of further axes.
    """

    design: Design
    population: str
    variable: str
    unit: str
    window: Window
    found: list[Found]

    @property
    def label(self) -> str:
        """The measure and its window as printed."""
        return f"{style.spoken(self.variable)}, {style.spoken(self.population).lower()}, {window_text(self.window)}"

    @property
    def points(self) -> str:
        """The design as printed."""
        return f"{self.design.kind.replace('_', ' ')}, {self.design.samples} samples, {self.design.n_rows} points"


def study(result: Result, wanted: str | None = None, window: Any = None) -> Study:
    """Indices of a measure from a stored result, its points in any order.

    Parameters
    ----------
    result : Result
        Of an experiment with a table [design].
    wanted : str, optional
        See `measures`; by default the first of them.
    window : [start, stop], optional
        Two times; by default see `before_and_during`.

    Returns
    -------
    Study

    Raises
    ------
    InputError
        A result without a design, an unknown measure or window, points that are missing.
    """
    design = design_of(result)
    if design is None:
        raise InputError(str(result.path), "design", "the points of this result are no design",
                         "results of an experiment with a table [design]")
    known = measures(result)
    wanted = wanted or next(iter(known), "")
    if wanted not in known:
        raise InputError(str(result.path), "measure", f"unknown measure {wanted!r}", list(known) or "none", wanted)
    population, variable = known[wanted]
    span = window_option(result, window, "window", before_and_during(result)[1])
    values, unit = measure(result, population, variable, span)
    found = []
    for at, rows in _combinations(result, design).items():
        outputs = _by_row(result, design, values, rows)
        found.append(Found(at, sensitivity(design, outputs), len(outputs)))
    return Study(design, population, variable, unit, span, found)


def measures(result: Result) -> dict[str, tuple[str, str]]:
    """Names of what can be measured, with population and variable."""
    kinds = result.recorded
    pairs = [(name, "rate") for name in kinds["spikes"]]
    pairs += [(name, variable) for kind in ("means", "cells") for name, having in kinds[kind].items() for variable in having]
    return {f"{name}_{variable}": (name, variable) for name, variable in pairs}


def _combinations(result: Result, design: Design) -> dict[str, NDArray[np.int64]]:
    """Replicates at each combination of the axes beside the design."""
    others = [str(path) for path in result.points.data_vars if path != "seed" and path not in design.ranges]
    columns = [np.asarray(result.axis(path).values, float) for path in others]
    told = [", ".join(_at(result, path, column[i]) for path, column in zip(others, columns, strict=True))
            for i in range(result.n_replicates)]
    order = sorted(range(len(told)), key=lambda i: [column[i] for column in columns])
    return {text: np.flatnonzero(np.array(told) == text) for text in dict.fromkeys(told[i] for i in order)}


def _at(result: Result, path: str, value: float) -> str:
    """An axis with its value."""
    name, unit = named(result, path)
    return f"{name} {style.number_text(value)} {style.unit_text(unit)}".strip()


def _by_row(result: Result, design: Design, values: NDArray[np.float64], use: NDArray[np.int64]) -> NDArray[np.float64]:
    """Values [S, n_rows], one row per seed, in the order of the design; refuses missing points."""
    points = np.stack([result.points[path].values[use] for path in design.ranges], axis=1)
    seeds = result.points["seed"].values[use]
    outputs = []
    for seed in np.unique(seeds):
        mine = np.flatnonzero(seeds == seed)
        place = design.find(points[mine])
        if (place < 0).any():
            raise _missing(result, design, int(seed), np.flatnonzero(place < 0))
        outputs.append(values[use[mine[place]]])
    return np.stack(outputs)


def _missing(result: Result, design: Design, seed: int, rows: NDArray[np.int64]) -> InputError:
    """The error for rows of the design that a result lacks."""
    if len(rows) == design.n_rows:
        return InputError(str(result.path), "design", f"none of its {design.n_rows} rows is in the result",
                          "results drawn with the same version of SALib")
    first = dict(zip(design.ranges, design.rows[rows[0]], strict=True))
    told = ", ".join(f"{path} = {value:.6g}" for path, value in first.items())
    return InputError(str(result.path), "design", f"{len(rows)} of {design.n_rows} rows are missing for seed {seed}, the "
                      f"first at {told} (SI)", "a design computed to its end")


def draw(result: Result, options: dict[str, Any]) -> Figure:
    """One panel per combination of further axes.

    Parameters
    ----------
    result : Result
        Of an experiment with a table [design].
    options : dict
        See `OPTIONS`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        See `study`.
    """
    return draw_study(result, study(result, options["measure"], options["window"]))


def draw_study(result: Result, told: Study) -> Figure:
    """The same from indices computed before."""
    names = [named(result, path)[0] for path in told.design.ranges]
    columns = min(len(told.found), 2)
    lines = -(-len(told.found) // columns)
    figure = style.new_figure(5.4 if columns == 1 else style.TWO_COLUMNS, 1.0 + lines * (0.55 + 0.36 * len(names)))
    panels = figure.subplots(lines, columns, squeeze=False, sharex=True, sharey=True).ravel()
    for axes, found in zip(panels, told.found, strict=False):
        _bars(axes, told, found, names)
    for axes in panels[len(told.found):]:
        axes.set_visible(False)
    panels[0].invert_yaxis()
    beyond = _cut(panels[0]) if told.design.kind != "morris" else ""
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside right upper")
    figure.suptitle(told.label, x=0.01, ha="left", fontsize=8.5)
    alike = len({found.note for found in told.found}) == 1
    notes = [told.found[0].note] if alike else [f"{found.at}: {found.note}" for found in told.found]
    style.footnote(figure, "\n".join([f"{told.points}; 95 % intervals{beyond}", *notes]))
    return figure


def _bars(axes: Axes, told: Study, found: Found, names: list[str]) -> None:
    """The bars of one panel."""
    kinds = INDICES[told.design.kind]
    thick = 0.75 / len(kinds)
    for k, kind in enumerate(kinds):
        spots = np.arange(len(names)) + (k - (len(kinds) - 1) / 2) * thick
        axes.barh(spots, found.indices.values[kind], thick * 0.92, color=_SHADES[k], label=LABELS[kind])
        axes.hlines(spots, found.indices.low[kind], found.indices.high[kind], color=style.INK, lw=1.0)
    axes.axvline(0, color=style.RC["axes.edgecolor"], lw=0.7)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelbottom=True)
    axes.set_title(found.at, fontsize=7.5)
    fraction = told.design.kind != "morris"
    axes.set_xlabel("Fraction of the variance" if fraction else style.labelled("Change over the whole range", told.unit))


def _cut(axes: Axes) -> str:
    """Keep the axis to where fractions mean something; tell where an interval goes on."""
    low, high = axes.get_xlim()
    axes.set_xlim(max(low, _REACH[0]), min(high, _REACH[1]))
    return ", some of which go on beyond the axis" if low < _REACH[0] or high > _REACH[1] else ""
