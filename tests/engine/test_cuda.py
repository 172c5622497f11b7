"""The GPU's program: what it is made of, that it compiles, and that it computes what the CPU's does."""

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from glunet import pipeline
from glunet.circuit.assemble import Setting, assemble
from glunet.circuit.blueprint import RecordPlan
from glunet.engine import cuda, gpu, launches
from glunet.engine.collect import collect
from glunet.engine.noise import LARGEST_MEAN, functions, philox, poisson_events
from glunet.engine.simulate import silent, simulate
from glunet.errors import GlunetError
from glunet.experiment.load import load
from glunet.experiment.plan import points
from glunet.vocabulary.schedule import step

KETAMINE = Path(__file__).parents[2] / "experiments" / "ketamine.toml"


def _nvcc():
    try:
        return gpu.nvcc()
    except GlunetError:
        return None


needs_nvcc = pytest.mark.skipif(_nvcc() is None, reason="needs nvcc")
needs_brian2cuda = pytest.mark.skipif(find_spec("brian2cuda") is None, reason="needs brian2cuda")


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    """One cache for the tests, beside the user's."""
    monkeypatch.setenv("GLUNET_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.fixture
def pretended(monkeypatch):
    """A GPU that is not there, for programs that are only compiled or run as loops on the CPU."""
    monkeypatch.setenv(gpu.ARCHITECTURE, "9.0")
    monkeypatch.setattr(gpu, "probe", lambda *_: gpu.Device("none", "GPU-none", "9.0", 1))


def _small(duration=0.12):
    """Two replicates, driven so that both populations fire, one of them with ketamine."""
    drive = {f"populations.{name}.membrane.I_applied": current
             for name, current in (("pyramidal", 3e-10), ("interneuron", 1e-10))}
    record = {"pyramidal": RecordPlan(("I_nmda", "block_ketamine_GluN2A"), 2e-3, ("v",), (0, 3), 5e-4),
              "interneuron": RecordPlan(("I_ampa",), 2e-3)}
    settings = [Setting(seed, drive, {"ketamine": step(level, 0.02, None)})
                for seed, level in ((1, 0.0), (2, 0.1))]
    return assemble("cortex", settings, duration, cells=50, record=record)


def test_a_clock_between_two_steps_is_refused():
    blueprint = _small()
    cuda._check_clocks(blueprint)
    plan = blueprint.populations["pyramidal"]
    odd = replace(plan, record=replace(plan.record, traces_every=blueprint.dt * 2.5))
    with pytest.raises(GlunetError, match="pyramidal: traces_every is 0.25 ms"):
        cuda._check_clocks(replace(blueprint, populations={**blueprint.populations, "pyramidal": odd}))


@needs_nvcc
def test_missing_brian2cuda_is_one_clear_line(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "brian2cuda", None)
    with pytest.raises(GlunetError, match="pip install"):
        cuda.compile_only(_small(), tmp_path)


@needs_nvcc
def test_the_cuda_body_draws_the_same_numbers(tmp_path):
    body = functions()["poisson_events"].implementations._implementations["cuda"].get_code(None)
    # the same body once more, stopped at the uniform number: its bits, not only what they lead to
    bits = body.replace("poisson_events", "uniform").replace("return count;", "return uniform;")
    (tmp_path / "draw.cu").write_text("#include <cstdint>\n#include <cstdio>\n" + body + bits + """
        __global__ void on_device(double *out) { *out = poisson_events(1, 2, 3, 0, 0.5) + uniform(1, 2, 3, 1, 0.5); }
        int main() { int a, b, s; long long t; double m;
          while (scanf("%d %d %lld %d %lf", &a, &b, &t, &s, &m) == 5)
            printf("%g %.17g\\n", poisson_events(a, b, t, s, m), uniform(a, b, t, s, m)); }""")
    command = [gpu.nvcc(), f"-arch=sm_{gpu.architecture().replace('.', '')}", "draw.cu", "-o", "draw"]
    subprocess.run(command, cwd=tmp_path, check=True)
    rng = np.random.default_rng(5)
    keys = rng.integers(-2**31, 2**31, (2, 2000)).astype(np.int32)
    steps, means = rng.integers(0, 2**40, 2000), rng.uniform(0, LARGEST_MEAN, 2000)
    published = np.array([[0, 0xFFFFFFFF, 0x13198A2E], [0, 0xFFFFFFFF, 0x85A308D3]], dtype=np.uint32)
    keys[:, :3] = published.view(np.int32)
    steps[:3] = 0, 0xFFFFFFFF, 0x243F6A88
    answers = [(0xFF1DAE59, 0x2C3F628B, 0xDD7CE038), (0x6CD10DF2, 0xAB4FD7AD, 0xF62A4C12)]
    for stream in (0, 1):
        lines = "\n".join(f"{a} {b} {t} {stream} {float(m)!r}"
                          for a, b, t, m in zip(*keys, steps, means, strict=True))
        done = subprocess.run([tmp_path / "draw"], input=lines, capture_output=True, text=True, check=True)
        counts, uniform = np.array(done.stdout.split(), dtype=float).reshape(-1, 2).T
        assert np.array_equal(counts, poisson_events(keys[0], keys[1], steps, stream, means))
        assert np.array_equal(uniform, (philox(steps, *keys)[stream].astype(float) + 0.5) * 2.0**-32)
        assert tuple(int(u * 2**32) for u in uniform[:3]) == answers[stream]


def _ketamine(duration, chosen):
    experiment = load(KETAMINE).model_copy(update={"cells": 50, "duration": duration})
    every = points(experiment)
    return pipeline.blueprint(experiment, [every[n] for n in chosen])


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """The CUDA project of the ketamine circuit, as brian2cuda writes it and mended; needs no compiler."""
    folder = tmp_path_factory.mktemp("project")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gpu, "release", lambda _: (13, 0))
        cuda._generate(_ketamine(20.0, (0, 5)), folder, "9.0", Path("/usr/local/cuda/bin/nvcc"))
    before = launches.of_project(folder, 1e-4)
    cuda._mend(folder)
    return before, (folder / cuda.UNIT).read_text()


@needs_brian2cuda
def test_a_step_asks_little_of_the_gpu(generated):
    before, text = generated
    # brian2cuda: two state updates, two kernels for each threshold, a kernel for each of two resets, two monitors and four
    # projections, and of the last six a copy each; every 2 ms twelve more, three of them the slow clock's, every 0.5 ms two,
    # every 10 ms twelve sums over neighbours and forty-six between cells and their astrocyte
    assert (before.launches, before.waits) == pytest.approx((14 + (3 + 9)/20 + 2/5 + (12 + 46)/100, 6))
    after = launches.per_step(text, text, 1e-4)
    assert after.launches == pytest.approx(3 + 1/20 + 3/20 + 2/5 + 1/100)
    assert after.waits == 0
    assert after.fills <= before.fills + 1e-9


@needs_brian2cuda
def test_every_kernel_of_a_step_is_in_one_launch(generated):
    _, text = generated
    together = re.findall(r"^__global__ void __launch_bounds__\(128\) _(\w+)_\d+\((.*?)\)$", text, re.MULTILINE)
    # sums tick with the means and with the neighbours' exchange
    gathers = sorted(len(re.findall(r"const part_\w+?_codeobject", given)) for phase, given in together if phase == "gather")
    parts = {phase: re.findall(r"const part_(\w+?)_codeobject", given) for phase, given in together}
    assert sorted(parts) == ["after", "arrive", "gather", "slow", "update"]
    assert parts["update"] == ["interneuron_stateupdater", "interneuron_spike_thresholder",
                               "pyramidal_stateupdater", "pyramidal_spike_thresholder"]
    assert parts["after"] == ["spikes_interneuron", "interneuron_spike_resetter",
                              "spikes_pyramidal", "pyramidal_spike_resetter"]
    assert len(parts["arrive"]) == 4
    assert gathers == [7, 12 + 46]
    # within a phase nothing that one part writes is read by another one: all that arrives is added to conductances
    added = set(re.findall(r"_brian_atomicAdd\(&_ptr_array_(\w+)\[_postsynaptic_idx\]", text))
    read = set(re.findall(r"_pre = _ptr_array_(\w+)\[_presynaptic_idx\]", text))
    assert added
    assert read
    assert not added & read
    called = re.findall(r"network\.add\(&\w+, _run_(update|arrive|after)_\d+\);", text)
    assert called == ["update", "arrive", "after"]


@needs_nvcc
@needs_brian2cuda
@pytest.mark.slow
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_the_ketamine_circuit_compiles_once_for_all_doses_and_durations(tmp_path, pretended, precision):
    program = cuda.compile_only(replace(_ketamine(20.0, (0, 5)), precision=precision), tmp_path / "first")
    assert cuda.compile_only(replace(_ketamine(1.5, (10, 30)), precision=precision), tmp_path / "second") == program
    kernels = re.findall(r"^__global__ void __launch_bounds__\(128\) (\w+)\(",
                         (tmp_path / "first" / cuda.UNIT).read_text(), re.MULTILINE)
    assert len(kernels) == 6      # two of them gather, on the clocks of the means and of the neighbours
    symbols = subprocess.run(["nm", "-C", program], capture_output=True, text=True, check=True).stdout
    assert [name for name in kernels if name not in symbols] == []
    assert b".nv_fatbin" in program.read_bytes()
    if shutil.which("cuobjdump"):
        listing = subprocess.run(["cuobjdump", "--list-elf", program], capture_output=True, text=True, check=True)
        assert "sm_90" in listing.stdout


@needs_nvcc
@needs_brian2cuda
@pytest.mark.skipif(shutil.which("g++") is None, reason="needs g++")
@pytest.mark.parametrize("precision", ["float64", pytest.param("float32", marks=pytest.mark.slow)])
def test_the_generated_program_computes_what_the_cpu_program_does(emulated, pretended, tmp_path, precision):
    blueprint = replace(_small(), precision=precision)
    wanted = simulate(blueprint)
    network, _ = cuda.run(blueprint, tmp_path, silent)
    found = collect(network, blueprint)
    for name, spikes in wanted["spikes"].items():
        assert spikes.times_s.size > 50
        assert np.array_equal(found["spikes"][name].cell, spikes.cell)
        assert np.array_equal(found["spikes"][name].replicate, spikes.replicate)
        np.testing.assert_allclose(found["spikes"][name].times_s, spikes.times_s, atol=1e-12)
    close = 1e-6 if precision == "float64" else 2e-3
    for kind in ("means", "traces"):
        for ours, other in zip(wanted[kind], found[kind], strict=True):
            assert (ours.population, ours.variable) == (other.population, other.variable)
            np.testing.assert_allclose(other.times_s, ours.times_s, atol=1e-12)
            scale = np.abs(ours.values).max()
            np.testing.assert_allclose(other.values, ours.values, rtol=close, atol=close*scale)
    started, waited, _, filled = map(int, (tmp_path / "counts.txt").read_text().split())
    text, steps = (tmp_path / "mended.txt").read_text(), round(blueprint.duration/blueprint.dt)
    told = launches.per_step(text, text, blueprint.dt)
    # what the program does is what its text tells; each of two monitors is looked at after 1000 steps and at the end
    assert started == round(steps*told.launches)
    assert waited == 2*2
    assert abs(filled - steps*told.fills) <= 8
