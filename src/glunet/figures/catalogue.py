"""The kinds of figure: every module of this folder with OPTIONS and a function draw, found by walking it.

Options are read without importing the module, so that an experiment file is checked without loading
matplotlib.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glunet.errors import GlunetError, InputError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from glunet.store.result import Result

FORMATS = ("png", "svg")


@dataclass(frozen=True)
class Kind:
    """A kind of figure.

    Attributes
    ----------
    name : str
        Its module's name.
    OPTIONS : dict
        Options with their defaults; None stands for a default that depends on the result.
    NEEDS : tuple of str
        Variables whose means it draws whatever its options are.
    """

    name: str
    OPTIONS: dict[str, Any]
    NEEDS: tuple[str, ...] = ()

    def draw(self, result: Result, options: Mapping[str, Any] | None = None) -> Figure:
        """Draw it.

        Parameters
        ----------
        result : Result
            An opened result.
        options : mapping, optional
            Those that differ from `OPTIONS`.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        InputError
            For an unknown option, or where the result lacks what the figure needs.
        """
        from glunet.figures import style

        given = dict(options or {})
        for option in given:
            if option not in self.OPTIONS:
                raise InputError(f"figure '{self.name}'", option, f"unknown option '{option}'", self.OPTIONS, option)
        module = importlib.import_module(f"{__package__}.{self.name}")
        with style.applied():
            figure: Figure = module.draw(result, {**self.OPTIONS, **given})
        return figure


@cache
def kinds() -> dict[str, Kind]:
    """All kinds by name.

    Returns
    -------
    dict of str to Kind
    """
    found = {}
    for path in sorted(Path(__file__).parent.glob("*.py")):
        constants = _constants(path)
        if "OPTIONS" in constants:
            found[path.stem] = Kind(path.stem, **constants)
    return found


def _constants(path: Path) -> dict[str, Any]:
    """The literal OPTIONS and NEEDS of a module; a kind of figure has the former."""
    found = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.AnnAssign | ast.Assign) and node.value is not None:
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name) and target.id in ("OPTIONS", "NEEDS"):
                    found[target.id] = ast.literal_eval(node.value)
    return found


def draw_all(result: Result, requests: Mapping[str, Any], folder: str | Path) -> list[Path]:
    """Draw figures and save each as PNG (150 dpi) and SVG, named <experiment>_<figure>.

    Parameters
    ----------
    result : Result
        An opened result.
    requests : mapping of str to (kind, options)
        What to draw by name; pairs, or objects with `kind` and `options`.
    folder : str or Path
        Where to; made where missing. A file appears whole or not at all.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    GlunetError
        The first figure that could not be drawn, after all others have been.
    """
    written, failed = [], []
    for name, request in requests.items():
        kind, options = request if isinstance(request, tuple) else (request.kind, request.options)
        try:
            if kind not in kinds():
                raise InputError(f"figures.{name}", "kind", f"unknown kind of figure '{kind}'", kinds(), kind)
            figure = kinds()[kind].draw(result, options)
            written += save(figure, Path(folder) / f"{result.experiment}_{name}", result.title)
        except GlunetError as error:
            failed.append(error)
    if failed:
        raise failed[0]
    return written


def save(figure: Figure, stem: str | Path, title: str = "") -> list[Path]:
    """Save a figure in all formats.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        What to save.
    stem : str or Path
        Path without its ending; its folder is made where missing.
    title : str
        Kept in the files' metadata.

    Returns
    -------
    list of Path
        The files, written beside their names and then renamed, so that a reader never meets half a file.
    """
    from glunet.figures import style

    stem = Path(stem)
    stem.parent.mkdir(parents=True, exist_ok=True)
    written = []
    for ending in FORMATS:
        path = stem.with_name(f"{stem.name}.{ending}")
        side = path.with_name(f".{path.name}.part")
        # Without a date two drawings of one result are the same bytes.
        metadata = {"Title": title, **({"Date": None} if ending == "svg" else {})}
        try:
            with style.applied():
                figure.savefig(side, format=ending, metadata=metadata)
            side.replace(path)
        finally:
            side.unlink(missing_ok=True)
        written.append(path)
    return written
