"""Partial block and positive modulation of receptors against their concentration-effect curves on paper."""

import numpy as np
import pytest

from glunet.circuit.assemble import Setting, assemble
from glunet.circuit.blueprint import RecordPlan
from glunet.circuit.load import load_drug
from glunet.engine import compiler
from glunet.engine.simulate import simulate
from glunet.vocabulary.schedule import constant

pytestmark = pytest.mark.skipif(compiler.compiler() is None, reason="needs a C++ compiler")
DT, CELL = 1e-4, "glun2a"
DIAZEPAM = (3e-6, 27e-6, 1e-3)                   # mM
TOPIRAMATE = (0.5e-3, 5e-3, 0.1)
PERAMPANEL = (0.56e-3, 5e-3)
LARGER = {"drugs.diazepam.maximum_gain": 0.38}
PARTIAL = {"drugs.perampanel.maximum_block": 0.25}


@pytest.fixture(scope="module")
def patch_cell(tmp_path_factory):
    """Clamped patches with afferents under each dose: plan, and traces [replicate, time] of one cell."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLUNET_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
        doses = [("", 0.0, {}), *(("diazepam", dose, {}) for dose in DIAZEPAM), ("diazepam", 1e-3, LARGER),
                 *(("topiramate", dose, {}) for dose in TOPIRAMATE), *(("perampanel", dose, {}) for dose in PERAMPANEL),
                 ("perampanel", PERAMPANEL[0], PARTIAL)]
        settings = [Setting(1, {f"clamp.{CELL}": -0.04} | values, {drug: constant(dose)} if drug else {})
                    for drug, dose, values in doses]
        kept = RecordPlan(traces=("g_gaba_a", "I_gaba_a", "I_ampa"), cells=(0,), traces_every=DT)
        plan = assemble("patch", settings, 0.3, cells=4, dt=DT, record={CELL: kept})
        traces = {trace.variable: trace.values[:, 0] for trace in simulate(plan)["traces"]}
        where = {(drug, dose, bool(values)): k for k, (drug, dose, values) in enumerate(doses)}
        yield plan, traces, where


def _constants(drug, act=0):
    return {key: value.si for key, value in load_drug(drug).acts[act].values.items()}


@pytest.mark.parametrize("dose", DIAZEPAM)
def test_diazepam_slows_the_decay_with_its_measured_potency_and_maximum(patch_cell, dose):
    plan, traces, where = patch_cell
    known, tau = _constants("diazepam"), plan.populations[CELL].constants["tau_gaba_a"]
    g = traces["g_gaba_a"][where["diazepam", dose, False]]
    # between events the conductance only decays: the smallest ratio of neighbours is a step's decay
    found = -DT / np.log((g[1:] / g[:-1]).min())
    occupied = dose / (dose + known["EC50"])
    assert found / tau == pytest.approx(1 + known["maximum_prolongation"] * occupied, rel=1e-6)
    assert 1.05 < found / tau < 1.64


def test_diazepam_leaves_the_jump_of_a_spike_unless_told_otherwise(patch_cell):
    _, traces, where = patch_cell
    plain, slow, large = (k for k in (0, where["diazepam", 1e-3, False], where["diazepam", 1e-3, True]))
    jumps = [np.diff(traces["g_gaba_a"][k]).max() for k in (plain, slow)]
    assert jumps[1] == pytest.approx(jumps[0], rel=0.05)
    gain = traces["I_gaba_a"][large] / traces["I_gaba_a"][slow]
    assert gain == pytest.approx(1 + 0.38 / (1 + _constants("diazepam")["EC50"] / 1e-3), rel=1e-6)


@pytest.mark.parametrize("dose", TOPIRAMATE)
def test_topiramate_blocks_in_part_and_raises_inhibition(patch_cell, dose):
    _, traces, where = patch_cell
    k, kainate, gaba = where["topiramate", dose, False], _constants("topiramate", 1), _constants("topiramate", 2)
    half = kainate["unbinding_rate"] / kainate["binding_rate"]
    assert half == pytest.approx(1.6e-3)
    ampa = traces["I_ampa"][k] / traces["I_ampa"][0]
    assert ampa == pytest.approx(1 - kainate["maximum_block"] * dose / (dose + half), rel=1e-6)
    inhibition = traces["I_gaba_a"][k] / traces["I_gaba_a"][0]
    assert inhibition == pytest.approx(1 + gaba["maximum_gain"] * dose / (dose + gaba["EC50"]), rel=1e-6)


@pytest.mark.parametrize("dose", PERAMPANEL)
def test_a_full_blocker_takes_all_and_a_partial_one_its_share(patch_cell, dose):
    _, traces, where = patch_cell
    known = _constants("perampanel")
    bound = dose / (dose + known["unbinding_rate"] / known["binding_rate"])
    left = traces["I_ampa"][where["perampanel", dose, False]] / traces["I_ampa"][0]
    assert left == pytest.approx(1 - bound, rel=1e-6)
    if dose == PERAMPANEL[0]:
        assert traces["I_ampa"][where["perampanel", dose, True]] / traces["I_ampa"][0] == pytest.approx(1 - 0.25 * bound)
