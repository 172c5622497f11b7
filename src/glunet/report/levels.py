"""Replicates grouped by the values of their axes, and what each group's seeds say: tables and the chart of doses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import LogLocator, MaxNLocator
from numpy.typing import NDArray

from glunet.analysis.statistics import mean_interval
from glunet.figures import style
from glunet.figures.dose_axis import is_logarithmic, places
from glunet.figures.dose_response import measure
from glunet.figures.sweep import named
from glunet.figures.windows import before_and_during, window_text
from glunet.report import wording

if TYPE_CHECKING:
    from glunet.store.result import Result

#: Replicates up to which rates are counted in a window; beyond, the averages over the whole run kept in the file serve.
MOST_WINDOWED = 500
#: Series (combinations of the further axes) that a chart keeps apart.
MOST_SERIES = 8


@dataclass(frozen=True)
class Level:
    """Replicates that differ in their seeds only.

    Attributes
    ----------
    parts : tuple of str
        One per axis that varies, such as 'Ketamine 3 µM'.
    values : tuple of float
        One per axis that varies, in the unit it was written in.
    rows : int64[S]
        Their replicates.
    """

    parts: tuple[str, ...]
    values: tuple[float, ...]
    rows: NDArray[np.int64]

    @property
    def label(self) -> str:
        """All parts; empty for a result without axes."""
        return ", ".join(self.parts)


@dataclass(frozen=True)
class Measure:
    """One number per replicate.

    Attributes
    ----------
    population, name, unit : str
    values : float64[R]
    """

    population: str
    name: str
    unit: str
    values: NDArray[np.float64]


def varying(result: Result) -> list[str]:
    """Paths of the axes, but for the seed, that take two values or more; all axes where none does."""
    paths = [str(path) for path in result.points.data_vars if path != "seed"]
    return [path for path in paths if np.unique(result.points[path].values).size > 1] or paths[:1]


def levels(result: Result) -> list[Level]:
    """The groups, in the order of their values.

    Parameters
    ----------
    result : Result
        An opened result.

    Returns
    -------
    list of Level
    """
    paths = varying(result)
    seeds = np.asarray(result.points["seed"].values)
    columns = [np.asarray(result.axis(path).values, float) for path in paths]
    names = [named(result, path) for path in paths]
    if not paths:
        return [Level((), (), np.argsort(seeds, kind="stable"))]
    table, member = np.unique(np.column_stack(columns), axis=0, return_inverse=True)
    found = []
    for index, values in enumerate(table):
        rows = np.flatnonzero(member.ravel() == index)
        told = tuple(f"{wording.plain(name)} {wording.quantity(value, unit)}"
                     for (name, unit), value in zip(names, values, strict=True))
        found.append(Level(told, tuple(values.tolist()), rows[np.argsort(seeds[rows], kind="stable")]))
    return found


def measures(result: Result) -> tuple[list[Measure], str]:
    """Rates and recorded population means of every replicate.

    Parameters
    ----------
    result : Result
        An opened result.

    Returns
    -------
    list of Measure
    over : str
        The time they are averaged over, in words.
    """
    populations = list(dict.fromkeys([*result.recorded["spikes"], *result.recorded["means"]]))
    wanted = [(name, "rate") for name in populations if name in result.recorded["spikes"]]
    wanted += [(name, variable) for name in populations for variable in result.recorded["means"].get(name, {})]
    if result.n_replicates > MOST_WINDOWED:
        kept = result.summary()
        return [Measure(name, variable, str(kept[f"{name} {variable}"].attrs["units"]),
                        np.asarray(kept[f"{name} {variable}"].values, float)) for name, variable in wanted], "the whole run"
    window = before_and_during(result)[1]
    found = [Measure(name, variable, unit, values) for name, variable in wanted
             for values, unit in [measure(result, name, variable, window)]]
    return found, window_text(window)


def cells(group: list[Level], one: Measure) -> list[dict[str, Any]]:
    """What a measure's seeds say at every level: mean, ends of the 95 % interval (nan below three seeds), how many."""
    found = []
    for level in group:
        interval = mean_interval(one.values[level.rows])
        told = len(level.rows) >= style.FEWEST_SEEDS
        found.append({"mean": float(interval.mean), "low": float(interval.low) if told else float("nan"),
                      "high": float(interval.high) if told else float("nan"), "n": int(interval.n)})
    return found


def chart(result: Result, group: list[Level], found: list[Measure]) -> dict[str, Any]:
    """The chart of doses for the page's script; None for the numbers that are not there.

    Returns
    -------
    dict
        label, x (0 to 1, per level), ticks ([x, text]), labels, series (label, colour, levels), measures (population,
        label, unit, mean, low, high [L], seeds [L][S]). A single level makes no chart: labels is empty.
    """
    if len(group) < 2:
        return {"labels": []}
    name, unit = named(result, varying(result)[0])
    first = np.array([level.values[0] for level in group])
    spots = np.log10(places(first)) if is_logarithmic(first) else first
    low, span = float(spots.min()), float(np.ptp(spots) or 1.0)
    x = (spots - low) / span
    return {"label": wording.plain(style.labelled(name, unit)), "x": x.round(5).tolist(), "ticks": _ticks(first, x),
            "labels": [level.label for level in group], "series": _series(group),
            "measures": [_charted(group, one) for one in found]}


def _ticks(values: NDArray[np.float64], x: NDArray[np.float64]) -> list[list[float | str]]:
    """Places and numbers along the axis: the values themselves, or round numbers where those are many."""
    places_of = dict(zip(values.tolist(), x.tolist(), strict=True))
    if len(places_of) > 9:
        logarithmic = is_logarithmic(values)
        positive = values > 0 if logarithmic else np.isfinite(values)
        low, high = float(values[positive].min()), float(values[positive].max())
        locator = LogLocator(subs=(1.0, 3.0)) if logarithmic else MaxNLocator(7)
        round_ones = [float(one) for one in locator.tick_values(low, high) if low <= one <= high]
        scale = np.log10 if logarithmic else np.asarray
        ends = float(x[positive].min()), float(x[positive].max())
        places_of = {one: float(np.interp(scale(one), scale([low, high]), ends)) for one in round_ones}
        if not positive.all():
            places_of[0.0] = 0.0
    kept: list[list[float | str]] = []
    for value, place in sorted(places_of.items()):
        if not kept or place - float(kept[-1][0]) > 0.055:      # closer, and their numbers would run into each other
            kept.append([place, wording.number(value, 3)])
    return kept


def _series(group: list[Level]) -> list[dict[str, Any]]:
    """Levels that share all values but the first, joined by a line; without one where there are too many of them."""
    rest = list(dict.fromkeys(level.values[1:] for level in group))
    if len(rest) > MOST_SERIES:
        return [{"label": "", "colour": "", "line": False, "levels": list(range(len(group)))}]
    colours = style.dose_colours([k + 1 for k in range(len(rest))]) if len(rest) > 1 else [""]
    return [{"label": next(", ".join(level.parts[1:]) for level in group if level.values[1:] == values),
             "colour": colour, "line": True,
             "levels": [k for k, level in enumerate(group) if level.values[1:] == values]}
            for values, colour in zip(rest, colours, strict=True)]


def _charted(group: list[Level], one: Measure) -> dict[str, Any]:
    """A measure at every level, rounded to what a screen can tell apart."""
    told = cells(group, one)
    return {"population": one.population, "label": wording.spoken(one.name), "unit": wording.unit(one.unit),
            **{key: [_short(cell[key]) for cell in told] for key in ("mean", "low", "high")},
            "seeds": [[_short(value) for value in one.values[level.rows]] for level in group]}


def _short(value: float) -> float | None:
    """A number in six digits; None, which JSON knows, for what is none."""
    return float(f"{value:.6g}") if np.isfinite(value) else None
