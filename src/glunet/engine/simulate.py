"""The engine's door: a blueprint and a device in, recorded arrays out."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path
from typing import Any

from glunet.circuit.blueprint import Blueprint
from glunet.engine import compiler
from glunet.engine.standalone import Progress
from glunet.errors import GlunetError

DEVICES = ("cpp_standalone", "runtime", "cuda_standalone")
NO_COMPILER = "no C++ compiler found: brian2's runtime device takes over, about a hundred times slower (see glunet doctor)"


def silent(*_: object) -> None:
    """A progress function that shows nothing."""


def usable(device: str) -> str:
    """The device that will run: the one asked for, or the runtime device where there is no compiler."""
    return "runtime" if device == "cpp_standalone" and compiler.compiler() is None else device


def simulate(blueprint: Blueprint, device: str = "cpp_standalone", progress: Progress = silent, *,
             tolerant: bool = False) -> dict[str, Any]:
    """Run a blueprint.

    Parameters
    ----------
    blueprint : Blueprint
    device : {'cpp_standalone', 'runtime', 'cuda_standalone'}
    progress : callable
        Called with (fraction, simulated seconds, elapsed seconds, phase).
    tolerant : bool
        Tell replicates that ended in numbers that are none (``finite``, bool[R]) instead of refusing them all.

    Returns
    -------
    dict
        What `glunet.engine.collect.collect` returns, and ``timings``.

    Raises
    ------
    GlunetError
        Compiler missing or failed, or the simulation ended badly.
    """
    from brian2 import BrianLogger, get_device

    from glunet.engine import runtime, standalone
    from glunet.engine.collect import collect

    BrianLogger.log_level_error()
    logging.getLogger("brian2").propagate = False
    if device not in DEVICES:
        raise GlunetError(f"unknown device '{device}'; allowed: {', '.join(DEVICES)}")
    with tempfile.TemporaryDirectory(prefix="glunet-", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch)
        if device == "runtime":
            network, timings = runtime.run(blueprint, progress)
        elif device == "cuda_standalone":
            from glunet.engine import cuda

            network, timings = cuda.run(blueprint, folder, progress)
        else:
            network, timings = standalone.run(blueprint, folder, progress)
        found = {**collect(network, blueprint, tolerant), "timings": timings}
        # the device would go on reading from the scratch folder, which is about to go
        get_device().reinit()
        return found
