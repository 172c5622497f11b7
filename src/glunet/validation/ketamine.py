"""Rows K1 to K9: ketamine on the circuit, each dose against the same seeds at zero dose.

Doses: free brain concentrations, about 0.2 uM per mg/kg in the rat (assumed from Cohen et al. 1973, Shaffer et al. 2014 and
Zanos et al. 2018). 10 to 30 mg/kg are then 2 to 6 uM (scored at 3 uM), and the 200 mg/kg at which release falls are 40 uM
(scored at 30 uM, the nearest dose on the axis).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from glunet.analysis import firing, onset, oscillations, recruitment, release, statistics
from glunet.analysis.firing import FloatArray
from glunet.analysis.statistics import Interval
from glunet.store.result import Result
from glunet.validation.picture import Picture
from glunet.validation.sweep import Sweep, window

DOSE, WASHOUT, STEP = "validation/ketamine_dose", "validation/ketamine_washout", "ketamine_onset"
EXPERIMENTS = {"K1": (DOSE, STEP), "K3": (DOSE, WASHOUT), "K4": (DOSE,), "K6": (DOSE,), "K7": (DOSE,), "K9": (DOSE,)}
SHORTENS = True
ENOUGH = {DOSE: {"drugs.ketamine.concentration": ["0 uM", "0.3 uM", "1 uM", "3 uM", "30 uM"]}}
SUBANAESTHETIC_UM, ANAESTHETIC_UM = 3.0, 30.0
BELOW_ANAESTHESIA_UM = (0.0, 0.3, 1.0, 3.0)
WINDOW, DOSE_S = (15.0, 35.0), 35.0
ONSET_S, SETTLED_S, STEP_END_S = 5.0, 1.0, 20.0
WASHED, WASHOUT_S = (300.0, 330.0), 330.0
ONSET_BIN_S = 0.02
GAMMA_HZ = (30.0, 80.0)


@lru_cache(maxsize=4)
def _sweep(result: Result) -> Sweep:
    """The result by dose and seed, read once."""
    return Sweep(result, "ketamine")


def _late(sweep: Sweep) -> tuple[float, float]:
    """The part of the dose axis' run that is scored."""
    return window(sweep.result, WINDOW, DOSE_S)


def _change(sweep: Sweep, values: FloatArray) -> FloatArray:
    """Relative change at the subanaesthetic dose, per seed."""
    return statistics.change_fraction(values[sweep.at(0.0)], values[sweep.at(SUBANAESTHETIC_UM)])


def _lead_ms(sweep: Sweep) -> Interval:
    """By how long the interneurons' fall precedes the pyramidal cells' rise."""
    rates, references, times = [], [], np.empty(0)
    settled, end = window(sweep.result, (SETTLED_S, STEP_END_S), STEP_END_S)
    onset_s = window(sweep.result, (ONSET_S, STEP_END_S), STEP_END_S)[0]
    for population in ("interneuron", "pyramidal"):
        spikes = sweep.spikes(population)
        times, rate = firing.population_rate(spikes[0], spikes[2], *spikes[3:], settled, end, ONSET_BIN_S)
        rates.append(rate[sweep.at(SUBANAESTHETIC_UM)])
        references.append(rate[sweep.at(0.0)])
    lead = onset.onset_lead(times, rates[0], rates[1], onset_s, first_reference=references[0],
                            second_reference=references[1])
    return Interval(lead.mean * 1e3, lead.low * 1e3, lead.high * 1e3, lead.n)


def k1(results: Mapping[str, Result]) -> dict[str, np.ndarray | Interval]:
    """Interneurons fall first, pyramidal cells rise."""
    sweep = _sweep(results[DOSE])
    rates = {name: sweep.rates(name, _late(sweep)) for name in ("interneuron", "pyramidal")}
    before, after = (rates["pyramidal"][sweep.at(dose)] for dose in (0.0, SUBANAESTHETIC_UM))
    return {
        "interneuron_rate_change_fraction": _change(sweep, rates["interneuron"].mean(axis=1)),
        "pyramidal_rate_change_fraction": _change(sweep, rates["pyramidal"].mean(axis=1)),
        "fraction_of_pyramidal_cells_increased": recruitment.fraction_increased(before, after),
        "interneuron_onset_lead_ms": _lead_ms(_sweep(results[STEP])),
    }


def _release(sweep: Sweep, during: tuple[float, float]) -> FloatArray:
    """Vesicle pools released per pyramidal cell and second, float64[R]."""
    constants = sweep.result.blueprint["populations"]["pyramidal"]["parameters"]
    use = float(constants["use"]["value"])
    tau = float(constants["tau_refill"]["value"].split()[0]) * 1e-3
    return release.release_rate(*sweep.spikes("pyramidal"), use, tau, *during)


def k3(results: Mapping[str, Result]) -> dict[str, np.ndarray]:
    """The inverted U of release, and its return."""
    sweep, washed = _sweep(results[DOSE]), _sweep(results[WASHOUT])
    amount = _release(sweep, _late(sweep))
    control = amount[sweep.at(0.0)]
    ratios = {dose: amount[sweep.at(dose)] / control for dose in sweep.doses}
    below = [ratios[dose] for dose in sweep.doses if 0 < dose <= SUBANAESTHETIC_UM]
    after = _release(washed, window(washed.result, WASHED, WASHOUT_S))
    best = int(np.argmax([np.mean(ratio) for ratio in below]))
    return {
        "peak_release_ratio_subanaesthetic": below[best],
        "release_ratio_at_anaesthetic_dose": ratios[ANAESTHETIC_UM],
        "release_ratio_after_washout": after[washed.at(SUBANAESTHETIC_UM)] / after[washed.at(0.0)],
    }


def k4(results: Mapping[str, Result]) -> dict[str, np.ndarray]:
    """AMPA charge up, NMDA charge down."""
    sweep = _sweep(results[DOSE])
    charge = {name: sweep.mean("pyramidal", name, _late(sweep)) for name in ("I_ampa", "I_nmda")}
    change = {name: _change(sweep, values) for name, values in charge.items()}
    return {
        "pyramidal_ampa_charge_change_fraction": change["I_ampa"],
        "pyramidal_nmda_charge_change_fraction": change["I_nmda"],
        "ampa_to_nmda_throughput_ratio_change": (1 + change["I_ampa"]) / (1 + change["I_nmda"]),
    }


def _gamma(sweep: Sweep) -> FloatArray:
    """Power of the pyramidal population's AMPA current between 30 and 80 Hz, float64[R]."""
    series = sweep.result.mean("pyramidal", "I_ampa").sel(time=slice(*_late(sweep)))
    step = float(series.time[1] - series.time[0])
    frequency, density = oscillations.spectrum(np.asarray(series), step)
    return oscillations.band_power(frequency, density, *GAMMA_HZ)


def k6(results: Mapping[str, Result]) -> dict[str, np.ndarray]:
    """Gamma up while synchrony and bursting fall."""
    sweep = _sweep(results[DOSE])
    zero, dosed = sweep.at(0.0), sweep.at(SUBANAESTHETIC_UM)
    spikes, gamma, late = sweep.spikes("pyramidal"), _gamma(sweep), _late(sweep)
    correlation, bursts = sweep.correlation("pyramidal", late), firing.burst_fraction(*spikes, *late)
    return {
        "gamma_power_ratio_30_80hz": statistics.paired_ratio(gamma[zero], gamma[dosed]),
        "pairwise_correlation_change": correlation[dosed] - correlation[zero],
        "burst_fraction_change": statistics.change_fraction(bursts[zero], bursts[dosed]),
        "pyramidal_cv_isi": np.nanmean(firing.cv_isi(*spikes, *late)[dosed], axis=1),
    }


def k7(results: Mapping[str, Result]) -> dict[str, np.ndarray]:
    """Gamma power grows with dose below anaesthesia."""
    sweep = _sweep(results[DOSE])
    gamma = _gamma(sweep)
    by_dose = np.array([gamma[sweep.at(dose)] for dose in BELOW_ANAESTHESIA_UM]).T
    return {"gamma_dose_spearman": statistics.spearman_per_seed(np.array(BELOW_ANAESTHESIA_UM), by_dose)}


def k9(results: Mapping[str, Result]) -> dict[str, np.ndarray]:
    """The active cells change places."""
    sweep = _sweep(results[DOSE])
    rates = sweep.rates("pyramidal", _late(sweep))
    before, after = rates[sweep.at(0.0)], rates[sweep.at(SUBANAESTHETIC_UM)]
    quiet = 0.5     # Hz: 10 spikes in the window separate a silent cell from an active one
    return {
        "rank_correlation_of_rates_before_after": statistics.rank_correlation(before, after),
        "fraction_recruited": recruitment.fraction_recruited(before, after, quiet),
        "fraction_suppressed": recruitment.fraction_suppressed(before, after, quiet),
    }


_LATE = {"window": ["15 s", "35 s"]}
PICTURES = {
    "K1": (Picture(DOSE, "dose_response", _LATE, "Rates by dose, at binding equilibrium: interneurons fall, "
                   "pyramidal cells rise, and fall again at doses that anaesthetise."),
           Picture(STEP, "rates", {"smooth": "300 ms"}, "Rates while 3 uM arrive at once at 5 s.")),
    "K3": (Picture(DOSE, "dose_response", {**_LATE, "populations": "pyramidal"}, "Release follows the pyramidal cells' "
                   "rate: up below anaesthesia, down beyond."),
           Picture(WASHOUT, "rates", {"smooth": "500 ms"}, "Rates during 20 s of ketamine and after its wash-out.")),
    "K4": (Picture(DOSE, "currents", {**_LATE, "population": "pyramidal"}, "AMPA and NMDA current of pyramidal cells."),
           ),
    "K6": (Picture(DOSE, "spectrum", _LATE, "Spectrum of the pyramidal cells' rate, and its power between 30 and 80 Hz."),
           Picture(DOSE, "raster", {"window": ["30 s", "32 s"]}, "Two seconds without ketamine, at a middle and at the "
                   "highest dose.")),
    "K7": (Picture(DOSE, "spectrum", _LATE, "Spectrum of the pyramidal cells' rate, and its power between 30 and 80 Hz."),),
    "K9": (Picture(DOSE, "cell_rates", {**_LATE, "level": 3.0, "population": "pyramidal"}, "Rates of single cells at 3 "
                   "uM against none: dots on the left edge were recruited, those on the lower edge silenced."),),
}

ROWS = {"K1": k1, "K3": k3, "K4": k4, "K6": k6, "K7": k7, "K9": k9}
