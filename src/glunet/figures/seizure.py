"""Seizure: one replicate as an electroencephalographer would see it, with spikes, rates and potassium."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import blended_transform_factory
from numpy.typing import NDArray

from glunet.analysis.field import lfp_proxy
from glunet.analysis.firing import smooth
from glunet.analysis.oscillations import spectrogram
from glunet.analysis.seizures import Seizure
from glunet.errors import InputError
from glunet.figures import style
from glunet.figures.ictal import cells_of, seizures_of
from glunet.figures.raster import draw_spikes, sample_cells
from glunet.figures.sweep import named
from glunet.figures.windows import Window, seconds, window_option

if TYPE_CHECKING:
    from glunet.store.result import Result

#: replicate: which, None for the first with a seizure; populations: excitatory and inhibitory; window: times shown; before:
#: window of the baseline, or reference: its rate in Hz (None: see `glunet.figures.ictal.usual_of`); shortest: least duration
#: of a seizure; cells: shown in the raster; highest: end of the spectrogram, Hz; segment: its windows; smooth: of the rates.
OPTIONS: dict[str, Any] = {"replicate": None, "populations": None, "window": None, "before": None, "reference": None,
                           "shortest": "10 s", "cells": 150, "highest": 50.0, "segment": "1 s", "smooth": "50 ms"}

_PHASES = {"tonic": "#D55E00", "clonic": "#7B3294", "postictal": "#9a9a9a"}
_POTASSIUM = "#009E73"
#: Deepest power shown, dB below the highest.
_DEPTH_DB = 40.0


def draw(result: Result, options: dict[str, Any]) -> Figure:
    """Panels over one time axis: phases, spikes, rates, field, its spectrogram, potassium (the last three where recorded).

    Parameters
    ----------
    result : Result
        With spikes; with the means I_ampa, I_gaba_a and K_e it shows more.
    options : dict
        See `OPTIONS`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        No such replicate, nothing to compare the rate with, or a window outside the run.
    """
    window = window_option(result, options["window"], "window", (0.0, result.duration_s))
    found, usual = seizures_of(result, options)
    replicate = _replicate(result, options["replicate"], found)
    mine = [s for s in found if s.replicate == replicate]
    rows = _rows(result, options, replicate, window, mine)
    figure = style.new_figure(style.TWO_COLUMNS, 0.5 + sum(height for height, _ in rows))
    panels = list(figure.subplots(len(rows), 1, sharex=True, height_ratios=[height for height, _ in rows]))
    for axes, (_, fill) in zip(panels, rows, strict=True):
        fill(axes)
        axes.tick_params(labelbottom=axes is panels[-1])
        for seizure in mine:
            _marks(axes, seizure)
    style.time_axis(panels[-1], *window)
    figure.align_ylabels(panels)
    style.footnote(figure, "; ".join([_point(result, replicate), usual.told, *(_words(s) for s in mine[:2])]))
    return figure


def _replicate(result: Result, given: Any, found: list[Seizure]) -> int:
    """The replicate to show."""
    if given is None:
        return found[0].replicate if found else result.n_replicates - 1
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given < result.n_replicates:
        raise InputError("figure", "replicate", f"'{given}'", f"0 to {result.n_replicates - 1}")
    return given


def _rows(result: Result, options: dict[str, Any], replicate: int, window: Window,
          mine: list[Seizure]) -> list[tuple[float, Callable[[Axes], None]]]:
    """Height in inches and filling of every panel there is something for."""
    excitatory, inhibitory = cells_of(result, options)
    populations = [name for name in (excitatory, inhibitory) if name is not None]
    chosen = sample_cells(result, populations, int(options["cells"]))
    rows: list[tuple[float, Callable[[Axes], None]]] = [
        (0.2, lambda axes: _phases(axes, mine, window)),
        (1.7, lambda axes: draw_spikes(axes, result, replicate, chosen, window, 1.7)),
        (1.1, lambda axes: _rates(axes, result, populations, replicate, window, seconds(options["smooth"], "smooth"), mine))]
    field = _field(result, excitatory, replicate)
    if field is not None:
        times, values, unit = field
        rows.append((0.9, lambda axes: _trace(axes, times, values, unit, window)))
    else:
        rate = result.population_rate(excitatory, 2e-3)
        times, values = np.asarray(rate["time"].values, float), np.asarray(rate[replicate].values, float)
    what = "Field" if field is not None else style.spoken(excitatory)
    rows.append((1.1, lambda axes: _spectrogram(axes, times, values, options, what)))
    holders = [name for kind in ("means", "traces") for name, kept in result.recorded[kind].items() if "K_e" in kept]
    if holders:
        rows.append((0.8, lambda axes: _potassium(axes, result, holders[0], replicate)))
    return rows


def _field(result: Result, population: str, replicate: int) -> tuple[NDArray[np.float64], NDArray[np.float64], str] | None:
    """Times, field proxy and its unit, None where the currents were not recorded."""
    if not {"I_ampa", "I_gaba_a"} <= set(result.recorded["means"].get(population, {})):
        return None
    ampa, gaba = result.mean(population, "I_ampa"), result.mean(population, "I_gaba_a")
    times = np.asarray(ampa["time"].values, float)
    values = lfp_proxy(ampa[replicate].values, gaba[replicate].values, float(times[1] - times[0]))
    return times, values - np.median(values), str(ampa.attrs["units"])


def _phases(axes: Axes, found: list[Seizure], window: Window) -> None:
    """A strip that names the phases."""
    axes.set_ylim(0, 1)
    axes.axis("off")
    for seizure in found:
        end = window[1] if seizure.end_s is None else seizure.end_s
        clonic = end if seizure.tonic_to_clonic_s is None else seizure.tonic_to_clonic_s
        after = end + seizure.recovery_s if np.isfinite(seizure.recovery_s) else window[1]
        for name, start, stop in (("tonic", seizure.onset_s, clonic), ("clonic", clonic, end), ("postictal", end, after)):
            start, stop = max(start, window[0]), min(stop, window[1])
            if stop > start:
                axes.axvspan(start, stop, color=_PHASES[name], alpha=0.85, lw=0)
                if stop - start > 0.07 * (window[1] - window[0]):
                    axes.text((start + stop) / 2, 0.48, name, color="white", ha="center", va="center", fontsize=7)
    if not found:
        style.instead(axes, "no seizure")


def _rates(axes: Axes, result: Result, populations: list[str], replicate: int, window: Window, sigma_s: float,
           found: list[Seizure]) -> None:
    """Rates of the populations; when interneurons peak and when excitation runs away."""
    top = 0.0
    for name in populations:
        rate = result.population_rate(name, 0.010)
        values = smooth(rate[replicate].values, 0.010, sigma_s)
        times = np.asarray(rate["time"].values, float)
        seen = (times >= window[0]) & (times <= window[1])
        top = max(top, float(values[seen].max()))
        axes.plot(times[seen], values[seen], color=style.population_colour(name, populations), lw=0.7)
    style.from_zero(axes, 0.0, 1.12 * top)
    axes.set_ylabel("Rate (Hz)")
    where = blended_transform_factory(axes.transData, axes.transAxes)
    for seizure in found:
        for at, name in zip((seizure.runaway_s, seizure.interneuron_peak_s), populations, strict=False):
            if np.isfinite(at) and window[0] <= at <= window[1]:
                colour = style.population_colour(name, populations)
                axes.plot([at], [0.95], "v", transform=where, color=colour, ms=5, mew=0.5, mec="white", zorder=5)


def _trace(axes: Axes, times: NDArray[np.float64], values: NDArray[np.float64], unit: str, window: Window) -> None:
    """The field proxy."""
    seen = (times >= window[0]) & (times <= window[1])
    axes.plot(times[seen], values[seen], color=style.INK, lw=0.4, rasterized=True)
    axes.set_ylabel(style.labelled("Field proxy", unit))


def _spectrogram(axes: Axes, times: NDArray[np.float64], values: NDArray[np.float64], options: dict[str, Any],
                 what: str) -> None:
    """Power over time and frequency, in dB below the highest."""
    step_s = float(times[1] - times[0])
    frequency, centres, density = spectrogram(values, step_s, seconds(options["segment"], "segment"))
    use = (frequency > 0) & (frequency <= float(options["highest"]))
    axes.set_ylabel("Frequency (Hz)")
    if centres.size < 2 or use.sum() < 2 or not density[use].max() > 0:
        style.instead(axes, "too short for a spectrogram" if centres.size < 2 else "no power")
        return
    # Empty bins would be minus infinity.
    level = 10 * np.log10(np.maximum(density[use] / density[use].max(), 10 ** (-_DEPTH_DB / 10)))
    mesh = axes.pcolormesh(centres + times[0], frequency[use], level, cmap="magma", vmin=-_DEPTH_DB, vmax=0.0,
                           shading="nearest", rasterized=True)
    # Beside the panel: a colour bar that takes its room from the panel would shift its time axis against the others.
    bar = axes.inset_axes((1.01, 0.0, 0.012, 1.0))
    axes.figure.colorbar(mesh, cax=bar, ticks=[-_DEPTH_DB, -_DEPTH_DB / 2, 0], label=f"{what} (dB)")


def _potassium(axes: Axes, result: Result, holder: str, replicate: int) -> None:
    """Mean extracellular potassium, and its range over the recorded cells."""
    unit = "mM"
    if "K_e" in result.recorded["traces"].get(holder, {}):
        trace = result.trace(holder, "K_e")
        cells = np.asarray(trace[replicate].values, float)
        axes.fill_between(trace["time"].values, cells.min(axis=0), cells.max(axis=0), color=_POTASSIUM,
                          alpha=style.BAND_ALPHA, lw=0)
        unit = str(trace.attrs["units"])
    if "K_e" in result.recorded["means"].get(holder, {}):
        mean = result.mean(holder, "K_e")
        axes.plot(mean["time"].values, mean[replicate].values, color=_POTASSIUM, lw=1.1)
        unit = str(mean.attrs["units"])
    axes.set_ylabel(style.labelled("K$^+$", unit))


def _marks(axes: Axes, seizure: Seizure) -> None:
    """Lines at onset and end."""
    for at in (seizure.onset_s, seizure.end_s):
        if at is not None:
            axes.axvline(at, color=style.INK, lw=0.6, linestyle=(0, (4, 3)), zorder=6)


def _point(result: Result, replicate: int) -> str:
    """Which replicate."""
    told = [f"seed {int(result.points['seed'].values[replicate])}"]
    for path in (str(p) for p in result.points.data_vars if p != "seed"):
        name, unit = named(result, path)
        value = float(result.axis(path).values[replicate])
        told.append(f"{name} {style.number_text(value)} {style.unit_text(unit)}".strip())
    return ", ".join(told)


def _words(seizure: Seizure) -> str:
    """A seizure in numbers."""
    end = "whose end is not recorded" if seizure.end_s is None else f"lasts {seizure.duration_s:.1f} s"
    told = [f"seizure at {seizure.onset_s:.1f} s {end}"]
    if np.isfinite(seizure.interneuron_peak_lead_s):
        told.append(f"interneurons lead by {seizure.interneuron_peak_lead_s:.2f} s")
    if np.isfinite(seizure.block_fraction):
        told.append(f"{100 * seizure.block_fraction:.0f} % of them blocked")
    return ", ".join(told)
