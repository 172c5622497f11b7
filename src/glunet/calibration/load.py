"""Read a calibration file: every mistake in it becomes one line with file, key, value and what is allowed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import ValidationError

from glunet import library
from glunet.calibration.expression import ALLOWED, evaluate
from glunet.calibration.objective import rows
from glunet.calibration.types import Calibration, CalibrationFile, Condition, ConditionTable, Parameter, ParameterTable, Tie
from glunet.errors import InputError
from glunet.experiment.check import Known, flatten, info_of, is_course, levels, quoted, require, value_of
from glunet.experiment.load import read, translated
from glunet.experiment.types import Experiment
from glunet.vocabulary.quantity import show, to_unit

if TYPE_CHECKING:
    from glunet.circuit.paths import PathInfo

_LEAF = tuple(ParameterTable.model_fields)
_ONE_NETWORK = "all candidates and conditions are one network, which shares"
_SAMPLES = 65


def find(name_or_path: str | Path) -> Path:
    """The calibration file meant by a path, or by the name of one in ``models/calibrations``.

    Raises
    ------
    InputError
        No such file or name.
    """
    path = Path(name_or_path)
    if path.suffix != ".toml":
        return library.find("calibrations", str(name_or_path))
    if not path.exists():
        known = [f"{name}.toml" for name in library.names("calibrations")]
        raise InputError(str(path), "file", "no such file", known or "a .toml file", value=path.name)
    return path


def load(name_or_path: str | Path) -> Calibration:
    """Read and check a calibration.

    Parameters
    ----------
    name_or_path : str or Path

    Returns
    -------
    Calibration

    Raises
    ------
    InputError
        The first mistake found, in one line.
    """
    path = find(name_or_path)
    file = str(path)
    text, tables = read(path)
    if isinstance(tables.get("parameters"), dict):
        tables["parameters"] = flatten(tables["parameters"], leaf=_LEAF)
    try:
        raw = CalibrationFile.model_validate(tables)
    except ValidationError as error:
        raise translated(file, error, CalibrationFile) from None
    known = _known(file, raw)
    fixed = _values(known, "set", raw.overrides)
    found = tuple(_parameter(known, where, table, fixed) for where, table in raw.parameters.items())
    _once(known, found)
    conditions = {name: _condition(known, raw, name, table, fixed) for name, table in raw.conditions.items()}
    defaults = {where: info.default for where, info in known.paths.items() if info.default is not None}
    return Calibration(header=raw.calibration, fixed=fixed, parameters=found, conditions=conditions,
                       rows=rows(known, raw, path.parent), defaults=defaults, text=text, file=file)


def _known(file: str, raw: CalibrationFile) -> Known:
    """What the circuit offers, with the drugs and the circuit's own conditions of all conditions."""
    circuit = raw.calibration.circuit
    require(file, "calibration.circuit", "circuit", circuit, library.names("circuits"))
    for name, condition in raw.conditions.items():
        for drug in condition.drugs:
            require(file, f"conditions.{name}.drugs.{drug}", "drug", drug, library.names("drugs"))
        for state in condition.conditions:
            require(file, f"conditions.{name}.conditions.{state}", "condition", state, library.names("conditions"))
    from glunet.circuit import paths

    drugs = sorted({drug for condition in raw.conditions.values() for drug in condition.drugs})
    states = sorted({state for condition in raw.conditions.values() for state in condition.conditions})
    return Known(file=file, drugs=drugs, conditions=states, paths=dict(paths.describe(circuit, drugs, states)),
                 populations=list(paths.populations(circuit)),
                 recordables={name: list(variables)
                              for name, variables in paths.recordables(circuit, drugs, states).items()})


def _shared(known: Known, key: str, path: str) -> None:
    """Refuse what cannot differ between the replicates of one network."""
    if path.startswith("projections.") and path.rsplit(".", 1)[1] in ("in_degree", "delay"):
        raise InputError(known.file, key, f"{_ONE_NETWORK} in-degrees and delays", "a fixed value in [set]")
    if path.startswith("clamp."):
        raise InputError(known.file, key, f"{_ONE_NETWORK} what is clamped", "another parameter")
    if path == "seed":
        raise InputError(known.file, key, "seeds stand in [calibration]", "another parameter")


def _values(known: Known, where: str, table: dict[str, Any], shared: bool = True) -> dict[str, float]:
    """SI values of a table of parameters; `shared` where all replicates have them."""
    found = {}
    for path, text in flatten(table).items():
        key = quoted(where, path)
        if not shared or path == "seed" or path.startswith("clamp."):
            _shared(known, key, path)
        info = info_of(known, key, path)
        if is_course(path):
            raise InputError(known.file, key, "doses and levels stand in the conditions",
                             f"[conditions.<name>.{path.rsplit('.', 1)[0]}]")
        found[path] = value_of(known, key, text, info)
    return found


def _parameter(known: Known, path: str, table: ParameterTable, fixed: dict[str, float]) -> Parameter:
    """One dimension of the search."""
    key = quoted("parameters", path)
    _free(known, key, path, fixed)
    info = info_of(known, key, path)
    low, high = value_of(known, f"{key}.low", table.low, info), value_of(known, f"{key}.high", table.high, info)
    if not low < high:
        raise InputError(known.file, key, f"the bounds from {table.low!r} to {table.high!r} are the wrong way round",
                         "low below high")
    if table.scale == "log" and low <= 0:
        raise InputError(known.file, f"{key}.low", f"{table.low!r} has no logarithm", "more than zero, or scale = 'linear'")
    parameter = Parameter(path, info.unit, low, high, low, table.scale == "log", table.source)
    start = _start(known, key, table, parameter, info)
    ties = tuple(_tie(known, key, other, text, parameter, fixed) for other, text in table.tied.items())
    return Parameter(path, info.unit, low, high, start, table.scale == "log", table.source, ties)


def _free(known: Known, key: str, path: str, fixed: dict[str, float]) -> None:
    """Refuse a path that the search cannot move."""
    _shared(known, key, path)
    if path in fixed:
        raise InputError(known.file, key, "stands in [set] as well", "one of the two")
    if is_course(path):
        raise InputError(known.file, key, "doses and levels stand in the conditions", "another parameter")


def _start(known: Known, key: str, table: ParameterTable, parameter: Parameter, info: PathInfo) -> float:
    """Where the search begins: as told, else the circuit's own value where it is inside, else the middle."""
    if table.start is not None:
        start = value_of(known, f"{key}.start", table.start, info)
        if not parameter.low <= start <= parameter.high:
            raise InputError(known.file, f"{key}.start", f"{table.start!r} is out of bounds", f"{table.low} to {table.high}")
        return start
    if info.default is not None and parameter.low <= info.default <= parameter.high:
        return info.default
    return float(parameter.value(0.5))


def _tie(known: Known, key: str, path: str, expression: str, parameter: Parameter, fixed: dict[str, float]) -> Tie:
    """A parameter that follows, checked all along the bounds."""
    place = f'{key}.tied."{path}"'
    _free(known, place, path, fixed)
    info = info_of(known, place, path)
    for value in parameter.value(np.linspace(0.0, 1.0, _SAMPLES)):
        x = to_unit(float(value), parameter.unit)
        try:
            y = evaluate(expression, x)
        except ValueError as error:
            raise InputError(known.file, place, f"{expression!r} {error}", ALLOWED) from None
        low, high = (None if end is None else to_unit(end, info.unit) for end in (info.low, info.high))
        if not np.isfinite(y) or (low is not None and y < low) or (high is not None and y > high):
            raise InputError(known.file, place, f"{expression!r} is {y:.6g} at x = {show(float(value), parameter.unit)}",
                             f"{'-inf' if low is None else f'{low:g}'} to {'inf' if high is None else f'{high:g}'}")
    return Tie(path, info.unit, expression)


def _once(known: Known, parameters: tuple[Parameter, ...]) -> None:
    """Refuse a parameter that two would move."""
    taken = {parameter.path for parameter in parameters}
    for parameter in parameters:
        for tie in parameter.ties:
            key = f'{quoted("parameters", parameter.path)}.tied."{tie.path}"'
            if tie.path in taken:
                raise InputError(known.file, key, "is moved by another parameter already", "each parameter once")
            taken.add(tie.path)


def _condition(known: Known, raw: CalibrationFile, name: str, table: ConditionTable, fixed: dict[str, float]) -> Condition:
    """One state of the circuit: an experiment of its own, without axes."""
    header, where = raw.calibration, f"conditions.{name}"
    own = _values(known, f"{where}.set", table.overrides, shared=False)
    levels(known, f"{where}.conditions", table.conditions)
    onsets = {f"{where}.drugs.{drug}.onset": dose.onset for drug, dose in table.drugs.items()}
    onsets |= {f"{where}.conditions.{state}.onset": course.onset for state, course in table.conditions.items()}
    for key, onset in onsets.items():
        if onset is not None and onset >= header.duration:
            raise InputError(known.file, key, f"{onset:g} s is not within the run",
                             f"a time before the end at {header.duration:g} s")
    experiment = Experiment(name=name, title="", circuit=header.circuit, duration=header.duration, cells=header.cells,
                            dt=header.dt, device=header.device, drugs=table.drugs, conditions=table.conditions,
                            overrides={**fixed, **own}, axes={}, clamp={}, record={}, figures={}, text="", file=known.file)
    return Condition(name, experiment, table.window)
