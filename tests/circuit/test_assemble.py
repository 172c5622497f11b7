"""Blueprints: start values, heterogeneity, and independence of what shares the batch."""

import re

import numpy as np
import pytest

from glunet.circuit import expressions
from glunet.circuit.assemble import Setting, assemble
from glunet.circuit.load import load_circuit
from glunet.circuit.stepping import slow_code
from glunet.errors import GlunetError
from glunet.library import names
from glunet.vocabulary.schedule import constant

CELLS = 60


def _blueprint(*settings):
    return assemble("cortex", settings, 0.1, cells=CELLS)


def test_nernst_potentials_at_rest():
    plan = _blueprint(Setting(1)).populations["pyramidal"]
    milieu = load_circuit("cortex").milieu
    thermal = 8.31446 * milieu["temperature"].si / 96485.33
    assert plan.initial["E_K"][0, 0] == pytest.approx(thermal * np.log(milieu["K_e"].si / 140), rel=1e-9)
    assert plan.initial["E_Na"][0, 0] == pytest.approx(thermal * np.log(milieu["Na_e"].si / 15), rel=1e-9)
    assert plan.initial["E_Cl"][0, 0] == pytest.approx(-thermal * np.log(milieu["Cl_e"].si / 7), rel=1e-9)


def test_a_replicate_does_not_depend_on_its_neighbours():
    dosed = Setting(2, {}, {"ketamine": constant(3e-3)})
    alone, among = _blueprint(dosed), _blueprint(Setting(7, {}, {"ketamine": constant(1.0)}), dosed)
    for name, plan in alone.populations.items():
        other = among.populations[name]
        for group in ("arrays", "initial"):
            for key, values in getattr(plan, group).items():
                assert np.array_equal(values[0], getattr(other, group)[key][1]), (name, key)
    for name, plan in alone.projections.items():
        other, half = among.projections[name], among.projections[name].weight.size // 2
        assert np.array_equal(plan.weight, other.weight[half:])
        assert np.array_equal(plan.target_index + among.populations[plan.target].n, other.target_index[half:])


def test_doses_of_one_seed_share_wiring_and_cells():
    plan = _blueprint(*(Setting(1, {}, {"ketamine": constant(c)}) for c in (0.0, 3e-3)))
    cells = plan.populations["pyramidal"].arrays
    assert np.array_equal(cells["V_T"][0], cells["V_T"][1])
    assert np.array_equal(cells["noise_key_0"][0], cells["noise_key_0"][1])
    assert not np.array_equal(cells["level_ketamine_0"][0], cells["level_ketamine_0"][1])


def test_spread_has_the_declared_mean_and_variation():
    plan = assemble("cortex", [Setting(s) for s in range(20)], 0.1, cells=500).populations["pyramidal"]
    area = load_circuit("cortex").populations["pyramidal"].values["membrane"]["area"]
    assert plan.arrays["area"].mean() == pytest.approx(area.si, rel=0.01)
    assert plan.arrays["area"].std() / plan.arrays["area"].mean() == pytest.approx(area.spread, rel=0.05)


def test_mean_input_is_kept_when_the_circuit_is_small():
    small, large = (assemble("cortex", [Setting(1)], 0.1, cells=n) for n in (60, 1000))
    for name, plan in small.projections.items():
        per_cell = [p.projections[name].weight.sum() / p.populations[plan.target].n for p in (small, large)]
        assert per_cell[0] == pytest.approx(per_cell[1], rel=0.1)


def test_capacity_is_all_glutamatergic_conductance():
    blueprint = _blueprint(Setting(1))
    plan, total = blueprint.populations["interneuron"], np.zeros(blueprint.populations["interneuron"].n)
    projection = blueprint.projections["pyramidal_to_interneuron"]
    np.add.at(total, projection.target_index, projection.weight)
    drive = {**plan.constants, **plan.arrays}
    assert plan.arrays["capacity"][0] == pytest.approx(total + drive["n_excitatory"] * drive["w_excitatory"], rel=1e-9)


@pytest.mark.parametrize("dose", [{}, {"ketamine": constant(0.0)}])
@pytest.mark.parametrize("circuit", names("circuits"))
def test_a_slow_step_reads_nothing_before_it_is_there_not_even_through_a_definition(circuit, dose):
    for plan in assemble(circuit, [Setting(1, {}, dose)], 0.1, cells=20).populations.values():
        model, assigned = plan.model, plan.model.slow_assignments()
        definitions = {one.name: one.expression for one in model.definitions}

        def read(text, definitions=definitions):
            found = expressions.names(text)
            return found.union(*(read(definitions[name]) for name in found & definitions.keys()))

        lines = [line.split(" = ", 1) for line in slow_code(model).splitlines() if " = " in line]
        at = {left: number for number, (left, _) in enumerate(lines)}
        for number, (left, right) in enumerate(lines):
            if left in assigned:
                assert all(at[name] < number for name in read(right) & at.keys())


@pytest.mark.parametrize(("path", "value"), [("milieu.K_e", 0.0), ("milieu.ATP", 0.0)])
def test_numbers_without_which_nothing_can_start_are_told_by_their_path(path, value):
    with pytest.raises(GlunetError, match=rf"is not a finite number at the start, as .*{re.escape(path)}.* is zero"):
        assemble("cortex", [Setting(1, {path: value})], 0.1, cells=20)
