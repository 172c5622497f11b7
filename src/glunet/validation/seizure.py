"""Rows S1 to S15 and C3: seizures of the one circuit, their thresholds, their ions and what drugs do to them.

Every perturbation comes after the baseline has been seen (`BASELINE_S`); a replicate seizes where `glunet.analysis.seizures`
finds a seizure by its published criteria.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np

from glunet.analysis import statistics
from glunet.analysis.depolarisation_block import Voltage
from glunet.analysis.episodes import population_activity
from glunet.analysis.firing import FloatArray, rate_per_cell
from glunet.analysis.ictal_phases import discharge_starts
from glunet.analysis.potassium import potassium_summary
from glunet.analysis.seizures import Seizure, find_seizures, seizing, seizure_probability
from glunet.analysis.statistics import Interval
from glunet.analysis.thresholds import fit_threshold, halving_dose, threshold_shift
from glunet.store.result import Result
from glunet.validation.picture import Picture

RUNAWAY, THRESHOLD = "seizure_runaway", "validation/seizure_threshold"
SCN1A, CONTROL = "seizure_scn1a", "validation/seizure_scn1a_pyramidal"
DEATH, DRUGS, POTASSIUM = "seizure_interneuron_death", "seizure_drugs", "validation/seizure_potassium"
ARREST = "ischemia_glutamate"
EXPERIMENTS = {"C3": (RUNAWAY, ARREST), "S1": (THRESHOLD,), "S3": (RUNAWAY,), "S4": (RUNAWAY,), "S5": (RUNAWAY,),
               "S7": (SCN1A, CONTROL), "S10": (DEATH,), "S12": (POTASSIUM,), "S15": (DRUGS,)}
BASELINE_S = (2.0, 5.0)
GABA_A, IN_DEATH = "conditions.gaba_a_loss.level", "conditions.interneuron_death.level"
RAISED_S = (15.0, 40.0)          # potassium has come to 8.5 mM and the cells have followed
PERAMPANEL_IC50_UM = 0.56        # targets.toml, row S15
ALL_SEIZE = 0.9                  # drugs are tried where nearly every seed seizes without them


def _values(result: Result, path: str) -> FloatArray:
    """An axis, one value per replicate."""
    return np.round(np.asarray(result.axis(path), float), 9)


def _baseline(result: Result) -> tuple[float, float]:
    """The window before the perturbation: the same seconds however long the run."""
    return BASELINE_S[0], min(BASELINE_S[1], result.duration_s)


@lru_cache(maxsize=8)
def _seizures(result: Result) -> tuple[Seizure, ...]:
    """All seizures of a result; with the interneurons' voltage where it was recorded."""
    voltage = None
    if "v" in result.recorded["traces"].get("interneuron", {}):
        trace = result.trace("interneuron", "v")
        voltage = Voltage(np.asarray(trace["time"]), np.asarray(trace["cell"]), trace)
    return tuple(find_seizures(result.spikes("pyramidal"), result.n_replicates, result.duration_s,
                               interneuron=result.spikes("interneuron"), baseline=_baseline(result), voltage=voltage))


def _outcomes(result: Result, path: str, held: Mapping[str, float] | None = None) -> tuple[FloatArray, FloatArray]:
    """Levels along an axis, and seizure or not of every seed at each: float64[L], float64[S, L]."""
    levels, seeds = _values(result, path), np.asarray(result.points["seed"])
    seen = seizing(list(_seizures(result)), result.n_replicates)
    use = np.all([_values(result, key) == value for key, value in (held or {}).items()], axis=0) if held else np.full(
        levels.size, True)
    x, s = np.unique(levels[use]), np.unique(seeds[use])
    y = np.full((s.size, x.size), np.nan)
    y[np.searchsorted(s, seeds[use]), np.searchsorted(x, levels[use])] = seen[use]
    return x, y


def _first(results: Mapping[str, Result], read: Callable[[Seizure], float]) -> FloatArray:
    """A property of the first seizure of every seed, nan without one."""
    result = results[RUNAWAY]
    first: dict[int, Seizure] = {}
    for seizure in _seizures(result):
        first.setdefault(seizure.replicate, seizure)
    return np.array([read(first[r]) if r in first else np.nan for r in range(result.n_replicates)])


def s1(results: Mapping[str, Result]) -> dict[str, FloatArray | Interval]:
    """Where loss of GABA-A begins seizures, how sharply, and that nothing does without."""
    levels, outcomes = _outcomes(results[THRESHOLD], GABA_A)
    found, calm = fit_threshold(levels, outcomes), seizure_probability(outcomes[:, :1])     # yes or no: no t interval
    mean, low, high, number = (np.ravel(x)[0] for x in (calm.mean, calm.low, calm.high, calm.n))
    return {"gaba_a_loss_at_seizure_threshold_fraction": found.level,
            "threshold_width_10_to_90_percent_fraction": found.width,
            "seizure_probability_at_baseline": Interval(float(mean), float(low), float(high), int(number))}


def s3(results: Mapping[str, Result]) -> dict[str, FloatArray]:
    """Synchrony gained in a seizure, silence after it, its duration."""
    return {"late_minus_early_synchrony": _first(results, lambda s: s.late_minus_early_synchrony),
            "postictal_rate_fraction_of_baseline": _first(results, lambda s: s.postictal_rate_fraction),
            "seizure_duration_s": _first(results, lambda s: s.duration_s)}


def s4(results: Mapping[str, Result]) -> dict[str, FloatArray]:
    """Interneurons peak, block and come back."""
    return {"interneuron_peak_lead_s": _first(results, lambda s: s.interneuron_peak_lead_s),
            "interneurons_in_depolarisation_block_fraction": _first(results, lambda s: s.block_fraction),
            "block_recovers_fraction": _first(results, lambda s: s.block_recovers_fraction)}


def s5(results: Mapping[str, Result]) -> dict[str, FloatArray]:
    """Extracellular potassium around the first seizure, over all shells."""
    result = results[RUNAWAY]
    times, mean = np.asarray(result.mean("pyramidal", "K_e")["time"]), _over_all(result, "K_e")
    mean = mean / sum(result.n_cells(name) for name in result.recorded["spikes"])
    rows = np.full((result.n_replicates, 3), np.nan)
    seizures, done = _seizures(result), set()
    for k, seizure in enumerate(seizures):
        if seizure.replicate in done:
            continue
        done.add(seizure.replicate)
        # the next seizure's potassium is not this one's undershoot
        stop = next((other.onset_s for other in seizures[k + 1:] if other.replicate == seizure.replicate), np.inf)
        part = times < stop
        found = potassium_summary(times[part], mean[seizure.replicate, part], seizure.onset_s, seizure.end_s,
                                  _baseline(result))
        rows[seizure.replicate] = found.rest, found.peak, found.undershoot
    return {"potassium_rest_mm": rows[:, 0], "potassium_peak_mm": rows[:, 1], "potassium_undershoot_mm": rows[:, 2]}


def s7(results: Mapping[str, Result]) -> dict[str, Interval]:
    """How far the threshold falls without half the sodium conductance, in either class of cells."""
    found = {}
    for name, experiment, condition in (("interneuron", SCN1A, "scn1a_loss"),
                                        ("pyramidal", CONTROL, "scn1a_loss_pyramidal")):
        path = f"conditions.{condition}.level"
        levels, whole = _outcomes(results[experiment], GABA_A, {path: 0.0})
        _, halved = _outcomes(results[experiment], GABA_A, {path: 1.0})
        found[f"threshold_shift_{name}_loss_fraction"] = threshold_shift(levels, whole, halved)
    return found


def s10(results: Mapping[str, Result]) -> dict[str, Interval]:
    """The fraction of dead interneurons from which on there are seizures."""
    levels, outcomes = _outcomes(results[DEATH], IN_DEATH)
    return {"interneuron_death_at_seizure_threshold_fraction": fit_threshold(levels, outcomes).level}


def _rates(result: Result, window: tuple[float, float]) -> FloatArray:
    """Pyramidal rate of every replicate, Hz."""
    data = result.spikes("pyramidal")
    return rate_per_cell(data.times_s, data.cell, data.replicate, data.n_cells, result.n_replicates, *window).mean(axis=1)


def _discharges(result: Result, window: tuple[float, float]) -> FloatArray:
    """Population discharges per second in a window, whether a seizure's or alone."""
    found = population_activity(result.spikes("pyramidal"), result.n_replicates, result.duration_s, _baseline(result))
    bin_s = float(found.starts_s[1] - found.starts_s[0])
    starts = [found.starts_s[discharge_starts(rate, bin_s, float(limit))]
              for rate, limit in zip(found.raw_hz, found.threshold_hz, strict=True)]
    return np.array([np.sum((s >= window[0]) & (s < window[1])) for s in starts]) / (window[1] - window[0])


def _seeds_at(result: Result, **held: float) -> np.ndarray:
    """Replicates at these values of ``condition__level`` or ``drug__concentration``, in the order of the seeds."""
    use = np.full(result.n_replicates, True)
    for key, value in held.items():
        name, what = key.split("__")
        use &= np.isclose(_values(result, f"{'drugs' if what == 'concentration' else 'conditions'}.{name}.{what}"), value)
    found = np.flatnonzero(use)
    return found[np.argsort(np.asarray(result.points["seed"])[found])]


def s12(results: Mapping[str, Result]) -> dict[str, FloatArray]:
    """Lamotrigine at 20 uM: discharges in raised potassium, and the pyramidal rate of the circuit at rest."""
    result = results[POTASSIUM]
    window = (RAISED_S[0], min(RAISED_S[1], result.duration_s))
    events, rates = _discharges(result, window), _rates(result, (BASELINE_S[1], window[1]))
    at = {(k, dose): _seeds_at(result, high_potassium__level=k, lamotrigine__concentration=dose)
          for k in (0.0, 1.0) for dose in (0.0, 20.0)}
    return {"event_frequency_change_at_20um": statistics.change_fraction(events[at[1.0, 0.0]], events[at[1.0, 20.0]]),
            "baseline_pyramidal_rate_change_fraction": statistics.change_fraction(rates[at[0.0, 0.0]], rates[at[0.0, 20.0]])}


def s15(results: Mapping[str, Result]) -> dict[str, FloatArray | Interval]:
    """Perampanel: the share of AMPA receptors whose block halves the seizures just above threshold, and the rate at rest."""
    result, dose = results[DRUGS], "drugs.perampanel.concentration"
    levels, control = _outcomes(result, GABA_A, {dose: 0.0})
    all_seize = levels[control.mean(axis=0) >= ALL_SEIZE]
    if not all_seize.size:
        nothing = np.full(len(control), np.nan)
        return {"ampa_block_that_halves_seizures_fraction": nothing, "baseline_pyramidal_rate_change_fraction": nothing}
    doses, outcomes = _outcomes(result, dose, {GABA_A: float(all_seize[0])})
    halves = halving_dose(doses, outcomes)
    blocks = [float(c / (c + PERAMPANEL_IC50_UM)) if np.isfinite(c) else float(c > 0) for c in
              (halves.mean, halves.low, halves.high)]
    mean = blocks[0] if np.isfinite(halves.mean) else np.nan
    used = doses[min(int(np.searchsorted(doses, halves.mean)), doses.size - 1)] if np.isfinite(halves.mean) else doses[-1]
    rates = _rates(result, (BASELINE_S[1], result.duration_s))
    rest, drugged = (_seeds_at(result, gaba_a_loss__level=0.0, perampanel__concentration=c) for c in (0.0, float(used)))
    return {"ampa_block_that_halves_seizures_fraction": Interval(mean, blocks[1], blocks[2], halves.n),
            "baseline_pyramidal_rate_change_fraction": statistics.change_fraction(rates[rest], rates[drugged])}


def _over_all(result: Result, variable: str) -> FloatArray:
    """Sum of a recorded mean over all cells, float64[R, T]."""
    having = [name for name, means in result.recorded["means"].items() if variable in means]
    return np.sum([result.n_cells(name) * np.asarray(result.mean(name, variable)) for name in having], axis=0)


def c3(results: Mapping[str, Result]) -> dict[str, FloatArray]:
    """Sodium and potassium of all cells, shells and glia, and what the bath took, in a seizure; glutamate without blood."""
    found = {}
    for run, what, word in ((RUNAWAY, "Na", "sodium"), (RUNAWAY, "K", "potassium"), (ARREST, "Glu", "glutamate")):
        total = _over_all(results[run], f"amount_{what}")
        found[f"relative_error_total_{word}"] = np.max(np.abs(total / total[:, :1] - 1.0), axis=1)
    return found


ROWS = {"C3": c3, "S1": s1, "S3": s3, "S4": s4, "S5": s5, "S7": s7, "S10": s10, "S12": s12, "S15": s15}
_EVENT = Picture(RUNAWAY, "seizure", {"before": ["2 s", "5 s"]}, "One seizure: spikes, rates, EEG-like trace, potassium.")
PICTURES = {
    "S1": (Picture(THRESHOLD, "threshold_map", {}, "Seizure probability over the loss of GABA-A conductance."),),
    "S3": (_EVENT,), "S4": (_EVENT,), "S5": (_EVENT,),
    "S7": (Picture(SCN1A, "threshold_map", {"axis": GABA_A, "by": "conditions.scn1a_loss.level"},
                   "With half of the interneurons' sodium conductance the threshold falls."),
           Picture(CONTROL, "threshold_map", {"axis": GABA_A, "by": "conditions.scn1a_loss_pyramidal.level"},
                   "The same loss in pyramidal cells.")),
    "S10": (Picture(DEATH, "threshold_map", {}, "Seizure probability over the fraction of dead interneurons."),),
    "S12": (Picture(POTASSIUM, "rates", {"smooth": "200 ms"}, "Rates in raised potassium, with and without lamotrigine."),),
    "S15": (Picture(DRUGS, "threshold_map", {"axis": GABA_A, "by": "drugs.perampanel.concentration"},
                    "Perampanel moves the threshold."),),
}
