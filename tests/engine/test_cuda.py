"""The GPU: which one is chosen, what is compiled for it, and that its program computes what the CPU's does."""

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
from glunet.engine import cuda, gpu
from glunet.engine.noise import LARGEST_MEAN, functions, philox, poisson_events
from glunet.engine.simulate import simulate
from glunet.errors import GlunetError
from glunet.experiment.load import load
from glunet.experiment.plan import points
from glunet.vocabulary.schedule import step

KETAMINE = Path(__file__).parents[2] / "experiments" / "ketamine.toml"
GPUS = [("GPU-aaaa1111-0000", "9.0"), ("GPU-bbbb2222-0000", "8.6"),
        *((f"GPU-c{n}", "7.5") for n in range(10))]
SLICES = """GPU 0: NVIDIA H100 (UUID: GPU-aaaa1111-0000)
GPU 1: NVIDIA A10 (UUID: GPU-bbbb2222-0000)
  MIG 1g.5gb Device 0: (UUID: MIG-5c6b-01)
"""


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
def machine(monkeypatch):
    """Pretend what nvidia-smi says; returns a function that sets ``CUDA_VISIBLE_DEVICES`` and the GPUs."""
    def pretend(visible, gpus):
        table = "".join(f"{uuid}, {capability}\n" for uuid, capability in gpus)
        monkeypatch.setattr(gpu, "output", lambda *command: SLICES if command[1] == "-L" else table or None)
        monkeypatch.delenv(gpu.ARCHITECTURE, raising=False)
        if visible is None:
            monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
        else:
            monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    return pretend


@pytest.mark.parametrize(("visible", "gpus", "chosen"), [
    (None, GPUS[:1], ("9.0", "0")),
    (None, GPUS, ("9.0", "0")),
    ("1", GPUS, ("8.6", "1")),
    ("11,0", GPUS, ("7.5", "11")),
    ("GPU-bbbb", GPUS, ("8.6", "GPU-bbbb")),
    ("MIG-5c6b-01", GPUS[:2], ("8.6", "MIG-5c6b-01")),
    ("MIG-GPU-aaaa1111-0000/1/0", GPUS[:2], ("9.0", "MIG-GPU-aaaa1111-0000/1/0")),
    ("3", GPUS[1:2], ("8.6", "0")),
])
def test_the_first_visible_gpu_is_chosen(machine, visible, gpus, chosen):
    machine(visible, gpus)
    assert gpu.probe() == chosen


@pytest.mark.parametrize(("visible", "gpus", "says"), [
    ("", GPUS, "hides every GPU"), ("-1", GPUS, "hides every GPU"), (None, [], "no GPU found"),
    ("7", GPUS[:2], "names '7'"), ("GPU-dddd", GPUS, "names 'GPU-dddd'"),
    ("MIG-0", GPUS[:2], "names 'MIG-0'"),
])
def test_no_usable_gpu_is_one_clear_line(machine, visible, gpus, says):
    machine(visible, gpus)
    with pytest.raises(GlunetError, match=re.escape(says)) as told:
        gpu.probe()
    assert "\n" not in str(told.value)


def test_the_architecture_can_be_named_where_the_driver_does_not_tell(machine, monkeypatch):
    machine(None, [])
    assert gpu.architecture() == gpu.DEFAULT_ARCHITECTURE
    monkeypatch.setenv(gpu.ARCHITECTURE, "8.0")
    assert gpu.architecture() == "8.0"
    assert gpu.probe() == ("8.0", "0")
    monkeypatch.setenv(gpu.ARCHITECTURE, "sm_80")
    with pytest.raises(GlunetError, match="sm_80"):
        gpu.architecture()


def _small(duration=0.1):
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
    command = [gpu.nvcc(), "-arch=native" if gpu.listed() else "-arch=sm_90", "draw.cu", "-o", "draw"]
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


@needs_nvcc
@needs_brian2cuda
def test_the_ketamine_circuit_compiles_once_for_all_doses_and_durations(tmp_path, machine):
    machine(None, [])
    program = cuda.compile_only(_ketamine(20.0, (0, 5)), tmp_path / "first")
    assert cuda.compile_only(_ketamine(1.5, (10, 30)), tmp_path / "second") == program
    kernels = {name for path in (tmp_path / "first" / "code_objects").glob("*.cu")
               for name in re.findall(r"__global__ void\s+(\w+)\(", path.read_text())}
    assert {"_run_kernel_pyramidal_stateupdater_codeobject", "_run_kernel_pyramidal_slow_codeobject",
            "_run_kernel_interneuron_spike_resetter_codeobject", "_run_kernel_spikes_interneuron_codeobject",
            "_run_kernel_pyramidal_to_interneuron_pre_codeobject"} <= kernels
    symbols = subprocess.run(["nm", program], capture_output=True, text=True, check=True).stdout
    assert [name for name in kernels if name not in symbols] == []
    assert b".nv_fatbin" in program.read_bytes()
    if shutil.which("cuobjdump"):
        listing = subprocess.run(["cuobjdump", "--list-elf", program], capture_output=True, text=True, check=True)
        assert "sm_90" in listing.stdout


# A machine without a GPU has a CPU: every kernel of the generated program as a loop over its blocks and threads.
_HOST = """#pragma once
#include <cassert>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <thrust/copy.h>
#include <thrust/count.h>
#include <thrust/device_vector.h>
#include <thrust/execution_policy.h>
#include <thrust/host_vector.h>
#include <thrust/pair.h>
#include <thrust/reduce.h>
#include <thrust/sort.h>
#include <thrust/system_error.h>
#include <thrust/unique.h>
#undef __global__
#undef __device__
#undef __host__
#define __global__
#define __device__
#define __host__
#define __CUDA_ARCH__ 900
#define __syncthreads()
#define __threadfence()
struct Place { int x; };
static Place threadIdx, blockIdx, blockDim;
template <class K> struct Launch {
    K kernel; int blocks, threads;
    template <class... A> void operator()(A... a) {
        blockDim.x = threads;
        for (blockIdx.x = 0; blockIdx.x < blocks; blockIdx.x++)
            for (threadIdx.x = 0; threadIdx.x < threads; threadIdx.x++) kernel(a...);
    }
};
template <class K> Launch<K> launch(K kernel, int blocks, int threads, int = 0) {
    return {kernel, blocks, threads}; }
typedef int host_Error;
typedef int host_Error_t;
enum { host_Success, host_MemcpyHostToDevice, host_MemcpyDeviceToHost, host_MemcpyDeviceToDevice,
       host_LimitMallocHeapSize };
struct host_DeviceProp { int multiProcessorCount = 4, maxThreadsPerBlock = 32, maxThreadsPerMultiProcessor = 64,
                         warpSize = 32, sharedMemPerBlock = 32768; };
struct host_FuncAttributes { int maxThreadsPerBlock = 32, numRegs = 0, sharedSizeBytes = 0, localSizeBytes = 0,
                             constSizeBytes = 0; };
inline const char *host_GetErrorString(host_Error) { return "none"; }
inline host_Error host_GetLastError() { return 0; }
inline host_Error host_DeviceSynchronize() { return 0; }
inline host_Error host_ProfilerStop() { return 0; }
inline host_Error host_SetDevice(int) { return 0; }
inline host_Error host_DeviceSetLimit(int, size_t) { return 0; }
inline host_Error host_GetDeviceProperties(host_DeviceProp *p, int) { *p = host_DeviceProp(); return 0; }
inline host_Error host_MemGetInfo(size_t *free, size_t *all) { *free = *all = 1 << 30; return 0; }
template <class T> host_Error host_Malloc(T **p, size_t n) {
    *p = (T *)malloc(n + 1); memset((void *)*p, 0xA5, n); return 0; }     // a GPU's fresh memory is not zero either
inline host_Error host_Free(void *p) { free(p); return 0; }
inline host_Error host_Memcpy(void *to, const void *from, size_t n, int) { memmove(to, from, n); return 0; }
inline host_Error host_Memset(void *to, int value, size_t n) { memset(to, value, n); return 0; }
template <class T> host_Error host_MemcpyToSymbol(T &to, const void *from, size_t n) {
    memcpy((void *)&to, from, n); return 0; }
template <class K> host_Error host_OccupancyMaxPotentialBlockSize(int *grid, int *block, K, size_t, int) {
    *grid = 1; *block = 32; return 0; }
template <class K> host_Error host_OccupancyMaxActiveBlocksPerMultiprocessor(int *n, K, int, size_t) {
    *n = 1; return 0; }
template <class K> host_Error host_FuncGetAttributes(host_FuncAttributes *a, K) {
    *a = host_FuncAttributes(); return 0; }
template <class T> T atomicAdd(T *p, T x) { T old = *p; *p += x; return old; }
template <class T> T atomicCAS(T *p, T expected, T x) { T old = *p; if (old == expected) *p = x; return old; }
template <class A, class B> A bits(B b) { A a; memcpy(&a, &b, sizeof a); return a; }
inline unsigned long long __double_as_longlong(double x) { return bits<unsigned long long>(x); }
inline double __longlong_as_double(unsigned long long x) { return bits<double>(x); }
inline int __float_as_int(float x) { return bits<int>(x); }
inline float __int_as_float(int x) { return bits<float>(x); }
"""


def _for_the_host(project, _capability, compiler):
    """Compile the generated CUDA program with g++, in place of `glunet.engine.cuda._binary`."""
    cuda._mend(project)
    for path in [project / cuda._UNIT, *project.rglob("*.h")]:
        text = re.sub(r"(\w+)<<<(.*?)>>>\(", r"launch(\1, \2)(", path.read_text())
        path.write_text(re.sub(r"\bcuda(?!Vector)(?=[A-Z])", "host_", text))
    (project / "host.h").write_text(_HOST)
    (project / "cuda_profiler_api.h").write_text("")
    (project / "host.cpp").write_text(f'#include "host.h"\n#include "{cuda._UNIT}"\n')
    said = subprocess.run([compiler, "--dryrun", "-x", "cu", "/dev/null"], capture_output=True, text=True).stderr
    folders = re.findall(r'"(?:-I)?(/[^"]*include[^"]*)"', said)
    command = ["g++", "-O1", "-std=c++17", "-w", "-I.", "-DTHRUST_DEVICE_SYSTEM=4",
               *(f"-isystem{folder}" for folder in folders), "host.cpp", "-o", "host"]
    subprocess.run(command, cwd=project, check=True)
    return project / "host", True


@needs_nvcc
@needs_brian2cuda
@pytest.mark.skipif(shutil.which("g++") is None, reason="needs g++")
def test_the_generated_program_computes_what_the_cpu_program_does(monkeypatch, machine):
    machine(None, GPUS)
    monkeypatch.setattr(cuda, "_binary", _for_the_host)
    blueprint = _small()
    wanted, found = simulate(blueprint), simulate(blueprint, "cuda_standalone")
    for name, spikes in wanted["spikes"].items():
        assert spikes.times_s.size > 50
        assert np.array_equal(found["spikes"][name].cell, spikes.cell)
        assert np.array_equal(found["spikes"][name].replicate, spikes.replicate)
        np.testing.assert_allclose(found["spikes"][name].times_s, spikes.times_s, atol=1e-12)
    for kind in ("means", "traces"):
        for ours, other in zip(wanted[kind], found[kind], strict=True):
            assert (ours.population, ours.variable) == (other.population, other.variable)
            np.testing.assert_allclose(other.times_s, ours.times_s, atol=1e-12)
            np.testing.assert_allclose(other.values, ours.values, rtol=1e-6, atol=1e-6)
