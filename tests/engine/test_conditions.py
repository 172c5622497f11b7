"""Every condition alike: nothing at level 0, at level 1 a change of the right size in the right cells and in no others."""

import numpy as np
import pytest

from glunet.circuit.assemble import Setting, assemble
from glunet.circuit.blueprint import RecordPlan
from glunet.circuit.load import load_circuit, load_condition
from glunet.engine import compiler
from glunet.engine.simulate import simulate
from glunet.library import names
from glunet.vocabulary.schedule import held, ramped

pytestmark = pytest.mark.skipif(compiler.compiler() is None, reason="needs a C++ compiler")
CELLS, DURATION, DT = 60, 0.3, 1e-4
DRIVE = {"populations.pyramidal.membrane.I_applied": 3e-10, "populations.interneuron.membrane.I_applied": 4e-10}
KEPT = ("v", "g_gaba_a", "gate_gaba_a", "gate_sodium", "gate_potassium", "E_Cl", "I_gaba_a", "unblocked_GluN2A")
LEVELS = dict.fromkeys(names("conditions"), 1.0) | {"gaba_a_loss": 0.3, "interneuron_death": 0.25}
STEP = len(LEVELS) + 1
RAMP = STEP + 1


def _run(settings, kept=KEPT):
    seen = RecordPlan(traces=kept, cells=tuple(range(12)), traces_every=DT)
    record = {"pyramidal": seen, "interneuron": seen}
    plan = assemble("cortex", settings, DURATION, cells=CELLS, dt=DT, record=record)
    return plan, simulate(plan)


@pytest.fixture(scope="module")
def own_cache(tmp_path_factory):
    """One cache for the tests, beside the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLUNET_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
        yield


@pytest.fixture(scope="module")
def together(own_cache):
    """One network: a replicate without conditions, one for each condition, one with a step and one with a ramp."""
    settings = [Setting(1, DRIVE), *(Setting(1, DRIVE, {}, {name: held(level)}) for name, level in LEVELS.items()),
                Setting(1, DRIVE, {}, {"gaba_a_loss": ramped(0.3, 0.1, 0.2)}),
                Setting(1, DRIVE, {}, {"gaba_a_loss": ramped(0.8, 0.1, 0.25, 0.04)})]
    kept = (*KEPT, "K_bath" if _moves_potassium() else "K_e")
    return _run(settings, kept)


def _moves_potassium():
    return any("compartments" in p.mechanisms for p in load_circuit("cortex").populations.values())


def _trace(found, population, variable, replicate):
    """[cells, times] of one replicate."""
    return next(t.values[replicate] for t in found["traces"] if (t.population, t.variable) == (population, variable))


def _at(name):
    return list(LEVELS).index(name) + 1


def _counts(found, population, replicate, n):
    data = found["spikes"][population]
    return np.bincount(data.cell[data.replicate == replicate], minlength=n)


def test_at_level_zero_all_conditions_leave_the_traces_as_they_are(together, own_cache):
    _, plain = _run([Setting(1, DRIVE)] * (RAMP + 1))
    for population in ("pyramidal", "interneuron"):
        for variable in KEPT:
            assert np.array_equal(_trace(plain, population, variable, 0), _trace(together[1], population, variable, 0))
        assert _counts(plain, population, 0, 48).sum() > 20


@pytest.mark.parametrize(("name", "population", "port", "left"), [
    ("gaba_a_loss", "pyramidal", "gate_gaba_a", 0.7), ("gaba_a_loss", "interneuron", "gate_gaba_a", 0.7),
    ("scn1a_loss", "interneuron", "gate_sodium", 0.5), ("scn1a_loss", "pyramidal", "gate_sodium", 1.0),
    ("scn1a_loss_pyramidal", "pyramidal", "gate_sodium", 0.5), ("scn1a_loss_pyramidal", "interneuron", "gate_sodium", 1.0),
    ("four_aminopyridine", "interneuron", "gate_potassium", 0.5), ("four_aminopyridine", "pyramidal", "gate_potassium", 0.9),
])
def test_conductance_is_lost_where_it_should_be(together, name, population, port, left):
    plain, lost = (_trace(together[1], population, port, replicate)[:, 1] for replicate in (0, _at(name)))
    assert lost / plain == pytest.approx(left, rel=1e-12)


def test_loss_of_gaba_a_scales_the_current(together):
    found, k = together[1], _at("gaba_a_loss")
    v, g, e, current = (_trace(found, "pyramidal", name, k) for name in ("v", "g_gaba_a", "E_Cl", "I_gaba_a"))
    assert current == pytest.approx(0.7 * g * (v - 1e3 * e), rel=1e-9, abs=1e-9)       # E_Cl is in volts
    assert np.abs(current).max() > 1


def test_dead_interneurons_are_the_fraction_and_the_others_fire(together):
    plan, found = together
    rank = plan.populations["interneuron"].arrays["rank"][0]
    assert np.array_equal(np.sort(rank), (np.arange(12) + 0.5) / 12)
    assert (_counts(found, "interneuron", 0, 12) > 0).all()
    counts = _counts(found, "interneuron", _at("interneuron_death"), 12)
    assert np.array_equal(counts == 0, rank < 0.25)
    assert (counts == 0).sum() == 3
    assert "rank" not in plan.populations["pyramidal"].arrays


@pytest.mark.parametrize(("name", "population"), [("scn1a_loss", "interneuron"), ("scn1a_loss_pyramidal", "pyramidal")])
def test_cells_with_less_sodium_conductance_have_smaller_spikes(together, name, population):
    other = {"interneuron": "pyramidal", "pyramidal": "interneuron"}[population]

    def change(seen):
        plain, lost = (np.median(_trace(together[1], seen, "v", replicate).max(axis=1)) for replicate in (0, _at(name)))
        return lost - plain

    assert change(population) < -10
    assert abs(change(other)) < 3      # the others fire with other rates, and a spike's height depends a little on the last


def test_mutated_receptors_close_twice_as_fast(together):
    plan, found = together
    for population in ("pyramidal", "interneuron"):
        tau = plan.populations[population].constants["tau_gaba_a"]
        for replicate, factor in ((0, 1), (_at("gaba_a_mutation"), 2)):
            g = _trace(found, population, "g_gaba_a", replicate)
            # between events the conductance only decays: the smallest ratio of neighbours is a step's decay
            assert (g[:, 1:] / g[:, :-1]).min() == pytest.approx(np.exp(-DT * factor / tau), rel=1e-9)


def test_the_bath_is_the_published_one(together):
    found = together[1]
    potassium = "K_bath" if _moves_potassium() else "K_e"
    assert _trace(found, "pyramidal", potassium, _at("high_potassium")) == pytest.approx(8.5, rel=1e-12)
    assert _trace(found, "pyramidal", potassium, 0) == pytest.approx(load_circuit("cortex").milieu["K_e"].si, rel=1e-12)
    free = _trace(found, "pyramidal", "unblocked_GluN2A", _at("zero_magnesium"))
    assert free == pytest.approx(1.0, abs=1e-12)
    assert _trace(found, "pyramidal", "unblocked_GluN2A", 0).mean() < 0.5


def test_a_step_comes_at_its_onset_and_a_ramp_grows(together):
    def course(replicate):
        return _trace(together[1], "pyramidal", "gate_gaba_a", replicate)[0]

    times = np.arange(course(STEP).size) * DT
    assert np.array_equal(course(STEP), np.where((times > 0.1 - DT / 2) & (times < 0.2 - DT / 2), 0.7, 1.0))
    slow = together[0].slow_dt
    on_clock = np.floor(times / slow + 1e-6) * slow
    wanted = 1 - 0.8 * np.interp(on_clock, [0, 0.1, 0.14, 0.25, 0.29, 1], [0, 0, 1, 1, 0, 0])
    assert course(RAMP) == pytest.approx(wanted, abs=1e-3)


def test_other_levels_and_schedules_compile_nothing(together):
    shares = {**DRIVE, "conditions.scn1a_loss.interneuron.share": 0.8}
    settings = [Setting(3, shares, {}, {name: held(0.5) for name in LEVELS}),
                *(Setting(4, shares, {}, {name: ramped(0.5, 0.1, 0.2, 0.05)}) for name in LEVELS)]
    again = _run([*settings, *settings[:2]], (*KEPT, "K_bath" if _moves_potassium() else "K_e"))[1]
    assert again["timings"]["compile"] == 0.0


@pytest.mark.parametrize("name", names("conditions"))
def test_every_condition_is_told_with_sources(name):
    condition = load_condition(name)
    assert condition.title
    assert condition.level
    values = [value.source for act in condition.acts for value in act.values.values()]
    for source in [condition.source, *values]:
        assert source.citation
        assert source.trust in {"read", "memory", "computed", "assumed"}
        assert source.trust != "assumed" or source.note
