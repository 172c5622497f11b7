"""Every drug alike: rest, dose, a change of the right sign in what it acts on and in nothing else, wash-out."""

import numpy as np
import pytest

from glunet.circuit.assemble import Setting, assemble
from glunet.circuit.blueprint import RecordPlan
from glunet.circuit.load import load_drug
from glunet.engine import compiler
from glunet.engine.simulate import simulate
from glunet.library import names
from glunet.vocabulary.schedule import constant, step

pytestmark = pytest.mark.skipif(compiler.compiler() is None, reason="needs a C++ compiler")
# these three open or close no channel: tests/mechanisms has them
DRUGS = [name for name in names("drugs") if name not in ("creatine", "glutamate", "tboa")]
CURRENTS = {"ampa": "I_ampa", "nmda": "I_nmda", "gaba_a": "I_gaba_a", "sodium": "I_Na", "": "I_nmda"}   # by what is hit
RAISES = {"positive_allosteric_modulation"}
DOSES = {"perampanel": 3e-3, "cnqx": 3e-3, "ap5": 3e-2, "magnesium": 2.0, "lamotrigine": 2e-2, "phenytoin": 2e-2,
         "carbamazepine": 4e-2, "topiramate": 5e-2, "diazepam": 1e-4}       # mM; 1e-2 where not said
LEAST = {"topiramate": 0.08}                                               # least change; 0.3 where not said
LEAVES_SLOWLY = {"mk801", "pcp"}
ON, OFF, END = 2.0, 12.0, 60.0
OFF_SWITCHES = {"drugs.topiramate.sodium.maximum_block": 0.0, "drugs.topiramate.kainate.maximum_block": 0.0,
                "drugs.topiramate.gaba_a.maximum_gain": 0.0}


def _acts(drug):
    """The current that each act of a drug is seen in, and the sign of the change."""
    return {CURRENTS[act.target]: 1 if act.mechanism in RAISES else -1 for act in load_drug(drug).acts}


def _held_at(drug):
    """Depolarised enough for sodium channels to inactivate where the drug asks for it, else where pores are half open."""
    return -0.02 if "I_Na" in _acts(drug) else -0.04


@pytest.fixture(scope="module")
def own_cache(tmp_path_factory):
    """One cache for the tests, beside the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLUNET_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
        yield


# ambient glutamate that nothing takes up and nothing adds to, so that use-dependent drugs find open channels
STANDING = {f"populations.{population}.{what}": 0.0 for population in ("pyramidal", "interneuron")
            for what in ("eaat_glial.uptake_max", "eaat_neuronal.uptake_max_neuronal", "terminals.quantum")}


@pytest.fixture(scope="module")
def washed(own_cache):
    """Voltage-clamped cells with ambient glutamate and afferents, each drug in its own replicate: current by replicate."""
    def held(v, doses):
        return Setting(1, STANDING | {"milieu.Glu_e": 1e-2, "clamp.pyramidal": v, "clamp.interneuron": v}, doses)

    settings = [held(-0.04, {}), held(-0.02, {})]
    settings += [held(_held_at(drug), {drug: step(DOSES.get(drug, 1e-2), ON, OFF)}) for drug in DRUGS]
    kept = RecordPlan(means=tuple(dict.fromkeys(CURRENTS.values())), means_every=0.1)
    plan = assemble("cortex", settings, END, cells=5, dt=1e-3, record={"pyramidal": kept})
    return {series.variable: series for series in simulate(plan)["means"]}


@pytest.mark.parametrize("drug", DRUGS)
def test_rest_dose_washout(washed, drug):
    acts, replicate = _acts(drug), DRUGS.index(drug) + 2
    for name, series in washed.items():
        plain, times = series.values[0 if _held_at(drug) == -0.04 else 1], series.times_s
        assert np.abs(plain[1:]).min() > 0
        ratio = series.values[replicate][1:] / plain[1:]
        before, during, after = (ratio[(times[1:] > a) & (times[1:] < b)].mean() for a, b in
                                 ((0.0, ON - 0.1), (OFF - 2, OFF), (END - 5, END)))
        assert before == pytest.approx(1.0, abs=1e-12)
        if name not in acts:
            # by what ions and glutamate pass on: the cell and its astrocyte feel a blocked receptor
            assert ratio == pytest.approx(1.0, abs=1e-4)
            continue
        assert acts[name] * (during - 1) > LEAST.get(drug, 0.3)
        assert abs(after - during) > (0.001 if drug in LEAVES_SLOWLY else 0.25 * abs(during - 1))
        assert (after - during) * (1 - during) > 0


def _traces(settings, duration=0.3):
    """Voltages of firing cells, by population: [replicate, cell, time]."""
    drive = {"populations.pyramidal.membrane.I_applied": 3e-10, "populations.interneuron.membrane.I_applied": 4e-10}
    settings = [Setting(s.seed, drive | dict(s.values), s.doses) for s in settings]
    seen = RecordPlan(traces=("v",), cells=tuple(range(10)), traces_every=1e-4)
    plan = assemble("cortex", settings, duration, cells=60, dt=1e-4, record={"pyramidal": seen, "interneuron": seen})
    return {trace.population: trace.values for trace in simulate(plan)["traces"]}


@pytest.mark.slow
def test_no_dose_and_no_act_leave_every_digit(own_cache):
    plain = _traces([Setting(1)] * 3)
    all_drugs = {drug: constant(0.0) for drug in DRUGS}
    dosed = _traces([Setting(1, {}, all_drugs), Setting(1, OFF_SWITCHES, all_drugs | {"topiramate": constant(5e-2)}),
                     Setting(1, {}, all_drugs | {"topiramate": constant(5e-2)})])
    for population, voltages in plain.items():
        assert voltages.max() > 0
        for replicate in (0, 1):
            assert np.array_equal(dosed[population][replicate], voltages[replicate])
        assert np.abs(dosed[population][2] - voltages[2]).max() > 1
