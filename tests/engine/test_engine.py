"""The engine: the same spikes whatever shares the batch, on either device, and one compile for many runs."""

import numpy as np
import pytest

from glunet.circuit.assemble import Setting, assemble
from glunet.circuit.blueprint import RecordPlan
from glunet.engine import compiler
from glunet.engine.simulate import simulate
from glunet.errors import GlunetError
from glunet.vocabulary.schedule import bolus, constant, step

pytestmark = pytest.mark.skipif(compiler.compiler() is None, reason="needs a C++ compiler")
CELLS = 50
DRIVE = {f"populations.{p}.membrane.I_applied": i for p, i in (("pyramidal", 2.5e-10), ("interneuron", 1.0e-10))}


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    """One cache for the tests, beside the user's."""
    monkeypatch.setenv("GLUNET_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


# the last bit of a cell depends on where in a vector it stands, and firing makes that visible after a quarter of a second
def _run(settings, duration=0.2, device="cpp_standalone", **options):
    return simulate(assemble("cortex", settings, duration, cells=CELLS, **options), device)


def _spikes(found, replicate):
    return {name: (s.times_s[s.replicate == replicate], s.cell[s.replicate == replicate])
            for name, s in found["spikes"].items()}


def _same(a, b):
    assert sum(times.size for times, _ in a.values()) > 50
    for name in a:
        assert np.array_equal(a[name][0], b[name][0])
        assert np.array_equal(a[name][1], b[name][1])


def _dosed(seed, micromolar):
    return Setting(seed, DRIVE, {"ketamine": constant(micromolar * 1e-3)})


def test_spikes_do_not_depend_on_the_batch_or_its_order():
    first = _run([_dosed(1, 3), _dosed(2, 0), _dosed(3, 100)])
    second = _run([_dosed(9, 10), _dosed(3, 100), _dosed(1, 3), _dosed(2, 0)])
    for here, there in ((0, 2), (1, 3), (2, 1)):
        _same(_spikes(first, here), _spikes(second, there))
    assert not np.array_equal(_spikes(first, 0)["pyramidal"][0], _spikes(first, 1)["pyramidal"][0])


def test_compiled_and_interpreted_give_the_same_spikes():
    settings = [_dosed(1, 3), _dosed(2, 0)]
    compiled, interpreted = _run(settings), _run(settings, device="runtime")
    for replicate in range(2):
        _same(_spikes(compiled, replicate), _spikes(interpreted, replicate))


def test_other_doses_schedules_durations_and_parameters_compile_nothing():
    _run([_dosed(1, 3)])
    others = [Setting(4, {**DRIVE, "populations.pyramidal.sodium.g_Na": 500.0}, {"ketamine": terms}) for terms in
              (constant(1e-2), step(1e-3, 0.05, 0.1), bolus(1e-3, 0.01, 0.05, 0.2))]
    for setting in others:
        assert _run([setting], duration=0.13)["timings"]["compile"] == 0.0


def test_vector_maths_is_used_where_glibc_has_it():
    import platform
    import subprocess

    _run([_dosed(1, 3)])
    flags = subprocess.run([compiler.compiler(), "-march=native", "-dM", "-E", "-x", "c++", "/dev/null"],
                           capture_output=True, text=True).stdout
    if platform.libc_ver()[0] != "glibc" or "__AVX2__" not in flags:
        pytest.skip("no vector mathematics here")
    newest = max((compiler.cache_folder() / "bin").iterdir(), key=lambda path: path.stat().st_mtime)
    symbols = subprocess.run(["nm", str(newest)], capture_output=True, text=True).stdout
    assert "_ZGV" in symbols


def test_means_are_the_means_of_the_cells():
    plan = RecordPlan(means=("I_ampa", "v"), means_every=1e-3, traces=("I_ampa", "v"), cells=tuple(range(40)),
                      traces_every=1e-3)
    found = _run([_dosed(1, 0), _dosed(2, 0)], record={"pyramidal": plan})
    for mean, trace in zip(found["means"], found["traces"], strict=True):
        assert mean.variable == trace.variable
        # the mean is gathered before the cells' step, the trace after it: the same series, one step apart at most
        gap = np.abs(mean.values[:, 1:] - trace.values.mean(axis=1)[:, 1:]).max()
        step_ = np.abs(np.diff(trace.values.mean(axis=1), axis=1)).max()
        assert gap <= step_ + 1e-9
        assert np.corrcoef(mean.values.ravel(), trace.values.mean(axis=1).ravel())[0, 1] > 0.95


def test_a_run_that_blows_up_is_one_line():
    with pytest.raises(GlunetError, match="not a number"):
        _run([Setting(1, {"populations.pyramidal.membrane.I_applied": 1e300})], duration=0.01)


def test_a_number_that_is_none_is_refused_before_anything_runs():
    with pytest.raises(GlunetError, match="I_applied: nan is not a finite"):
        _run([Setting(1, {"populations.pyramidal.membrane.I_applied": float("nan")})], duration=0.01)


def test_a_failing_compiler_is_one_line(monkeypatch, tmp_path):
    wrapper = tmp_path / "c++"
    wrapper.write_text(f'#!/bin/sh\ncase "$*" in *every_step.cpp*) echo "x.cpp:1: error: out of ideas" >&2; exit 1;; esac\n'
                       f'exec {compiler.compiler()} "$@"\n')
    wrapper.chmod(0o755)
    monkeypatch.setenv("CXX", str(wrapper))
    monkeypatch.setenv("GLUNET_CACHE", str(tmp_path / "empty"))
    with pytest.raises(GlunetError, match="compiler failed: .*out of ideas"):
        _run([_dosed(1, 0)], duration=0.01)


def test_too_dense_a_background_is_refused():
    with pytest.raises(GlunetError, match="afferent spikes per step"):
        _run([Setting(1, {"populations.pyramidal.afferents.rate_excitatory": 100.0})], duration=0.01)
