"""The figures an experiment declares, as SVG that can stand in a page beside others."""

from __future__ import annotations

import io
import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from glunet.errors import GlunetError, InputError
from glunet.experiment.types import figure_requests
from glunet.figures import catalogue, style
from glunet.report import wording

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from glunet.store.result import Result

_LONG = re.compile(r"(-?\d+\.\d\d)\d+")


@dataclass(frozen=True)
class Picture:
    """A figure.

    Attributes
    ----------
    title : str
    svg : Markup
        Empty where it could not be drawn.
    problem : str
        Why it could not be drawn, in one line.
    """

    title: str
    svg: Markup
    problem: str = ""


def pictures(result: Result, prefix: str) -> list[Picture]:
    """Draw what the experiment's [figures] ask for.

    Parameters
    ----------
    result : Result
        An opened result.
    prefix : str
        Of the ids inside, so that figures do not borrow each other's clips.

    Returns
    -------
    list of Picture
        A figure that cannot be drawn says why; the others are not lost.
    """
    found = []
    requests = figure_requests(tomllib.loads(result.experiment_text).get("figures", {}))
    for number, (name, request) in enumerate(requests.items()):
        title = wording.spoken(name)
        try:
            if request.kind not in catalogue.kinds():
                raise InputError(f"figures.{name}", "kind", f"unknown kind of figure '{request.kind}'", catalogue.kinds())
            figure = catalogue.kinds()[request.kind].draw(result, request.options)
            found.append(Picture(title, inline(figure, f"{prefix}-f{number}", f"{title}: {result.title}")))
        except GlunetError as error:
            found.append(Picture(title, Markup(""), str(error)))
    return found


def inline(figure: Figure, prefix: str, label: str) -> Markup:
    """A matplotlib figure as an SVG element that fits into a page.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    prefix : str
        Put before every id and every reference to one.
    label : str
        For those who cannot see it.

    Returns
    -------
    Markup
        Scales with the page, carries no style sheet of its own, and its paths are rounded to a hundredth of a point.
    """
    side = io.BytesIO()
    with style.applied():
        figure.savefig(side, format="svg")
    text = side.getvalue().decode("utf-8")
    text = text[text.index("<svg"):]
    # A style element in a page's SVG would apply to the whole page.
    text = re.sub(r"<metadata>.*?</metadata>|<style[^>]*>.*?</style>|<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r'\bid="', f'id="{prefix}-', text)
    text = re.sub(r'href="#', f'href="#{prefix}-', text).replace("url(#", f"url(#{prefix}-")
    text = re.sub(r' (?:d|x|y)="[^"]*"', lambda found: _LONG.sub(r"\1", " ".join(found[0].split("\n"))), text)
    box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', text)
    width = f"max-width:{float(box[1]) * 1.35:.0f}px;" if box else ""
    head = (f'<svg {box[0] if box else ""} role="img" aria-label="{escape(label)}" '
            f'style="{width}stroke-linejoin:round;stroke-linecap:butt">')
    text = head + text[text.index(">") + 1:]
    return Markup(text)
