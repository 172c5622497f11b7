"""SLURM: batches as tasks of job arrays. submitit writes and submits them, and is not asked how they end."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, redirect_stderr, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glunet.dispatch import jobs
from glunet.dispatch.cluster import Cluster
from glunet.errors import GlunetError
from glunet.provenance import output

if TYPE_CHECKING:
    from types import FrameType

    from submitit.slurm.slurm import SlurmExecutor

    from glunet.dispatch.local import Standing
    from glunet.dispatch.plan import Batch, SweepPlan

LARGEST_ARRAY = 1001        # where SLURM cannot be asked: its default
_OVER = {"COMPLETING", "COMPLETED", "CANCELLED", "FAILED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED", "DEADLINE"}
# bash would leave at the signal that announces the end, and take the task's process with it before it has tidied up
_PATIENT = "trap : TERM"


def queue(name: str) -> dict[tuple[str, int], jobs.What] | None:
    """Tasks of one plan that SLURM has not done with.

    Parameters
    ----------
    name : str
        Of the jobs (`job_name`).

    Returns
    -------
    dict of (job, task) to "running" or "queued", or None
        None where SLURM cannot be asked.
    """
    told = output("squeue", "--noheader", "--array", f"--name={name}", "--format=%F|%K|%T", timeout=60.0)
    if told is None:
        return None
    found: dict[tuple[str, int], jobs.What] = {}
    for line in told.splitlines():
        job, task, state = (line.split("|") + ["", ""])[:3]
        if state not in _OVER:
            found[job, int(task) if task.isdigit() else 0] = "running" if state == "RUNNING" else "queued"
    return found


def job_name(name: str, key: str) -> str:
    """What the jobs of a plan are called."""
    return f"{name}-{key}"


def tasks(batches: Sequence[Batch], cluster: Cluster) -> list[tuple[int, ...]]:
    """The batches of each task."""
    indices = [batch.index for batch in batches]
    return [tuple(indices[at:at + cluster.per_task]) for at in range(0, len(indices), cluster.per_task)]


def script(plan: SweepPlan, batches: Sequence[Batch], cluster: Cluster) -> str:
    """What sbatch would be given, for the first array where there are several.

    Parameters
    ----------
    plan : SweepPlan
    batches : sequence of Batch
        Those to compute.
    cluster : Cluster

    Returns
    -------
    str
    """
    count = min(len(tasks(batches, cluster)), largest_array())
    executor = _executor(plan, cluster, count)
    if count > 1:
        executor.parameters["map_count"] = count
    return executor._make_submission_file_text(executor._submitit_command_str, "")


def required() -> None:
    """Refuse to go on where there is no SLURM.

    Raises
    ------
    GlunetError
    """
    # submitit asks for srun, though nothing here uses it
    if shutil.which("sbatch") is None or shutil.which("srun") is None:
        raise GlunetError("no SLURM here (sbatch and srun are not found): submit from a node of the cluster; "
                          "--dry-run shows what would be submitted")


def submit(plan: SweepPlan, batches: Callable[[], Sequence[Batch]], cluster: Cluster) -> list[jobs.Submission]:
    """Submit batches, as one array or, where SLURM limits their size, as several.

    Parameters
    ----------
    plan : SweepPlan
    batches : callable
        Tells which; called when nobody else is submitting the same sweep, so that of two who do one submits all.
    cluster : Cluster

    Returns
    -------
    list of Submission

    Raises
    ------
    GlunetError
        No SLURM here, or it refuses.
    """
    required()
    folder = plan.path.parent / jobs.FOLDER
    done: list[jobs.Submission] = []
    with _alone(folder):
        left = tasks(batches(), cluster)
        while left:
            now, left = left[:largest_array()], left[largest_array():]
            # the throttle is that of one array: the next one waits for it
            after = f"afterany:{done[-1].job}" if done and cluster.throttle else None
            done.append(_submit(plan, now, cluster, after))
            jobs.note(folder, done[-1])
    return done


def _submit(plan: SweepPlan, now: Sequence[tuple[int, ...]], cluster: Cluster, after: str | None) -> jobs.Submission:
    """Submit one array, or one job where there is one task only."""
    from submitit.core.utils import FailedJobError, FailedSubmissionError

    executor = _executor(plan, cluster, len(now), after)
    at_once = 1 if plan.device == "cuda_standalone" else cluster.cpus
    count = len(now)
    try:
        # what sbatch complains of comes with the error, and once is enough
        with open(os.devnull, "w") as nowhere, redirect_stderr(nowhere):
            given = executor.map_array(task, [str(plan.path.absolute())] * count, now, [plan.device] * count,
                                       [at_once] * count)
    except (FailedJobError, FailedSubmissionError) as error:
        lines = [line.strip() for line in str(error).splitlines() if "error" in line.lower()] or [str(error).strip()]
        raise GlunetError(f"SLURM refuses the job: {lines[0].removeprefix('sbatch: error: ')}") from None
    return jobs.Submission(given[0].job_id.split("_")[0], plan.path.name, tuple(now), array=count > 1)


def _executor(plan: SweepPlan, cluster: Cluster, count: int, after: str | None = None) -> SlurmExecutor:
    """submitit, told what to ask for."""
    try:
        from submitit.slurm.slurm import SlurmExecutor
    except ImportError:
        raise GlunetError("submitting needs submitit: pip install 'glunet[slurm]'") from None

    class Executor(SlurmExecutor):
        @classmethod
        def affinity(cls) -> int:
            return 2                    # a script can be shown where there is no SLURM

    executor = Executor(plan.path.parent / jobs.FOLDER)
    executor.update_parameters(**_request(plan, cluster, count, after))
    return executor


def _request(plan: SweepPlan, cluster: Cluster, count: int, after: str | None) -> dict[str, Any]:
    """A cluster table in submitit's words."""
    gpus = f"{cluster.gpu_type}:1" if cluster.gpus and cluster.gpu_type else cluster.gpus or None
    wanted = {
        "job_name": job_name(plan.experiment.name, plan.key), "partition": cluster.partition, "account": cluster.account,
        "qos": cluster.qos, "constraint": cluster.constraint, "time": cluster.minutes, "cpus_per_task": cluster.cpus,
        "mem": None if cluster.memory is None else f"{cluster.memory}MB", "gpus_per_node": gpus, "dependency": after,
        "additional_parameters": dict(cluster.sbatch) or None,
    }
    return {**{key: value for key, value in wanted.items() if value is not None}, "wckey": None,
            "array_parallelism": cluster.throttle or count, "setup": [_PATIENT, *cluster.setup], "use_srun": False}


def largest_array() -> int:
    """Most tasks of one array."""
    found = re.search(r"^MaxArraySize\s*=\s*(\d+)", output("scontrol", "show", "config") or "", re.MULTILINE)
    return max(1, int(found[1])) if found else LARGEST_ARRAY


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one process at a time submit; all at once where the file system knows no locks."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        with suppress(OSError):     # somebody else's file, or a file system without locks
            fcntl.lockf(stack.enter_context(open(folder / ".submitting", "a")), fcntl.LOCK_EX)
        yield


def task(plan_file: str, indices: Sequence[int], device: str, at_once: int) -> None:
    """What one task of an array does, on its node.

    Parameters
    ----------
    plan_file : str
    indices : sequence of int
        Its batches.
    device : str
    at_once : int
        Batches to compute at the same time.

    Raises
    ------
    SystemExit
        A batch could not be computed; why stands on standard error, a line for each.
    """
    signal.signal(signal.SIGTERM, _leave)
    from glunet.dispatch import plan as plans
    from glunet.engine.simulate import usable

    try:
        if usable(device) != device:
            raise GlunetError("no C++ compiler on this node (looked for $CXX and g++): a line in cluster.setup may load one")
        plan = replace(plans.read(Path(plan_file)), device=device)
    except GlunetError as error:
        sys.exit(f"glunet: {error}")
    chosen = [plan.batches[index] for index in indices if index < len(plan.batches)]
    if len(chosen) < len(indices):
        print("the sweep was planned anew meanwhile: not all batches of this task exist any more", file=sys.stderr)
    good = _together(plan, chosen, at_once) if at_once > 1 < len(chosen) else [_one(plan, batch) for batch in chosen]
    if not all(good):
        sys.exit(1)


def _leave(_number: int, _frame: FrameType | None) -> None:
    """The batch system wants the node back: end what runs and remove the scratch folder."""
    sys.exit(143)


def _one(plan: SweepPlan, batch: Batch) -> bool:
    """Compute one batch in this process; False where that failed, which is told."""
    from glunet.dispatch import plan as plans
    from glunet.dispatch.claim import Busy
    from glunet.progress import Progress

    try:
        with Progress(sys.stdout) as progress:
            print(plans.run_batch(plan, batch, progress))
    except Busy as busy:
        print(busy)
    except GlunetError as error:
        print(jobs.COMPLAINT.format(batch.index) + str(error), file=sys.stderr, flush=True)
        return False
    except Exception as error:      # one batch's end is not the task's
        traceback.print_exc()
        told = f"{type(error).__name__}: {' '.join(str(error).split())}"
        print(jobs.COMPLAINT.format(batch.index) + told, file=sys.stderr, flush=True)
        return False
    return True


def _together(plan: SweepPlan, batches: Sequence[Batch], at_once: int) -> list[bool]:
    """Compute batches side by side, each in a process of its own."""
    from glunet.dispatch import local

    left = {batch.index for batch in local.run(plan, batches, at_once, _Log())}
    return [batch.index not in left for batch in batches]


class _Log:
    """News of worker processes, as lines of a log."""

    def standing(self, now: Standing) -> None:
        """Nothing: a log wants no line per second."""

    def say(self, line: str) -> None:
        """What has gone wrong with a batch, in the words of `glunet.dispatch.jobs.COMPLAINT`."""
        print(f"glunet: {line}", file=sys.stderr, flush=True)
