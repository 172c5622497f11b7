"""Single precision: what is reduced, what never is, and that the network behaves alike."""

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from brian2 import prefs

from glunet import pipeline
from glunet.analysis import firing
from glunet.circuit.assemble import Setting, assemble
from glunet.circuit.blueprint import RecordPlan
from glunet.circuit.expressions import linoid
from glunet.engine import precision, standalone
from glunet.engine.noise import functions, poisson_events
from glunet.engine.simulate import simulate
from glunet.errors import InputError
from glunet.experiment.load import load, with_precision
from glunet.experiment.plan import points
from glunet.store.naming import content_name
from glunet.vocabulary.schedule import step

needs_compiler = pytest.mark.skipif(shutil.which("g++") is None, reason="needs g++")
EXPERIMENT = """[experiment]
name = "small"   # a comment
circuit = "cortex"
duration = "10 ms"
cells = 20
{}
[axes]
seed = [1]
"""


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    """One cache for the tests, beside the user's; and the usual precision afterwards."""
    monkeypatch.setenv("GLUNET_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
    yield
    prefs.core.default_float_dtype = np.float64


def _blueprint(cells=100, duration=1.0, seeds=(1, 2, 3, 4)):
    record = {"pyramidal": RecordPlan(("block_ketamine_GluN2A", "I_nmda"), 5e-3)}
    drive = {"populations.pyramidal.membrane.I_applied": 2e-10}
    settings = [Setting(seed, drive, {"ketamine": step(3e-3, 0.1*duration, 0.6*duration)}) for seed in seeds]
    return assemble("cortex", settings, duration, cells=cells, record=record)


def test_only_the_fast_step_is_computed_in_single_precision(tmp_path):
    blueprint = replace(_blueprint(20, 0.01, (1,)), precision="float32")
    standalone._write(standalone._lay_out(blueprint, tmp_path), blueprint, tmp_path)
    fast = (tmp_path / "code_objects" / "pyramidal_stateupdater_codeobject.cpp").read_text()
    statements = fast.split("// scalar code")[1]
    assert "double" not in statements
    assert re.findall(r"\d\.\d+\b(?!f)", statements) == []
    slow = (tmp_path / "code_objects" / "pyramidal_slow_codeobject.cpp").read_text().split("// vector code")[1]
    assert set(re.findall(r"\b(float|double) block_ketamine_\w+ =", slow)) == {"double"}
    noise = functions()["poisson_events"].implementations._implementations["cpp"].get_code(None)
    assert " ".join(noise.split()) in " ".join(fast.split())


def test_time_and_slow_states_stay_double(tmp_path):
    blueprint = replace(_blueprint(20, 0.01, (1,)), precision="float32")
    built = standalone._lay_out(blueprint, tmp_path)
    group = built["pyramidal"]
    kinds = {name: group.variables[name].dtype for name in group.variables if hasattr(group.variables[name], "dtype")}
    for name in ("t", "last_spike", "block_ketamine_GluN2A", "concentration_ketamine", "start_ketamine_0",
                 "gate_nmda_GluN2A"):
        assert kinds[name] == np.float64, name
    for name in ("v", "v_before", "m", "g_ampa", "S_GluN2A", "available"):
        assert kinds[name] == np.float32, name
    assert built["spikes_pyramidal"].variables["t"].dtype == np.float64
    assert built["ensemble_0"].variables["mean_pyramidal_I_nmda"].dtype == np.float64
    ordinary = standalone._lay_out(_blueprint(20, 0.01, (1,)), tmp_path)["pyramidal"]
    assert ordinary.variables["v"].dtype == np.float64


def test_the_noise_is_the_same_but_for_rounding_of_its_mean():
    rng = np.random.default_rng(3)
    key_0, key_1 = rng.integers(-2**31, 2**31, (2, 400_000)).astype(np.int32)
    steps, means = rng.integers(0, 2**40, 400_000), rng.uniform(0.0, 0.8, 400_000)
    exact = poisson_events(key_0, key_1, steps, 0, means)
    rounded = poisson_events(key_0, key_1, steps, 0, means.astype(np.float32))
    assert np.count_nonzero(exact != rounded) <= 3
    assert exact.mean() == pytest.approx(0.4, rel=0.01)


@needs_compiler
def test_the_rate_function_is_good_to_single_precision_everywhere(tmp_path):
    body = functions()["linoid"].implementations._implementations["cpp"].get_code(None)
    (tmp_path / "try.cpp").write_text("#include <cmath>\n#include <cstdio>\nusing namespace std;\n" + body
                                      + 'int main() { float x; while (scanf("%f", &x) == 1) printf("%.9g\\n", linoid(x)); }')
    subprocess.run(["g++", "-O2", "try.cpp", "-o", "try"], cwd=tmp_path, check=True)
    small = np.geomspace(1e-12, 80.0, 4000)
    x = np.concatenate([-small, [0.0], small]).astype(np.float32)
    done = subprocess.run([tmp_path / "try"], input="\n".join(map(repr, x.tolist())), capture_output=True, text=True,
                          check=True)
    found = np.array(done.stdout.split(), dtype=float)
    with np.errstate(over="ignore"):
        wanted = x.astype(float)/np.expm1(x.astype(float), where=x != 0, out=np.ones(x.size))
    wanted[x == 0] = 1.0
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found, wanted, rtol=2e-6, atol=1e-30)
    np.testing.assert_allclose(linoid(x), wanted, rtol=1e-9, atol=1e-30)


def _rate(data):
    """Spikes per cell of every replicate."""
    return np.bincount(data.replicate, minlength=4)/data.n_cells


def _irregularity(data):
    """Mean CV of inter-spike intervals of every replicate."""
    return np.nanmean(firing.cv_isi(data.times_s, data.cell, data.replicate, data.n_cells, 4, 0.0, 1.0), axis=1)


@needs_compiler
def test_the_network_behaves_alike():
    blueprint = _blueprint()
    exact, reduced = simulate(blueprint), simulate(replace(blueprint, precision="float32"))
    for name in ("pyramidal", "interneuron"):
        ours, other = exact["spikes"][name], reduced["spikes"][name]
        early = ours.times_s < np.sort(ours.times_s)[20]
        np.testing.assert_allclose(other.times_s[:early.sum()], ours.times_s[early], atol=1e-9)
        assert np.array_equal(other.cell[:early.sum()], ours.cell[early])
        # a last bit decides a spike sooner or later, and then the runs are two draws of one distribution
        for measure in (_rate, _irregularity):
            full, single = measure(ours), measure(other)
            assert np.isfinite(full).all()
            assert abs(single.mean() - full.mean()) < full.std(ddof=1) + 0.03*full.mean()
    blocks = [next(one.values for one in found["means"] if one.variable.startswith("block")) for found in (exact, reduced)]
    assert blocks[0].max() > 5e-4
    # at the onset a few spikes more or less decide how many channels have opened
    np.testing.assert_allclose(blocks[1], blocks[0], rtol=0.05, atol=0.02*blocks[0].max())


def test_precision_is_part_of_the_question(tmp_path):
    path = tmp_path / "small.toml"
    path.write_text(EXPERIMENT.format(""))
    exact = load(path)
    reduced = with_precision(exact, "float32")
    assert (exact.precision, reduced.precision) == ("float64", "float32")
    assert with_precision(exact, "float64") is exact
    assert with_precision(reduced, "float64").precision == "float64"
    path.write_text(EXPERIMENT.format('precision = "float32"'))
    assert load(path).precision == "float32"
    plans = [pipeline.blueprint(one, points(one)) for one in (exact, reduced)]
    assert plans[0].digest() != plans[1].digest()
    assert plans[0].model_digest() != plans[1].model_digest()
    assert plans[1].describe()["precision"] == "float32"
    # the name differs by the text alone too: a plan that is made again from its text finds the same files
    assert content_name(exact.text, points(exact), "same") != content_name(reduced.text, points(reduced), "same")
    path.write_text(EXPERIMENT.format('precision = "half"'))
    with pytest.raises(InputError, match="float32, float64"):
        load(path)


def test_a_device_has_a_short_name(tmp_path):
    path = tmp_path / "small.toml"
    for given, device in (("gpu", "cuda_standalone"), ("cpu", "cpp_standalone"), ("runtime", "runtime")):
        path.write_text(EXPERIMENT.format(f'device = "{given}"'))
        assert load(path).device == device
    path.write_text(EXPERIMENT.format('device = "tpu"'))
    with pytest.raises(InputError, match="gpu"):
        load(path)


def test_full_precision_is_left_as_it_is(tmp_path):
    folder = tmp_path / "code_objects"
    folder.mkdir()
    path = Path(folder, "x_stateupdater_codeobject.cpp")
    path.write_text("// scalar code\nconst double dt = _ptr_array_dt[0]; 1.5")
    precision.narrow(tmp_path, "float64")
    assert path.read_text().endswith("const double dt = _ptr_array_dt[0]; 1.5")
    precision.narrow(tmp_path, "float32")
    assert path.read_text() == "// scalar code\nconst float dt = _ptr_array_dt[0]; 1.5f"
