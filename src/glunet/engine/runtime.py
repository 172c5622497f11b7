"""Run a network inside Python, where no compiler is there: slow, the same equations and the same numbers drawn."""

from __future__ import annotations

import time

from brian2 import Network, device, prefs, second, set_device

from glunet.circuit.blueprint import Blueprint
from glunet.engine.network import build
from glunet.engine.standalone import Progress


def run(blueprint: Blueprint, progress: Progress) -> tuple[Network, dict[str, float]]:
    """Run a blueprint on Brian2's runtime device with numpy.

    Parameters and returns as in `glunet.engine.standalone.run`, without a folder.
    """
    started = time.perf_counter()
    set_device("runtime")
    device.reinit()
    device.activate()
    prefs.codegen.target = "numpy"
    progress(0.0, 0.0, 0.0, "preparing")
    network = build(blueprint)
    built = time.perf_counter()

    def report(elapsed: object, fraction: float, _start: object, _duration: object) -> None:
        progress(float(fraction), float(fraction) * blueprint.duration, float(elapsed / second), "simulating")

    network.run(blueprint.duration * second, report=report, report_period=0.5 * second)
    return network, {"generate": built - started, "compile": 0.0, "run": time.perf_counter() - built}
