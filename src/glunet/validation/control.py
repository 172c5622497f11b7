"""Row C1: the resting state."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from glunet.analysis import firing, statistics, synchrony
from glunet.store.result import Result
from glunet.validation.picture import Picture
from glunet.validation.sweep import window as part

SETTLED_S, END_S, BIN_S = 3.0, 63.0, 1.0
BASELINE_S, DRIFT_S = 63.0, 60.0       # of the whole experiment; what a drift is told over
EXPERIMENTS = {"C1": ("validation/baseline",)}
SHORTENS = True


def c1(results: Mapping[str, Result]) -> dict[str, np.ndarray]:
    """Rates, irregularity, correlation and drift, one value per seed."""
    result = results["validation/baseline"]
    window, found = part(result, (SETTLED_S, END_S), BASELINE_S), {}
    for population in ("pyramidal", "interneuron"):
        data = result.spikes(population)
        spikes = (data.times_s, data.cell, data.replicate, data.n_cells, result.n_replicates)
        found[f"{population}_rate_hz"] = firing.rate_per_cell(*spikes, *window).mean(axis=1)
        if population == "pyramidal":
            found["pyramidal_cv_isi"] = np.nanmean(firing.cv_isi(*spikes, *window), axis=1)
            found["pairwise_spike_correlation_50ms"] = synchrony.pairwise_correlation(*spikes, *window)
            times, rate = firing.population_rate(data.times_s, data.replicate, data.n_cells, result.n_replicates, *window,
                                                 BIN_S)
            found["rate_drift_over_60s_fraction"] = statistics.drift_fraction(rate, times, DRIFT_S)
    return found


ROWS = {"C1": c1}
PICTURES = {"C1": (
    Picture("validation/baseline", "raster", {"window": ["30 s", "33 s"]}, "Three seconds of the undisturbed circuit."),
    Picture("validation/baseline", "rates", {"smooth": "500 ms"}, "Rates over the whole minute: no drift."),
)}
