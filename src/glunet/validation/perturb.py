"""The experiments of a sensitivity analysis: those behind the rows, shortened, at many parameter points.

All points of a batch are one network. Screening takes Morris' trajectories through all candidates at once; afterwards
one parameter after another is changed, the others as they are.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from glunet.circuit import paths
from glunet.circuit.load import load_circuit
from glunet.experiment.load import load
from glunet.experiment.types import Experiment
from glunet.validation import rows
from glunet.validation.candidates import LARGEST_CHANGE, Candidate
from glunet.validation.experiments import resized, rewritten, shortened, without


@dataclass(frozen=True)
class Setting:
    """How a sensitivity analysis is made.

    Parameters
    ----------
    seeds, screening_seeds : int
        Per point.
    shorten, screening_shorten : float
        Durations, and all times of doses, are multiplied by this where rows can be scored on shortened runs.
    trajectories : int
        Of the screening.
    top : int
        Parameters that are then changed one at a time.
    changes : tuple of float
        By which fractions, rising.
    cells : int or None
        Another number of cells than the circuit's own.
    screen : tuple of str
        Rows, or patterns of rows, that order the parameters; all that are examined where empty.
    parameters : tuple of str
        The candidates; all fitted and assumed ones where empty.
    """

    seeds: int = 5
    screening_seeds: int = 2
    shorten: float = 0.5
    screening_shorten: float = 0.2
    trajectories: int = 4
    top: int = 10
    changes: tuple[float, ...] = (-0.2, -0.1, 0.1, 0.2)
    cells: int | None = None
    screen: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()


def usable(row: str, circuit: str) -> bool:
    """Whether a row's outcome can depend on the circuit's parameters: it runs on this circuit.

    Rows that compare an experiment with itself at zero dose hold whatever the parameters are.
    """
    names = rows.computable()[row]
    return all(" + " not in name for name in names) and any(load(name).circuit == circuit for name in names)


def screening(name: str, setting: Setting, candidates: Sequence[Candidate]) -> Experiment:
    """An experiment with Morris' trajectories through the candidates, each from 20 % below to 20 % above its value."""
    lines = ["", "[design]", 'kind = "morris"', f"samples = {setting.trajectories}", "seed = 1", "[design.ranges]"]
    lines += [f'"{one.path}" = [{one.changed(-LARGEST_CHANGE)}, {one.changed(LARGEST_CHANGE)}]' for one in candidates]
    return _made(name, "screening", setting.screening_seeds, setting.screening_shorten, setting, end="\n".join(lines) + "\n")


def baseline(name: str, setting: Setting) -> Experiment:
    """An experiment with all parameters as they are."""
    return _made(name, "sensitivity", setting.seeds, setting.shorten, setting)


def one_changed(name: str, setting: Setting, candidate: Candidate) -> Experiment | None:
    """An experiment with the changed values of a parameter as a further axis; None where it has none such, or sets it."""
    found = load(name)
    if candidate.path in found.axes or candidate.path in found.overrides or (
            candidate.path not in paths.describe(found.circuit, list(found.drugs), list(found.conditions))):
        return None
    values = ", ".join(candidate.changed(change) for change in setting.changes)
    return _made(name, "sensitivity", setting.seeds, setting.shorten, setting, {candidate.path: f"[{values}]"})


def _made(name: str, prefix: str, seeds: int, factor: float, setting: Setting, axes: dict[str, str] | None = None,
          end: str = "") -> Experiment:
    """The experiment under another name, shortened, with the axes that scores need, and further ones."""
    found = load(name)
    values = {("experiment", "name"): f'"{prefix}_{found.name}"', ("axes", "seed"): str(list(range(1, seeds + 1)))}
    for path, wanted in rows.enough(name).items():
        values["axes", path] = json.dumps(wanted)
    for path, text in (axes or {}).items():
        values["axes", path] = text
    # figures draw levels along axes, which a design has not
    text = without(found.text, "figures")
    if setting.cells is not None:
        text = resized(text, found.file, setting.cells, found.cells or load_circuit(found.circuit).cells)
    factor = factor if rows.shortens(name) else 1.0
    return rewritten(text, found.file, values, lambda text: shortened(text, found.file, factor) + end)
