"""What a step of a generated CUDA program asks of the GPU: read from its text, before it has ever run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_ADDED = re.compile(r"\.add\(&(\w+), _run_(\w+)\);")


@dataclass(frozen=True)
class PerStep:
    """Requests per time step, averaged over the slower clocks; at most, as some depend on whether anybody spiked.

    Parameters
    ----------
    launches : float
        Kernels started.
    waits : float
        Copies to the host, for each of which the host waits until the GPU is done.
    fills : float
        Memory set to zero.
    """

    launches: float
    waits: float
    fills: float


def _function(name: str, text: str) -> str:
    """The body of a function, with the bodies of those that prepare its parts."""
    end = r"(?=^(?:void _|static part_|struct part_|namespace |__global__ |#include )|\Z)"
    found = re.search(rf"^(?:void|static \w+) {name}\(\)\n\{{(.*?){end}", text, re.MULTILINE | re.DOTALL)
    body = found[1] if found else ""
    return body + "".join(_function(part, text) for part in sorted(set(re.findall(r"= (_part_\w+)\(\);", body))))


def per_step(main: str, text: str, dt: float) -> PerStep:
    """Requests per step of a program.

    Parameters
    ----------
    main : str
        The main program, which names what runs on which clock.
    text : str
        All operations.
    dt : float
        The time step (s).

    Returns
    -------
    PerStep
        Emptying a spike monitor's buffer, once in many steps, is not counted.
    """
    counted = {"launches": 0.0, "waits": 0.0, "fills": 0.0}
    for clock, name in _ADDED.findall(main):
        nanoseconds = re.match(r"clock_(\d+)_ns", clock)
        if nanoseconds is None or name.endswith("_push_spikes"):       # one delay per projection: nothing is pushed
            continue
        share, body = dt*1e9/int(nanoseconds[1]), _function(f"_run_{name}", text)
        counted["launches"] += share*body.count("<<<")
        counted["waits"] += share*body.count("cudaMemcpyDeviceToHost")
        counted["fills"] += share*body.count("cudaMemset(")
    return PerStep(**counted)


def of_project(project: Path, dt: float) -> PerStep:
    """Requests per step of a project as brian2cuda wrote it."""
    operations = "\n".join(path.read_text() for path in sorted((project / "code_objects").glob("*.cu")))
    return per_step((project / "main.cu").read_text(), operations, dt)
