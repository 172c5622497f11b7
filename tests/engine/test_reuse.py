"""A batch that differs in numbers alone runs by the program of an earlier one, and nothing of that one shows in it."""

import numpy as np
import pytest

from glunet.circuit.assemble import Setting, assemble
from glunet.circuit.blueprint import RecordPlan
from glunet.engine import compiler, reuse
from glunet.engine.simulate import simulate
from glunet.vocabulary.schedule import constant

pytestmark = pytest.mark.skipif(compiler.compiler() is None, reason="needs a C++ compiler")
RECORD = {"pyramidal": RecordPlan(means=("I_nmda",), traces=("v",), cells=(0, 3))}


def _blueprint(seeds, dose, magnesium, duration=0.15, applied=400e-12, **options):
    """Driven cells; the magnesium differs between replicates, the current is a constant."""
    values = [{"milieu.Mg_e": magnesium * (1 + 0.1 * row), "populations.pyramidal.membrane.I_applied": applied}
              for row in range(len(seeds))]
    settings = [Setting(seed, own, {"ketamine": constant(dose)}) for seed, own in zip(seeds, values, strict=True)]
    return assemble("cortex", settings, duration, cells=40, **{"record": RECORD, **options})


def _arrays(found):
    """Everything recorded, in one order."""
    for data in found["spikes"].values():
        yield from (data.times_s, data.cell, data.replicate)
    for course in [*found["means"], *found["traces"], *found["schedules"]]:
        yield from (course.times_s, course.values)


def _same(first, second):
    return all(np.array_equal(a, b) for a, b in zip(_arrays(first), _arrays(second), strict=True))


def test_other_numbers_run_by_the_program_at_hand_as_by_one_of_their_own(monkeypatch, tmp_path_factory):
    monkeypatch.setenv("GLUNET_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
    reuse._known.clear()
    first = simulate(_blueprint((1, 2), 0.0, 1.0))
    assert len(reuse._known) == 1
    others = [_blueprint((7, 8), 30e-3, 0.5), _blueprint((1, 2), 0.0, 1.0, duration=0.1, applied=450e-12)]
    reused = [simulate(other) for other in others]
    assert len(reuse._known) == 1
    for other, found in zip(others, reused, strict=True):
        reuse._known.clear()
        assert sum(data.cell.size for data in found["spikes"].values()) > 20
        assert _same(found, simulate(other))
        assert not _same(found, first)


def test_whatever_else_differs_asks_for_another_program(tmp_path):
    from glunet.engine.standalone import _lay_out

    def key(*arguments, **options):
        blueprint = _blueprint(*arguments, **options)
        network = _lay_out(blueprint, tmp_path)
        found = reuse.signature(blueprint)
        del network
        return found

    usual = key((1, 2), 0.0, 1.0)
    assert key((3, 4), 1.0, 2.0, duration=5.0) == usual
    clamped = key((1, 2), 0.0, 1.0, clamp={"pyramidal": -60e-3})
    more = key((1, 2, 3), 0.0, 1.0)
    finer = key((1, 2), 0.0, 1.0, dt=5e-5)
    unrecorded = key((1, 2), 0.0, 1.0, record={})
    elsewhere = key((1, 2), 0.0, 1.0, record={"pyramidal": RecordPlan(means=("I_nmda",), traces=("v",), cells=(0, 4))})
    assert len({usual, clamped, more, finer, unrecorded, elsewhere}) == 6


def test_a_program_that_is_gone_is_written_again(tmp_path):
    program = tmp_path / "program"
    program.touch()
    reuse.keep("some key", program)
    assert reuse.find("some key") == program
    program.unlink()
    assert reuse.find("some key") is None
    for number in range(20):
        reuse.keep(str(number), program)
    assert len(reuse._known) <= 8
    reuse._known.clear()
