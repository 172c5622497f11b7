"""`glunet calibrate`: fit parameters of a circuit to rows of a targets file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def calibrate(calibration: Annotated[str, typer.Argument(
                  metavar="FILE_OR_NAME", show_default=False,
                  help="A calibration file, or the name of one in models/calibrations.")],
              force: Annotated[bool, typer.Option("--force", help="Begin the search anew.")] = False,
              report: Annotated[bool, typer.Option(
                  "--report", help="Search no further: write overlay and figure of what is stored.")] = False,
              apply: Annotated[Path | None, typer.Option(
                  "--apply", metavar="CIRCUIT.toml",
                  help="Put the best values into this circuit file, copied from the circuit's own where missing.")] = None,
              device: Annotated[str | None, typer.Option(
                  "--device", help="cpu, gpu or runtime; else what the file says.")] = None,
              results: Annotated[Path, typer.Option("--results", metavar="DIR", help="Folder of all results.")
                                 ] = Path("results")) -> None:
    """Fit parameters of a circuit to measured rows; the same command goes on after any interruption."""
    from glunet.commands import options
    from glunet.errors import InputError

    device = options.device(device)
    if force and report:
        raise InputError("command line", "--report", "with --force", "one of the two")
    from glunet.calibration.load import load

    loaded = load(calibration)
    from glunet.calibration import run
    from glunet.progress import Progress

    with Progress() as progress:
        written, found = run.calibrate(loaded, results, force=force, report=report, device=device, progress=progress)
    for line in run.summary(loaded, found):
        typer.echo(line)
    for path in written:
        typer.echo(str(path))
    if apply is not None:
        for left in run.applied(loaded, found, apply):
            typer.echo(f"not in a circuit file, left out: {left}", err=True)
        typer.echo(str(apply))


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(calibrate)
