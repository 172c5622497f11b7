"""The command `validate`: the scoreboard, whether it is up to date, and how robust its verdicts are."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from glunet.commands import options
from glunet.commands.sweep import STOPPED, Shown
from glunet.errors import InputError

if TYPE_CHECKING:
    from glunet.dispatch.local import Watch
    from glunet.validation.perturb import Setting

RESULTS = Annotated[Path, typer.Option("--results", metavar="DIR", help="Folder of all results.")]
TABLE = Annotated[Path, typer.Option("--folder", metavar="DIR", help="Folder of the table and its pages.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(validate)


def validate(only: Annotated[list[str] | None, typer.Option(
                 "--only", metavar="ID", help="Rows, such as K1 or K1,P*; may be given again.")] = None,
             seeds: Annotated[int | None, typer.Option("--seeds", min=1, show_default=False,
                                                       help="Seeds per row; five are the rule.")] = None,
             jobs: Annotated[int | None, typer.Option("--jobs", "-j", min=1, show_default=False,
                                                      help="Worker processes; one per core where not given.")] = None,
             device: Annotated[str | None, typer.Option(
                 "--device", help="cpu, gpu or runtime; else what the experiments say.")] = None,
             check: Annotated[bool, typer.Option(
                 "--check", help="Only tell which rows of the table are stale: exit code 1 where some are.")] = False,
             sensitivity: Annotated[bool, typer.Option(
                 "--sensitivity", help="Tell which verdicts stay under changes of the parameters.")] = False,
             dry_run: Annotated[bool, typer.Option(
                 "--dry-run", help="With --sensitivity: tell how long it takes; compute nothing.")] = False,
             parameter: Annotated[list[str] | None, typer.Option(
                 "--parameter", metavar="PATH", help="With --sensitivity: these, not all fitted and assumed ones.")] = None,
             top: Annotated[int, typer.Option("--top", min=1, help="With --sensitivity: parameters to change.")] = 10,
             shorten: Annotated[float, typer.Option(
                 "--shorten", min=0.001, max=1, help="With --sensitivity: durations are multiplied by this.")] = 0.5,
             screen: Annotated[list[str] | None, typer.Option(
                 "--screen", metavar="ID", help="With --sensitivity: rows that order the parameters.")] = None,
             screening_shorten: Annotated[float, typer.Option(
                 "--screening-shorten", min=0.001, max=1, help="With --sensitivity: the same for what orders them.")] = 0.2,
             cells: Annotated[int | None, typer.Option(
                 "--cells", min=1, help="With --sensitivity: neurons per network, not the circuit's own number.")] = None,
             results: RESULTS = Path("results"), folder: TABLE = Path("validation")) -> None:
    """Compute the scoreboard: each row against its band in the literature. Again: only what is missing."""
    if check and sensitivity:
        raise InputError("command line", "--check", "does not go together with --sensitivity", "one of the two")
    for option, given in (("--dry-run", dry_run), ("--parameter", parameter), ("--screen", screen), ("--cells", cells)):
        if given and not sensitivity:
            raise InputError("command line", option, "belongs to --sensitivity", "only with --sensitivity")
    from glunet import validate as scored

    device, rows = options.device(device), list(only or [])
    if check:
        lines, stale = scored.check(folder)
        typer.echo("\n".join(lines))
        raise typer.Exit(1 if stale else 0)
    few_seeds(seeds)
    if sensitivity:
        setting = scored.Setting(seeds=seeds or scored.FEWEST_SEEDS, top=top, shorten=shorten, cells=cells,
                                 screening_shorten=screening_shorten, screen=tuple(screen or []),
                                 parameters=tuple(parameter or []))
        return robust(rows, setting, dry_run, jobs, device, results, folder)
    left = watched(lambda watch: scored.main(rows, seeds, results, watch("validate"), jobs=jobs, device=device,
                                             folder=folder))
    if left:
        print(f"glunet: {', '.join(left)} could not be computed: the same command tries again", file=sys.stderr)
        raise typer.Exit(1)
    return None


def robust(rows: list[str], setting: Setting, dry_run: bool, jobs: int | None, device: str | None, results: Path,
           folder: Path) -> None:
    """Compute how robust the verdicts are, or only tell what that takes."""
    from glunet import validate as scored
    from glunet.progress import span
    from glunet.validation import robustness

    first, second = robustness.forecast(rows, setting, results, jobs, device)
    print(f"sensitivity: about {span(first)} of screening and {span(second)} of changes; durations times "
          f"{setting.screening_shorten:g} and {setting.shorten:g}", file=sys.stderr)
    if not dry_run:
        for path in watched(lambda watch: scored.sensitivity(rows, setting, results, watch, jobs=jobs, device=device,
                                                             folder=folder)):
            typer.echo(str(path))


def few_seeds(seeds: int | None) -> None:
    """Say so where fewer seeds are asked for than the rule has."""
    from glunet.validate import FEWEST_SEEDS

    if seeds is not None and seeds < FEWEST_SEEDS:
        print(f"glunet: {seeds} seed{'' if seeds == 1 else 's'}: the rule of the scoreboard is at least {FEWEST_SEEDS}; "
              "intervals will be wide", file=sys.stderr)


def watched[T](work: Callable[[Callable[[str], Watch]], T]) -> T:
    """Do work that tells how far it is, on one line; Ctrl-C ends it in one line."""
    from glunet.progress import Progress

    try:
        with Progress() as progress:
            return work(lambda name: Shown(progress, name))
    except KeyboardInterrupt:
        print("glunet: stopped; what is stored stays, the same command computes the rest", file=sys.stderr)
        raise typer.Exit(STOPPED) from None
