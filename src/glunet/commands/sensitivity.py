"""The command `sensitivity`: indices of a design's parameters as a table, a CSV file and a figure."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from glunet.errors import InputError, StoreError

if TYPE_CHECKING:
    from glunet.analysis.design import Design
    from glunet.analysis.sensitivity import Sensitivity
    from glunet.figures.sensitivity import Study

COLUMNS = ("measure", "unit", "start_s", "stop_s", "seeds", "at", "parameter", "index", "value", "low", "high")
Row = tuple[str, str, float, float, float]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(sensitivity)


def sensitivity(
        result: Annotated[Path, typer.Argument(metavar="RESULT", show_default=False,
                                               help="A result file of a design, or a folder of them.")],
        measure: Annotated[str | None, typer.Option(
            "--measure", help="Such as pyramidal_rate, or a recorded mean such as pyramidal_I_nmda.")] = None,
        window: Annotated[str | None, typer.Option(
            "--window", metavar="START,STOP", help='Such as "1 s,2 s"; by default the time under the drug.')] = None,
        into: Annotated[Path | None, typer.Option(
            "-o", "--into", metavar="DIR", help="Where to; else `figures` beside the result.")] = None) -> None:
    """Tell which parameters of a design matter: sensitivity indices with 95 % intervals."""
    import glunet
    from glunet.figures import style
    from glunet.figures.catalogue import save
    from glunet.figures.sensitivity import draw_study, study

    opened = glunet.open(result)
    ends = None if window is None else window.split(",")
    if ends is not None and len(ends) != 2:
        raise InputError("command line", "--window", f"{window!r} is no window", 'two times, such as "1 s,2 s"')
    found = study(opened, measure, ends)
    typer.echo(table(found))
    folder = into or (result if result.is_dir() else result.parent) / "figures"
    stem = folder / f"{opened.experiment}_sensitivity_{found.population}_{found.variable}"
    paths = [write(found, stem.with_name(f"{stem.name}.csv"))]
    with style.applied():
        figure = draw_study(opened, found)
    for path in [*paths, *save(figure, stem, opened.title)]:
        typer.echo(str(path))


def rows(design: Design, found: Sensitivity) -> Iterator[Row]:
    """Parameter or pair, index, value and the ends of its interval; those of one parameter together."""
    names = list(design.ranges)
    for i, name in enumerate(names):
        for index, values in found.values.items():
            yield name, index, float(values[i]), float(found.low[index][i]), float(found.high[index][i])
    second, half = found.second, found.second_half
    if second is not None and half is not None:
        for i, first in enumerate(names):
            for j in range(i + 1, len(names)):
                value, reach = float(second[i, j]), float(half[i, j])
                yield f"{first} x {names[j]}", "S2", value, value - reach, value + reach


def table(found: Study) -> str:
    """The indices as aligned lines of text."""
    lines = [f"{found.label}; {found.points}"]
    for part in found.found:
        told = list(rows(found.design, part.indices))
        width = max(len(name) for name, *_ in told)
        lines += [part.at] if part.at else []
        lines.append(f"  {'parameter':<{width}}  index    {'value':>9}  95 % interval")
        for name, index, value, low, high in told:
            interval = "-" if isnan(low) else f"{low:.3g} to {high:.3g}"
            lines.append(f"  {name:<{width}}  {index:<7}  {value:>9.3g}  {interval}")
        lines.append(f"  {part.note}")
    return "\n".join(lines)


def write(found: Study, path: Path) -> Path:
    """Write the indices as CSV, whole or not at all.

    Raises
    ------
    StoreError
        The folder cannot be written.
    """
    from glunet.store.atomic import put

    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(COLUMNS)
    for part in found.found:
        for name, index, *numbers in rows(found.design, part.indices):
            lines.writerow([f"{found.population}_{found.variable}", found.unit if index in ("mu_star", "sigma") else "1",
                            *found.window, part.seeds, part.at, name, index, *numbers])
    try:
        put(path, memoryview(text.getvalue().encode()))
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {os.strerror(error.errno or 0)}") from error
    return path
