"""A search at a glance: score against generation, the best candidate's rows against their bands, the parameters' spread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from glunet.figures import style

FloatArray = NDArray[np.float64]
COLOUR, START = "#0072B2", "#7a7a7a"
#: How far outside its band a row is still shown in place, in units of what costs one.
_REACH = 2.0
_ROW_INCHES = 0.19


@dataclass(frozen=True)
class RowSeen:
    """A row of the objective: its band (equal ends: a value with its error `scale`), and two candidates' numbers."""

    name: str
    low: float
    high: float
    scale: float
    start: float
    best: float


@dataclass(frozen=True)
class ParameterSeen:
    """A parameter: places between its bounds, 0 to 1, of the first and the last generation, and texts of its values."""

    name: str
    low: str
    high: str
    value: str
    start: float
    best: float
    first: FloatArray
    last: FloatArray


@dataclass(frozen=True)
class History:
    """What the figure shows.

    Parameters
    ----------
    scores : tuple of float64[C]
        One array per generation.
    rows : tuple of RowSeen
    parameters : tuple of ParameterSeen
    note : str
        For the line below the figure.
    """

    scores: tuple[FloatArray, ...]
    rows: tuple[RowSeen, ...]
    parameters: tuple[ParameterSeen, ...]
    note: str = ""


def draw(history: History) -> Figure:
    """Draw a search.

    Parameters
    ----------
    history : History
        At least one generation.

    Returns
    -------
    matplotlib.figure.Figure
    """
    heights = [1.7, *(_ROW_INCHES * len(part) + 0.55 for part in (history.rows, history.parameters))]
    with style.applied():
        figure = style.new_figure(style.TWO_COLUMNS, sum(heights) + 0.3)
        panels = figure.subplots(3, 1, height_ratios=heights)
        _scores(panels[0], history.scores)
        _rows(panels[1], history.rows)
        _parameters(panels[2], history.parameters)
        for axes, letter in zip(panels, "ABC", strict=True):
            style.panel_letter(axes, letter)
        style.footnote(figure, history.note)
    return figure


def _scores(axes: Axes, scores: tuple[FloatArray, ...]) -> None:
    """Best so far as a line; of each generation its best as a dot and its middle half as a band."""
    number = np.arange(1, len(scores) + 1)
    lowest = np.array([found.min() for found in scores])
    low, middle, high = (np.array([np.percentile(found, share) for found in scores]) for share in (25, 50, 75))
    axes.fill_between(number, low, high, color=START, alpha=style.BAND_ALPHA, lw=0, label="middle half of a generation",
                      step=None if len(scores) > 1 else "mid")
    axes.plot(number, middle, color=START, lw=0.9, label="its median")
    axes.plot(number, lowest, "o", color=COLOUR, ms=3.2, mec="white", mew=0.5, label="its best")
    axes.step(number, np.minimum.accumulate(lowest), where="post", color=COLOUR, label="best so far")
    axes.set_xlabel("Generation")
    axes.set_ylabel("Score")
    axes.set_xlim(0.5, len(scores) + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(10, integer=True))
    style.from_zero(axes, 0.0, float(max(high.max(), lowest.max())))
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0))


def place(row: RowSeen, value: float) -> float:
    """Where a number stands on a row's axis: its band from 0 to 1, beyond it one per `scale`.

    Parameters
    ----------
    row : RowSeen
    value : float

    Returns
    -------
    float
        nan for nan.
    """
    if row.low == row.high:
        return 0.5 + (value - row.low) / (2.0 * row.scale)
    if value < row.low:
        return (value - row.low) / row.scale
    if value > row.high:
        return 1.0 + (value - row.high) / row.scale
    if np.isfinite(row.low) and np.isfinite(row.high):
        return (value - row.low) / (row.high - row.low)
    inner = (value - row.low if np.isfinite(row.low) else row.high - value) / row.scale
    share = 1.0 - 1.0 / (1.0 + inner)
    return share if np.isfinite(row.low) else 1.0 - share


def _rows(axes: Axes, rows: tuple[RowSeen, ...]) -> None:
    """Each row's numbers on an axis of its own band."""
    axes.axvspan(0, 1, color="#009E73", alpha=0.16, lw=0)
    for k, row in enumerate(rows):
        for value, colour, face in ((row.start, START, "white"), (row.best, COLOUR, COLOUR)):
            spot = place(row, value)
            if not np.isfinite(spot):
                continue
            marker = "o" if -_REACH <= spot <= 1 + _REACH else ("<" if spot < 0 else ">")
            axes.plot(np.clip(spot, -_REACH, 1 + _REACH), k, marker, color=colour, mfc=face, ms=4.6, clip_on=False)
        _right(axes, k, f"{_number(row.best)}  ({_band(row)})")
    axes.set_xlim(-_REACH, 1 + _REACH)
    axes.set_xticks([0, 1], ["lowest", "highest"])
    axes.set_xlabel("Value in its band; outside it, the band's width stands for one tolerance")
    _listed(axes, [row.name for row in rows])
    axes.plot([], [], "o", color=START, mfc="white", ms=4.6, label="start")
    axes.plot([], [], "o", color=COLOUR, ms=4.6, label="best")
    axes.legend(ncols=2, loc="lower right", bbox_to_anchor=(1.0, 1.0))


def _parameters(axes: Axes, parameters: tuple[ParameterSeen, ...]) -> None:
    """Each parameter between its bounds: where the first and the last generation lay, and the best."""
    for k, parameter in enumerate(parameters):
        axes.plot([0, 1], [k, k], color=style.FAINT, lw=0.8, zorder=0)
        for values, colour, width in ((parameter.first, START, 5.0), (parameter.last, COLOUR, 5.0)):
            low, high = np.percentile(values, [10, 90])
            axes.plot([low, high], [k, k], color=colour, alpha=0.30, lw=width, solid_capstyle="butt", zorder=1)
        axes.plot(parameter.start, k, "o", color=START, mfc="white", ms=4.6, clip_on=False, zorder=2)
        axes.plot(parameter.best, k, "o", color=COLOUR, ms=4.6, clip_on=False, zorder=3)
        _right(axes, k, f"{parameter.value}  ({parameter.low} to {parameter.high})")
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 1], ["low", "high"])
    axes.set_xlabel("Place between the bounds")
    _listed(axes, [parameter.name for parameter in parameters])
    axes.plot([], [], color=START, alpha=0.30, lw=5, label="first generation, 80 %")
    axes.plot([], [], color=COLOUR, alpha=0.30, lw=5, label="last")
    axes.legend(ncols=2, loc="lower right", bbox_to_anchor=(1.0, 1.0))


def _listed(axes: Axes, names: list[str]) -> None:
    """One line per name, the first on top."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def _right(axes: Axes, k: int, text: str) -> None:
    """A text right of a line."""
    axes.annotate(text, (1, k), (8, 0), xycoords=("axes fraction", "data"), textcoords="offset points", va="center",
                  fontsize=7, color=style.INK)


def _number(value: float) -> str:
    return style.number_text(value) if np.isfinite(value) else "no number"


def _band(row: RowSeen) -> str:
    if row.low == row.high:
        return f"{style.number_text(row.low)} ± {style.number_text(row.scale)}"
    low, high = (style.number_text(end) if np.isfinite(end) else ("∞" if end > 0 else "-∞") for end in (row.low, row.high))
    return f"{low} to {high}"
