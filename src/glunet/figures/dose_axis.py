"""The axis of doses: logarithmic, with a place for zero set off by a break; values over seeds drawn on it."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from numpy.typing import NDArray

from glunet.analysis.statistics import mean_interval
from glunet.figures import style
from glunet.figures.sweep import Sweep

#: Distance of the place of zero below the lowest dose, decades.
GAP = 0.55


def is_logarithmic(values: NDArray[np.float64]) -> bool:
    """Whether doses span enough for a logarithmic axis: non-negative, the positive ones over a factor of five."""
    positive = values[values > 0]
    return bool(np.all(values >= 0) and positive.size >= 2 and positive.max() / positive.min() >= 5)


def places(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where doses stand on the axis: zero stands apart, `GAP` below the lowest."""
    if not is_logarithmic(values):
        return values
    positive = values[values > 0]
    return np.where(values > 0, values, positive.min() / 10**GAP)


def set_up(axes: Axes, sweep: Sweep) -> None:
    """Scale, ticks, break and label of the dose axis."""
    axes.set_xlabel(sweep.label)
    if not is_logarithmic(sweep.values):
        air = 0.06 * float(np.ptp(sweep.values) or 1.0)
        axes.set_xlim(sweep.values.min() - air, sweep.values.max() + air)
        return
    positive = sweep.values[sweep.values > 0]
    spots = places(sweep.values)
    axes.set_xscale("log")
    axes.set_xlim(spots.min() / 10**0.2, positive.max() * 10**0.2)
    decades = 10.0 ** np.arange(np.floor(np.log10(positive.min())), np.ceil(np.log10(positive.max())) + 1)
    ticks = [d for d in decades if positive.min() / 1.3 <= d <= positive.max() * 1.3]
    if len(ticks) < 2:
        ticks = sorted({*positive})
    zero = sweep.values.min() == 0
    axes.xaxis.set_major_locator(FixedLocator([spots.min(), *ticks] if zero else ticks))
    axes.xaxis.set_major_formatter(FuncFormatter(
        lambda v, _: "0" if zero and v <= spots.min() * 1.001 else style.number_text(v)))
    minor = [m * d for d in decades / 10 for m in range(2, 10)]
    lowest = positive.min() / 10**0.1 if zero else 0.0
    axes.xaxis.set_minor_locator(FixedLocator([m for m in minor if lowest < m < positive.max() * 10**0.2]))
    axes.xaxis.set_minor_formatter(FuncFormatter(lambda *_: ""))
    if not ticks:
        axes.xaxis.set_minor_locator(NullLocator())
    if zero:
        _break(axes, positive.min() / 10 ** (GAP / 2))


def _break(axes: Axes, at: float) -> None:
    """Two strokes across the lower spine, over a gap in it."""
    where = axes.get_xaxis_transform()
    width = 10**0.045
    axes.plot([at / width, at * width], [0, 0], transform=where, color="white", lw=2.5, clip_on=False, zorder=9)
    for x in (at / width, at * width):
        axes.plot([x], [0], transform=where, marker=[(-0.35, -1), (0.35, 1)], markersize=7, color=style.RC[
            "axes.edgecolor"], markeredgewidth=0.8, clip_on=False, zorder=10, linestyle="none")


def draw_points(axes: Axes, sweep: Sweep, values: NDArray[np.float64], colour: str, marker: str = "o",
                label: str = "", shift: float = 0.0) -> None:
    """Means with 95 % intervals over seeds (from three on), the single seeds as faint dots beside them.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        With a dose axis.
    sweep : Sweep
        The axis.
    values : float64[S, D]
        One row per seed.
    colour, marker, label : str
        Of the series.
    shift : float
        Of the points along the axis, decades (or a fraction of its range where it is linear), so that two
        series stay apart.
    """
    spots = places(sweep.values)
    spots = spots * 10**shift if is_logarithmic(sweep.values) else spots + shift * float(np.ptp(spots) or 1.0)
    found = mean_interval(values)
    if len(values) > 1:
        beside = spots * 10**0.07 if is_logarithmic(sweep.values) else spots + 0.015 * float(np.ptp(spots) or 1.0)
        axes.plot(np.tile(beside, (len(values), 1)), values, ".", color=colour, alpha=0.45, ms=3.2, mew=0, zorder=2)
    if len(values) >= style.FEWEST_SEEDS:
        axes.vlines(spots, found.low, found.high, color=colour, lw=1.1, zorder=3)
    axes.plot(spots, found.mean, marker, color=colour, ms=4.5, mec="white", mew=0.7, zorder=4, label=label or None)


def reach(values: NDArray[np.float64]) -> tuple[float, float]:
    """Lowest and highest of values [S, D] and their intervals, the latter no further than zero.

    An interval over few seeds may cross zero where the quantity cannot.
    """
    usable = values[np.isfinite(values)]
    if not usable.size:
        return 0.0, 0.0
    low, high = float(usable.min()), float(usable.max())
    if len(values) < style.FEWEST_SEEDS:
        return low, high
    found = mean_interval(values)
    ends = np.array([np.nanmin([found.low, found.mean]), np.nanmax([found.high, found.mean])])
    return (min(low, max(ends[0], 0.0) if low >= 0 else ends[0]),
            max(high, min(ends[1], 0.0) if high <= 0 else ends[1]))


def curve_doses(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Doses [400] along which to draw a fitted curve: from just right of the break to the highest."""
    positive = values[values > 0]
    if not is_logarithmic(values):
        return np.linspace(values.min(), values.max(), 400)
    low = positive.min() / 10 ** (GAP / 2 - 0.1) if values.min() == 0 else positive.min()
    return np.geomspace(low, positive.max(), 400)
