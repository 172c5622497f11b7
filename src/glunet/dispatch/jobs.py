"""How far a sweep is, from its files alone: results, claims, and the notes and logs of what was submitted.

Beside a sweep's results lies a folder ``jobs`` with submitit's files and logs, and for each submission a note of which
task was given which batches. Notes and logs only explain; whether a batch is done, its result file says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from glunet.dispatch.claim import held
from glunet.errors import GlunetError
from glunet.experiment.load import read
from glunet.library import find_experiment
from glunet.store.atomic import put
from glunet.store.hdf5 import is_whole
from glunet.store.naming import question
from glunet.store.plans import SUFFIX, PlanFile, read_plan

FOLDER = "jobs"
COMPLAINT = "glunet: batch {}: "      # begins the line that a task leaves about a batch
What = Literal["done", "running", "queued", "failed", "missing"]
# (job, task) to "running" or "queued"
Queue = Mapping[tuple[str, int], What]
_LOG_END = 20_000       # bytes of a log that are looked at
# what submitit and SLURM say beside the reason
_NOISE = re.compile(r"srun: |submitit (WARNING|ERROR) |slurmstepd\S*: error: |Traceback |\s")
# how a batch system ends a task, how the kernel does, and how bash tells that it was ended
_CANCELLED = re.compile(r"slurmstepd\S*: error: \*\*\* (?:STEP|JOB) \S+ ON \S+ (.*?) AT \S+?(?: (DUE TO [A-Z ]+?))? ?\*\*\*")
_MEMORY = re.compile(r"slurmstepd\S*: error: .*(oom[-_]kill|exceeded memory)", re.IGNORECASE)
_SIGNALLED = re.compile(r"\S+: line \d+: +\d+ (\S.*?)\s{2,}\S")


@dataclass(frozen=True)
class Submission:
    """One job of a batch system.

    Parameters
    ----------
    job : str
        Its number.
    plan : str
        Name of the plan file.
    tasks : tuple of tuple of int
        The batches of each task.
    array : bool
        Whether it is an array; a single task has no number of its own.
    """

    job: str
    plan: str
    tasks: tuple[tuple[int, ...], ...]
    array: bool

    def log(self, folder: Path, task: int) -> Path:
        """The error log of a task, in the folder of jobs."""
        return folder / (f"{self.job}_{task}_0_log.err" if self.array else f"{self.job}_0_log.err")


@dataclass(frozen=True)
class State:
    """Where one batch is.

    Parameters
    ----------
    index, first, stop : int
        The batch, and its points first <= index < stop.
    what : str
        ``done``, ``running``, ``queued``, ``failed`` (it left a line) or ``missing``.
    line : str
        Why it failed.
    log : Path or None
        Where there is more.
    """

    index: int
    first: int
    stop: int
    what: What
    line: str = ""
    log: Path | None = None


def note(folder: Path, submission: Submission) -> None:
    """Write down what was submitted.

    Parameters
    ----------
    folder : Path
        The folder of jobs.
    submission : Submission
    """
    put(folder / f"{submission.job}.json", memoryview(json.dumps(asdict(submission)).encode()))


def submissions(plan: PlanFile) -> list[Submission]:
    """What was submitted of a plan, oldest first; a note that cannot be read explains nothing and is left out."""
    found = []
    for path in (plan.path.parent / FOLDER).glob("*.json"):
        try:
            table = json.loads(path.read_text())
            tasks = tuple(tuple(int(index) for index in task) for task in table["tasks"])
            one = Submission(str(table["job"]), str(table["plan"]), tasks, bool(table["array"]))
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if one.plan == plan.path.name:
            found.append((path.stat().st_mtime_ns, one))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def states(plan: PlanFile, queue: Queue | None = None) -> list[State]:
    """Where every batch of a plan is.

    Parameters
    ----------
    plan : PlanFile
    queue : mapping, optional
        What the batch system says of its tasks, where it can be asked.

    Returns
    -------
    list of State
        In the order of the batches.
    """
    given = _given(submissions(plan))
    return [_state(plan, index, path, given.get(index, []), queue or {}) for index, path in enumerate(plan.parts)]


def _given(known: Iterable[Submission]) -> dict[int, list[tuple[Submission, int]]]:
    """For each batch the tasks that it was given to, oldest first."""
    found: dict[int, list[tuple[Submission, int]]] = {}
    for one in known:
        for task, batches in enumerate(one.tasks):
            for index in batches:
                found.setdefault(index, []).append((one, task))
    return found


def _state(plan: PlanFile, index: int, path: Path, given: list[tuple[Submission, int]], queue: Queue) -> State:
    """Where one batch is: what its files say, then what the batch system says, then what its last task said."""
    first, stop = plan.edges[index], plan.edges[index + 1]
    if is_whole(path):
        return State(index, first, stop, "done")
    if held(plan.path, index):
        return State(index, first, stop, "running")
    told = {queue[one.job, task] for one, task in given if (one.job, task) in queue}
    if told:
        # a running task that holds no claim on this batch has not come to it yet, or has left it behind
        return State(index, first, stop, "queued")
    if given:
        one, task = given[-1]
        log = one.log(plan.path.parent / FOLDER, task)
        line = last_line(log, index)
        if line:
            return State(index, first, stop, "failed", line, log)
    return State(index, first, stop, "missing")


def last_line(log: Path, index: int) -> str:
    """What an error log says last about a batch; empty where it says nothing.

    Parameters
    ----------
    log : Path
    index : int
        The batch: a line that names it is what is looked for, else the last one that is about the whole task.
    """
    try:
        with open(log, "rb") as file:
            file.seek(max(0, log.stat().st_size - _LOG_END))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return ""
    own = COMPLAINT.format(index)
    other = re.compile(COMPLAINT.format(r"\d+"))
    for line in reversed(lines):
        told = _ended(line)
        if told:
            return told
        if line.startswith(own):
            return line.removeprefix(own)
        if line.strip() and not _NOISE.match(line) and not other.match(line):
            return line.removeprefix("glunet: ").strip()
    return ""


def _ended(line: str) -> str:
    """How a task was ended from outside, where a line of its log tells that."""
    cancelled, signalled = _CANCELLED.match(line), _SIGNALLED.match(line)
    if cancelled:
        return "the batch system ended it: " + " ".join(part for part in cancelled.groups() if part).lower()
    if _MEMORY.match(line):
        return "the batch system ended it: out of memory (see cluster.memory)"
    return f"its process was ended: {signalled[1].lower()}" if signalled else ""


def find_plans(where: str | None, results: Path) -> list[PlanFile]:
    """The plans that a user means, oldest first.

    Parameters
    ----------
    where : str or None
        A plan file, a folder of results, an experiment file or the name of an experiment; None for all of them.
    results : Path
        Folder of all results.

    Returns
    -------
    list of PlanFile
        At least one. Of an experiment's file only plans that ask what it asks now.

    Raises
    ------
    GlunetError
        Nothing there, or a plan that cannot be read.
    """
    if where is None:
        found = _below(results)
    elif where.endswith(SUFFIX):
        found = [Path(where)]
    elif Path(where).is_dir():
        found = _below(Path(where))
    elif Path(where).suffix != ".toml" and (results / where).is_dir():
        found = _below(results / where)
    else:
        file = find_experiment(where)
        text, tables = read(file)
        header = tables.get("experiment")
        name = header.get("name", file.stem) if isinstance(header, dict) else file.stem
        found = _below(results / str(name))
        alike = [path for path in found if question(read_plan(path).text) == question(text)]
        if found and not alike:
            raise GlunetError(f"{file}: has changed since it was planned; `glunet status {results / str(name)}` tells of "
                              "what was planned before")
        found = alike
    if not found:
        raise GlunetError(f"{where or results}: no plan of a sweep yet; `glunet sweep` or `glunet submit` makes one")
    return [read_plan(path) for path in found]


def _below(folder: Path) -> list[Path]:
    """Plan files in a folder or its subfolders, oldest first."""
    found = [*folder.glob(f"*{SUFFIX}")] or [*folder.glob(f"*/*{SUFFIX}")]
    return sorted((path for path in found if not path.name.startswith(".")), key=lambda path: path.stat().st_mtime)
