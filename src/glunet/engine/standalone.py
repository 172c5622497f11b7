"""Run a network as a compiled program of its own: generate, compile or reuse, run, follow its progress."""

from __future__ import annotations

import gc
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from brian2 import Network, device, get_device, prefs, second, set_device

from glunet.circuit.blueprint import Blueprint
from glunet.engine import compiler, generated, precision, reuse
from glunet.engine.network import build, constants
from glunet.errors import GlunetError

Progress = Callable[[float, float, float, str], None]
_REPORT = 'std::cout << "progress " << completed << " " << elapsed << std::endl;'


def _lay_out(blueprint: Blueprint, project: Path) -> Network:
    """The network on the device, not run yet."""
    device.reinit()     # whichever it was: what it keeps alive of an earlier network would take the names as well
    set_device("cpp_standalone", build_on_run=False, directory=str(project))
    device.reinit()
    # objects of an earlier network that are still alive would take the names, and the program's text would differ
    gc.collect()
    device.activate(build_on_run=False, directory=str(project))
    prefs.devices.cpp_standalone.openmp_threads = 0
    return build(blueprint, with_constants=False)


def _write(network: Network, blueprint: Blueprint, project: Path) -> None:
    """Write the C++ project; only shapes and equations are in its text, numbers are in arrays beside it."""
    network.run(blueprint.duration * second, report=_REPORT, report_period=0.2 * second)
    device.build(directory=str(project), compile=False, run=False)
    precision.narrow(project, blueprint.precision)
    for name, mend in (("main.cpp", generated.main_program), ("network.cpp", generated.network)):
        (project / name).write_text(mend((project / name).read_text()))


def run(blueprint: Blueprint, folder: Path, progress: Progress) -> tuple[Network, dict[str, float]]:
    """Run a blueprint on the C++ standalone device.

    Parameters
    ----------
    blueprint : Blueprint
    folder : Path
        Scratch folder; the caller removes it after reading the results.
    progress : callable
        Called with (fraction, simulated seconds, elapsed seconds, phase).

    Returns
    -------
    network : brian2.Network
        Its monitors can be read.
    timings : dict of str to float
        Seconds of 'generate', 'compile' (0 where the binary was cached) and 'run'.

    Raises
    ------
    GlunetError
        The compiler or the program failed.
    """
    started = time.perf_counter()
    progress(0.0, 0.0, 0.0, "preparing")
    network = _lay_out(blueprint, folder)
    key, compiled = reuse.signature(blueprint), False
    program = reuse.find(key)
    if program is None:
        _write(network, blueprint, folder)
    else:
        reuse.lay_out(folder)
    generated = time.perf_counter()
    if program is None:
        progress(0.0, 0.0, 0.0, "compiling")
        program, compiled = compiler.binary(folder)
        reuse.keep(key, program)
    built = time.perf_counter()
    execute(program, folder, blueprint, progress)
    ran = get_device()
    ran.has_been_run = True
    ran.results_dir = os.path.join(str(folder), "results", "")
    return network, {"generate": generated - started, "compile": built - generated if compiled else 0.0,
                     "run": time.perf_counter() - built}


def execute(program: Path, folder: Path, blueprint: Blueprint, progress: Progress) -> None:
    """Start the program in its folder and pass on the progress that it prints."""
    results = folder / "results"
    results.mkdir(exist_ok=True)
    duration = blueprint.duration
    environment = {**os.environ, generated.DURATION: repr(float(duration))}
    numbers = [f"{plan.name}.{name}={float(value)!r}" for plan in blueprint.populations.values()
               for name, value in constants(plan, blueprint).items()]
    with open(folder / "stderr.txt", "w+b") as errors, subprocess.Popen(
            [str(program), "--results_dir", f"{results}/", *numbers], cwd=folder, env=environment, stdout=subprocess.PIPE,
            stderr=errors, text=True) as process:
        try:
            for line in process.stdout or ():
                if line.startswith("progress "):
                    fraction, elapsed = map(float, line.split()[1:3])
                    progress(fraction, fraction * duration, elapsed, "simulating")
        except BaseException:
            process.kill()
            raise
        code = process.wait()
        errors.seek(0)
        complaint = errors.read().decode(errors="replace").strip()
    # an array that could not be read is only a line on stderr to Brian2, and the run would go on with defaults
    if code or "rror" in complaint:
        last = complaint.splitlines()[-1] if complaint else "no message"
        raise GlunetError(f"the compiled simulation ended with code {code}: {last}")
