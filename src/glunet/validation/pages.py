"""A page per row of the scoreboard: the phenomenon as a figure, next to what was published about it."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glunet.errors import GlunetError
from glunet.store.result import Result
from glunet.validation import rows, table
from glunet.validation.table import Row

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LARGEST = 150_000       # bytes of a PNG: pages are read in a browser, and kept in the repository
_DPI = (150, 120, 100, 80, 60)
_TRUST = {"read": "the number was checked against the paper", "memory": "quoted from the literature without re-reading it",
          "contested": "published work disagrees"}


@dataclass(frozen=True)
class Drawn:
    """A picture of a page: its file, and what to look at."""

    file: str
    caption: str


def draw(row: str, lines: Sequence[Row], results: Mapping[str, Result], folder: Path) -> list[str]:
    """Draw a computed row's figures beside its page.

    Parameters
    ----------
    row : str
    lines : sequence of Row
        Its metrics.
    results : mapping of experiment name to Result
    folder : Path

    Returns
    -------
    list of str
        What could not be drawn, and why, one line each.
    """
    from glunet.figures.bands import Measured, draw_bands
    from glunet.figures.catalogue import kinds

    measured = [Measured(line.metric, line.value, line.ci_low, line.ci_high, line.band, line.verdict) for line in lines]
    save(draw_bands(measured), folder / _bands(row))
    failed = []
    for index, picture in enumerate(rows.pictures(row), 1):
        path = folder / _picture(row, index)
        try:
            save(kinds()[picture.kind].draw(results[picture.experiment], picture.options), path)
        except (GlunetError, KeyError) as error:
            path.unlink(missing_ok=True)
            failed.append(f"{row}: figure {picture.kind} of {picture.experiment}: {error}")
    return failed


def _bands(row: str) -> str:
    """File of the figure of the bands."""
    return f"{row}.png"


def _picture(row: str, index: int) -> str:
    """File of one of the figures of the phenomenon, counted from 1."""
    return f"{row}_{index}.png"


def save(figure: Figure, path: Path) -> Path:
    """Save a figure as a PNG of few bytes: in a palette, and with fewer dots where that is not enough.

    Raises
    ------
    StoreError
    """
    from PIL import Image

    from glunet.figures import style

    path.parent.mkdir(parents=True, exist_ok=True)
    content = b""
    for dpi in _DPI:
        drawn, packed = io.BytesIO(), io.BytesIO()
        with style.applied():
            figure.savefig(drawn, format="png", dpi=dpi)
        with Image.open(drawn) as image:
            # 128 colours are more than these figures have; the palette divides their size by three
            image.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(packed, "PNG", optimize=True)
        content = packed.getvalue()
        if len(content) < LARGEST:
            break
    side = path.with_name(f".{path.name}.part")
    side.write_bytes(content)
    side.replace(path)
    return path


def write(target: Mapping[str, Any], lines: Sequence[Row], folder: Path) -> Path:
    """Write the page of a row, computed or not.

    Parameters
    ----------
    target : mapping
        One of `glunet.validation.table.targets`.
    lines : sequence of Row
        Its metrics as they stand in the table.
    folder : Path
        Of the table; figures are those that lie there.

    Returns
    -------
    Path
    """
    row = target["id"]
    text = [f"# {row}: {target['claim']}", "", *_verdict(lines), *_metrics(lines, folder), *_pictures(row, folder),
            "## What is published", "", f"{target['evidence']}.", "",
            f"Trust: {target['trust']} ({_TRUST.get(target['trust'], '')}).", "", *_papers(row), *_making(row, lines), ""]
    return table.write(folder / f"{row}.md", "\n".join(text))


def _verdict(lines: Sequence[Row]) -> list[str]:
    """The row's outcome in a sentence."""
    words = [line.verdict for line in lines]
    if set(words) == {"not run"}:
        return ["**Not run**: no experiment of this version computes it, or it has not been computed yet.", ""]
    told = ", ".join(f"{words.count(word)} {word}" for word in table.VERDICTS if word in words)
    every = {True: "**Passes.**", False: "**Does not pass.**"}[set(words) == {"pass"}]
    return [f"{every} Of {len(words)} metric{'' if len(words) == 1 else 's'}: {told}. {table.RULE}", ""]


def _metrics(lines: Sequence[Row], folder: Path) -> list[str]:
    """The metrics as a table, and as a figure where there is one."""
    text = ["| Metric | Circuit | 95 % interval | Published band | Verdict | Robust |", "|---|---|---|---|---|---|"]
    for line in lines:
        robust = {True: "yes", False: "no", None: "-"}[line.robust]
        text.append(f"| {line.metric} | {table.number(line.value)} | {table.interval(line)} | {table.band(line)} | "
                    f"{line.verdict} | {robust} |")
    text.append("")
    if any(line.verdict != "not run" for line in lines) and (folder / _bands(lines[0].id)).is_file():
        text += [f"![Metrics against their bands]({_bands(lines[0].id)})", "",
                 "Shaded: the published band. Dot and line: mean over seeds and its 95 % interval.", ""]
    return text


def _pictures(row: str, folder: Path) -> list[str]:
    """The figures of the phenomenon that lie beside the page."""
    found = [Drawn(_picture(row, index), picture.caption) for index, picture in enumerate(rows.pictures(row), 1)
             if (folder / _picture(row, index)).is_file()]
    if not found:
        return []
    text = ["## What the circuit does", ""]
    for drawn in found:
        text += [f"![{drawn.caption or row}]({drawn.file})", "", *([drawn.caption, ""] if drawn.caption else [])]
    return text


def _papers(row: str) -> list[str]:
    """The papers as a list."""
    text = []
    for paper in table.sources(row):
        doi = f" [doi:{paper['doi']}](https://doi.org/{paper['doi']})" if paper["doi"] else ""
        state = "" if paper["verified"] else " (DOI not verified)" if paper["doi"] else " (no DOI found)"
        text.append(f"- {paper['cite']}{doi}{state}")
    return [*text, ""] if text else []


def _making(row: str, lines: Sequence[Row]) -> list[str]:
    """Which files make it, and how to make it again."""
    names = rows.computable().get(row, ())
    if not names:
        return ["## How it is made", "", "No experiment of this version makes it."]
    files = list(dict.fromkeys(f"experiments/{name.partition(' + ')[0]}.toml" for name in names))
    function = rows.function(row)
    text = ["## How it is made", "", f"    glunet validate --only {row}", "",
            f"Experiments: {', '.join(f'[{file}](../{file})' for file in files)}. Scored by `{function.__name__}` in "
            f"`src/{function.__module__.replace('.', '/')}.py`."]
    additions = [name.partition(" + ")[2] for name in names if " + " in name]
    text += [f"At zero, one at a time: {', '.join(additions)}."] if additions else []
    line = lines[0]
    if line.verdict != "not run" and line.commit:
        took = f", computed in {line.duration_s:.0f} s" if line.duration_s is not None else ""
        text += ["", f"Last scored on {line.date} at commit {line.commit}, device {line.device}, {_seeds(lines)}{took}."]
    return text


def _seeds(lines: Sequence[Row]) -> str:
    """Seeds behind the metrics of a row: not every one has a value in each."""
    fewest, most = (choose(line.seeds for line in lines) for choose in (min, max))
    return f"{most} seeds" if fewest == most else f"{fewest} to {most} seeds"
