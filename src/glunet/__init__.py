"""glunet: a virtual glutamatergic circuit. One circuit, one baseline, named perturbations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

    from glunet import analysis as analysis
    from glunet.store.result import Result

__version__ = "0.1.0"


def open(path: str | Path, **options: Any) -> Result:  # noqa: A001 - the verb users expect
    """Open a stored result file, or a folder of them, as labelled arrays (see `glunet.store.result`)."""
    from glunet.store.result import open_result

    return open_result(path, **options)


def draw(result: Result, kind: str, **options: Any) -> Figure:
    """Draw a figure of a result, for a notebook: ``glunet.draw(result, "dose_response", variable="I_nmda")``.

    Parameters
    ----------
    result : Result
        An opened result.
    kind : str
        Kind of figure, as in an experiment's [figures.<kind>].
    **options
        Those of that kind, as in the experiment.

    Raises
    ------
    InputError
        No such kind or option, or the result lacks what the figure needs.
    """
    from glunet.errors import InputError
    from glunet.figures.catalogue import kinds

    if kind not in kinds():
        raise InputError("draw", "kind", f"unknown kind of figure '{kind}'", kinds(), kind)
    return kinds()[kind].draw(result, options)


def __getattr__(name: str) -> Any:
    if name == "analysis":      # so that `import glunet` stays light
        import importlib

        return importlib.import_module("glunet.analysis")
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
