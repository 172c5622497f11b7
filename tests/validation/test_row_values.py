"""Rows of blood flow, survival and receptors, scored on recordings made by hand whose numbers can be worked out on paper."""

import numpy as np
import pytest

from glunet.validation import ischaemia, receptors, survival

CLAMPED = ("glun2a", "glun2b", "glun2c")


def grid(first, second):
    """All pairs, the second one running fastest."""
    a, b = np.meshgrid(first, second, indexing="ij")
    return a.ravel(), b.ravel()


# ------------------------------------------------------------------------------------------------ blood flow stops

TIMES = np.arange(0.0, 1000.0, 0.5)


def course(rest, end, back_s=630.0):
    """At rest, at its end value from the arrest on, and back at rest from a time on."""
    return np.where((TIMES >= 30.0) & (back_s > TIMES), end, rest)


def both(variable, unit, pyramidal, interneuron):
    return {("pyramidal", variable, unit): pyramidal, ("interneuron", variable, unit): interneuron}


@pytest.fixture
def arrest(stored):
    """Ten minutes without flow in four pyramidal shells and one interneuron's, which count by number."""
    means = {
        **both("Glu_e", "uM", course(0.025, 33.0), course(0.025, 33.0)),
        **both("Gln_e", "mM", course(0.4, 0.3), course(0.4, 0.3)),
        **both("K_e", "mM", course(3.0, 60.0, 690.0), course(3.0, 50.0)),
        **both("Na_e", "mM", course(145.0, 50.0), course(145.0, 50.0)),
        **both("Ca_e", "mM", course(1.2, 0.1), course(1.2, 0.1)),
        **both("volume_shell", "um**3", course(2000.0, 800.0), course(1000.0, 400.0)),
        **both("volume_shell_rest", "um**3", 2000.0, 1000.0), **both("clearance_rate", "1/s", 250.0, 250.0),
        **both("v", "mV", np.where((TIMES >= 120.0) & (TIMES < 700.0), -10.0, -70.0), -70.0),
        **both("ATP", "mM", np.interp(TIMES, [30.0, 330.0], [2.0, 0.5]), 2.0),
        **both("PCr", "mM", np.interp(TIMES, [30.0, 50.0], [5.0, 0.0]), np.interp(TIMES, [30.0, 50.0], [5.0, 0.0])),
        ("astrocyte", "converted", "fmol"): 3e-3 * TIMES,
    }
    return {ischaemia.ARREST: stored(TIMES, means)}


def test_ions_at_the_end_of_the_arrest_and_when_they_are_back(arrest):
    found = ischaemia.i5(arrest)
    assert found["potassium_mm"] == pytest.approx((4 * 60 + 50) / 5)
    assert found["sodium_mm"] == pytest.approx(50.0)
    assert found["calcium_mm"] == pytest.approx(0.1)
    assert found["extracellular_fraction"] == pytest.approx(0.2 * 0.4)
    assert found["recovery_minutes_after_10_min"] == pytest.approx(1.0, abs=0.01)    # potassium is last, at 690 s


def test_depolarisation_and_energy_are_told_from_the_onset(arrest):
    found = ischaemia.i6(arrest)
    assert found["anoxic_depolarisation_min"] == pytest.approx(1.5)
    assert found["atp_fraction_at_10s"] == pytest.approx((4 * 1.95 + 2.0) / 10, rel=1e-6)
    assert found["atp_fraction_at_5min"] == pytest.approx((4 * 0.5 + 2.0) / 10, rel=1e-6)
    assert found["phosphocreatine_fraction_at_10s"] == pytest.approx(0.5)


def test_probe_sees_the_rise_late_and_beside_injured_tissue(arrest):
    found = ischaemia.i2(arrest)
    assert found["membrane_glutamate_fold"] == pytest.approx(33.0 / 0.025)
    assert found["glutamine_fraction"] == pytest.approx(0.75)
    # a first-order delay of 60 s behind 3 uM that the probe itself adds, read between 300 and 600 s after the step
    missing = (33.0 - 0.025) * 60.0 / 300.0 * (np.exp(-5.0) - np.exp(-10.0))
    assert found["probe_glutamate_fold"] == pytest.approx((36.0 - missing) / 3.025, rel=1e-3)


def test_the_cycle_is_told_per_gram_of_tissue(arrest):
    found = ischaemia.c2(arrest)
    grams = (4 * 2000.0 + 1000.0) / 0.2 * 1e-12 * 1.05      # shells are a fifth of the tissue
    assert found["glutamate_glutamine_flux_umol_per_g_min"] == pytest.approx(2 * 3e-3 * 1e-9 * 60.0 / grams, rel=1e-6)
    assert found["ambient_glutamate_um"] == pytest.approx(0.025)
    assert found["uptake_time_constant_ms"] == pytest.approx(4.0)


def test_an_hour_without_blood_compares_two_minutes_around_each_time(stored):
    times = np.arange(0.0, 3700.0, 5.0)
    glutamate = np.where(times < 3000.0, np.where(times < 60.0, 0.025, 40.0), 120.0)
    result = stored(times, both("Glu_e", "uM", glutamate, glutamate))
    assert ischaemia.i3({ischaemia.HOUR: result})["plateau_over_first_phase"] == pytest.approx(3.0)


def test_flow_thresholds_are_shares_of_flow_that_is_left(stored):
    times = np.arange(0.0, 1900.0, 20.0)
    lost, seeds = grid([0.0, 0.5, 0.6, 0.8, 1.0], [1, 2])
    risen = {0.0: 1.0, 0.5: 1.0, 0.6: 1.5, 0.8: 10.0, 1.0: 50.0}
    glutamate = np.array([[risen[level]] for level in lost]) * np.where(times < 1500.0, 0.5, 1.0)
    result = stored(times, both("Glu_e", "uM", glutamate, glutamate), seeds=seeds, axes={"conditions.ischemia.level": lost})
    found = ischaemia.i4({ischaemia.FLOW: result})
    assert found["flow_at_onset_fraction"] == pytest.approx([0.4, 0.4])
    assert found["flow_at_massive_rise_fraction"] == pytest.approx([0.2, 0.2])


# ---------------------------------------------------------------------------------------------------- who lives

def alive(stored, path, unit, values, share, seeds=(1, 2)):
    """Survival at the end by the value of an axis; the same in all seeds and populations."""
    along, which = grid(values, seeds)
    ends = np.repeat(np.asarray(share, float), len(seeds))[:, None]
    times = np.array([0.0, 1.0])
    means = both("alive", "1", ends * [[0, 1]] + [[1, 0]], ends * [[0, 1]] + [[1, 0]])
    return stored(times, means, seeds=which, axes={path: along}, units={path: unit})


def test_spared_cells_are_of_those_that_die_without_reflow(stored):
    delays = np.array([0.6, 1.1, 2.1, 3.1, 24.0])
    result = alive(stored, "conditions.ischemia.offset", "h", delays, [0.9, 0.7, 0.4, 0.2, 0.1])
    found = survival.i9({survival.REFLOW: result})
    assert found["penumbra_spared_at_1h_fraction"] == pytest.approx([0.6 / 0.9] * 2)
    assert found["penumbra_spared_at_3h_fraction"] == pytest.approx([0.1 / 0.9] * 2)
    assert found["survival_vs_delay_spearman"] == pytest.approx([-1.0] * 2)


def test_an_antagonist_saves_of_those_that_die_without_it(stored):
    given = np.array([0.1, 0.6, 1.1, 2.1, 24.0])
    result = alive(stored, "drugs.mk801.onset", "h", given, [0.7, 0.6, 0.5, 0.4, 0.4])
    found = survival.i11({survival.ANTAGONIST: result})
    assert found["protection_at_onset_fraction"] == pytest.approx([0.5] * 2)
    assert found["half_effect_delay_min"] == pytest.approx([45.0] * 2)      # half way between half an hour and an hour
    assert found["protection_at_2h_fraction"] == pytest.approx([0.0] * 2, abs=1e-12)


def test_half_of_the_dead_is_read_on_logarithms_of_the_dose(stored):
    dish = alive(stored, "drugs.glutamate.concentration", "uM", [10.0, 40.0, 160.0, 500.0], [1.0, 0.8, 0.4, 0.2])
    brief = alive(stored, "drugs.glutamate.offset", "s", [90.0, 180.0, 360.0], [1.0, 0.9, 0.3])
    found = survival.i12({survival.DISH: dish, survival.BRIEF: brief})
    assert found["lethal_ec50_5min_um"] == pytest.approx([80.0] * 2)        # 0.4 of 0.8 lies midway between 40 and 160
    assert found["death_at_2min_500um_fraction"] == pytest.approx([0.1] * 2)


def test_transmission_comes_back_to_at_most_all_of_it(stored):
    times = np.arange(0.0, 1300.0, 10.0)
    creatine, seeds = grid([0.0, 25.0], [1, 2])
    after = np.where(creatine[:, None] > 0, 1.2, 0.3)
    current = -100.0 * np.where(times < 60.0, 1.0, np.where(times < 900.0, 0.0, after))
    result = stored(times, {("pyramidal", "I_ampa", "pA"): current}, seeds=seeds,
                    axes={"drugs.creatine.concentration": creatine}, units={"drugs.creatine.concentration": "mM"})
    found = survival.i17({survival.ANOXIA: result})
    assert found["recovery_with_creatine_fraction"] == pytest.approx([1.0, 1.0])
    assert found["recovery_without_creatine_fraction"] == pytest.approx([0.3, 0.3])


# ------------------------------------------------------------------------------------------------- clamped patches


def patches(stored, axes, units, currents):
    """Steady currents by population and kind, one second long."""
    times = np.linspace(0.0, 1.0, 11)
    means = {(population, kind, "pA"): np.asarray(values, float)[:, None] for (population, kind), values in currents.items()}
    number = len(next(iter(axes.values())))
    return stored(times, means, seeds=[1] * number, axes=axes, units=units, cells=dict.fromkeys(CLAMPED, 1))


def test_magnesium_block_is_compared_with_the_published_curve(stored):
    voltage, magnesium = grid([-80.0, -20.0, 40.0], [0.0, 1.0])
    share = np.where(magnesium > 0, 1 / (1 + np.exp(-0.062 * voltage) / 3.57), 1.0)
    share[3] += 0.04            # at -20 mV
    result = patches(stored, {"clamp.glun2a": voltage, "milieu.Mg_e": magnesium},
                     {"clamp.glun2a": "mV", "milieu.Mg_e": "mM"}, {("glun2a", "I_nmda"): -50.0 * share})
    found = receptors.p1({"validation/magnesium_block": result})
    assert found["max_abs_error_of_unblocked_fraction_minus80_to_plus40mv"] == pytest.approx([0.04])


def test_half_blocking_dose_is_that_of_the_curve(stored):
    doses = [0.0, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0]
    dose, magnesium = grid(doses, [0.0, 1.0])
    agonist = np.full(dose.size, 1e4)
    dose, magnesium, agonist = np.append(dose, 30.0), np.append(magnesium, 0.0), np.append(agonist, 0.0)
    half = np.where(magnesium > 0, 4.0, 0.8)
    result = patches(
        stored, {"drugs.ketamine.concentration": dose, "milieu.Mg_e": magnesium, "milieu.Glu_e": agonist},
        {"drugs.ketamine.concentration": "uM", "milieu.Mg_e": "mM", "milieu.Glu_e": "uM"},
        {("glun2a", "I_nmda"): -100.0 / (1 + dose / half), ("glun2c", "I_nmda"): -100.0 / (1 + dose / (half / 2)),
         ("glun2a", "block_ketamine_GluN2A"): np.where(agonist > 0, 0.9, 0.01)})
    found = receptors.p2({"validation/ketamine_ic50": result})
    assert found["ic50_glun2a_0mg_um"].mean == pytest.approx(0.8, rel=1e-3)
    assert found["ic50_glun2a_1mg_um"].mean == pytest.approx(4.0, rel=1e-3)
    assert found["ic50_glun2c_1mg_um"].mean == pytest.approx(2.0, rel=1e-3)
    assert found["block_without_agonist_fraction"] == pytest.approx([0.01])


def test_tonic_and_phasic_block_average_both_subunits(stored):
    dose, agonist = grid([0.0, 1.0], [0.0, 1e4])
    left = {"glun2a": np.array([1.0, 1.0, 0.8, 0.5]), "glun2b": np.array([1.0, 1.0, 0.6, 0.3])}
    result = patches(stored, {"drugs.memantine.concentration": dose, "milieu.Glu_e": agonist},
                     {"drugs.memantine.concentration": "uM", "milieu.Glu_e": "uM"},
                     {(name, "I_nmda"): -20.0 * values for name, values in left.items()})
    found = receptors.p3({"validation/memantine": result})
    assert found["phasic_block_at_1um_fraction"] == pytest.approx([0.3])
    assert found["tonic_block_at_1um_fraction"] == pytest.approx([0.6])


def test_a_block_of_another_receptor_counts_however_small(stored):
    doses = [0.0, 0.1, 0.3, 1.0, 3.0, 10.0]
    perampanel = np.array([*doses, 0.0, 0.0])
    cnqx, ap5 = np.array([0.0] * 6 + [10.0, 0.0]), np.array([0.0] * 7 + [50.0])
    gaba = np.full(8, 30.0)
    gaba[6] = 29.4              # cnqx takes a fiftieth of it
    result = patches(
        stored, {f"drugs.{name}.concentration": values for name, values in
                 (("perampanel", perampanel), ("cnqx", cnqx), ("ap5", ap5))},
        {f"drugs.{name}.concentration": "uM" for name in ("perampanel", "cnqx", "ap5")},
        {("glun2a", "I_ampa"): np.where(cnqx > 0, -1.0, -80.0 / (1 + perampanel / 0.5)),
         ("glun2a", "I_nmda"): np.where(ap5 > 0, -1.0, -40.0), ("glun2a", "I_gaba_a"): gaba})
    found = receptors.p4({"validation/antagonists": result})
    assert found["perampanel_ic50_um"].mean == pytest.approx(0.5, rel=1e-3)
    assert found["off_target_block_fraction"] == pytest.approx([0.02])


def test_the_glycine_site_is_told_against_resting_co_agonists(stored):
    glycine, serine = np.array([1.0, 0.0, 1.0]), np.array([2.0, 0.0, 300.0])
    result = patches(stored, {"milieu.Gly_e": glycine, "milieu.DSer_e": serine},
                     {"milieu.Gly_e": "uM", "milieu.DSer_e": "uM"}, {("glun2a", "I_nmda"): [-70.0, -0.7, -98.0]})
    found = receptors.p6({"validation/glycine_site": result})
    assert found["nmda_current_without_coagonist_fraction"] == pytest.approx([0.01])
    assert found["gain_at_saturating_d_serine_fraction"] == pytest.approx([0.4])
