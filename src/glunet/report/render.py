"""The page as text: the model put into the template, with style and script inlined. The page asks for nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

import glunet
from glunet.report.page import sections

if TYPE_CHECKING:
    from glunet.store.result import Result


def page(results: Sequence[Result]) -> str:
    """A report as HTML.

    Parameters
    ----------
    results : sequence of Result
        Opened results; at least one.

    Returns
    -------
    str
        One self-contained page: its content security policy forbids whatever is not in it.

    Raises
    ------
    GlunetError
        A result that cannot be read.
    """
    environment = Environment(loader=PackageLoader("glunet.report"), autoescape=True, undefined=StrictUndefined,
                              trim_blocks=True, lstrip_blocks=True)
    found = sections(results)
    title = found[0].title if len(found) == 1 else f"{found[0].title} and {len(found) - 1} more"
    return environment.get_template("page.html").render(
        title=title, sections=found, version=glunet.__version__, style=_template("page.css"), script=_template("page.js"))


def _template(name: str) -> Markup:
    """A file beside the template, to be put in as it is."""
    return Markup(files("glunet.report").joinpath("templates", name).read_text(encoding="utf-8"))
