"""The composed model against Brian2 scripts written by hand, which know the papers and not the composer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from glunet.circuit.assemble import Setting, assemble
from glunet.circuit.blueprint import Blueprint, RecordPlan
from glunet.engine import compiler
from glunet.engine.simulate import simulate
from glunet.vocabulary.schedule import constant

from .membranes import without_tissue

HERE = Path(__file__).parent
# 1e-9 V; what is left is rounding, which every spike amplifies (about 1e-9 mV after 100 ms, 1e-8 mV after 200 ms)
TOLERANCE_MV = 1e-6
KETAMINE_MM = 3e-3
DT = 1e-4               # the scripts have it too
WITH_COMPILER = pytest.mark.skipif(compiler.compiler() is None, reason="no C++ compiler")
DEVICES = [pytest.param("cpp_standalone", marks=WITH_COMPILER), "runtime"]


def alone(folder: Path, settings: list[Setting], duration: float, counts: dict[str, int]) -> Blueprint:
    """That circuit, from a models folder of its own."""
    with without_tissue(folder):
        return assemble("cortex", settings, duration, cells=sum(counts.values()), dt=DT, record=recording(counts))


def numbers(blueprint: Blueprint, path: Path) -> Path:
    """All of a blueprint's numbers that a person would look up, one array per name."""
    found: dict[str, np.ndarray] = {"duration": np.array(blueprint.duration)}
    for name, plan in blueprint.populations.items():
        both = {**plan.constants, **plan.arrays, "v": plan.initial["v"], "drug": np.array(KETAMINE_MM)}
        found |= {f"{name}.{key}": np.broadcast_to(value, (1, plan.n)).ravel() for key, value in both.items()}
    for name, projection in blueprint.projections.items():
        found |= {f"{name}.{key}": np.asarray(getattr(projection, key))
                  for key in ("source_index", "target_index", "weight", "delay")}
    np.savez(path, **found)
    return path


def by_hand(script: str, blueprint: Blueprint, folder: Path) -> dict[str, np.ndarray]:
    """What the script makes of the numbers, in a process of its own."""
    given, out = numbers(blueprint, folder / "numbers.npz"), folder / "out.npz"
    command = [sys.executable, str(HERE / script), str(given), str(out)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    with np.load(out) as file:
        return dict(file)


def recording(counts: dict[str, int]) -> dict[str, RecordPlan]:
    """Every cell's voltage at every step."""
    return {name: RecordPlan(traces=("v",), cells=tuple(range(n)), traces_every=DT) for name, n in counts.items()}


def compare(blueprint: Blueprint, expected: dict[str, np.ndarray], device: str) -> None:
    """All voltages at all steps, and the number of spikes of each cell."""
    found = simulate(blueprint, device)
    for trace in found["traces"]:
        by_hand_v = expected[f"{trace.population}.v"]
        np.testing.assert_allclose(trace.values[0], by_hand_v, rtol=0, atol=TOLERANCE_MV)
    for name, spikes in found["spikes"].items():
        counted = np.bincount(spikes.cell, minlength=spikes.n_cells)
        np.testing.assert_array_equal(counted, expected[f"{name}.spikes"])


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory) -> tuple[Blueprint, dict[str, np.ndarray]]:
    """Four pyramidal cells and one interneuron that nothing but a current drives."""
    names = ("pyramidal", "interneuron")
    values = {f"populations.{name}.afferents.n_{kind}": 0.0
              for name in names for kind in ("excitatory", "inhibitory")}
    values |= {f"projections.{a}_to_{b}.weight": 0.0 for a in names for b in names}
    values |= {f"populations.{name}.membrane.I_applied": 0.6e-9 for name in names}
    folder = tmp_path_factory.mktemp("cells")
    blueprint = alone(folder, [Setting(3, values)], 0.1, {"pyramidal": 4, "interneuron": 1})
    return blueprint, by_hand("handwritten_cell.py", blueprint, folder)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> tuple[Blueprint, dict[str, np.ndarray]]:
    """Eight pyramidal cells and two interneurons with all their synapses and afferents, under ketamine."""
    # a current that lets these few cells fire as often as their synapses need to be seen
    values = {f"populations.{name}.membrane.I_applied": 0.6e-9 for name in ("pyramidal", "interneuron")}
    setting = Setting(1, values, {"ketamine": constant(KETAMINE_MM)})
    folder = tmp_path_factory.mktemp("network")
    blueprint = alone(folder, [setting], 0.2, {"pyramidal": 8, "interneuron": 2})
    return blueprint, by_hand("handwritten_network.py", blueprint, folder)


@pytest.mark.parametrize("device", DEVICES)
def test_cells_follow_the_published_equations(cells, device):
    blueprint, expected = cells
    assert (expected["pyramidal.spikes"] > 1).all()
    assert (expected["interneuron.spikes"] > 1).all()
    compare(blueprint, expected, device)


@pytest.mark.parametrize("device", DEVICES)
def test_network_follows_the_published_equations(network, device):
    blueprint, expected = network
    assert expected["pyramidal.spikes"].sum() > 8
    assert (expected["interneuron.spikes"] > 1).all()
    assert all((expected[name] > 1e-4).all() for name in expected if "block" in name)
    compare(blueprint, expected, device)
