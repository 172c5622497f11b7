"""The command line. Heavy modules are imported inside the commands, so that the light ones answer at once."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

import glunet
from glunet.commands import calibrate, cluster, gpu, options, report, sensitivity, sweep, validate
from glunet.errors import GlunetError, InputError

if TYPE_CHECKING:
    from glunet.experiment.types import Experiment

app = typer.Typer(name="glunet",
                  help="A virtual glutamatergic circuit: experiments from files, results to files.",
                  add_completion=False, no_args_is_help=True, rich_markup_mode=None,
                  pretty_exceptions_enable=False)

EXPERIMENT = Annotated[str, typer.Argument(
    metavar="FILE_OR_NAME", show_default=False,
    help="An experiment file, or the name of one (see `glunet ls --experiments`).")]
_UsageError: Any = typer.BadParameter.__bases__[0]       # wherever this version of typer keeps it
_PICTURES = (".pdf", ".png", ".svg")
RESULTS = Annotated[Path, typer.Option("--results", metavar="DIR", help="Folder of all results.")]


def main(argv: list[str] | None = None) -> None:
    """Run the command line; what a user can mend ends in one line on standard error and exit code 2.

    Parameters
    ----------
    argv : list of str, optional
        Arguments without the program's name; those of the process where not given.
    """
    try:
        code = app(args=argv, prog_name="glunet", standalone_mode=False)
    except GlunetError as error:
        _refused(str(error))
    except BrokenPipeError:
        # `glunet ls | head`: whoever reads has seen enough.
        sys.stderr.close()
        sys.exit(1)
    except _UsageError as error:
        _misused(error)
    except (typer.Abort, KeyboardInterrupt):
        print("glunet: stopped", file=sys.stderr)
        sys.exit(130)
    except OSError as error:
        if error.errno is None:
            raise
        where = f"{error.filename}: " if error.filename else ""
        _refused(f"{where}{error.strerror}; allowed: files that can be read, and folders that can be written")
    sys.exit(code if isinstance(code, int) else 0)


def _misused(error: Any) -> NoReturn:
    """Tell what is wrong with the command line; without any command, what there is."""
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        sys.exit(2)
    command = error.ctx.command_path if error.ctx is not None else "glunet"
    _refused(f"command line: {' '.join(error.format_message().rstrip('.').split())}; allowed: see `{command} --help`")


def _refused(line: str) -> NoReturn:
    """Tell in one line what a user can mend, and end."""
    print(f"glunet: {line}", file=sys.stderr)
    sys.exit(2)


def _load(name: str) -> Experiment:
    """A checked experiment."""
    from glunet.experiment.load import load

    return load(name)


@app.command()
def run(experiment: EXPERIMENT,
        force: Annotated[bool, typer.Option("--force", help="Compute again what is there already.")] = False,
        device: Annotated[str | None, typer.Option(
            "--device", help="cpu, gpu or runtime; else what the file says.")] = None,
        precision: Annotated[str | None, typer.Option(
            "--precision", help="float64 or float32; else what the file says.")] = None,
        results: RESULTS = Path("results")) -> None:
    """Run an experiment, store its results and draw its figures."""
    device, precision = options.device(device), options.precision(precision)
    loaded = _load(experiment)
    if precision is not None:
        from glunet.experiment.load import with_precision

        loaded = with_precision(loaded, precision)
    from glunet import pipeline
    from glunet.progress import Progress

    with Progress() as progress:
        written = pipeline.run(loaded, force=force, results=results, device=device, progress=progress)
    for path in written:
        typer.echo(str(path))


@app.command()
def show(experiment: EXPERIMENT,
         path: Annotated[Path | None, typer.Argument(
             metavar="PICTURE", show_default=False,
             help="With --diagram: where to draw it (.svg, .png or .pdf).")] = None,
         diagram: Annotated[bool, typer.Option("--diagram", help="Draw the circuit instead.")] = False,
         ) -> None:
    """Print the composed equations, values, units and sources of an experiment, or draw its circuit."""
    if path is not None and not diagram:
        raise InputError("command line", str(path), "one argument too many", "a picture only with --diagram")
    if path is not None and (path.suffix.lower() not in _PICTURES or path.is_dir()):
        raise InputError("command line", "PICTURE", f"'{path}' is no picture", f"a name that ends in {', '.join(_PICTURES)}")
    loaded = _load(experiment)
    from glunet import show as shown

    if not diagram:
        typer.echo(shown.describe(loaded))
        return
    typer.echo(str(shown.diagram(loaded, path or Path(f"{loaded.name}_circuit.svg"))))


@app.command()
def ls(folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to look, subfolders included.")
                         ] = Path("results"),
       experiments: Annotated[bool, typer.Option("--experiments", help="List experiments instead.")] = False,
       ) -> None:
    """List stored results, or the experiments that can be run."""
    if experiments:
        from glunet.library import names

        for name in names("experiments"):
            typer.echo(name)
        return
    if not folder.is_dir():
        raise InputError(str(folder), "folder", "no such folder", "a folder of results, made by `glunet run`")
    files = sorted(path for suffix in ("h5", "h5.part") for path in folder.rglob(f"*.{suffix}"))
    for path in files:
        typer.echo(_listed(path))
    if not files:
        typer.echo(f"{folder}: no results yet")


def _listed(path: Path) -> str:
    """One stored file in one line; what cannot be read says why."""
    from glunet.store import summary

    if path.suffix == ".part":
        return f"{path}  unfinished: a run is writing it, or was killed"
    try:
        found = summary(path)
    except GlunetError as error:
        return str(error)
    created = found["provenance"].get("created", "")
    axes = ", ".join([*found["axes"], "seed"])
    return (f"{path}  {found['experiment']}  {found['replicates']} x {found['duration_s']:g} s over {axes}  "
            f"{found['bytes'] / 1e6:.1f} MB  {created}").rstrip()


@app.command()
def info(file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False,
                                              help="A result file, or a folder of them.")]) -> None:
    """Tell what a result holds and what produced it."""
    opened = glunet.open(file)
    lines = [repr(opened)]
    for name, told in opened.blueprint.get("conditions", {}).items():
        lines.append(f"  {'condition':<10} {name}: {told['title']}; level: {told['level']}; {told['source']}")
    for key, value in opened.provenance.items():
        lines.append(f"  {key:<10} {_flat(value)}")
    typer.echo("\n".join(lines))


def _flat(value: Any) -> str:
    """A value of the provenance on one line."""
    if isinstance(value, dict):
        return ", ".join(f"{key} {_flat(part)}" for key, part in value.items())
    return "-" if value is None else str(value)


@app.command()
def figures(result: Annotated[Path, typer.Argument(metavar="RESULT", show_default=False,
                                                   help="A result file, or a folder of them.")],
            into: Annotated[Path | None, typer.Option(
                "--into", metavar="DIR", help="Where to draw; else `figures` beside the result.")] = None,
            ) -> None:
    """Draw a result's figures again, without simulating anything."""
    import tomllib

    opened = glunet.open(result)
    from glunet.experiment.types import figure_requests
    from glunet.figures import catalogue

    wanted = figure_requests(tomllib.loads(opened.experiment_text).get("figures", {}))
    folder = into or (result if result.is_dir() else result.parent) / "figures"
    for path in catalogue.draw_all(opened, wanted, folder):
        typer.echo(str(path))


@app.command()
def init(folder: Annotated[Path, typer.Argument(metavar="DIR", show_default=False,
                                                help="Where to put models/ and experiments/.")]) -> None:
    """Copy the shipped models and experiments into a folder, for editing; overwrites nothing."""
    from glunet.library import copy_out

    for path in copy_out(folder):
        typer.echo(str(path))
    typer.echo(f"run one with: cd {folder} && glunet run NAME")


@app.command()
def doctor() -> None:
    """Tell what is there on this machine, what is missing and how to get it."""
    from glunet.doctor import checks, table

    typer.echo(table(checks()))


@app.command()
def version() -> None:
    """Print the version, and the commit of a checkout."""
    from glunet.provenance import commit

    found = commit()
    typer.echo(f"glunet {glunet.__version__}" + (f" ({found})" if found else ""))


for group in (validate, sweep, cluster, calibrate, sensitivity, gpu, report):
    group.register(app)


if __name__ == "__main__":
    main()
