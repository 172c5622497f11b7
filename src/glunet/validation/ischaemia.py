"""Rows C2 and I2 to I6, and the glutamate of row C3: blood flow stops, gradients fall, and blood brings them back."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from glunet.analysis.firing import FloatArray
from glunet.analysis.ischaemia import depolarisation_time, flow_threshold, recovery_time
from glunet.analysis.microdialysis import BIN_S, dialysate
from glunet.store.result import Result
from glunet.validation.picture import Picture

ARREST, HOUR, FLOW = "ischemia_glutamate", "validation/ischemia_hour", "validation/ischemia_flow"
EXPERIMENTS = {"C2": (ARREST,), "I2": (ARREST,), "I3": (HOUR,), "I4": (FLOW,), "I5": (ARREST,), "I6": (ARREST,)}
ONSET_S, REFLOW_S, LENGTH_S = 30.0, 630.0, 600.0        # of the arrest
REST_S, END_S = (10.0, 30.0), (600.0, 630.0)            # windows of rest and of the arrest's end
FRACTION = 0.2                  # of tissue that is extracellular at rest: Sykova & Nicholson 2008, Physiol Rev 88:1277
GRAMS_PER_ML = 1.05
ONSET_FOLD, MASSIVE_FOLD = 1.5, 10.0    # what counts as a rise, and as a massive one (assumed: above noise; as total arrest)
PICTURES = {
    "I2": (Picture(ARREST, "ischaemia", {}, "Ten minutes without blood, and reflow."),),
    "I5": (Picture(ARREST, "ischaemia", {}, "Ten minutes without blood, and reflow."),),
    "I6": (Picture(ARREST, "ischaemia", {"window": ["20 s", "180 s"]}, "The first two and a half minutes."),),
    "I3": (Picture(HOUR, "ischaemia", {}, "An hour without blood."),),
    "I4": (Picture(FLOW, "levels", {"variables": ["Glu_e"], "axis": "conditions.ischemia.level",
                                    "window": ["1500 s", "1860 s"]},
                   "Glutamate after half an hour, by the share of flow that is lost."),),
    "C2": (Picture(ARREST, "ischaemia", {"window": ["5 s", "30 s"]}, "Rest."),),
}


def _neurons(result: Result) -> list[str]:
    """Populations whose shells were recorded."""
    return [name for name, means in result.recorded["means"].items() if "Glu_e" in means]


def _shells(result: Result, variable: str) -> tuple[FloatArray, FloatArray]:
    """Times, and the mean of a variable over all shells, [R, T]."""
    names = _neurons(result)
    cells = np.array([result.n_cells(name) for name in names], float)
    series = [result.mean(name, variable) for name in names]
    values = np.array([np.asarray(one, float) for one in series])
    return np.asarray(series[0]["time"], float), np.tensordot(cells / cells.sum(), values, 1)


def _over(result: Result, variable: str, window: tuple[float, float]) -> FloatArray:
    """A variable's mean over all shells in a window, by replicate."""
    times, values = _shells(result, variable)
    return np.asarray(values[:, (times >= window[0]) & (times < window[1])].mean(axis=1))


def _at(result: Result, variable: str, after_s: float) -> FloatArray:
    """A variable's mean over all shells at a time after the onset, by replicate."""
    times, values = _shells(result, variable)
    return np.asarray(values[:, np.searchsorted(times, ONSET_S + after_s)])


def _fraction(result: Result) -> tuple[FloatArray, FloatArray]:
    """Times, and the extracellular share of the tissue, [R, T]."""
    times, volume = _shells(result, "volume_shell")
    return times, FRACTION * volume / _shells(result, "volume_shell_rest")[1]


def c2(results: Mapping[str, Result]) -> dict[str, FloatArray]:
    """Ambient glutamate, its clearance, and the cycle through the astrocytes' synthetase."""
    result = results[ARREST]
    converted = result.mean("astrocyte", "converted")
    times, made = np.asarray(converted["time"], float), np.asarray(converted, float)
    rest = (times >= REST_S[0]) & (times < REST_S[1])
    slope = np.array([np.polyfit(times[rest], row[rest], 1)[0] for row in made]) * result.n_cells("astrocyte")    # fmol/s
    shells = sum(result.n_cells(name) * np.asarray(result.mean(name, "volume_shell_rest"))[:, 0]
                 for name in _neurons(result))
    tissue = shells / FRACTION * 1e-12 * GRAMS_PER_ML           # um^3 to g
    return {"ambient_glutamate_um": _over(result, "Glu_e", REST_S) * _micromolar(result),
            "uptake_time_constant_ms": 1e3 / _over(result, "clearance_rate", REST_S),
            "glutamate_glutamine_flux_umol_per_g_min": slope * 1e-9 * 60.0 / tissue}


def _micromolar(result: Result) -> float:
    """What turns recorded glutamate into micromolar."""
    return {"uM": 1.0, "mM": 1e3}[result.recorded["means"]["pyramidal"]["Glu_e"]]


def i2(results: Mapping[str, Result]) -> dict[str, FloatArray]:
    """Glutamate at the membrane and in a probe, and glutamine, after ten minutes without flow."""
    result = results[ARREST]
    times, glutamate = _shells(result, "Glu_e")
    # a minute of rest stands for the hours that a probe rests
    resting = np.repeat(_over(result, "Glu_e", REST_S)[:, None], int(BIN_S / (times[1] - times[0])), axis=1)
    during = glutamate[:, (times >= ONSET_S) & (times < REFLOW_S)]
    course = np.concatenate([resting, during], axis=1) * _micromolar(result)
    _, readings = dialysate(np.arange(course.shape[1]) * (times[1] - times[0]), course)
    return {"membrane_glutamate_fold": _over(result, "Glu_e", END_S) / _over(result, "Glu_e", REST_S),
            "probe_glutamate_fold": readings[:, -1] / readings[:, 0],
            "glutamine_fraction": _over(result, "Gln_e", END_S) / _over(result, "Gln_e", REST_S)}


def i3(results: Mapping[str, Result]) -> dict[str, FloatArray]:
    """Glutamate at 55 minutes over that at 10 minutes."""
    result = results[HOUR]
    late, early = (_over(result, "Glu_e", (60.0 + 60 * m - 60.0, 60.0 + 60 * m + 60.0)) for m in (55, 10))
    return {"plateau_over_first_phase": late / early}


def i4(results: Mapping[str, Result]) -> dict[str, FloatArray]:
    """The flows at which glutamate begins to rise, and rises massively."""
    result = results[FLOW]
    lost = np.round(np.asarray(result.axis("conditions.ischemia.level"), float), 9)
    seeds, found = np.asarray(result.points["seed"]), _over(result, "Glu_e", (1560.0, 1860.0))
    levels, kept = np.unique(lost), np.unique(seeds)
    at = {(s, x): found[(seeds == s) & (lost == x)][0] for s in kept for x in levels}
    folds = np.array([[at[s, x] / at[s, 0.0] for x in levels] for s in kept])
    return {"flow_at_onset_fraction": flow_threshold(1 - levels, folds, ONSET_FOLD),
            "flow_at_massive_rise_fraction": flow_threshold(1 - levels, folds, MASSIVE_FOLD)}


def i5(results: Mapping[str, Result]) -> dict[str, FloatArray]:
    """Ions and space at the end of ten minutes without flow, and when they are back."""
    result = results[ARREST]
    times, fraction = _fraction(result)
    end, rest = (times >= END_S[0]) & (times < END_S[1]), (times >= REST_S[0]) & (times < REST_S[1])
    courses = np.array([*(_shells(result, x)[1] for x in ("K_e", "Na_e", "Ca_e")), fraction])
    return {"potassium_mm": _over(result, "K_e", END_S), "sodium_mm": _over(result, "Na_e", END_S),
            "calcium_mm": _over(result, "Ca_e", END_S), "extracellular_fraction": fraction[:, end].mean(axis=1),
            "recovery_minutes_after_10_min": recovery_time(times, courses, courses[:, :, rest].mean(axis=2), REFLOW_S) / 60}


def i6(results: Mapping[str, Result]) -> dict[str, FloatArray]:
    """When cells depolarise for good, and what energy is left on the way."""
    result = results[ARREST]
    times, voltage = _shells(result, "v")
    atp, pcr = _over(result, "ATP", REST_S), _over(result, "PCr", REST_S)
    return {"anoxic_depolarisation_min": depolarisation_time(times, voltage, ONSET_S, REFLOW_S) / 60.0,
            "atp_fraction_at_10s": _at(result, "ATP", 10.0) / atp,
            "phosphocreatine_fraction_at_10s": _at(result, "PCr", 10.0) / pcr,
            "atp_fraction_at_5min": _at(result, "ATP", 300.0) / atp}


ROWS = {"C2": c2, "I2": i2, "I3": i3, "I4": i4, "I5": i5, "I6": i6}
