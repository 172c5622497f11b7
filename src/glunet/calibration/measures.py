"""The catalogue of measures: arrays in, one number per replicate out, by the functions that the scoreboard uses."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from glunet.analysis import firing, oscillations, recruitment, release, statistics, synchrony

FloatArray = NDArray[np.float64]
Spikes = tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64], int, int]
GAMMA_HZ = (30.0, 80.0)
QUIET_HZ = 0.5          # as row K9 of the scoreboard


@dataclass(frozen=True)
class Observation:
    """What was recorded of R replicates under one condition, and the window to look at.

    Parameters
    ----------
    spikes : mapping of population to (times_s, cell, replicate, N, R)
        Of the whole run.
    means : mapping of (population, variable) to (times_s float64[T], values float64[R, T])
    constants : mapping of parameter path to float64[R]
    window : (float, float)
        Seconds.
    """

    spikes: Mapping[str, Spikes]
    means: Mapping[tuple[str, str], tuple[FloatArray, FloatArray]]
    constants: Mapping[str, FloatArray]
    window: tuple[float, float]


@dataclass(frozen=True)
class Measure:
    """A measure of one population.

    Parameters
    ----------
    kind : str
        A name of `SINGLE` or `PAIRED`.
    population : str
    compare : {'value', 'change_fraction', 'ratio', 'difference'}
        The value itself, or the value held against that of the reference condition.
    variable, over : str
        Recorded means, for kinds that need them.
    min_spikes : int
        Fewest spikes of a cell that counts in ``cv_isi``.
    """

    kind: str
    population: str
    compare: str = "value"
    variable: str = ""
    over: str = ""
    min_spikes: int = 10

    @property
    def needs_reference(self) -> bool:
        """Whether it is a comparison."""
        return self.kind in PAIRED or self.compare != "value"

    @property
    def variables(self) -> tuple[str, ...]:
        """Recorded means that it reads."""
        return tuple(name for name in (self.variable, self.over) if name)

    @property
    def constants(self) -> tuple[str, ...]:
        """Parameter paths that it reads."""
        where = f"populations.{self.population}.depression"
        return (f"{where}.use", f"{where}.tau_refill") if self.kind == "release_per_s" else ()


def _rates(seen: Observation, population: str) -> FloatArray:
    """Rates of all cells, float64[R, N]."""
    return firing.rate_per_cell(*seen.spikes[population], *seen.window)


def _rate(seen: Observation, measure: Measure) -> FloatArray:
    return np.asarray(_rates(seen, measure.population).mean(axis=1))


def _cv(seen: Observation, measure: Measure) -> FloatArray:
    values = firing.cv_isi(*seen.spikes[measure.population], *seen.window, min_spikes=measure.min_spikes)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)     # a replicate without any active cell has no value
        return np.asarray(np.nanmean(values, axis=1))


def _correlation(seen: Observation, measure: Measure) -> FloatArray:
    return synchrony.pairwise_correlation(*seen.spikes[measure.population], *seen.window)


def _bursts(seen: Observation, measure: Measure) -> FloatArray:
    return firing.burst_fraction(*seen.spikes[measure.population], *seen.window)


def _series(seen: Observation, population: str, variable: str) -> tuple[FloatArray, FloatArray]:
    """A recorded mean inside the window: times and values [R, T]."""
    times, values = seen.means[population, variable]
    inside = (times >= seen.window[0]) & (times <= seen.window[1])
    return times[inside], values[:, inside]


def _mean(seen: Observation, measure: Measure) -> FloatArray:
    top = _series(seen, measure.population, measure.variable)[1].mean(axis=1)
    if not measure.over:
        return np.asarray(top)
    return statistics.paired_ratio(_series(seen, measure.population, measure.over)[1].mean(axis=1), top)


def _gamma(seen: Observation, measure: Measure) -> FloatArray:
    times, values = _series(seen, measure.population, measure.variable)
    frequency, density = oscillations.spectrum(values, float(times[1] - times[0]))
    return oscillations.band_power(frequency, density, *GAMMA_HZ)


def _release(seen: Observation, measure: Measure) -> FloatArray:
    """Vesicle pools per cell and second; the constants may be candidates' own, so alike replicates go together."""
    times, cell, replicate, n, total = seen.spikes[measure.population]
    constants = np.stack([np.broadcast_to(seen.constants[path], total) for path in measure.constants], axis=1)
    found = np.full(total, np.nan)
    for use, tau in np.unique(constants, axis=0):
        chosen = (constants == (use, tau)).all(axis=1)
        mine = chosen[replicate]
        rates = release.release_rate(times[mine], cell[mine], replicate[mine], n, total, float(use), float(tau),
                                     *seen.window)
        found[chosen] = rates[chosen]
    return found


SINGLE: dict[str, Callable[[Observation, Measure], FloatArray]] = {
    "rate_hz": _rate, "cv_isi": _cv, "pairwise_correlation": _correlation, "burst_fraction": _bursts, "mean": _mean,
    "gamma_power": _gamma, "release_per_s": _release}

PAIRED: dict[str, Callable[[FloatArray, FloatArray], FloatArray]] = {
    "fraction_increased": recruitment.fraction_increased,
    "fraction_recruited": lambda before, after: recruitment.fraction_recruited(before, after, QUIET_HZ),
    "fraction_suppressed": lambda before, after: recruitment.fraction_suppressed(before, after, QUIET_HZ),
    "rank_correlation": statistics.rank_correlation,
}

COMPARE: dict[str, Callable[[FloatArray, FloatArray], FloatArray]] = {
    "change_fraction": statistics.change_fraction, "ratio": statistics.paired_ratio,
    "difference": lambda before, after: after - before}

_P, _I = "pyramidal", "interneuron"
#: Metrics of the scoreboard that a short search can compute.
SCOREBOARD = {
    "pyramidal_rate_hz": Measure("rate_hz", _P),
    "interneuron_rate_hz": Measure("rate_hz", _I),
    "pyramidal_cv_isi": Measure("cv_isi", _P),
    "pairwise_spike_correlation_50ms": Measure("pairwise_correlation", _P),
    "interneuron_rate_change_fraction": Measure("rate_hz", _I, "change_fraction"),
    "pyramidal_rate_change_fraction": Measure("rate_hz", _P, "change_fraction"),
    "fraction_of_pyramidal_cells_increased": Measure("fraction_increased", _P),
    "peak_release_ratio_subanaesthetic": Measure("release_per_s", _P, "ratio"),
    "release_ratio_at_anaesthetic_dose": Measure("release_per_s", _P, "ratio"),
    "release_ratio_after_washout": Measure("release_per_s", _P, "ratio"),
    "pyramidal_ampa_charge_change_fraction": Measure("mean", _P, "change_fraction", "I_ampa"),
    "pyramidal_nmda_charge_change_fraction": Measure("mean", _P, "change_fraction", "I_nmda"),
    "ampa_to_nmda_throughput_ratio_change": Measure("mean", _P, "ratio", "I_ampa", "I_nmda"),
    "gamma_power_ratio_30_80hz": Measure("gamma_power", _P, "ratio", "I_ampa"),
    "pairwise_correlation_change": Measure("pairwise_correlation", _P, "difference"),
    "burst_fraction_change": Measure("burst_fraction", _P, "change_fraction"),
    "rank_correlation_of_rates_before_after": Measure("rank_correlation", _P),
    "fraction_recruited": Measure("fraction_recruited", _P),
    "fraction_suppressed": Measure("fraction_suppressed", _P),
}


def catalogue() -> list[str]:
    """Names of everything that a row of the objective may measure."""
    return sorted({*SINGLE, *PAIRED, *SCOREBOARD})


def evaluate(measure: Measure, seen: Observation, reference: Observation | None = None) -> FloatArray:
    """One number per replicate.

    Parameters
    ----------
    measure : Measure
    seen, reference : Observation
        The same replicates (candidates and seeds) in both; the reference only where the measure compares.

    Returns
    -------
    float64[R]
        nan where there is no number, such as the irregularity of silent cells.
    """
    with np.errstate(all="ignore"):
        if measure.kind in PAIRED:
            assert reference is not None
            return PAIRED[measure.kind](_rates(reference, measure.population), _rates(seen, measure.population))
        value = SINGLE[measure.kind](seen, measure)
        if measure.compare == "value":
            return value
        assert reference is not None
        return COMPARE[measure.compare](SINGLE[measure.kind](reference, measure), value)


def seen_through(seen: Observation, window: tuple[float, float]) -> Observation:
    """The same recording through another window."""
    return replace(seen, window=window)
