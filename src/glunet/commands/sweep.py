"""The commands `sweep` and `merge`: all points of an experiment on this machine, and their results as one file."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from glunet.commands import options
from glunet.errors import GlunetError, InputError

if TYPE_CHECKING:
    from glunet.dispatch.estimate import Limits
    from glunet.dispatch.local import Standing
    from glunet.dispatch.plan import Batch, SweepPlan
    from glunet.progress import Progress

EXPERIMENT = Annotated[str, typer.Argument(
    metavar="FILE_OR_NAME", show_default=False,
    help="An experiment file, or the name of one (see `glunet ls --experiments`).")]
RESULTS = Annotated[Path, typer.Option("--results", metavar="DIR", help="Folder of all results.")]
_BYTES = {"": 1, "k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12, "ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40}
_COMPLAINTS = 5      # lines about batches, before the rest is only counted
STOPPED = 130        # exit code after Ctrl-C, as shells have it


def register(app: typer.Typer) -> None:
    """Add both commands."""
    app.command()(sweep)
    app.command()(merge)


def sweep(experiment: EXPERIMENT,
          jobs: Annotated[int | None, typer.Option("--jobs", "-j", min=1, show_default=False,
                                                   help="Worker processes; one per core where not given.")] = None,
          per_batch: Annotated[int | None, typer.Option("--per-batch", min=1, show_default=False,
                                                        help="Points per batch, instead of what is fastest.")] = None,
          time: Annotated[str, typer.Option("--time", help="What a batch may take: a crash costs as much.")] = "10 min",
          memory: Annotated[str | None, typer.Option("--memory", show_default=False,
                                                     help="What all workers together may use, such as '8 GB'.")] = None,
          device: Annotated[str | None, typer.Option(
              "--device", help="cpu, gpu or runtime; else what the file says.")] = None,
          precision: Annotated[str | None, typer.Option(
              "--precision", help="float64 or float32; else what the file says.")] = None,
          dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan; compute and write nothing.")] = False,
          replan: Annotated[bool, typer.Option("--replan", help="Cut what is not stored yet into new batches.")] = False,
          results: RESULTS = Path("results")) -> None:
    """Compute all points of an experiment on this machine's cores; what is stored already is not computed again."""
    device, precision = options.device(device), options.precision(precision)
    allowed = None if memory is None else bytes_option("--memory", memory)
    if not dry_run:
        from glunet.dispatch.worker import get_ready

        get_ready()     # first, as it takes its time
    seconds = duration_option("--time", time)
    from glunet.dispatch import machine, plan
    from glunet.engine.simulate import NO_COMPILER, usable
    from glunet.experiment.load import load, with_precision

    loaded = load(experiment)
    loaded = with_precision(loaded, precision or loaded.precision)
    chosen = usable(device or loaded.device)
    if chosen != (device or loaded.device):
        print(NO_COMPILER, file=sys.stderr)
    limits = machine.limits(chosen, jobs=jobs, memory=allowed, seconds=seconds, per_batch=per_batch)
    if replan:
        _nothing_queued(plan.make(loaded, results, device=device, limits=limits, keep=False))
    planned = plan.make(loaded, results, device=device, limits=limits, keep=not dry_run, replan=replan)
    missing = planned.missing()
    typer.echo(describe(planned, missing, limits), err=not dry_run)
    for batch in missing:
        if batch.path.exists():
            print(f"{batch.path} is damaged: it is kept as {batch.path.name}{plan.DAMAGED}, and its batch is computed again",
                  file=sys.stderr)
    if dry_run:
        return
    left = compute(planned, missing, limits)
    for path in finish(planned, left):
        typer.echo(str(path))
    if left:
        points = sum(len(batch.points) for batch in left)
        print(f"glunet: {len(left)} of {len(planned.batches)} batches ({points} points) are missing: the same command "
              "computes them", file=sys.stderr)
        raise typer.Exit(1)


def _nothing_queued(planned: SweepPlan) -> None:
    """Refuse to cut a sweep anew while tasks of the old cut wait on a cluster."""
    from glunet.dispatch import slurm

    queued = slurm.queue(slurm.job_name(planned.experiment.name, planned.key))
    if queued:
        raise GlunetError(f"{planned.path}: cannot be planned anew while {len(queued)} of its tasks are queued or running; "
                          f"end them first: scancel --name={slurm.job_name(planned.experiment.name, planned.key)}")


def compute(planned: SweepPlan, missing: list[Batch], limits: Limits) -> list[Batch]:
    """Compute the missing batches, with one line of progress; Ctrl-C ends everything in one line."""
    from glunet.dispatch import local
    from glunet.progress import Progress

    if not missing:
        return []
    try:
        with Progress() as progress:
            return local.run(planned, missing, limits.jobs, Shown(progress))
    except KeyboardInterrupt:
        stored = sum(len(batch.points) for batch in planned.batches) - sum(len(b.points) for b in planned.missing())
        print(f"glunet: stopped; {stored} of {planned.n_points} points are stored, the same command computes the rest",
              file=sys.stderr)
        raise typer.Exit(STOPPED) from None


def finish(planned: SweepPlan, left: list[Batch]) -> list[Path]:
    """Draw the experiment's figures where all points are there; the plan file, then the figures."""
    from glunet.store.result import open_result

    drawn: list[Path] = []
    if planned.experiment.figures and not left:
        from glunet.figures import catalogue

        drawn = catalogue.draw_all(open_result(planned.path), planned.experiment.figures, planned.folder / "figures")
    return [planned.path, *drawn]


class Shown:
    """A sweep's news on the progress line, under a name."""

    def __init__(self, progress: Progress, name: str = "sweep") -> None:
        self._progress = progress
        self._name = name
        self._said = 0

    def standing(self, now: Standing) -> None:
        """One line for the whole sweep."""
        from glunet.progress import describe_sweep

        told = [] if now.phase == "simulating" else [now.phase]
        told += [f"{now.workers} worker{'' if now.workers == 1 else 's'}"] if now.workers else []
        note = " · ".join(told)
        text = describe_sweep(now.stored, now.points, now.fraction, now.simulated_s, now.elapsed_s, note)
        self._progress.show(now.fraction, text, self._name)

    def say(self, line: str) -> None:
        """What has gone wrong with a batch; after some, it is enough to count them at the end."""
        self._said += 1
        if self._said <= _COMPLAINTS:
            self._progress.say(f"glunet: {line}")
        elif self._said == _COMPLAINTS + 1:
            self._progress.say("glunet: more batches have failed, and are not told one by one")


def describe(planned: SweepPlan, missing: list[Batch], limits: Limits) -> str:
    """The plan in a few lines: points, batches, memory, time and what that is based on."""
    from glunet.dispatch import estimate
    from glunet.progress import span

    sizes = sorted({len(batch.points) for batch in planned.batches})
    each = f"{sizes[0]}" if len(sizes) == 1 else f"{sizes[0]} to {sizes[-1]}"
    duration = planned.experiment.duration
    lines = [f"{planned.experiment.name}: {planned.n_points} points of {duration:g} s on {planned.device}",
             f"  batches  {len(planned.batches)} of {each} replicates"
             + (f", {len(planned.batches) - len(missing)} stored already" if len(missing) < len(planned.batches) else "")]
    if missing:
        jobs = min(limits.jobs, len(missing))
        largest = max(len(batch.points) for batch in missing)
        found = estimate.forecast(planned.workload, planned.device, [len(batch.points) for batch in missing], jobs)
        need = estimate.memory(planned.workload, largest)
        allowed = f" of {limits.memory / 1e9:.3g} GB" if limits.memory else ""
        lines += [f"  workers  {jobs}, {need / 1e9:.2g} GB{allowed} each",
                  f"  time     about {span(found.total)}, {span(found.longest)} per batch ({found.basis})"]
    lines.append(f"  results  {planned.folder}/{planned.experiment.name}-{planned.key}-*.h5")
    return "\n".join(lines)


def merge(source: Annotated[Path, typer.Argument(metavar="FOLDER_OR_PLAN", show_default=False,
                                                 help="A folder of results, or a sweep's plan file.")],
          into: Annotated[Path | None, typer.Option(
              "-o", "--output", metavar="FILE", show_default=False,
              help="Where to; else <name>-<key>.merged.h5 beside the parts.")] = None,
          ) -> None:
    """Join a sweep's files in one: a table of all points' means, and arrays that read from the parts."""
    from glunet.store.describe import spans
    from glunet.store.merged import merge as merged

    path, missing = merged(source, into)
    typer.echo(str(path))
    if missing:
        count = sum(last - first + 1 for first, last in missing)
        print(f"glunet: {count} points are missing and not in it: {spans(missing)} (counted from 0)", file=sys.stderr)


def duration_option(option: str, text: str) -> float:
    """Seconds of an option such as "30 min".

    Raises
    ------
    InputError
    """
    from glunet.vocabulary.quantity import QuantityError, parse

    allowed = "a duration above zero, such as '30 min'"
    try:
        seconds = float(parse(text, "s"))
    except QuantityError as error:
        told = str(error)
        raise InputError("command line", option, told if repr(text) in told else f"{text!r}: {told}", allowed) from None
    if not 0 < seconds < float("inf"):
        raise InputError("command line", option, f"{text!r} is not a usable duration", allowed)
    return seconds


def bytes_option(option: str, text: str) -> int:
    """Bytes of an option such as "8 GB"; ki, Mi, Gi are powers of 1024.

    Raises
    ------
    InputError
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?i?)b?\s*", text, re.IGNORECASE)
    if match is None or match[2].lower() not in _BYTES or float(match[1]) <= 0:
        raise InputError("command line", option, f"{text!r} is not an amount of memory", "such as '8 GB' or '500 MB'")
    return int(float(match[1]) * _BYTES[match[2].lower()])
