"""Every drug alike: rest, dose, a change of the right sign in the right receptor and in no other, wash-out."""

import numpy as np
import pytest

from glunet.circuit.assemble import Setting, assemble
from glunet.circuit.blueprint import RecordPlan
from glunet.circuit.load import load_drug
from glunet.engine.simulate import simulate
from glunet.library import names
from glunet.vocabulary.schedule import step

CURRENTS = ("I_ampa", "I_nmda", "I_gaba_a")
HITS = {"nmda": "I_nmda", "ampa": "I_ampa", "gaba_a": "I_gaba_a", "": "I_nmda"}
ON, OFF, END = 2.0, 12.0, 60.0
LEAVES_SLOWLY = {"mk801", "pcp"}


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("GLUNET_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.mark.parametrize("drug", names("drugs"))
def test_rest_dose_washout(drug):
    concentration = {"perampanel": 3e-3, "cnqx": 3e-3, "ap5": 3e-2, "magnesium": 2.0}.get(drug, 1e-2)
    settings = [Setting(1, {"milieu.Glu_e": 1e-2, "clamp.glun2a": -0.04}, {drug: step(c, ON, OFF)})
                for c in (0.0, concentration)]
    plan = assemble("patch", settings, END, cells=4, dt=1e-3,
                    record={"glun2a": RecordPlan(means=CURRENTS, means_every=0.1)})
    found = {series.variable: series for series in simulate(plan)["means"]}
    target = {HITS[act.receptor] for act in load_drug(drug).acts}
    for name in CURRENTS:
        ratio = found[name].values[1] / np.where(found[name].values[0] == 0, 1, found[name].values[0])
        times = found[name].times_s
        before, during, after = ratio[times < ON - 0.1], ratio[(times > OFF - 2) & (times < OFF)], ratio[times > END - 5]
        assert before[1:] == pytest.approx(1.0, abs=1e-12)
        if name not in target:
            assert ratio == pytest.approx(1.0, abs=1e-9)
            continue
        assert during.mean() < 0.7
        assert after.mean() > during.mean() + (0.001 if drug in LEAVES_SLOWLY else 0.25 * (1 - during.mean()))
