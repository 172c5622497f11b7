"""One look for all figures: fonts, colours that colour-blind readers can tell apart, the names of things."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator

NOTE_SIZE, NOTE_PER_INCH = 7, 20       # points; characters of that size in an inch
RC = {
    "font.family": "sans-serif", "font.sans-serif": ["DejaVu Sans"], "font.size": 8, "axes.titlesize": 8.5,
    "axes.labelsize": 8, "xtick.labelsize": 7.5, "ytick.labelsize": 7.5, "legend.fontsize": 7.5,
    "legend.title_fontsize": 7.5, "axes.titleweight": "normal", "axes.titlelocation": "left",
    "axes.spines.top": False, "axes.spines.right": False, "axes.linewidth": 0.7, "axes.edgecolor": "#404040",
    "axes.labelcolor": "#202020", "text.color": "#202020", "xtick.color": "#404040", "ytick.color": "#404040",
    "xtick.labelcolor": "#202020", "ytick.labelcolor": "#202020", "xtick.major.width": 0.7,
    "ytick.major.width": 0.7, "xtick.major.size": 3, "ytick.major.size": 3, "xtick.minor.size": 1.6,
    "ytick.minor.size": 1.6, "xtick.minor.width": 0.5, "ytick.minor.width": 0.5, "lines.linewidth": 1.3,
    "lines.solid_capstyle": "round", "legend.frameon": False, "legend.handlelength": 1.4,
    "legend.borderaxespad": 0.2, "figure.dpi": 150, "savefig.dpi": 150, "figure.facecolor": "white",
    "axes.axisbelow": True, "svg.hashsalt": "glunet", "mathtext.default": "regular",
}

#: Fewest seeds that get an interval: that of two is thirteen standard errors wide and hides what it surrounds.
FEWEST_SEEDS = 3

#: Width of a figure across one and two columns of a page, inches.
ONE_COLUMN, TWO_COLUMNS = 3.5, 7.2

INK, QUIET, FAINT = "#202020", "#6e6e6e", "#e4e4e4"
BAND_ALPHA = 0.22

# Okabe & Ito's palette.
_POPULATIONS = {"pyramidal": "#D55E00", "interneuron": "#0072B2", "astrocyte": "#009E73"}
_FURTHER = ["#CC79A7", "#009E73", "#E69F00", "#56B4E9", "#7a5195"]
_RECEPTORS = {"ampa": "#E69F00", "nmda": "#7B3294", "gaba_a": "#0072B2", "gaba": "#0072B2"}
_NAMES = {"glun2a": "GluN2A", "glun2b": "GluN2B", "glun2c": "GluN2C", "glun2d": "GluN2D",
          "pyramidal": "Pyramidal cells", "interneuron": "Fast-spiking interneurons", "astrocyte": "Astrocytes",
          "ampa": "AMPA", "nmda": "NMDA", "gaba_a": "GABA$_A$", "gaba": "GABA", "rate": "Firing rate",
          "pcp": "PCP", "mk801": "MK-801", "ap5": "D-AP5", "cnqx": "CNQX", "gaba_b": "GABA$_B$",
          "v": "Membrane potential", "releases": "Releases per cell", "Glu_e": "Glutamate outside",
          "Gln_e": "Glutamine outside", "K_e": "Potassium outside", "Na_e": "Sodium outside", "Ca_e": "Calcium outside",
          "Ca_i": "Calcium inside", "Na_i": "Sodium inside", "PCr": "Phosphocreatine", "alive": "Living cells"}
_DOSES = LinearSegmentedColormap.from_list("dose", ["#f2b134", "#e0653a", "#b02a5b", "#6a1b6d", "#2a0f4a"])


@contextmanager
def applied() -> Iterator[None]:
    """The style for what is drawn or saved inside; matplotlib's own settings come back afterwards."""
    base = {key: value for key, value in matplotlib.rcParamsDefault.items() if not key.startswith("backend")}
    with matplotlib.rc_context({**base, **RC}):
        yield


def new_figure(width: float, height: float) -> Figure:
    """An empty figure that lays itself out.

    Parameters
    ----------
    width, height : float
        Inches.

    Returns
    -------
    matplotlib.figure.Figure
        Not registered with pyplot, so nothing has to be closed.
    """
    figure = Figure(figsize=(width, height), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.04, h_pad=0.04, wspace=0.04, hspace=0.03)  # type: ignore[union-attr]
    return figure


def population_colour(name: str, order: Sequence[str] = ()) -> str:
    """Colour of a population; unknown ones get theirs by their place in `order`."""
    if name in _POPULATIONS:
        return _POPULATIONS[name]
    others = [n for n in order if n not in _POPULATIONS]
    return _FURTHER[others.index(name) % len(_FURTHER)] if name in others else QUIET


def receptor_colour(name: str) -> str:
    """Colour of a receptor, or of a current named after one."""
    return _RECEPTORS.get(name.removeprefix("I_").lower(), QUIET)


def dose_colours(values: Sequence[float]) -> list[str]:
    """Colours for doses in rising order: grey for zero, then from light to dark by rank."""
    doses = np.asarray(values, float)
    number = int(np.sum(doses != 0))
    shades = iter(_DOSES(np.linspace(0.0, 0.92, number) if number > 1 else [0.45]))
    return ["#8c8c8c" if dose == 0 else to_hex(next(shades)) for dose in doses]


def spoken(name: str) -> str:
    """A name as the field writes it: 'pyramidal' -> 'Pyramidal cells', 'I_nmda' -> 'NMDA current'."""
    if name in _NAMES:
        return _NAMES[name]
    if name.startswith("I_"):
        return f"{_NAMES.get(name[2:].lower(), name[2:].replace('_', ' '))} current"
    words = re.sub(r"\bgaba a\b", "GABA$_A$", name.replace("_", " "))
    return words[:1].upper() + words[1:]


def unit_text(unit: str) -> str:
    """A unit as printed: 'uM' -> 'µM', 'nS/cm**2' -> 'nS/cm²', '1' -> ''."""
    text = re.sub(r"\*\*\s*(-?\d+)", r"$^{\1}$", unit.strip())
    text = re.sub(r"\bu(?=[A-Za-z])", "µ", text).replace("*", "·")
    return "" if text == "1" else text


def labelled(what: str, unit: str) -> str:
    """An axis label with its unit in brackets, where it has one."""
    shown = unit_text(unit)
    return f"{what} ({shown})" if shown else what


def number_text(value: float) -> str:
    """A dose or value in at most three digits, without an exponent where it is short."""
    return f"{value:.3g}" if 1e-3 <= abs(value) < 1e4 or value == 0 else f"{value:.2g}"


def time_axis(axes: Axes, start_s: float, stop_s: float) -> None:
    """Label, limits and round ticks of a time axis in seconds."""
    axes.set_xlabel("Time (s)")
    axes.set_xlim(start_s, stop_s)
    axes.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10]))


def from_zero(axes: Axes, low: float, high: float) -> None:
    """Limits of the y axis that show zero beside values from `low` to `high`, with some air at the far end."""
    bottom, top = min(low, 0.0), max(high, 0.0)
    air = 0.06 * (top - bottom)
    if air == 0 or not np.isfinite(air):
        axes.set_ylim(0, 1)
    else:
        axes.set_ylim(bottom - air if bottom < 0 else 0.0, top + air if top > 0 else 0.0)


def log_ticks(axes: Axes) -> None:
    """Plain numbers on a logarithmic y axis that spans less than two decades, where powers of ten say too little."""
    low, high = axes.get_ylim()
    if 0 < low < high < 100 * low:
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: number_text(v)))
        axes.yaxis.set_minor_formatter(FuncFormatter(lambda *_: ""))


def instead(axes: Axes, text: str) -> None:
    """A word in the middle of a panel that has nothing to show."""
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", fontsize=7.5, color=QUIET)


def panel_letter(axes: Axes, letter: str) -> None:
    """A bold letter in a panel's upper left corner, outside the axes."""
    axes.annotate(letter, (0, 1), (-30, 7), xycoords="axes fraction", textcoords="offset points", fontweight="bold",
                  fontsize=9.5, va="bottom", ha="left", annotation_clip=False)


def footnote(figure: Figure, text: str) -> None:
    """Quiet lines below a figure, no wider than it is; nothing where the text is empty."""
    if text:
        width = int(NOTE_PER_INCH * figure.get_figwidth())
        wrapped = "\n".join(textwrap.fill(line, width) for line in text.splitlines())
        figure.supxlabel(wrapped, x=0.01, ha="left", fontsize=NOTE_SIZE, color=QUIET)
