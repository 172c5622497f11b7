"""From a search's log to what its figure shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from glunet.calibration.log import Entry
from glunet.calibration.search import best
from glunet.calibration.types import Calibration
from glunet.vocabulary.quantity import to_unit

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def label(path: str) -> str:
    """A path as a reader calls it: the population or projection, and the parameter."""
    kind, *inner = path.split(".")
    if kind in ("populations", "projections") and len(inner) > 1:
        return f"{inner[0].replace('_to_', ' to ')}: {inner[-1].replace('_', ' ')}"
    return " ".join(inner).replace("_", " ")


def draw(calibration: Calibration, entries: Sequence[Entry]) -> Figure:
    """The figure of a search.

    Parameters
    ----------
    calibration : Calibration
    entries : sequence of Entry
        At least one generation.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from glunet.figures import search as picture
    from glunet.figures.style import unit_text

    generations = [entry for entry in entries if entry.kind == "generation"]
    first, last, top = generations[0], generations[-1], best(entries)
    rows = tuple(picture.RowSeen(row.name.replace("_", " "), row.goal.low, row.goal.high, row.goal.scale,
                                 float(first.scored.values[0, k]), float(top.values[k]))
                 for k, row in enumerate(calibration.rows))
    parameters = []
    for k, parameter in enumerate(calibration.parameters):
        low, high, value = (f"{to_unit(x, parameter.unit):.4g}"
                            for x in (parameter.low, parameter.high, float(parameter.value(top.point[k]))))
        unit = unit_text(parameter.unit)
        parameters.append(picture.ParameterSeen(
            label(parameter.path), low, f"{high} {unit}".strip(), value, float(first.points[0, k]), float(top.point[k]),
            first.points[:, k], last.points[:, k]))
    seeds = len(top.seeds)
    note = (f"{len(generations)} generations of {len(first.points)} candidates; best score {top.score:.3g} "
            f"on {seeds} seed{'s' * (seeds > 1)}; hollow: the start")
    return picture.draw(picture.History(tuple(entry.scored.scores for entry in generations), rows, tuple(parameters), note))
