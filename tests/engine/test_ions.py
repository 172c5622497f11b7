"""Moving ions against laws that do not depend on them: conservation, balance at rest, diffusion, the pump's own formula."""

import numpy as np
import pytest

from glunet.circuit.assemble import Setting, assemble
from glunet.circuit.blueprint import RecordPlan
from glunet.circuit.load import load_circuit
from glunet.circuit.neighbours import pairs
from glunet.engine import compiler
from glunet.engine.simulate import simulate

needs_compiler = pytest.mark.skipif(compiler.compiler() is None, reason="needs a C++ compiler")
POPULATIONS, CELLS, HOLD = ("pyramidal", "interneuron"), 50, 1.0
TRACES = ("K_e", "Na_i", "K_i", "Cl_i", "Na_e", "amount_K", "amount_Na", "amount_Cl", "I_pump", "v", "E_K",
          "load_Na")


def _quiet():
    """Cells that nothing drives, with a second of measured rest."""
    silent = {f"projections.{a}_to_{b}.weight": 0.0 for a in POPULATIONS for b in POPULATIONS}
    silent |= {f"populations.{p}.afferents.n_{kind}": 0.0 for p in POPULATIONS for kind in ("excitatory", "inhibitory")}
    return silent | {f"populations.{p}.compartments.hold": HOLD for p in POPULATIONS}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Three replicates: at rest, with a current into pyramidal cells, and that without neighbours."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLUNET_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
        rest = _quiet()
        driven = rest | {"populations.pyramidal.membrane.I_applied": 500e-12}
        lone = rest | {f"populations.{p}.neighbour_diffusion.diffusion": 0.0 for p in POPULATIONS} | {
            "populations.pyramidal.membrane.I_applied": 500e-12}
        record = {p: RecordPlan(traces=TRACES, cells=tuple(range(10)), traces_every=0.01) for p in POPULATIONS}
        plan = assemble("cortex", [Setting(1, rest), Setting(1, driven), Setting(1, lone)], 4.0, cells=CELLS, record=record)
        found = simulate(plan)
    return plan, {(t.population, t.variable): t for t in found["traces"]}, found


@needs_compiler
def test_a_silent_cell_stays_at_rest_when_its_pump_starts(runs):
    _, traces, found = runs
    assert not np.any(found["spikes"]["pyramidal"].replicate == 0)
    for population in POPULATIONS:
        for variable, slack in (("K_e", 0.02), ("Na_i", 0.02), ("Cl_i", 0.02), ("v", 0.2)):
            trace = traces[population, variable]
            before, after = (trace.values[0][:, np.searchsorted(trace.times_s, t)] for t in (HOLD - 0.02, 4.0 - 0.02))
            assert np.abs(after - before).max() < slack, (population, variable)
        assert (traces[population, "I_pump"].values[0][:, -1] > 1.0).all()


@needs_compiler
def test_what_a_cell_and_its_surroundings_hold_is_conserved(runs):
    plan, traces, _ = runs
    # without neighbours each cell, its shell, its glia and what it gave to the bath are a closed whole
    for population in POPULATIONS:
        for ion in ("K", "Na", "Cl"):
            amount = traces[population, f"amount_{ion}"].values[2]
            assert np.ptp(traces[population, "K_e"].values[2]) > (0.3 if population == "pyramidal" else -1)
            np.testing.assert_allclose(amount, amount[:, :1] * np.ones_like(amount), rtol=1e-11)


@needs_compiler
def test_neighbours_of_active_cells_get_their_potassium(runs):
    _, traces, _ = runs
    trace = traces["interneuron", "K_e"]
    shared, alone = trace.values[1][:, -1].mean(), trace.values[2][:, -1].mean()
    assert shared > alone + 0.1


@needs_compiler
def test_a_spike_brings_in_at_least_the_sodium_that_charges_the_membrane(runs):
    plan, traces, found = runs
    spikes = found["spikes"]["pyramidal"]
    counted = (spikes.replicate == 1) & (spikes.times_s > 0.5) & (spikes.times_s < HOLD)
    rate = np.bincount(spikes.cell[counted], minlength=spikes.n_cells)[:10] / (HOLD - 0.5)
    assert rate.min() > 5
    population = plan.populations["pyramidal"]
    capacitance = population.arrays["area"][1, :10] * population.constants["capacitance"]
    load = traces["pyramidal", "load_Na"].values[:2, :, -1] * 1e-12
    # from below -50 mV to above +20 mV; kinetics that overlap let in several times as much
    least = rate * capacitance * 70e-3
    assert ((load[1] - load[0]) > least).all()
    assert ((load[1] - load[0]) < 8 * least).all()


@needs_compiler
def test_the_pump_and_the_potassium_potential_follow_their_formulas(runs):
    plan, traces, _ = runs
    values = load_circuit("cortex").populations["pyramidal"].values
    half_Na, half_K = (values["sodium_pump"][name].si for name in ("Na_pump", "K_pump"))

    def speed(sodium, potassium):
        return (1 + half_Na / sodium) ** -3 * (1 + half_K / potassium) ** -2

    late = traces["pyramidal", "Na_i"].times_s > HOLD + 0.1
    sodium, potassium, inside, current, reversal = (traces["pyramidal", v].values[1][:, late]
                                                    for v in ("Na_i", "K_e", "K_i", "I_pump", "E_K"))
    ratio = current / speed(sodium, potassium)
    # a trace is taken at the end of a fast step and a slow step lies between it and what the pump has seen
    assert np.ptp(ratio, axis=1).max() < 2e-3 * ratio.mean()
    np.testing.assert_allclose(reversal, 8.31446 * 309 / 96485.33 * np.log(potassium / inside), atol=5e-5)


def test_neighbours_are_mutual_near_and_reach_over_the_edge():
    rng = np.random.default_rng(5)
    side, step = 200e-6, 20e-6
    grid = np.stack(np.meshgrid(np.arange(10), np.arange(10)), axis=-1).reshape(-1, 2)
    positions = (grid + rng.uniform(0.4, 0.6, grid.shape)) * step
    found = pairs(positions, side)
    assert {tuple(edge) for edge in found} == {tuple(edge) for edge in found[:, ::-1]}
    gap = np.abs(positions[found[:, 0]] - positions[found[:, 1]])
    gap = np.minimum(gap, side - gap)
    assert np.hypot(*gap.T).max() < 1.5 * step
    corner = np.flatnonzero((grid == 0).all(axis=1))[0]
    near = {tuple(grid[j]) for i, j in found if i == corner}
    assert near == {(1, 0), (0, 1), (9, 0), (0, 9)}
