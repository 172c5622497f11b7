"""glunet: a virtual glutamatergic circuit. One circuit, one baseline, named perturbations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from glunet.store.result import Result

__version__ = "0.1.0"


def open(path: str | Path, **options: Any) -> Result:  # noqa: A001 - the verb users expect
    """Open a stored result file, or a folder of them, as labelled arrays (see `glunet.store.result`)."""
    from glunet.store.result import open_result

    return open_result(path, **options)
