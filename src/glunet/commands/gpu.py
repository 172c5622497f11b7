"""`glunet gpu`: which GPUs this process may use, and what an experiment's program asks of one."""

from __future__ import annotations

from typing import Annotated

import typer

from glunet.errors import GlunetError


def gpu(experiment: Annotated[str | None, typer.Argument(
            metavar="FILE_OR_NAME", show_default=False,
            help="Compile this experiment for the GPU, without running it; needs no GPU.")] = None) -> None:
    """List the GPUs this process may use; with an experiment, compile it and count what a step asks of the GPU."""
    from glunet.engine import gpu as found

    try:
        for number, one in enumerate(found.devices()):
            typer.echo(f"{number}  {one.name}  {one.memory/2**30:.0f} GiB  compute capability {one.capability}  {one.uuid}")
    except GlunetError as error:
        if experiment is None:
            raise
        typer.echo(str(error))
    if experiment is not None:
        for line in _compiled(experiment):
            typer.echo(line)


def _compiled(name: str) -> list[str]:
    """Compile one replicate of an experiment; what came of it."""
    import tempfile
    from pathlib import Path

    from glunet import pipeline
    from glunet.engine import cuda, launches
    from glunet.engine import gpu as found
    from glunet.experiment.load import load
    from glunet.experiment.plan import points

    experiment = load(name)
    plan = pipeline.blueprint(experiment, points(experiment)[:1])
    with tempfile.TemporaryDirectory(prefix="glunet-") as folder:
        program = cuda.compile_only(plan, Path(folder))
        text = (Path(folder) / cuda.UNIT).read_text()
        counted = launches.per_step(text, text, plan.dt)
        size = program.stat().st_size
    version = found.release(found.nvcc())
    return [f"compiled with CUDA {version[0]}.{version[1]} for compute capability {found.architecture()}: {size/1e6:.1f} MB",
            f"a step of {plan.dt*1e3:g} ms: {counted.launches:.2f} kernels, {counted.waits:g} copies that are waited for, "
            f"{counted.fills:.2f} fills"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(gpu)
