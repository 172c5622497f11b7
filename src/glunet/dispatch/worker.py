"""A worker: a process that computes one batch after another, told which over a pipe.

It is forked from a process that has imported brian2, works in a scratch folder of its own, and ends when the sweep that
started it ends, whatever ends that. A compiled program that it was running then finds nobody to report to, and ends too.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import threading
import traceback
from dataclasses import replace
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from glunet.errors import GlunetError

if TYPE_CHECKING:
    from glunet.dispatch.plan import Batch, SweepPlan
    from glunet.engine.simulate import Progress

# What a worker tells: ("ready", scratch folder), ("refused", line), and of its batch ("progress", fraction, seconds,
# phase), ("done",), ("busy",) or ("failed", line).
Message = tuple[str | float, ...]


# a worker is one of many on its machine: numerical libraries must not start a thread per core in each
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def get_ready() -> None:
    """Start the process that all workers are forked from, so that it imports what they need while others plan."""
    for name in _THREADS:
        os.environ.setdefault(name, "1")
    multiprocessing.set_forkserver_preload(["glunet.dispatch.plan", "glunet.engine.standalone"])
    forkserver.ensure_running()


def serve(pipe: Connection, plan_path: Path, device: str, environment: dict[str, str]) -> None:
    """The life of a worker.

    Parameters
    ----------
    pipe : Connection
        Indices of batches come in, None ends it; messages go out.
    plan_path : Path
    device : str
        Computes the batches, whatever the plan says.
    environment : dict
        The sweep's, which the process that this one is forked from may have been started without.
    """
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None     # where that process keeps temporary files
    # an interrupt from the keyboard reaches all processes; the sweep decides what it means
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _stop)
    scratch = tempfile.mkdtemp(prefix="glunet-worker-")
    tempfile.tempdir = scratch
    threading.Thread(target=_end_with_parent, args=(scratch,), daemon=True).start()
    try:
        pipe.send(("ready", scratch))
        _work(pipe, plan_path, device)
    except (BrokenPipeError, ConnectionResetError, EOFError):
        pass        # nobody is left to work for
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _stop(_number: int, _frame: FrameType | None) -> None:
    """Leave in good order: the running program is ended and the scratch folder removed."""
    sys.exit(1)


def _end_with_parent(scratch: str) -> None:
    """Wait for the end of the process that started this one, and follow it."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        shutil.rmtree(scratch, ignore_errors=True)
        os._exit(1)


def _work(pipe: Connection, plan_path: Path, device: str) -> None:
    """Batch after batch."""
    from glunet.dispatch import plan as plans

    try:
        plan = replace(plans.read(plan_path), device=device)
    except GlunetError as error:
        pipe.send(("refused", str(error)))
        return

    def progress(fraction: float, simulated_s: float, elapsed_s: float, phase: str) -> None:
        pipe.send(("progress", fraction, simulated_s, phase))

    while (index := pipe.recv()) is not None:
        pipe.send(_outcome(plan, plan.batches[index], progress))


def _outcome(plan: SweepPlan, batch: Batch, progress: Progress) -> Message:
    """Compute one batch, and tell how it ended."""
    from glunet.dispatch import plan as plans
    from glunet.dispatch.claim import Busy

    try:
        plans.run_batch(plan, batch, progress)
    except Busy:
        return ("busy",)
    except (BrokenPipeError, ConnectionResetError):
        raise
    except GlunetError as error:
        return ("failed", str(error))
    except Exception as error:      # one batch's end is not the sweep's
        where = traceback.extract_tb(error.__traceback__)[-1]
        told = " ".join(str(error).split())
        return ("failed", f"{batch.path.name}: {type(error).__name__}: {told} ({Path(where.filename).name}:{where.lineno})")
    return ("done",)
