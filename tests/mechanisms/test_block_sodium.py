"""Block of inactivated sodium channels against the modulated receptor on paper, under voltage clamp and in firing cells."""

import re

import numpy as np
import pytest

from glunet.circuit.assemble import Setting, assemble
from glunet.circuit.blueprint import RecordPlan
from glunet.circuit.load import load_drug
from glunet.engine import compiler
from glunet.engine.simulate import simulate
from glunet.vocabulary.schedule import constant, step

pytestmark = pytest.mark.skipif(compiler.compiler() is None, reason="needs a C++ compiler")
DRUGS = ("lamotrigine", "phenytoin", "carbamazepine")
VOLTS = (-0.090, -0.045, -0.030, 0.0)
DOSES = (0.005, 0.020, 0.080)          # mM
V_T, TAU_ENTRY, TAU_RECOVERY = -0.056, 0.5, 2.0
STEP, ON, OFF, END = 0.05, 1.0, 9.0, 20.0
_CELL = """
[populations.{name}]
kind = "excitatory"
fraction = 0.5
mechanisms = ["membrane", "leak", "clamped", "sodium", "potassium"{more}]
[populations.{name}.membrane]
area = "12000 um**2"
[populations.{name}.leak]
g_leak_K = "0.05 mS/cm**2"
g_leak_Na = "0 mS/cm**2"
g_leak_Cl = "0 mS/cm**2"
[populations.{name}.sodium]
g_Na = "50 mS/cm**2"
V_T = "-56 mV"
[populations.{name}.potassium]
g_Kd = "5 mS/cm**2"
"""
_SLOW = """
[populations.slowly.slow_inactivation]
tau_entry = "0.5 s"
tau_recovery = "2 s"
available_start = "1"
"""


def _sourced(text):
    """The same circuit with a source behind every number that needs one."""
    head, rest = text.split("[sheet]")
    number = re.compile(r'^(\w+) = ("\d.*"|"-\d.*")$', re.MULTILINE)
    return f"{head}[sheet]" + number.sub(r'\1 = { value = \2, source = "assumed", note = "a bench" }', rest)


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """A circuit of two cells in the user's own models folder: with fast inactivation alone, and with slow inactivation."""
    root = tmp_path_factory.mktemp("sodium")
    (root / "models" / "circuits").mkdir(parents=True)
    text = """
[circuit]
name = "bench"
cells = 2
dt = "0.1 ms"
slow_dt = "1 ms"
[sheet]
spacing = "20 um"
[milieu]
K_e = "3.5 mM"
Na_e = "145 mM"
Cl_e = "130 mM"
Ca_e = "1.2 mM"
Mg_e = "1 mM"
Glu_e = "0 uM"
Gly_e = "1 uM"
DSer_e = "2 uM"
ATP = "2.2 mM"
temperature = "309 kelvin"
""" + _CELL.format(name="fast", more="") + _CELL.format(name="slowly", more=', "slow_inactivation"') + _SLOW
    (root / "models" / "circuits" / "bench.toml").write_text(_sourced(text))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        patch.setenv("GLUNET_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
        yield


def _held(v, doses):
    start = {"populations.slowly.slow_inactivation.available_start": _not_slowly_inactivated(v)}
    return Setting(1, {"clamp.fast": v, "clamp.slowly": v} | start, doses)


def _not_slowly_inactivated(v):
    """Share of channels at a steady voltage."""
    entry = 1 / (TAU_ENTRY * (1 + np.exp(-(v + 0.030) / 0.005)))
    return (1 / TAU_RECOVERY) / (1 / TAU_RECOVERY + entry)


@pytest.fixture(scope="module")
def clamped(bench):
    """Sodium current, [replicate, time] by population: (voltage, drug, dose or 'step') -> replicate, and the times."""
    keys, settings = [], []
    for v in VOLTS:
        keys.append((v, "", 0.0))
        settings.append(_held(v, {}))
        for drug in DRUGS:
            keys += [(v, drug, dose) for dose in (*DOSES, "step")]
            settings += [_held(v, {drug: constant(dose)}) for dose in DOSES] + [_held(v, {drug: step(STEP, ON, OFF)})]
    kept = RecordPlan(traces=("I_Na",), cells=(0,), traces_every=0.05)
    found = simulate(assemble("bench", settings, END, dt=1e-3, record={"fast": kept, "slowly": kept}))
    currents = {trace.population: trace.values[:, 0] for trace in found["traces"]}
    return {key: k for k, key in enumerate(keys)}, currents, found["traces"][0].times_s


def _left(clamped, population, v, drug, dose):
    """What the drug leaves of the sodium current, over time."""
    where, currents, _ = clamped
    return currents[population][where[v, drug, dose]] / currents[population][where[v, "", 0.0]]


def _inactivated(population, v):
    """Share of channels that the published kinetics inactivate at a steady voltage."""
    x = 1e3 * (v - V_T)
    opening, closing = 0.128 * np.exp(-(x - 17) / 18), 4 / (1 + np.exp(-(x - 40) / 5))
    left = opening / (opening + closing)
    return 1 - left


def _constants(drug):
    values = load_drug(drug).acts[0].values
    return [values[key].si for key in ("binding_rate", "K_inactivated", "K_resting")]


def _half_blocking(population, v, drug):
    _, inactivated, resting = _constants(drug)
    share = _inactivated(population, v)
    return 1 / (share / inactivated + (1 - share) / resting)


@pytest.mark.parametrize("drug", DRUGS)
@pytest.mark.parametrize("population", ["fast", "slowly"])
@pytest.mark.parametrize("v", VOLTS)
def test_block_at_equilibrium_is_the_modulated_receptors(clamped, population, v, drug):
    for dose in DOSES:
        left = _left(clamped, population, v, drug, dose)
        assert left == pytest.approx(1 / (1 + dose / _half_blocking(population, v, drug)), rel=1e-6)


@pytest.mark.parametrize("drug", DRUGS)
def test_depolarisation_raises_the_affinity(drug):
    at_rest, depolarised = (_half_blocking("fast", v, drug) for v in (VOLTS[0], VOLTS[-1]))
    assert at_rest > 0.2                                         # mM: hardly any block of resting channels
    assert depolarised == pytest.approx(_constants(drug)[1], rel=0.02)


@pytest.mark.parametrize("drug", DRUGS)
@pytest.mark.parametrize("v", [VOLTS[0], VOLTS[-1]])
def test_onset_and_recovery_are_exponentials_of_the_measured_rates(clamped, v, drug):
    binding, inactivated, _ = _constants(drug)
    left, times = _left(clamped, "fast", v, drug, "step"), clamped[2]
    blocked, final = 1 - left, STEP / (STEP + _half_blocking("fast", v, drug))
    on, off = binding * inactivated / (1 - final), binding * inactivated
    coming, going = (times > ON) & (times < OFF), times > OFF + 0.05
    assert blocked[times < ON] == pytest.approx(0, abs=1e-12)
    assert blocked[coming] == pytest.approx(final * (1 - np.exp(-on * (times[coming] - ON))), rel=0.01, abs=0.002 * on)
    assert blocked[going] == pytest.approx(blocked[going][0] * np.exp(-off * (times[going] - times[going][0])), rel=1e-6)


def test_a_slow_drug_is_slow_and_a_fast_one_fast(clamped):
    times = clamped[2]
    for drug, low, high in (("lamotrigine", 1.3, 2.1), ("carbamazepine", 0.2, 0.5)):       # s, at 50 uM and 0 mV
        blocked = 1 - _left(clamped, "fast", 0.0, drug, "step")
        half = blocked[times < OFF].max() / 2
        assert low * np.log(2) < times[blocked > half][0] - ON < high * np.log(2) + 0.05


@pytest.fixture(scope="module")
def firing(bench):
    """Cells at rest, firing moderately and firing fast, without and with 20 uM lamotrigine from 0.2 s on."""
    settings = [Setting(1, {"populations.fast.membrane.I_applied": pa * 1e-12, "populations.slowly.membrane.I_applied": 0.0},
                        doses) for doses in ({}, {"lamotrigine": step(0.02, 0.2)}) for pa in (0, 400, 1200)]
    kept = RecordPlan(traces=("v", "h", "block_lamotrigine"), cells=(0,), traces_every=1e-4)
    found = simulate(assemble("bench", settings, 8.0, record={"fast": kept}))
    spikes = found["spikes"]["fast"]
    trains = [spikes.times_s[spikes.replicate == k] for k in range(6)]
    return {t.variable: t.values[:, 0] for t in found["traces"]}, trains, found["traces"][0].times_s


def test_block_grows_with_the_rate_of_firing(firing):
    traces, trains, _ = firing
    assert len(trains[0]) == 0
    assert 5 < len(trains[1]) / 8 < 0.7 * len(trains[2]) / 8
    block = traces["block_lamotrigine"]
    assert (block[:3] == 0).all()
    resting, moderate, fast = block[3:, -1]
    assert resting < 0.04
    assert resting + 0.03 < moderate < fast - 0.03


def test_block_of_a_firing_cell_follows_its_mean_inactivation(firing):
    traces, _, times = firing
    binding, inactivated, resting = _constants("lamotrigine")
    for replicate in (4, 5):
        since = times > 0.2
        share = np.mean(1 - traces["h"][replicate, since])            # of every fast step; the drug samples one in ten
        on = binding * 0.02 * (share + (1 - share) * inactivated / resting)
        rate = on + binding * inactivated
        expected = on / rate * (1 - np.exp(-rate * (times[-1] - 0.2)))
        assert traces["block_lamotrigine"][replicate, -1] == pytest.approx(expected, rel=0.05)


def test_first_spikes_are_spared_and_late_ones_suffer(firing):
    traces, _, times = firing
    plain, dosed = traces["v"][2], traces["v"][5]
    early, late = times < 0.4, times > 7.0
    assert dosed[early].max() == pytest.approx(plain[early].max(), abs=1.0)
    assert dosed[late].max() < plain[late].max() - 3.0
