"""The command `report`: results as one HTML file that can be explored offline."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from glunet.errors import InputError, StoreError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(report)


def report(
        results: Annotated[list[Path], typer.Argument(metavar="RESULT...", show_default=False,
                                                      help="Result files, or folders of them.")],
        out: Annotated[Path | None, typer.Option(
            "-o", "--out", metavar="FILE", show_default=False,
            help="The page; else report.html in the folder of the results.")] = None) -> None:
    """Write one HTML page of results: figures, tables, equations, sources, and traces to explore. It needs no network."""
    if out is not None and out.suffix.lower() not in (".html", ".htm"):
        raise InputError("command line", "--out", f"'{out}' is no page", "a name that ends in .html")
    if out is not None and out.is_dir():
        raise InputError("command line", "--out", f"'{out}' is a folder", "a file")
    seen: set[Path] = set()
    for path in results:
        if path.resolve() in seen:
            raise InputError("command line", "RESULT", f"'{path}' is named twice", "each result once")
        seen.add(path.resolve())
    import glunet

    opened = [glunet.open(path) for path in results]
    from glunet.report.render import page
    from glunet.store.atomic import put

    path = out or common(results) / "report.html"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        put(path, memoryview(page(opened).encode("utf-8")))
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {os.strerror(error.errno or 0)}") from error
    typer.echo(f"{path}  {path.stat().st_size / 1e6:.1f} MB")


def common(results: list[Path]) -> Path:
    """The nearest folder that holds all results."""
    folders = [path if path.is_dir() else path.parent for path in results]
    if len(folders) == 1:
        return folders[0]
    return Path(os.path.relpath(os.path.commonpath([folder.absolute() for folder in folders])))
