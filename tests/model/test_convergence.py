"""The scheme is second order: against Brian2's own Runge-Kutta of the same equations at a much shorter step."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from glunet.circuit.assemble import Setting, assemble
from glunet.circuit.blueprint import Blueprint, RecordPlan
from glunet.engine import compiler
from glunet.engine.simulate import simulate

from .membranes import without_tissue

pytestmark = pytest.mark.skipif(compiler.compiler() is None, reason="the fine reference needs a C++ compiler")

DURATION = 0.03
REFERENCE_DT = 2.5e-6
STEPS = (1e-4, 5e-5, 2.5e-5)
POPULATIONS = ("pyramidal", "interneuron")
CURRENT = {"pyramidal": 0.45e-9, "interneuron": 0.45e-9}
SAMPLED = 1e-4


def driven(dt: float) -> Blueprint:
    """A few cells of each class that a steady current drives; no spike arrives from anywhere."""
    values = {f"populations.{name}.membrane.I_applied": current for name, current in CURRENT.items()}
    values |= {f"populations.{name}.afferents.rate_{kind}": 0.0 for name in POPULATIONS
               for kind in ("excitatory", "inhibitory")}
    values |= {f"projections.{a}_to_{b}.weight": 0.0 for a in POPULATIONS for b in POPULATIONS}
    record = {"pyramidal": RecordPlan(traces=("v",), cells=(0, 1, 2, 3), traces_every=dt),
              "interneuron": RecordPlan(traces=("v",), cells=(0,), traces_every=dt)}
    return assemble("cortex", [Setting(1, values)], DURATION, cells=5, dt=dt, record=record)


def runge_kutta(folder: Path) -> dict[str, np.ndarray]:
    """Voltages (mV) by Brian2's rk4, from the equations that a reader is shown; [cell, sampling time]."""
    import brian2 as b

    from glunet.engine.network import equations
    from glunet.engine.noise import functions

    b.set_device("cpp_standalone", build_on_run=False, directory=str(folder))
    b.device.reinit()
    b.device.activate(build_on_run=False, directory=str(folder))
    net, monitors = b.Network(), {}
    for name, plan in driven(REFERENCE_DT).populations.items():
        cells = b.NeuronGroup(plan.n, equations(plan.model, plan.constants, plan.arrays), method="rk4",
                              dt=REFERENCE_DT * b.second, namespace=functions(), name=f"{name}_rk4")
        for key, values in {**plan.arrays, **plan.initial, **plan.constants}.items():
            cells.variables[key].set_value(np.atleast_1d(values).ravel())
        monitors[name] = b.StateMonitor(cells, "v", record=True, dt=SAMPLED * b.second, when="start")
        net.add(cells, monitors[name])
    net.run(DURATION * b.second)
    b.device.build(directory=str(folder), compile=False, run=False)
    program, _ = compiler.binary(folder)
    results = folder / "results"
    results.mkdir(exist_ok=True)
    command = [str(program), "--results_dir", f"{results}/"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    ran = b.get_device()
    ran.has_been_run, ran.results_dir = True, f"{results}/"
    return {name: np.asarray(monitor.v_) * 1e3 for name, monitor in monitors.items()}


def ours(dt: float) -> dict[str, np.ndarray]:
    """Voltages (mV) of our own scheme at the same times; a trace holds v at the end of its step."""
    every, found = round(SAMPLED / dt), simulate(driven(dt), "runtime")
    return {trace.population: trace.values[0][:, every - 1::every] for trace in found["traces"]}


@pytest.fixture(scope="module")
def traces(
        tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, np.ndarray], list[dict[str, np.ndarray]]]:
    """The reference, and our scheme at each step; of membranes alone, whose ions hardly move in so short a time."""
    with without_tissue(tmp_path_factory.mktemp("models")):
        return runge_kutta(tmp_path_factory.mktemp("rk4")), [ours(dt) for dt in STEPS]


@pytest.mark.parametrize("beyond", [0, 30], ids=["below_threshold", "with_first_spike"])
@pytest.mark.parametrize("population", POPULATIONS)
def test_error_falls_fourfold_when_the_step_halves(traces, population, beyond):
    reference, found = traces
    # `start` of the first sample is t = 0, which our traces, taken at the ends of steps, leave out
    for cell, true in enumerate(reference[population][:, 1:]):
        crossings = np.flatnonzero((true[1:] > -10) & (true[:-1] <= -10))
        assert crossings.size, "the current is too weak: no spike"
        stretch = slice(0, crossings[0] + beyond)
        off = [one[population][cell, :true.size][stretch] - true[stretch] for one in found]
        errors = [np.sqrt(np.mean(gap**2)) for gap in off]
        assert errors[0] > errors[1] > errors[2]
        assert np.log2(errors[0] / errors[2]) / 2 > 1.7
