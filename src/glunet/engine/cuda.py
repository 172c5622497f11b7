"""Run a network on an NVIDIA GPU: generate with brian2cuda, mend its text, compile once per content, run.

brian2cuda 1.0b1 writes one file per operation for a makefile of its own. Here its files go into one
translation unit, compiled by one call of nvcc as a whole program: less than half a minute instead of
minutes, no device linking, and CUDA 12 and 13 alike (13 needs C++17 and a header that brian2cuda forgets).
What is mended, and why:

* A step's operations are joined into three kernels, and nothing in a step waits for the GPU: `glunet.engine.kernels`.
* The reset kernel declares shared and per-cell names in one scope: a reset that reads ``t`` does not
  compile.
* Two clocks tick together where they differ by less than 1e-14 s, which rounding exceeds after a minute;
  the ring of spike lists would then turn once too often and delays would change. 1e-9 s is used. For the
  same reason every clock has to be a multiple of the fast step; the default clock, which synapses read, has
  to equal it.
* Clocks are started, and the random-number buffer called for each, in the order of a Python set: another
  text, and so another cache key, each time. The starts are sorted, the calls, which have nothing to do,
  left out.
* Synapses are searched for double connections through a tree of all pairs, minutes for a large batch; with
  atomic additions, as used here, nobody reads the answer. They are copied to the GPU cell by cell; here at once.
* cuRAND is never called, as the noise is counter-based: a stub takes the place of its headers and its
  library.
* ``cout`` is left at one decimal by the synapses' set-up, so progress is printed with ``printf``.

What stays: spikes of one step come in any order (`glunet.engine.collect` sorts them); arriving conductances
are added in any order, so two runs differ in the last bits and, after a while, in single spikes; numbers of
cells, synapses and replicates are compiled in.
"""

from __future__ import annotations

import gc
import hashlib
import os
import re
import subprocess
import time
from pathlib import Path

from brian2 import BrianLogger, Network, defaultclock, device, get_device, prefs, second, set_device

from glunet.circuit.blueprint import Blueprint
from glunet.engine import generated, gpu, kernels, precision, standalone
from glunet.engine.cache import cache_folder, once
from glunet.engine.generated import replace
from glunet.engine.network import build
from glunet.errors import GlunetError
from glunet.provenance import output

# the whole program at once (no -rdc) lets nvcc inline; the host only launches kernels: hardly optimised
FLAGS = ("-std=c++17", "-O3", "-w", "-I.", "-Xcompiler", "-O1")
_REPORT = 'printf("progress %.9f %.3f\\n", completed, elapsed); fflush(stdout);'
UNIT = "whole.cu"
_INCLUDES = '#include <algorithm>\n#include <thrust/pair.h>\n#include "objects.h"\n#include "brianlib/cuda_utils.h"'

_CURAND = """#pragma once
// Declares what the generated program names and, drawing no numbers from it, never uses.
typedef void *curandGenerator_t;
enum curandStatus_t { CURAND_STATUS_SUCCESS, CURAND_STATUS_INTERNAL_ERROR };
enum { CURAND_RNG_PSEUDO_DEFAULT };
struct curandState { int unused; };
inline curandStatus_t curandCreateGenerator(curandGenerator_t *, int) { return CURAND_STATUS_SUCCESS; }
inline curandStatus_t curandDestroyGenerator(curandGenerator_t) { return CURAND_STATUS_SUCCESS; }
inline curandStatus_t curandSetPseudoRandomGeneratorSeed(curandGenerator_t, unsigned long long)
{ return CURAND_STATUS_SUCCESS; }
inline curandStatus_t curandSetGeneratorOffset(curandGenerator_t, unsigned long long)
{ return CURAND_STATUS_SUCCESS; }
template <class... T> int curandGenerateUniform(T...) { return CURAND_STATUS_INTERNAL_ERROR; }
template <class... T> int curandGenerateUniformDouble(T...) { return CURAND_STATUS_INTERNAL_ERROR; }
template <class... T> int curandGenerateNormal(T...) { return CURAND_STATUS_INTERNAL_ERROR; }
template <class... T> int curandGenerateNormalDouble(T...) { return CURAND_STATUS_INTERNAL_ERROR; }
template <class... T> curandStatus_t curandGeneratePoisson(T...) { return CURAND_STATUS_INTERNAL_ERROR; }
template <class... T> __device__ void curand_init(T...) {}
"""


def _check_clocks(blueprint: Blueprint) -> None:
    """Refuse clocks that tick between fast steps (see the module's first lines)."""
    intervals = {"slow_dt": blueprint.slow_dt}
    for plan in blueprint.populations.values():
        intervals |= {f"{plan.name}: means_every": plan.record.means_every} if plan.record.means else {}
        intervals |= {f"{plan.name}: traces_every": plan.record.traces_every} if plan.record.traces else {}
    for name, interval in intervals.items():
        steps = interval / blueprint.dt
        if abs(steps - round(steps)) > 1e-6 or round(steps) < 1:
            raise GlunetError(f"{name} is {interval * 1e3:g} ms; on a GPU it has to be a multiple of dt, "
                              f"{blueprint.dt * 1e3:g} ms")


def _generate(blueprint: Blueprint, project: Path, capability: str, compiler: Path) -> Network:
    """Write the CUDA project; only shapes and equations are in its text, numbers are in arrays beside it."""
    try:
        import brian2cuda  # noqa: F401 - registers the device
        from brian2cuda.utils import gputools
    except ImportError:
        raise GlunetError("the GPU needs brian2cuda: pip install 'glunet[gpu]'") from None
    _check_clocks(blueprint)
    BrianLogger.log_level_error()
    gputools.reset_gpu_selection()
    gputools.reset_cuda_installation()
    backend = prefs.devices.cuda_standalone.cuda_backend
    backend.detect_gpus, backend.gpu_id, backend.compute_capability = False, 0, float(capability)
    backend.detect_cuda, backend.cuda_path = False, str(compiler.parent.parent)
    backend.cuda_runtime_version = float("{}.{}".format(*gpu.release(compiler)))
    device.reinit()     # whichever it was: operations of an earlier network that are alive would number this one's names
    set_device("cuda_standalone", build_on_run=False, directory=str(project))
    device.reinit()
    device.activate(build_on_run=False, directory=str(project))
    gc.collect()
    defaultclock.dt = blueprint.dt * second
    network = build(blueprint, with_constants=False)
    network.run(blueprint.duration * second, report=_REPORT, report_period=0.2 * second)
    device.build(directory=str(project), compile=False, run=False)
    precision.narrow(project, blueprint.precision)
    operations = get_device().code_objects.values()
    if any(sum(one.rng_calls.values()) or one.needs_curand_states for one in operations):
        raise GlunetError("an equation draws from rand(), randn(), poisson() or binomial(), which the GPU "
                          "program leaves out; glunet's own poisson_events() is there on every device")
    return network


def _operation(path: Path, number: int) -> str:
    """One operation's file, mended, with its helpers in a namespace of their own."""
    text = path.read_text()
    if "_spike_resetter" in path.name:
        text = replace(r"(_idx = neuron_id;)(.*?)(^\}\s*$)", r"\1 {\2}\n\3", text, 1)
    if "synapses_create_array" in path.name:
        search = r"^std::map<std::pair.*?(\w+_multiple_pre_post = true;).*?^// Check$"
        text = replace(search, r"\1", text, 1)
    text = replace(r"^///// Support code /////.*?(?=^void _before_run_)", "", text)
    if path.stem.startswith("before_run_"):
        text = _one_copy(text)
    if kernels.phase_of(path.stem):
        text = kernels.part(text, path.stem)
    return generated.operation(text, number)


def _one_copy(text: str) -> str:
    """Lay a projection's synapses out on the host and copy them at once, not cell by cell."""
    text = replace(r"CUDA_SAFE_CALL\(\s*cudaMemcpy\(h_ptr_d_ptr_synapse_ids_by_pre\[i\].*?\);",
                   "_laid_out.insert(_laid_out.end(), h_vec_synapse_ids_by_pre[i].begin(), "
                   "h_vec_synapse_ids_by_pre[i].end());", text, 1)
    text = replace(r"(// loop through connectivity matrix \[)", r"std::vector<int32_t> _laid_out;\n    \1", text, 1)
    return replace(r"(\}  // end for loop through connectivity matrix)", r"""\1
    CUDA_SAFE_CALL(cudaMemcpy(d_ptr_synapse_ids, _laid_out.data(), sizeof(int32_t)*_laid_out.size(),
                              cudaMemcpyHostToDevice));""", text, 1)


def _mend(project: Path) -> None:
    """Write the one translation unit, the stub of cuRAND, and the headers it needs changed."""
    paths = [path for path in sorted((project / "code_objects").glob("*.cu")) if not kernels.dropped(path.stem)]
    operations = [_operation(path, number) for number, path in enumerate(paths)]
    core = {name: (project / f"{name}.cu").read_text()
            for name in ("network", "rand", "objects", "run", "synapses_classes", "main")}
    core["network"] = generated.network(core["network"])
    # the host is far ahead of the GPU: seconds are those of what is done
    core["network"] = replace(r"(_globally_running = false;\s*)(current = )", r"\1cudaDeviceSynchronize();\n    \2",
                              core["network"], 1)
    core["main"] = replace(r"^[^\n]*\.add\(&\w+, _run_random_number_buffer\);\n", "", core["main"])
    # the profiler's header is not among the Python packages of the compiler
    core["main"] = replace(r'^#include "cuda_profiler_api.h"$|CUDA_SAFE_CALL\(cudaProfilerStop\(\)\);', "", core["main"], 2)
    core["main"], phases = kernels.join(generated.main_program(core["main"]))
    # in a whole program the declaration of a device variable is its definition
    header = project / "objects.h"
    header.write_text(replace(r"^extern __device__", "__device__", header.read_text()))
    core["objects"] = replace(r"^__device__ [^\n;(]* ?brian::\w+;$", "", core["objects"])
    (project / "curand.h").write_text(_CURAND)
    (project / "curand_kernel.h").write_text('#include "curand.h"\n')
    utilities = project / "brianlib" / "cuda_utils.h"
    # spells out every status of the real library
    utilities.write_text(utilities.read_text().replace("#ifdef CURAND_H_", "#if 0")
                         .replace("_curandGetErrorEnum(err)", '"cuRAND"'))
    # what is left runs once, and optimising it would be most of the compiler's time
    core["rand"] = '#pragma GCC optimize("O0")\n' + core["rand"]
    (project / UNIT).write_text("\n".join([_INCLUDES, kernels.HELPER, *operations, phases, *core.values()]))


def _key(project: Path, command: list[str], compiler: Path) -> str:
    """Content key of a project's binary."""
    seen = hashlib.sha256(repr((command, output(str(compiler), "--version"), os.environ.get("CXX"))).encode())
    for path in sorted([project / UNIT, *project.rglob("*.h")]):
        seen.update(str(path.relative_to(project)).encode() + b"\0" + path.read_bytes())
    return seen.hexdigest()[:24]


def _binary(project: Path, capability: str, compiler: Path) -> tuple[Path, bool]:
    """The project's binary, and whether it was compiled now."""
    _mend(project)
    command = [*FLAGS, f"-arch=sm_{capability.replace('.', '')}", UNIT]
    return once(cache_folder() / "cuda" / _key(project, command, compiler), lambda: _compile(project, command, compiler))


def _compile(project: Path, command: list[str], compiler: Path) -> Path:
    """Compile a project where it lies."""
    host = ["-ccbin", os.environ["CXX"]] if os.environ.get("CXX") else []
    # the compiler that comes as Python packages has its libraries in lib, and looks for them in lib64
    packaged = [f"-L{folder}" for folder in [compiler.parent.parent / "lib"] if (folder / "libcudart_static.a").is_file()]
    done = subprocess.run([str(compiler), *host, *command, *packaged, "-o", "main"], cwd=project, capture_output=True,
                          text=True, errors="replace")
    if done.returncode:
        said = (done.stderr + done.stdout).splitlines()
        lines = [line for line in said if re.search("error|fatal", line.lower())] or said or ["no message"]
        raise GlunetError(f"the CUDA compiler failed: {lines[0].strip()}")
    return project / "main"


def compile_only(blueprint: Blueprint, folder: Path) -> Path:
    """Generate and compile, without a GPU.

    Parameters
    ----------
    blueprint : Blueprint
    folder : Path
        Scratch folder.

    Returns
    -------
    Path
        The linked program.

    Raises
    ------
    GlunetError
        brian2cuda or the CUDA compiler is missing, or it failed.
    """
    compiler, capability = gpu.nvcc(), gpu.architecture()
    _generate(blueprint, folder, capability, compiler)
    return _binary(folder, capability, compiler)[0]


def run(blueprint: Blueprint, folder: Path,
        progress: standalone.Progress) -> tuple[Network, dict[str, float]]:
    """Run a blueprint on the GPU.

    Parameters and returns as in `glunet.engine.standalone.run`.

    Raises
    ------
    GlunetError
        GPU, brian2cuda or the CUDA compiler missing, or the compiler or the program failed.
    """
    started = time.perf_counter()
    progress(0.0, 0.0, 0.0, "preparing")
    compiler = gpu.nvcc()
    chosen = gpu.probe(compiler)
    network = _generate(blueprint, folder, chosen.capability, compiler)
    generated = time.perf_counter()
    progress(0.0, 0.0, 0.0, "compiling")
    program, compiled = _binary(folder, chosen.capability, compiler)
    built = time.perf_counter()
    with gpu.only(chosen):
        standalone.execute(program, folder, blueprint, progress)
    ran = get_device()
    ran.has_been_run = True
    ran.results_dir = os.path.join(str(folder), "results", "")
    return network, {"generate": generated - started, "compile": built - generated if compiled else 0.0,
                     "run": time.perf_counter() - built}
