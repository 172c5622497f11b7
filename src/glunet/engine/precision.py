"""Single precision: what may be computed in it, and what of a generated program's text has to change for it.

Only the fast clock's cells and synapses are reduced. Everything on the slow clock stays in double precision: its states
move by a millionth of themselves per millisecond, which single precision (a relative 6e-8) would round to steps or to
nothing. So does time: clocks, spike times and the last spike of a cell. Noise is drawn in double precision whatever the
precision, so the same seed gives the same afferent spikes.

Brian2 alone would gain nothing: one double number in an expression makes it double, and literals, the time step and
what the slow clock hands over are double. They are narrowed where the fast step reads them.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

from glunet.circuit.expressions import names
from glunet.circuit.model import CellModel
from glunet.circuit.stepping import slow_code
from glunet.engine.generated import DIFFERENT
from glunet.errors import GlunetError

_LITERAL = re.compile(r"(?<![\w.])(\d+\.\d*(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+)(?![\w.])")
_LOADED = re.compile(r"^(\s*)const double (\w+ = _ptr_array_)", re.MULTILINE)
# a step's statements: on the CPU to the end of the file, on a GPU to the function that launches the kernel
_STATEMENTS = re.compile(r"(?:// scalar code|///// scalar_code /////)(?:.*?(?=^void _run_)|.*)", re.MULTILINE | re.DOTALL)


def kind(precision: str) -> Any:
    """The numpy dtype of a precision."""
    return np.dtype(precision).type


def doubles(model: CellModel) -> set[str]:
    """Variables of a population that stay in double precision."""
    fast = {state.name for state in model.states if state.clock == "fast"}
    fast |= {event.name for event in model.event_states} | {"v", "v_before"}
    fast |= {definition.name for definition in model.definitions}       # also those that the slow step samples
    times = {"last_spike"} | {name for name in names(slow_code(model)) if name not in fast}
    return times | set(model.slow_variables()) | {state.name for state in model.states if state.clock == "slow"}


def dtypes(model: CellModel, precision: str) -> dict[str, Any]:
    """What Brian2 is told about a population's variables; all others have the precision itself."""
    return {} if precision == "float64" else dict.fromkeys(doubles(model), np.float64)


def _narrowed(statements: str) -> str:
    """Statements with their literals, and what they read, in single precision."""
    return _LITERAL.sub(r"\1f", _LOADED.sub(r"\1const float \2", statements))


def narrow(project: Path, precision: str) -> None:
    """Rewrite the fast step of a generated project, on any device, for a precision.

    Parameters
    ----------
    project : Path
        As brian2 or brian2cuda wrote it.
    precision : str
        ``float64`` leaves it as it is.

    Raises
    ------
    GlunetError
        Another brian2 writes it differently.
    """
    if precision == "float64":
        return
    for path in sorted((project / "code_objects").glob("*_stateupdater_codeobject.c*")):
        text, found = _STATEMENTS.subn(lambda match: _narrowed(match[0]), path.read_text(), count=1)
        if not found:
            raise GlunetError(DIFFERENT)
        path.write_text(text)
