"""Circuit: populations, projections and their receptors as a diagram, and the cells at their places in the sheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch
from matplotlib.path import Path
from numpy.typing import NDArray

from glunet.errors import InputError
from glunet.figures import style

if TYPE_CHECKING:
    from glunet.store.result import Result

#: sheet: draw the cells' places where they are known; replicate: whose.
OPTIONS: dict[str, Any] = {"sheet": True, "replicate": 0}

Point = NDArray[np.float64]
_RADIUS = 0.68
_MARKERS = {"excitatory": "^", "inhibitory": "o"}


def draw(result: Result, options: dict[str, Any]) -> Figure:
    """The circuit that a result was computed with.

    Parameters
    ----------
    result : Result
        With a blueprint; positions are drawn where recorded.
    options : dict
        See `OPTIONS`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        Where the blueprint names no population, or there is no such replicate.
    """
    replicate = int(options["replicate"])
    if not 0 <= replicate < result.n_replicates:
        raise InputError("figure", "replicate", str(replicate), f"0 to {result.n_replicates - 1}")
    places = {}
    if options["sheet"]:
        places = {name: np.asarray(result.positions(name).values[replicate], float)
                  for name in result.recorded["positions"]}
    return draw_blueprint(result.blueprint, places)


def draw_blueprint(blueprint: Mapping[str, Any], positions_um: Mapping[str, NDArray[np.float64]] | None = None,
                   ) -> Figure:
    """The circuit of a blueprint, for those who have no result yet; wrap it in `style.applied()`.

    Parameters
    ----------
    blueprint : mapping
        `populations` (name -> n, kind, mechanisms), `projections` (name -> source, target, receptors,
        in_degree, delay), `drugs`; what is missing is left out of the diagram.
    positions_um : mapping of str to float64[N, 2], optional
        Places of the cells of each population, micrometres.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        Where no population is named.
    """
    populations = dict(blueprint.get("populations") or {})
    if not populations:
        raise InputError("figure", "circuit", "the blueprint names no population", "populations")
    many = len(populations) > 2
    figure = style.new_figure(style.TWO_COLUMNS if positions_um or many else 4.6, 4.9 if many else 2.9)
    panels = np.atleast_1d(figure.subplots(1, 2 if positions_um else 1,
                                           width_ratios=[1.55, 1] if positions_um else [1]))
    _diagram(panels[0], populations, dict(blueprint.get("projections") or {}))
    if positions_um:
        _sheet(panels[1], positions_um, populations)
    drugs = [style.spoken(name) for name in (blueprint.get("drugs") or {})]
    style.footnote(figure, f"Drugs: {', '.join(drugs)}" if drugs else "")
    return figure


def _diagram(axes: Axes, populations: dict[str, Any], projections: dict[str, Any]) -> None:
    """Nodes and arrows."""
    axes.set_axis_off()
    axes.set_aspect("equal")
    centres = _layout(list(populations))
    for name, about in populations.items():
        _node(axes, name, about or {}, centres[name], list(populations))
    many = len(populations) > 2
    drawn: Counter[tuple[str, str]] = Counter()
    for about in projections.values():
        source, target = about.get("source"), about.get("target")
        if source not in centres or target not in centres:
            continue
        colour = style.population_colour(source, list(populations))
        nth = drawn[source, target]
        drawn[source, target] += 1
        inhibits = (populations[source] or {}).get("kind") == "inhibitory"
        if source == target:
            _loop(axes, centres[source], _outward(centres[source], many), colour, inhibits, _says(about), nth)
        else:
            _arrow(axes, centres[source], centres[target], colour, inhibits, _says(about), nth, many)
    spots = np.array(list(centres.values()))
    low, high = spots.min(axis=0), spots.max(axis=0)
    axes.set_xlim(low[0] - 1.25 - 1.2 * many, high[0] + 1.25 + 1.2 * many)
    axes.set_ylim(low[1] - 1.65, high[1] + 1.95 + 0.2 * many)
    _legend(axes, populations)


def _layout(names: list[str]) -> dict[str, Point]:
    """Centres of the nodes: side by side for two, else on a circle."""
    if len(names) == 1:
        return {names[0]: np.zeros(2)}
    if len(names) == 2:
        return {names[0]: np.array([-1.75, 0.0]), names[1]: np.array([1.75, 0.0])}
    reach = 0.72 * len(names)
    angles = np.pi / 2 - 2 * np.pi * np.arange(len(names)) / len(names)
    return {name: reach * np.array([np.cos(a), np.sin(a)]) for name, a in zip(names, angles, strict=True)}


def _outward(centre: Point, many: bool) -> Point:
    """Where a node has room for its loop."""
    length = float(np.linalg.norm(centre))
    return centre / length if many and length > 0 else np.array([0.0, 1.0])


def _node(axes: Axes, name: str, about: Mapping[str, Any], centre: Point, order: list[str]) -> None:
    """One population."""
    colour = style.population_colour(name, order)
    axes.add_patch(Circle((centre[0], centre[1]), _RADIUS, facecolor="white", edgecolor=colour, lw=1.6, zorder=3))
    axes.add_patch(Circle((centre[0], centre[1]), _RADIUS, facecolor=colour, alpha=0.12, lw=0, zorder=3))
    text = style.spoken(name).replace(" cells", "\ncells").replace("-spiking ", "-spiking\n").replace("\n\n", "\n")
    if "n" in about:
        text += f"\nn = {about['n']}"
    axes.text(*centre, text, ha="center", va="center", fontsize=7.3, color=style.INK, zorder=4, linespacing=1.25)
    if {"afferents", "background"} & set(about.get("mechanisms") or ()):
        out = np.array([centre[1], -centre[0]]) if len(order) > 2 else np.array([0.0, -1.0])
        out = out / np.linalg.norm(out)
        _path(axes, Path([centre + out * (_RADIUS + 0.55), centre + out * (_RADIUS + 0.05)]), style.QUIET, False)
        aside = "center" if abs(out[0]) < 0.3 else "left" if out[0] > 0 else "right"
        axes.text(*(centre + out * (_RADIUS + 0.66)), "background", ha=aside, va="center", fontsize=6.8,
                  color=style.QUIET)


def _says(about: Mapping[str, Any]) -> str:
    """A projection in two lines."""
    receptors = " + ".join(style.spoken(str(r)) for r in about.get("receptors") or ())
    facts = []
    if about.get("in_degree") is not None:
        facts.append(f"{about['in_degree']} per cell")
    if about.get("delay"):
        facts.append(str(about["delay"]))
    return "\n".join(line for line in (receptors, ", ".join(facts)) if line)


def _path(axes: Axes, path: Path, colour: str, inhibits: bool) -> None:
    """An arrow along a path: a point where it excites, a bar where it inhibits."""
    head = "-[,widthB=0.42,lengthB=0" if inhibits else "-|>,head_length=0.42,head_width=0.22"
    axes.add_patch(FancyArrowPatch(path=path, arrowstyle=head, mutation_scale=11, color=colour, lw=1.4, zorder=2,
                                   fill=not inhibits, joinstyle="miter", capstyle="butt"))


def _arrow(axes: Axes, source: Point, target: Point, colour: str, inhibits: bool, text: str, nth: int,
           many: bool) -> None:
    """A bent arrow between two nodes, its text on the outer side."""
    along = (target - source) / np.linalg.norm(target - source)
    side = np.array([-along[1], along[0]])
    bend = (0.32 + 0.28 * nth) * (0.55 if many else 1.0)
    leave, arrive = along + bend * side, -along + bend * side
    start = source + leave / np.linalg.norm(leave) * (_RADIUS + 0.03)
    end = target + arrive / np.linalg.norm(arrive) * (_RADIUS + 0.07)
    control = (start + end) / 2 + side * bend
    _path(axes, Path([start, control, end], [Path.MOVETO, Path.CURVE3, Path.CURVE3]), colour, inhibits)
    crest = (start + 2 * control + end) / 4
    if many:
        # Near the source, so that the two directions of a pair do not write over one another.
        spot = 0.7**2 * start + 2 * 0.7 * 0.3 * control + 0.3**2 * end
        axes.text(*spot, text, ha="center", va="center", fontsize=6, color=colour, zorder=5, linespacing=1.2,
                  bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8})
        return
    axes.text(*(crest + 0.09 * side), text, ha="center", va="bottom" if side[1] > 0 else "top", fontsize=6.8,
              color=colour, linespacing=1.3)


def _loop(axes: Axes, centre: Point, outward: Point, colour: str, inhibits: bool, text: str, nth: int) -> None:
    """A projection of a population to itself."""
    side = np.array([outward[1], -outward[0]])
    spread = np.deg2rad(27)
    start, end = (centre + (_RADIUS + gap) * (np.cos(spread) * outward + sign * np.sin(spread) * side)
                  for sign, gap in ((-1, 0.03), (1, 0.07)))
    height = (0.85 + 0.4 * nth) * outward
    path = Path([start, start + height - 0.35 * side, end + height + 0.35 * side, end],
                [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4])
    _path(axes, path, colour, inhibits)
    top = centre + (_RADIUS * np.cos(spread) + 0.75 * float(np.linalg.norm(height)) + 0.12) * outward
    horizontal = "center" if abs(outward[0]) < 0.5 else "left" if outward[0] > 0 else "right"
    vertical = "center" if abs(outward[1]) < 0.5 else "bottom" if outward[1] > 0 else "top"
    axes.text(*top, text, ha=horizontal, va=vertical, fontsize=6.8, color=colour, linespacing=1.3)


def _legend(axes: Axes, populations: dict[str, Any]) -> None:
    """What arrowheads mean, where both kinds are there."""
    kinds = {(about or {}).get("kind") for about in populations.values()}
    if {"excitatory", "inhibitory"} <= kinds:
        axes.text(0.5, 0.0, "arrow: excites      bar: inhibits", transform=axes.transAxes, ha="center", va="bottom",
                  fontsize=6.8, color=style.QUIET)


def _sheet(axes: Axes, positions_um: Mapping[str, NDArray[np.float64]], populations: dict[str, Any]) -> None:
    """Cells at their places."""
    total = sum(len(points) for points in positions_um.values())
    size = float(np.clip(6000 / max(total, 1), 2.0, 40.0))
    for name, points in positions_um.items():
        colour = style.population_colour(name, list(positions_um))
        marker = _MARKERS.get((populations.get(name) or {}).get("kind", ""), "o")
        axes.scatter(points[:, 0], points[:, 1], s=size, marker=marker, c=colour, lw=0, alpha=0.85)
    axes.set_aspect("equal")
    axes.set_xlabel("x (µm)")
    axes.set_ylabel("y (µm)")
    axes.set_title("Cells in the sheet")
