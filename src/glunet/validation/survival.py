"""Rows I9, I11, I12 and I17: who lives when blood comes back, under an NMDA antagonist, after glutamate in a dish; and
transmission after anoxia, with creatine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import spearmanr

from glunet.analysis.firing import FloatArray
from glunet.analysis.survival import half_delay
from glunet.store.result import Result
from glunet.validation.picture import Picture

if TYPE_CHECKING:
    from glunet.figures.sweep import Sweep

REFLOW, ANTAGONIST = "ischemia_reperfusion", "ischemia_neuroprotection"
DISH, BRIEF = "excitotoxicity", "validation/excitotoxicity_brief"
ANOXIA = "anoxia_creatine"
EXPERIMENTS = {"I9": (REFLOW,), "I11": (ANTAGONIST,), "I12": (DISH, BRIEF), "I17": (ANOXIA,)}
_RETURN, _GIVEN = "conditions.ischemia.offset", "drugs.mk801.onset"
_BEFORE_S, _AFTER_S = (10.0, 60.0), (960.0, 1260.0)         # of the anoxia, which ends at 660 s
_ONSET_H = 0.1                      # of the loss of flow, in both experiments
PICTURES = {
    "I9": (Picture(REFLOW, "survival", {"axis": _RETURN}, "Blood comes back at the time that the colour says, or never."),),
    "I11": (Picture(ANTAGONIST, "survival", {"axis": _GIVEN}, "An hour with little flow; MK-801 from the time that the "
                    "colour says, or never."),),
    "I12": (Picture(DISH, "survival", {}, "Five minutes of glutamate."),
            Picture(BRIEF, "survival", {}, "Saturating glutamate until the time that the colour says; it begins after "
                    "a minute.")),
    "I17": (Picture(ANOXIA, "ischaemia", {"condition": "anoxia"}, "Ten minutes without oxygen, without creatine."),),
}


def _ends(result: Result, axis: str) -> tuple[Sweep, FloatArray]:
    """The axis, and the share of living cells at the end, [seed, value]."""
    from glunet.figures.survival import survivors
    from glunet.figures.sweep import sweep_of

    sweep = sweep_of(result, axis)
    return sweep, np.asarray(sweep.paired(survivors(result)[1][:, -1]), float)


def _at(sweep: Sweep, values: FloatArray, wanted: float) -> FloatArray:
    """The column of a value on the axis."""
    return np.asarray(values[:, int(np.flatnonzero(np.isclose(sweep.values, wanted))[0])])


def i9(results: Mapping[str, Result]) -> dict[str, FloatArray]:
    """Of the cells that die without reflow, the share that reflow spares; survival against its delay."""
    sweep, alive = _ends(results[REFLOW], _RETURN)
    never = alive[:, -1]
    spared = (alive - never[:, None]) / (1.0 - never[:, None])
    return {"penumbra_spared_at_1h_fraction": _at(sweep, spared, _ONSET_H + 1.0),
            "penumbra_spared_at_3h_fraction": _at(sweep, spared, _ONSET_H + 3.0),
            "survival_vs_delay_spearman": np.array([spearmanr(sweep.values, row).statistic for row in alive])}


def i11(results: Mapping[str, Result]) -> dict[str, FloatArray]:
    """Of the cells that die after an hour with little flow, the share that MK-801 saves, by when it is given."""
    sweep, alive = _ends(results[ANTAGONIST], _GIVEN)
    never = alive[:, -1]
    saved = (alive - never[:, None]) / (1.0 - never[:, None])
    delays = (sweep.values[:-1] - _ONSET_H) * 60.0
    return {"protection_at_onset_fraction": saved[:, 0],
            "half_effect_delay_min": np.array([half_delay(delays, row[:-1]) for row in saved]),
            "protection_at_2h_fraction": _at(sweep, saved, _ONSET_H + 2.0)}


def i12(results: Mapping[str, Result]) -> dict[str, FloatArray]:
    """The dose that kills half as many in five minutes as the highest does, and what the highest does in two minutes."""
    sweep, alive = _ends(results[DISH], "drugs.glutamate.concentration")
    dead = 1.0 - alive
    halves = np.array([_half_dose(sweep.values, row) for row in dead])
    brief, left = _ends(results[BRIEF], "drugs.glutamate.offset")
    return {"lethal_ec50_5min_um": halves, "death_at_2min_500um_fraction": 1.0 - _at(brief, left, 180.0)}


def _half_dose(doses: FloatArray, dead: FloatArray) -> float:
    """The dose at half of the highest dose's dead, in logarithms between doses; nan without a rise through that half."""
    risen = np.maximum.accumulate(dead) - dead[-1] / 2.0
    if dead[-1] <= 0 or risen[0] >= 0:
        return float("nan")
    # where a plateau lies at the half, the middle of it
    ends = (np.interp(0.0, risen, np.log(doses)), -np.interp(0.0, -risen[::-1], -np.log(doses[::-1])))
    return float(np.exp(np.mean(ends)))


def i17(results: Mapping[str, Result]) -> dict[str, FloatArray]:
    """Excitatory synaptic current five to ten minutes after an anoxia, over that before; more than before counts as all."""
    from glunet.figures.sweep import sweep_of

    result = results[ANOXIA]
    current = result.mean("pyramidal", "I_ampa")
    times, values = np.asarray(current["time"], float), np.abs(np.asarray(current, float))
    before, after = (values[:, (times >= low) & (times < high)].mean(axis=1) for low, high in (_BEFORE_S, _AFTER_S))
    recovery = sweep_of(result, "drugs.creatine.concentration").paired(after / before)
    return {"recovery_with_creatine_fraction": np.clip(recovery[:, 1], 0.0, 1.0),
            "recovery_without_creatine_fraction": np.clip(recovery[:, 0], 0.0, 1.0)}


ROWS = {"I9": i9, "I11": i11, "I12": i12, "I17": i17}
