"""The commands `submit`, `status` and `collect`: a sweep on a cluster."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from glunet.errors import GlunetError, InputError

if TYPE_CHECKING:
    from glunet.dispatch.cluster import Cluster
    from glunet.dispatch.estimate import Limits
    from glunet.dispatch.jobs import Queue, State
    from glunet.dispatch.plan import Batch, SweepPlan
    from glunet.store.plans import PlanFile

EXPERIMENT = Annotated[str, typer.Argument(
    metavar="FILE_OR_NAME", show_default=False,
    help="An experiment file, or the name of one (see `glunet ls --experiments`).")]
WHERE = Annotated[str | None, typer.Argument(
    metavar="NAME_OR_FILE_OR_FOLDER", show_default=False,
    help="An experiment, its folder of results, or a plan file; all sweeps where not given.")]
RESULTS = Annotated[Path, typer.Option("--results", metavar="DIR", help="Folder of all results.")]
CLUSTERS = ("slurm",)
LISTED = 20     # batches that `status` tells of one by one
_SAFETY = 0.5   # share of a task's time that its batches should take: another node may be slower


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(submit)
    app.command()(status)
    app.command()(collect)


def _option(name: str, text: str, low: int | None = None) -> typer.models.OptionInfo:
    """An option that overrides one key of the table [cluster]."""
    return typer.Option(name, min=low, show_default=False, help=text)


def submit(
        experiment: EXPERIMENT,
        cluster: Annotated[str, typer.Option("--cluster", help="What kind of cluster: slurm.")] = "slurm",
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the script; submit and write nothing.")] = False,
        cluster_file: Annotated[Path | None, typer.Option(
            "--cluster-file", metavar="FILE", show_default=False,
            help="A file with a table [cluster], which wins over the experiment's.")] = None,
        results: RESULTS = Path("results"),
        device: Annotated[str | None, _option("--device", "cpu, gpu or runtime.")] = None,
        partition: Annotated[str | None, _option("--partition", "Partition.")] = None,
        account: Annotated[str | None, _option("--account", "Account.")] = None,
        qos: Annotated[str | None, _option("--qos", "Quality of service.")] = None,
        time: Annotated[str | None, _option("--time", "Time of one task, such as '2 h'.")] = None,
        memory: Annotated[str | None, _option("--memory", "Memory of one task, such as '8 GB'.")] = None,
        cpus: Annotated[int | None, _option("--cpus", "Cores of one task.", 1)] = None,
        gpus: Annotated[int | None, _option("--gpus", "GPUs of one task, 0 or 1.", 0)] = None,
        throttle: Annotated[int | None, _option("--throttle", "Tasks at the same time.", 1)] = None,
        batches_per_task: Annotated[int | None, _option("--batches-per-task", "Batches of one task.", 1)] = None,
        per_batch: Annotated[int | None, _option("--per-batch", "Points per batch.", 1)] = None) -> None:
    """Submit to a cluster what is missing of an experiment and not submitted yet."""
    if cluster not in CLUSTERS:
        raise InputError("command line", "--cluster", f"unknown kind of cluster {cluster!r}", CLUSTERS, cluster)
    from glunet.commands.options import device as known_device
    from glunet.dispatch import cluster as tables
    from glunet.dispatch import plan, slurm
    from glunet.experiment.load import load

    device = known_device(device)
    if not dry_run:
        slurm.required()
    loaded = load(experiment)
    options = {"partition": partition, "account": account, "qos": qos, "time": time, "memory": memory, "cpus": cpus,
               "gpus": gpus, "throttle": throttle, "batches_per_task": batches_per_task, "per_batch": per_batch}
    asked = tables.gather(loaded.cluster, loaded.file, chosen=cluster_file, options=options, device=device or loaded.device)
    planned = plan.make(loaded, results, device=device, limits=_limits(asked, device or loaded.device), keep=not dry_run)
    _submit(planned, asked, dry_run)


def _limits(asked: Cluster, device: str) -> Limits:
    """What a batch may take, of what its task may."""
    from glunet.dispatch.estimate import Limits

    at_once = 1 if device == "cuda_standalone" else asked.cpus
    rounds = -(-asked.per_task // at_once)
    memory = None if asked.memory is None else asked.memory * 2**20 // at_once
    seconds = min(Limits().seconds, _SAFETY * asked.time / rounds)
    return Limits(jobs=(asked.throttle or 1) * at_once, memory=memory, seconds=seconds, per_batch=asked.per_batch)


def _submit(planned: SweepPlan, asked: Cluster, dry_run: bool) -> None:
    """Submit, or show it, and say in a few lines what was done."""
    from glunet.dispatch import jobs, slurm
    from glunet.store.plans import read_plan

    total = len(planned.batches)
    if dry_run:
        missing = planned.missing()
        if missing:
            typer.echo(slurm.script(planned, missing, asked))
        count = len(slurm.tasks(missing, asked))
        arrays = -(-count // slurm.largest_array())
        print(f"{planned.n_points} points in {_many(total, 'batch')}, {len(missing)} missing: {_many(count, 'task')}"
              + (f" in {arrays} arrays" if arrays > 1 else "") + "; nothing was submitted", file=sys.stderr)
        return

    def free() -> list[Batch]:
        queue = slurm.queue(slurm.job_name(planned.experiment.name, planned.key))
        if queue is None and jobs.submissions(read_plan(planned.path)):
            raise GlunetError("squeue does not answer, so what is queued already is not known: try again in a while")
        found = {state.index for state in jobs.states(read_plan(planned.path), queue) if state.what in ("missing", "failed")}
        return [batch for batch in planned.batches if batch.index in found]

    done = slurm.submit(planned, free, asked)
    for one in done:
        print(f"job {one.job}: {_many(len(one.tasks), 'task')}, {_many(sum(map(len, one.tasks)), 'batch')}", file=sys.stderr)
    if not done:
        print(f"nothing to submit: each of {_many(total, 'batch')} is stored, running or queued", file=sys.stderr)
    typer.echo(str(planned.path))


def _many(count: int, what: str) -> str:
    return f"{count} {what}" + ("" if count == 1 else "es" if what == "batch" else "s")


def status(where: WHERE = None, results: RESULTS = Path("results")) -> None:
    """Tell how far sweeps are: what is done, running, queued, failed and missing."""
    from glunet.dispatch import jobs, slurm

    for plan in jobs.find_plans(where, results):
        queue = slurm.queue(slurm.job_name(plan.name, plan.key))
        typer.echo(describe(plan, jobs.states(plan, queue), queue))


def describe(plan: PlanFile, states: list[State], queue: Queue | None) -> str:
    """How far one sweep is, in a few lines.

    Parameters
    ----------
    plan : PlanFile
    states : list of State
    queue : mapping or None
        None where the batch system could not be asked.
    """
    from glunet.dispatch.jobs import submissions

    counts = Counter(state.what for state in states)
    stored = sum(state.stop - state.first for state in states if state.what == "done")
    lines = [f"{plan.path}: {stored} of {plan.edges[-1]} points stored",
             "  batches  " + ", ".join(f"{counts[what]} {what}" for what in
                                       ("done", "running", "queued", "failed", "missing") if counts[what] or what == "done")]
    if queue is None and counts["missing"] and submissions(plan):
        lines[-1] += " (there is no squeue to tell what is queued)"
    open_ones = [state for state in states if state.what not in ("done", "queued")]
    for state in open_ones[:LISTED]:
        last = f" to {state.stop - 1}" if state.stop - state.first > 1 else ""
        lines.append(f"  {state.what:<7}  batch {state.index}, points {state.first}{last}"
                     + (f": {state.line} ({state.log})" if state.line else ""))
    if len(open_ones) > LISTED:
        lines.append(f"  and {len(open_ones) - LISTED} more")
    return "\n".join(lines)


def collect(where: Annotated[str, typer.Argument(
                metavar="NAME_OR_FILE_OR_FOLDER", show_default=False,
                help="An experiment, its folder of results, or a plan file.")],
            into: Annotated[Path | None, typer.Option(
                "-o", "--output", metavar="FILE", show_default=False,
                help="Where to; else <name>-<key>.merged.h5 beside the parts.")] = None,
            results: RESULTS = Path("results")) -> None:
    """Join a sweep's files in one once all are there; else tell what is missing."""
    from glunet.dispatch import jobs, slurm

    found = jobs.find_plans(where, results)
    if len(found) > 1:
        raise GlunetError(f"{where}: {len(found)} sweeps lie here; name the plan file of one: "
                          + ", ".join(str(plan.path) for plan in found))
    plan = found[0]
    queue = slurm.queue(slurm.job_name(plan.name, plan.key))
    states = jobs.states(plan, queue)
    if any(state.what != "done" for state in states):
        print(describe(plan, states, queue), file=sys.stderr)
        print(f"glunet: not all is there yet: `glunet submit` or `glunet sweep` computes what is missing, and "
              f"`glunet merge {plan.path}` joins what is there", file=sys.stderr)
        raise typer.Exit(1)
    from glunet.store.merged import merge

    typer.echo(str(merge(plan.path, into)[0]))
