"""Mitochondria, oxidants, calpain, apoptosis, inactivated NMDA receptors against arithmetic by hand on what was recorded.

Every constant that the arithmetic reads is given to the circuit too, and hardly one is a default. The courses of calcium,
ATP and oxygen are taken from the run; what follows from them is computed anew.
"""

import shutil
from types import SimpleNamespace

import numpy as np
import pytest

from glunet.circuit.assemble import Setting, assemble
from glunet.circuit.blueprint import RecordPlan
from glunet.engine.simulate import simulate
from glunet.vocabulary.schedule import ramped, step

EVERY_S, LAST_S = 0.1, 1200.0
GIVEN_S, BRIEF_S, TAKEN_S = 30.0, 50.0, 180.0       # glutamate comes, and goes soon or late
LOST_S, BACK_S = 60.0, 600.0                        # blood goes and comes back
CELL = "populations.pyramidal."
# mM, s and 1
MITO = {"uniporter_max": 0.25, "Ca_uniporter": 1.5e-3, "exporter_max": 0.02, "load_exporter": 0.3, "ATP_polarised": 0.15,
        "hill_pore": 8.0, "tau_pore": 40.0, "tau_emptying": 20.0}
OXIDANTS = {"ROS_load": 5.0, "load_ROS": 4.0, "ROS_return": 8.0, "tau_reduced": 200.0, "tau_ROS": 300.0}
CALPAIN = {"Ca_calpain": 5e-3, "tau_calpain": 1200.0, "tau_repair": 3600.0}
DEATH = {"ATP_life": 0.25, "ROS_tolerated": 2.0, "tau_apoptosis": 1800.0, "apoptosis_limit": 0.1}
CLOSING = {"inactivation_max": 0.4, "Ca_inactivation": 0.8e-3, "tau_inactivation": 8.0}
ATP_REST, CA_REST, OXYGEN_HALF = 2.1, 0.12e-3, 0.04
TABLES = {"mitochondria": MITO, "oxidative_stress": OXIDANTS, "calpain": CALPAIN, "cell_death": DEATH,
          "calcium_inactivation": CLOSING, "energy": {"oxygen_half": OXYGEN_HALF}}
OPEN = {f"{CELL}{table}.{name}": value for table, values in TABLES.items() for name, value in values.items()} | {
    "milieu.ATP": ATP_REST, f"{CELL}calcium.Ca_i_rest": CA_REST, f"{CELL}voxel_glutamate.bath_exchange": 12.0,
    f"{CELL}bath_diffusion.tau_bath": 0.05, f"{CELL}calcium.tau_Ca_bath": 0.1, f"{CELL}calcium.tau_Ca": 0.1,
    f"{CELL}calcium.P_Ca": 4e-15, f"{CELL}calcium.share_Ca": 0.1, f"{CELL}calcium.exchanger_max": 2e-15,
    f"{CELL}mitochondria.load_limit": 8.0}
# no calcium crosses the membrane of such a cell, and it lives on
SEALED = OPEN | {f"{CELL}calcium.tau_Ca": 1e12, f"{CELL}calcium.P_Ca": 0.0, f"{CELL}calcium.share_Ca": 0.0,
                 f"{CELL}calcium.exchanger_max": 0.0, f"{CELL}cell_death.apoptosis_limit": 1.0}
LEAKY = SEALED | {f"{CELL}mitochondria.load_limit": 0.02}
# without their uptake a cell is rid of calcium as soon as none comes in
IDLE = OPEN | {f"{CELL}mitochondria.uniporter_max": 0.0}
# constants, glutamate in mM, when it goes, lost share of blood
CASES = {"rest": (OPEN, 0.0, TAKEN_S, 0.0), "brief": (IDLE, 0.1, BRIEF_S, 0.0), "glutamate": (OPEN, 0.1, TAKEN_S, 0.0),
         "arrest": (OPEN, 0.0, TAKEN_S, 1.0), "sealed": (SEALED, 0.0, TAKEN_S, 0.0),
         "sealed_arrest": (SEALED, 0.0, TAKEN_S, 1.0), "leaky": (LEAKY, 0.0, TAKEN_S, 0.0)}
TRACES = ("ATP", "Ca_i", "n_Ca_i", "n_Ca_m", "deregulated", "volume_rest", "oxygen", "respiration", "respiration_rest",
          "reduced", "ROS", "proteolysis", "apoptosis", "apoptotic", "alive", "inactivated", "gate_nmda_GluN2A",
          "gate_respiration")
UNITS = {"1": 1.0, "mM": 1.0, "uM": 1e-3, "fmol": 1e-15, "um**3": 1e-18, "mM/s": 1.0}      # mol, m and s


@pytest.fixture(scope="module")
def found():
    """By case what was recorded, [T, N] each, with the times and the limits of the cells."""
    if shutil.which("g++") is None:
        pytest.skip("needs g++")
    settings = [Setting(1, values, {"glutamate": step(dose, GIVEN_S, off)}, {"ischemia": ramped(lost, LOST_S, BACK_S)})
                for values, dose, off, lost in CASES.values()]
    record = {"pyramidal": RecordPlan(traces=TRACES, cells=tuple(range(6)), traces_every=EVERY_S)}
    plan = assemble("cortex", settings, LAST_S, cells=10, slow_only=1e-2, record=record)
    traces = {one.variable: one for one in simulate(plan)["traces"]}
    arrays, cases = plan.populations["pyramidal"].arrays, {}
    for number, case in enumerate(CASES):
        cases[case] = SimpleNamespace(t=np.asarray(traces["ATP"].times_s), load_limit=arrays["load_limit"][number, :6],
                                      apoptosis_limit=arrays["apoptosis_limit"][number, :6])
        for name, one in traces.items():
            setattr(cases[case], name, np.asarray(one.values)[number].T * UNITS[one.unit])
        cases[case].load_Ca = cases[case].n_Ca_m / cases[case].volume_rest
    return cases


def by_hand(slope, start, *inputs):
    """A state's course [T, N] from its slope, which reads the state and the inputs [T, N] (Heun's method)."""
    course = [np.asarray(start, float)]
    for now, then in zip(zip(*inputs, strict=True), zip(*(one[1:] for one in inputs), strict=True), strict=False):
        first = slope(course[-1], *now)
        course.append(course[-1] + EVERY_S / 2 * (first + slope(course[-1] + EVERY_S * first, *then)))
    return np.array(course)


def near(obtained, expected, within):
    assert abs(obtained - expected).max() < within


def uptake(calcium):
    return MITO["uniporter_max"] * calcium**2 / (calcium**2 + MITO["Ca_uniporter"]**2)


def polarisation(atp):
    return atp**2 / (atp**2 + MITO["ATP_polarised"]**2) * (1 + (MITO["ATP_polarised"] / ATP_REST)**2)


@pytest.mark.parametrize("case", ["glutamate", "arrest", "sealed_arrest", "leaky"])
def test_mitochondria_take_up_give_back_and_open_their_pores(found, case):
    one, room = found[case], found[case].volume_rest[0]

    def slope(state, calcium, atp):
        load, ruined = state[0] / room, state[1]
        back = MITO["exporter_max"] * load / (load + MITO["load_exporter"]) + ruined * load / MITO["tau_emptying"]
        carried = (1 - ruined) * polarisation(atp) * uptake(calcium) - back
        opening = 1 / (1 + (one.load_limit * (1 - ruined) / load)**MITO["hill_pore"])
        return np.array([room * carried, (1 - ruined) * opening / MITO["tau_pore"]])

    hold = round(3.0 / EVERY_S)     # nothing moves before
    start = [one.n_Ca_m[hold], one.deregulated[hold]]
    amount, ruined = by_hand(slope, start, one.Ca_i[hold:], one.ATP[hold:]).swapaxes(0, 1)
    # calcium jumps within one interval where glutamate comes
    near(one.n_Ca_m[hold:], amount, 0.006 * one.n_Ca_m.max())
    near(one.deregulated[hold:], ruined, 0.003)


def test_a_resting_mitochondrion_stays_at_rest(found):
    def balance(calcium):
        return MITO["load_exporter"] * uptake(calcium) / (MITO["exporter_max"] - uptake(calcium))

    by_balance = balance(CA_REST)
    near(found["sealed"].load_Ca, by_balance, 1e-3 * by_balance)
    # a cell with open channels rests at a little less calcium than it starts with
    near(found["rest"].load_Ca[-1], balance(found["rest"].Ca_i[-1]), 0.01 * by_balance)
    for case in ("rest", "sealed"):
        assert found[case].deregulated.max() < 1e-9
        late = found[case].load_Ca[2000:]
        assert np.ptp(late, axis=0).max() < 1e-3 * by_balance


def test_calcium_goes_between_cytosol_and_mitochondria_and_none_is_lost(found):
    for case in ("sealed", "sealed_arrest", "leaky"):
        total = found[case].n_Ca_i + found[case].n_Ca_m
        near(total / total[0], 1, 1e-9)
    arrest, leaky, at = found["sealed_arrest"], found["leaky"], round(BACK_S / EVERY_S)
    # without ATP it comes out, with ATP it goes back in; an open pore lets it out for good
    assert (arrest.n_Ca_m[at] < 0.2 * arrest.n_Ca_m[0]).all()
    assert (arrest.n_Ca_m[-1] > 0.9 * arrest.n_Ca_m[0]).all()
    assert (leaky.n_Ca_m[-1] < 0.05 * leaky.n_Ca_m[0]).all()
    assert (leaky.Ca_i[-1] > 2 * CA_REST).all()


def test_open_pores_end_respiration_and_with_it_atp_though_oxygen_is_there(found):
    for one in found.values():
        near(one.gate_respiration, (1 - one.deregulated) * one.alive, 1e-9)
        assert (np.diff(one.deregulated, axis=0) >= 0).all()
    leaky = found["leaky"]
    assert leaky.deregulated[-1].min() > 0.9
    assert leaky.oxygen[-1].min() > 0.6
    assert leaky.ATP[-1].max() < 0.1 * ATP_REST


@pytest.mark.parametrize("case", ["rest", "glutamate", "arrest", "sealed_arrest", "leaky"])
def test_oxidants_are_made_by_respiration_load_and_returning_oxygen(found, case):
    one = found[case]
    lack = OXYGEN_HALF / (one.oxygen + OXYGEN_HALF)
    reduced = by_hand(lambda share, target: (target - share) / OXIDANTS["tau_reduced"], one.reduced[0], lack**2)
    loaded = one.load_Ca / (one.load_Ca + OXIDANTS["load_ROS"])
    made = one.respiration / one.respiration_rest * (1 + OXIDANTS["ROS_load"] * loaded)
    made = made + OXIDANTS["ROS_return"] * (reduced * (1 - lack) + one.deregulated)
    oxidants = by_hand(lambda level, target: (target - level) / OXIDANTS["tau_ROS"], one.ROS[0], made)
    near(one.reduced, reduced, 0.001)
    near(one.ROS / oxidants, 1, 0.004)


def test_blood_that_comes_back_late_brings_a_burst_of_oxidants(found):
    """Of cells whose calcium stays, so that the reduced chain is all that differs from rest."""
    one, at = found["sealed_arrest"], round(BACK_S / EVERY_S)
    assert (one.ROS[at] < 0.4).all()
    # the chain's own electrons, given up with tau_reduced and removed with tau_ROS
    fast, slow = OXIDANTS["tau_reduced"], OXIDANTS["tau_ROS"]
    since = one.t[at:] - one.t[at]
    course = (np.exp(-since / slow) - np.exp(-since / fast))[:, None] / (slow / fast - 1)
    burst = OXIDANTS["ROS_return"] * one.reduced[at] * course
    calm = 1 + (one.ROS[at] - 1) * np.exp(-since / slow)[:, None]
    near(one.ROS[at:], calm + burst, 0.03 * burst.max())


def test_calpain_cuts_where_calcium_is_and_repair_is_slow(found):
    def slope(cut, calcium):
        active = calcium**2 / (calcium**2 + CALPAIN["Ca_calpain"]**2)
        return active * (1 - cut) / CALPAIN["tau_calpain"] - cut / CALPAIN["tau_repair"]

    for case in ("rest", "brief", "glutamate", "arrest", "leaky"):
        one = found[case]
        cut = by_hand(slope, one.proteolysis[0], one.Ca_i)
        near(one.proteolysis, cut, 0.003 * cut.max())


def test_calpain_goes_as_the_square_of_calcium(found):
    one = found["glutamate"]
    cut, calcium = one.proteolysis, one.Ca_i
    gain = np.gradient(cut, EVERY_S, axis=0) + cut / CALPAIN["tau_repair"]
    active = CALPAIN["tau_calpain"] * gain / (1 - cut)
    seen = (active > 0.02) & (active < 0.8) & (one.t > TAKEN_S + 5)[:, None]
    power, offset = np.polyfit(np.log(calcium[seen]), np.log(active[seen] / (1 - active[seen])), 1)
    assert np.ptp(np.log(calcium[seen])) > 1
    assert power == pytest.approx(2.0, abs=0.02)
    assert np.exp(-offset / power) == pytest.approx(CALPAIN["Ca_calpain"], rel=0.02)


def test_apoptosis_follows_oxidants_and_calpain_with_atp(found):
    for case in ("rest", "glutamate", "arrest", "leaky"):
        one = found[case]
        energy = one.ATP**2 / (one.ATP**2 + DEATH["ATP_life"]**2)
        harm = np.clip(one.ROS / DEATH["ROS_tolerated"] - 1, 0, None) + one.proteolysis
        speed = one.alive * energy * harm / DEATH["tau_apoptosis"]
        injury = by_hand(lambda _, now: now, one.apoptosis[0], speed)
        near(one.apoptosis, injury, 0.003 * injury.max())


def test_apoptosis_waits_for_atp_and_kills_at_the_limit_of_each_cell(found):
    one = found["arrest"]
    without, later = (one.t > 300) & (one.t < BACK_S), one.t > BACK_S + 60
    assert one.ATP[without].max() < 1e-3
    assert one.proteolysis[without][-1].min() > 0.1
    assert np.ptp(one.apoptosis[without], axis=0).max() < 1e-3 * np.ptp(one.apoptosis[later], axis=0).min()
    died = one.apoptotic[-1] == 1
    assert died.any()
    assert one.t[np.argmax(one.apoptotic[:, died], axis=0)].min() > BACK_S
    for one in found.values():
        assert (one.apoptotic == (one.apoptosis >= one.apoptosis_limit)).all()
        assert (np.diff(one.apoptosis, axis=0) >= 0).all()


def inactivation(calcium):
    return calcium**2 / (calcium**2 + CLOSING["Ca_inactivation"]**2)


def test_calcium_inactivates_nmda_receptors_and_that_closes_their_gate(found):
    largest = CLOSING["inactivation_max"]
    for case in ("brief", "glutamate", "arrest", "leaky"):
        one = found[case]
        closed = by_hand(lambda share, goal: (goal - share) / CLOSING["tau_inactivation"], one.inactivated[0],
                         inactivation(one.Ca_i))
        near(one.inactivated, closed, 0.006)
        left = (1 - largest * one.inactivated) / (1 - largest * one.inactivated[0])
        near(one.gate_nmda_GluN2A / one.gate_nmda_GluN2A[0], left, 1e-6)
    assert found["glutamate"].inactivated[-1].min() > 0.99


def test_inactivation_is_steady_where_calcium_is_and_recovers_with_its_time_constant(found):
    leaky, late = found["leaky"], slice(round(300 / EVERY_S), round(400 / EVERY_S))
    assert leaky.inactivated[late].min() > 2 * leaky.inactivated[0].max()
    near(leaky.inactivated[late], inactivation(leaky.Ca_i[late]), 0.002)
    one = found["brief"]
    span = (one.t > BRIEF_S + 1) & (one.t < BRIEF_S + 13)
    closed, steady = one.inactivated[span], inactivation(one.Ca_i[span])
    assert (closed[0] > 1.4 * steady[0]).all()
    assert (np.diff(closed, axis=0) < 0).all()
    # how far it is from there, summed over time, over how far it has come
    constants = np.trapezoid(closed - steady, dx=EVERY_S, axis=0) / (closed[0] - closed[-1])
    assert constants == pytest.approx(np.full(6, CLOSING["tau_inactivation"]), rel=0.02)
