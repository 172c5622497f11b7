"""Spectrum: power of a population's rate or of a synaptic current, by dose or before and after it; power in a band."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from glunet.analysis.oscillations import band_power, poisson_floor, spectrum
from glunet.analysis.statistics import mean_interval
from glunet.errors import InputError
from glunet.figures import style
from glunet.figures.dose_axis import draw_points, places, reach, set_up
from glunet.figures.rates import dose_legend, interval_note
from glunet.figures.sweep import Sweep, populations_of, sweep_of
from glunet.figures.windows import Window, before_and_during, seconds, window_option, window_text

if TYPE_CHECKING:
    from glunet.store.result import Result

#: signal: "rate" or a recorded population mean such as "I_ampa" (a proxy of the field potential); compare: "dose" or
#: "before_after"; band: Hz; highest: end of the frequency axis, Hz; segment: length for Welch's method.
OPTIONS: dict[str, Any] = {"population": None, "axis": None, "signal": "rate", "compare": "dose", "window": None,
                           "before": None, "band": (30.0, 80.0), "highest": 120.0, "doses": 5, "segment": "1 s"}


def draw(result: Result, options: dict[str, Any]) -> Figure:
    """Spectra on the left, power in the band relative to the lowest dose (or to before) on the right.

    Parameters
    ----------
    result : Result
        With spikes, or the mean that `signal` names.
    options : dict
        See `OPTIONS`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        For a signal that was not recorded, or windows that cannot be used.
    """
    sweep = sweep_of(result, options["axis"])
    before, during = before_and_during(result)
    during = window_option(result, options["window"], "window", during)
    if options["before"] is not None:
        before = window_option(result, options["before"], "before", during)
    compare = options["compare"]
    if compare not in ("dose", "before_after"):
        raise InputError("figure", "compare", f"'{compare}'", ["dose", "before_after"], str(compare))
    if compare == "before_after" and before is None:
        raise InputError("figure", "before", "nothing precedes the dose", 'a window, such as ["1 s", "4 s"]')
    if len(sweep.values) == 1:
        compare = "before_after" if before is not None else "dose"
    population = _population(result, options)
    after = _spectra(result, population, options, during)
    first = _spectra(result, population, options, before) if compare == "before_after" and before else None
    return _compose(result, sweep, population, options, after, first, before, during)


def _compose(result: Result, sweep: Sweep, population: str, options: dict[str, Any],
             after: tuple[NDArray[np.float64], NDArray[np.float64], str],
             first: tuple[NDArray[np.float64], NDArray[np.float64], str] | None, before: Window | None,
             during: Window) -> Figure:
    """The figure around the spectra."""
    frequency, density, unit = after
    both = len(sweep.values) > 1
    figure = style.new_figure(style.TWO_COLUMNS if both else style.ONE_COLUMN * 1.2, 2.8)
    panels = np.atleast_1d(figure.subplots(1, 2 if both else 1, width_ratios=[1.35, 1] if both else [1]))
    shown = sweep.subset(int(options["doses"]))
    left: Axes = panels[0]
    if first is not None:
        most = _most_changed(sweep, frequency, density, first[1], options)
        _line(left, frequency, first[1][sweep.members[most]], "#8c8c8c", "before", options)
        _line(left, frequency, density[sweep.members[most]], style.population_colour(population), "during", options)
        left.legend(title=f"{sweep.name} {sweep.text(most)}".strip() or None, loc="upper right")
    else:
        colours = style.dose_colours(list(sweep.values)) if both else [style.population_colour(population)]
        for d in shown:
            _line(left, frequency, density[sweep.members[d]], colours[d], "", options)
        dose_legend(figure, sweep, shown)
    _decorate(left, population, options, unit, float(frequency[-1]))
    if options["signal"] == "rate":
        _floor(left, result, population, sweep.members[0], during if first is None or before is None else before)
    if both:
        _band_panel(panels[1], sweep, frequency, density, None if first is None else first[1], population, options)
        for letter, axes in zip("AB", panels, strict=True):
            style.panel_letter(axes, letter)
    spans = window_text(during) if first is None or before is None else (
        f"before {window_text(before)}, during {window_text(during)}")
    dotted = "; dotted: independent cells" if options["signal"] == "rate" else ""
    style.footnote(figure, f"{interval_note(sweep)}; {spans}{dotted}")
    return figure


def _most_changed(sweep: Sweep, frequency: NDArray[np.float64], after: NDArray[np.float64],
                  before: NDArray[np.float64], options: dict[str, Any]) -> int:
    """The value of the sweep at which power in the band changes most, up or down."""
    powers = [band_power(frequency, density, *options["band"]) for density in (before, after)]
    if not all(np.all(power > 0) for power in powers):
        return len(sweep.values) - 1
    change = np.log(powers[1] / powers[0])
    return int(np.argmax([abs(change[rows].mean()) for rows in sweep.members]))


def _population(result: Result, options: dict[str, Any]) -> str:
    """The population asked for, else the first that has the signal."""
    signal = options["signal"]
    if signal == "rate":
        return populations_of(result, options)[0]
    having = [name for name, found in result.recorded["means"].items() if signal in found]
    wanted = options["population"] or (having[0] if having else "any population")
    if wanted not in having:
        known = {"rate", *(v for found in result.recorded["means"].values() for v in found)}
        raise InputError("figure", "signal", f"'{signal}' was not recorded of {wanted}", known, str(signal))
    return str(wanted)


def _spectra(result: Result, population: str, options: dict[str, Any],
             window: Window) -> tuple[NDArray[np.float64], NDArray[np.float64], str]:
    """Frequencies [F], densities [R, F] and the signal's unit."""
    if options["signal"] == "rate":
        step_s, unit = 1e-3, "Hz"
        values = result.population_rate(population, step_s, *window).values
    else:
        found = result.mean(population, options["signal"])
        times = found["time"].values
        step_s, unit = float(times[1] - times[0]), str(found.attrs["units"])
        values = found.values[:, (times >= window[0]) & (times < window[1])]
    return *spectrum(values, step_s, seconds(options["segment"], "segment")), unit


def _line(axes: Axes, frequency: NDArray[np.float64], density: NDArray[np.float64], colour: str, label: str,
          options: dict[str, Any]) -> None:
    """One spectrum: mean and interval over seeds, taken on logarithms so that the band stays positive."""
    use = (frequency >= 1.0) & (frequency <= options["highest"])
    if not np.all(density[:, use] > 0):
        return
    found = mean_interval(np.log(density[:, use]))
    if len(density) >= style.FEWEST_SEEDS:
        axes.fill_between(frequency[use], np.exp(found.low), np.exp(found.high), color=colour, alpha=style.BAND_ALPHA,
                          lw=0)
    axes.plot(frequency[use], np.exp(found.mean), color=colour, lw=1.1, label=label or None)


def _floor(axes: Axes, result: Result, population: str, rows: NDArray[np.int64], window: Window) -> None:
    """What independent cells of that rate would give."""
    rate = float(result.rates(population, *window).values[rows].mean())
    if rate > 0:
        axes.axhline(float(poisson_floor(rate, result.n_cells(population))), color=style.INK, lw=0.9,
                     linestyle=(0, (1, 2)), zorder=3)


def _decorate(axes: Axes, population: str, options: dict[str, Any], unit: str, highest: float) -> None:
    """Labels, scale and the band."""
    low, high = options["band"]
    axes.axvspan(low, high, color=style.FAINT, alpha=0.6, lw=0, zorder=-1)
    axes.set_yscale("log")
    axes.set_xlim(0, min(float(options["highest"]), highest))
    axes.set_xlabel("Frequency (Hz)")
    what = style.spoken(str(options["signal"]))
    axes.set_ylabel(f"Power density ({style.unit_text(unit)}$^2$/Hz)")
    axes.set_title(f"{style.spoken(population)}, {what[:1].lower() + what[1:] if what[1:2].islower() else what}")
    style.log_ticks(axes)
    if not axes.lines:
        style.instead(axes, "no power")
        axes.tick_params(axis="y", which="both", left=False, labelleft=False)


def _band_panel(axes: Axes, sweep: Sweep, frequency: NDArray[np.float64], density: NDArray[np.float64],
                first: NDArray[np.float64] | None, population: str, options: dict[str, Any]) -> None:
    """Power in the band by dose, relative to the lowest dose or to before, within each seed."""
    low, high = (float(v) for v in options["band"])
    rows = sweep.paired(band_power(frequency, density, low, high))
    base = rows[:, :1] if first is None else sweep.paired(band_power(frequency, first, low, high))
    with np.errstate(divide="ignore", invalid="ignore"):
        rows = rows / base
    set_up(axes, sweep)
    colour = style.population_colour(population)
    axes.axhline(1.0, color=style.QUIET, lw=0.7, linestyle=(0, (1, 2)), zorder=0)
    draw_points(axes, sweep, rows, colour)
    axes.plot(places(sweep.values), mean_interval(rows).mean, color=colour, lw=0.9, alpha=0.6, zorder=1)
    style.from_zero(axes, 0.0, max(1.0, reach(rows)[1]))
    if not np.isfinite(rows).any():
        style.instead(axes, "no power to compare")
    axes.set_ylabel(f"Power relative to {'before' if first is not None else sweep.text(0)}")
    axes.set_title(f"{low:g}–{high:g} Hz")
