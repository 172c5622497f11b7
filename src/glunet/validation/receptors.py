"""Rows P1 to P4 and P6: receptors and drugs on clamped patches, one cell at a time."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from glunet.analysis import dose_response
from glunet.analysis.statistics import Interval
from glunet.store.result import Result
from glunet.validation.picture import Picture

EXPERIMENTS = {
    "P1": ("validation/magnesium_block",), "P2": ("validation/ketamine_ic50",), "P3": ("validation/memantine",),
    "P4": ("validation/antagonists",), "P6": ("validation/glycine_site",),
}
_STEADY = 0.8          # the last fifth of a run is read

PICTURES = {
    "P1": (Picture("validation/magnesium_block", "levels",
                   {"variables": ["I_nmda"], "axis": "clamp.glun2a", "by": "milieu.Mg_e"},
                   "NMDA current by voltage, without and with 1 mM magnesium."),),
    "P2": (Picture("validation/ketamine_ic50", "levels",
                   {"variables": ["I_nmda"], "axis": "drugs.ketamine.concentration", "by": "milieu.Mg_e", "relative": True,
                    "held": {"milieu.Glu_e": 1e4}, "window": ["48 s", "60 s"]},
                   "Steady NMDA current by dose at -65 mV in saturating glutamate, by magnesium."),),
    "P3": (Picture("validation/memantine", "levels",
                   {"variables": ["I_nmda"], "axis": "drugs.memantine.concentration", "by": "milieu.Glu_e", "relative": True,
                    "window": ["300 s", "600 s"]},
                   "NMDA current under memantine: opened by a spike every ten seconds, and held open by agonist."),),
    "P4": (Picture("validation/antagonists", "levels",
                   {"variables": ["I_ampa", "I_nmda", "I_gaba_a"], "axis": "drugs.perampanel.concentration",
                    "relative": True, "window": ["24 s", "30 s"]},
                   "Currents under perampanel alone: AMPA falls, the others stay."),),
    "P6": (Picture("validation/glycine_site", "levels",
                   {"variables": ["I_nmda"], "axis": "milieu.DSer_e", "by": "milieu.Gly_e", "window": ["0.8 s", "1 s"]},
                   "NMDA current by D-serine, without and with glycine."),),
}


def current(result: Result, population: str, variable: str, from_fraction: float = _STEADY) -> xr.DataArray:
    """Mean current late in the run, by replicate (pA)."""
    series = result.mean(population, variable)
    return series.sel(time=slice(from_fraction * result.duration_s, None)).mean("time")


def choose(result: Result, **wanted: float) -> np.ndarray:
    """Replicates with these axis values (in the axis' own unit), ordered by seed; dots in paths are written ``__``."""
    keep = np.ones(result.n_replicates, dtype=bool)
    for name, value in wanted.items():
        keep &= np.isclose(np.asarray(result.axis(name.replace("__", "."))), value)
    found = np.flatnonzero(keep)
    return found[np.argsort(np.asarray(result.points["seed"])[found], kind="stable")]


def p1(results: Mapping[str, Result]) -> dict[str, np.ndarray]:
    """Unblocked fraction against Jahr & Stevens 1990, from the currents' ratio."""
    result = results["validation/magnesium_block"]
    voltage = np.unique(np.asarray(result.axis("clamp.glun2a")))
    amount = np.asarray(current(result, "glun2a", "I_nmda"))
    errors = []
    for v in voltage:
        blocked = amount[choose(result, clamp__glun2a=v, milieu__Mg_e=1.0)]
        free = amount[choose(result, clamp__glun2a=v, milieu__Mg_e=0.0)]
        errors.append(np.abs(blocked / free - 1 / (1 + 1.0 / 3.57 * np.exp(-0.062 * v))))
    return {"max_abs_error_of_unblocked_fraction_minus80_to_plus40mv": np.max(errors, axis=0)}


def _ic50(result: Result, population: str, subunit: str, magnesium: float) -> Interval:
    """Half-blocking concentration of the steady current in agonist, by a Hill fit."""
    path = "drugs.ketamine.concentration"
    amount = np.asarray(current(result, population, "I_nmda"))
    doses = np.unique(np.asarray(result.axis(path)))
    rows = np.array([amount[choose(result, drugs__ketamine__concentration=d, milieu__Mg_e=magnesium, milieu__Glu_e=1e4)]
                     for d in doses]).T
    return _half(doses, rows / rows[:, :1])


def _half(doses: np.ndarray, responses: np.ndarray) -> Interval:
    """IC50 of responses [S, D] that start at one; seeds that agree exactly have an interval of no width."""
    fit = dose_response.fit_hill(doses, responses, bottom=0.0, top=1.0)
    if fit is None:
        return Interval(np.nan, np.nan, np.nan, len(responses))
    same = len(responses) > 1 and np.ptp(responses, axis=0).max() == 0
    low, high = (fit.half if same else x for x in (fit.half_low, fit.half_high))
    return Interval(fit.half, low, high, len(responses))


def p2(results: Mapping[str, Result]) -> dict[str, np.ndarray | Interval]:
    """Ketamine's half-blocking concentrations, and no block without agonist."""
    result = results["validation/ketamine_ic50"]
    block = np.asarray(result.mean("glun2a", "block_ketamine_GluN2A").isel(time=-1))
    idle = choose(result, drugs__ketamine__concentration=30.0, milieu__Mg_e=0.0, milieu__Glu_e=0.0)
    return {
        "ic50_glun2a_0mg_um": _ic50(result, "glun2a", "GluN2A", 0.0),
        "ic50_glun2a_1mg_um": _ic50(result, "glun2a", "GluN2A", 1.0),
        "ic50_glun2c_1mg_um": _ic50(result, "glun2c", "GluN2C", 1.0),
        "block_without_agonist_fraction": block[idle],
    }


def p3(results: Mapping[str, Result]) -> dict[str, np.ndarray]:
    """Steady block of receptors held open by agonist, and of those that rare spikes open; GluN2A and GluN2B alike.

    The cells of Xia et al. 2010, J Neurosci 30:11246, hippocampal autapses without magnesium, have both subunits.
    """
    result, blocked = results["validation/memantine"], {}
    for name, glutamate in (("tonic", 1e4), ("phasic", 0.0)):
        none, some = (choose(result, drugs__memantine__concentration=dose, milieu__Glu_e=glutamate) for dose in (0.0, 1.0))
        amounts = [np.asarray(current(result, subunit, "I_nmda", 0.5)) for subunit in ("glun2a", "glun2b")]
        blocked[name] = np.mean([1 - amount[some]/amount[none] for amount in amounts], axis=0)
    return {f"{name}_block_at_1um_fraction": values for name, values in blocked.items()}


def p4(results: Mapping[str, Result]) -> dict[str, np.ndarray | Interval]:
    """Each antagonist blocks its own receptor and no other, under the same afferent spikes."""
    result = results["validation/antagonists"]
    amount = {name: np.asarray(current(result, "glun2a", name)) for name in ("I_ampa", "I_nmda", "I_gaba_a")}

    def at(perampanel: float = 0.0, cnqx: float = 0.0, ap5: float = 0.0) -> np.ndarray:
        return choose(result, drugs__perampanel__concentration=perampanel, drugs__cnqx__concentration=cnqx,
                      drugs__ap5__concentration=ap5)

    doses = np.unique(np.asarray(result.axis("drugs.perampanel.concentration")))
    rows = np.array([amount["I_ampa"][at(perampanel=d)] for d in doses]).T
    others = (("I_nmda", at(perampanel=10)), ("I_gaba_a", at(perampanel=10)), ("I_nmda", at(cnqx=10)),
              ("I_gaba_a", at(cnqx=10)), ("I_ampa", at(ap5=50)), ("I_gaba_a", at(ap5=50)))
    off_target = [np.abs(1 - amount[name][where] / amount[name][at()]) for name, where in others]
    return {"perampanel_ic50_um": _half(doses, rows / rows[:, :1]),
            "off_target_block_fraction": np.max(off_target, axis=0)}


def p6(results: Mapping[str, Result]) -> dict[str, np.ndarray]:
    """NMDA current without co-agonists, and the gain by saturating D-serine."""
    result = results["validation/glycine_site"]
    amount = np.asarray(current(result, "glun2a", "I_nmda"))
    rest = amount[choose(result, milieu__Gly_e=1.0, milieu__DSer_e=2.0)]
    return {
        "nmda_current_without_coagonist_fraction": amount[choose(result, milieu__Gly_e=0.0, milieu__DSer_e=0.0)] / rest,
        "gain_at_saturating_d_serine_fraction": amount[choose(result, milieu__Gly_e=1.0, milieu__DSer_e=300.0)] / rest - 1,
    }


ROWS = {"P1": p1, "P2": p2, "P3": p3, "P4": p4, "P6": p6}
