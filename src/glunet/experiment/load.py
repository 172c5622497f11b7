"""Read an experiment file: every mistake in it becomes one line with file, key, value and what is allowed."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from glunet.analysis.design import Design
from glunet.errors import InputError
from glunet.experiment.check import Known, axes, flatten, levels, overrides, require
from glunet.experiment.drawings import figures
from glunet.experiment.ranges import RANGE_KEYS, design
from glunet.experiment.times import check_times, timing
from glunet.experiment.types import AxisValues, DesignTable, Experiment, ExperimentFile, Header, Record
from glunet.library import find_experiment, names

_NOT_A = {"dict_type": "a table", "model_type": "a table", "tuple_type": "a list", "list_type": "a list",
          "string_type": "a text", "int_type": "a whole number", "bool_type": "true or false"}


def read(path: Path) -> tuple[str, dict[str, Any]]:
    """Text and tables of a TOML file.

    Parameters
    ----------
    path : Path

    Returns
    -------
    tuple of str and dict

    Raises
    ------
    InputError
        The file cannot be read, is no UTF-8, or breaks the rules of TOML; with the line where there is one.
    """
    try:
        data = path.read_bytes()
    except IsADirectoryError:
        raise InputError(str(path), "file", "is a folder", "a .toml file") from None
    except OSError as error:
        raise InputError(str(path), "file", f"cannot be read ({error.strerror})",
                         "a readable .toml file") from None
    try:
        text = data.decode("utf-8-sig")      # some editors begin a file with a byte order mark
    except UnicodeDecodeError as error:
        line = data[:error.start].count(b"\n") + 1
        raise InputError(str(path), f"line {line}", "is not UTF-8 text", "text saved as UTF-8") from None
    return text, _tables(text, str(path))


def _tables(text: str, file: str) -> dict[str, Any]:
    """The tables of a TOML text."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        line = int(where[1]) if where else text.rstrip("\n").count("\n") + 1
        problem = str(error).split(" (at ")[0]
        key = f"line {line}" + (f", column {where[2]}" if where else "")
        written = (text.split("\n")[line - 1:line] or [""])[0].strip()
        raise InputError(file, key, f"{problem}, in {_shown(written)}", "TOML") from None


def load(path: str | Path) -> Experiment:
    """Read and check an experiment.

    Parameters
    ----------
    path : str or Path
        A file, or the name of an experiment (see `glunet.library.find_experiment`).

    Returns
    -------
    Experiment
        Every value in SI, every name known to the circuit.

    Raises
    ------
    InputError
        The first mistake found, in one line.
    """
    found = find_experiment(path)
    text, tables = read(found)
    return _checked(text, tables, str(found))


def load_text(text: str, file: str) -> Experiment:
    """Check an experiment whose text is at hand, such as the one kept in a plan or a result.

    Parameters
    ----------
    text : str
        The experiment file's own text.
    file : str
        Its name, for messages.

    Returns
    -------
    Experiment

    Raises
    ------
    InputError
        The first mistake found, in one line.
    """
    return _checked(text, _tables(text, file), file)


def with_precision(experiment: Experiment, precision: str) -> Experiment:
    """The same experiment as if its file said this precision; as its text says it, plans and results say it too."""
    if precision == experiment.precision:
        return experiment
    line = f'precision = "{precision}"'
    text, changed = re.subn(r"^[ \t]*precision[ \t]*=[^\n]*$", line, experiment.text, count=1, flags=re.MULTILINE)
    if not changed:
        text = re.sub(r"^([ \t]*\[[ \t]*experiment[ \t]*\][^\n]*)$", rf"\1\n{line}", text, count=1, flags=re.MULTILINE)
    return load_text(text, experiment.file)


def _checked(text: str, tables: dict[str, Any], file: str) -> Experiment:
    """An experiment from its tables."""
    try:
        raw = ExperimentFile.model_validate(tables)
    except ValidationError as error:
        raise translated(file, error) from None
    known = _known(file, raw)
    for table, wanted in (("clamp", raw.clamp), ("record", raw.record)):
        for population in wanted:
            require(file, f"{table}.{population}", "population", population, known.populations)
    _recordable(known, raw.record)
    timing(known, raw)
    levels(known, "conditions", raw.conditions)
    fixed = overrides(known, flatten(raw.overrides))
    swept = axes(known, flatten(raw.axes), fixed)
    check_times(file, raw, swept)
    laid = _overlay(known, raw.experiment.overlay)
    drawn = _design(known, raw.design, fixed, swept)
    # Without any [record] table the spikes of everybody: a run that keeps nothing is of no use.
    _present(known, raw)
    record = raw.record or {population: Record() for population in known.populations}
    header = {key: getattr(raw.experiment, key) for key in Header.model_fields if key != "overlay"}
    drawings = figures(known, raw.figures, swept, raw.experiment.duration, drawn is not None, record)
    return Experiment(**header, drugs=raw.drugs, conditions=raw.conditions, overrides={**laid, **fixed},
                      axes=swept, clamp={population: clamp.voltage for population, clamp in raw.clamp.items()},
                      record=record, figures=drawings, cluster=raw.cluster, design=drawn, text=text, file=file)


def _known(file: str, raw: ExperimentFile) -> Known:
    """What the circuit offers, once circuit, drugs and conditions are known to exist."""
    circuit, drugs, conditions = raw.experiment.circuit, list(raw.drugs), list(raw.conditions)
    require(file, "experiment.circuit", "circuit", circuit, names("circuits"))
    for drug in drugs:
        require(file, f"drugs.{drug}", "drug", drug, names("drugs"))
    for condition in conditions:
        require(file, f"conditions.{condition}", "condition", condition, names("conditions"))
        if condition in drugs:
            raise InputError(file, f"conditions.{condition}", "a drug of the experiment has this name", "another name")
    from glunet.circuit import paths

    silent = raw.experiment.slow_only is not None
    return Known(file=file, drugs=drugs, conditions=conditions,
                 paths=dict(paths.describe(circuit, drugs, conditions)), populations=list(paths.populations(circuit)),
                 recordables={population: list(variables)
                              for population, variables in paths.recordables(circuit, drugs, conditions, silent).items()})


def _overlay(known: Known, overlay: str | None) -> dict[str, float]:
    """Values of another file's table [set], as `glunet calibrate` writes it; this experiment's own go before them."""
    if overlay is None:
        return {}
    path = Path(known.file).parent / overlay
    table = read(path)[1].get("set")
    if not isinstance(table, dict):
        raise InputError(str(path), "set", "missing", "a table [set] of parameters and their values")
    return overrides(replace(known, file=str(path)), flatten(table))


def _design(known: Known, table: DesignTable | None, fixed: dict[str, float], swept: dict[str, AxisValues]) -> Design | None:
    """The checked design, None where the file has none."""
    if table is None:
        return None
    return design(known, table.model_copy(update={"ranges": flatten(table.ranges, leaf=RANGE_KEYS)}), fixed, swept)


def _recordable(known: Known, record: dict[str, Record]) -> None:
    """Refuse variables that a population does not have."""
    for population, wanted in record.items():
        for key in ("means", "traces"):
            for variable in getattr(wanted, key):
                require(known.file, f"record.{population}.{key}", "variable", variable,
                        known.recordables.get(population, []))


def _present(known: Known, raw: ExperimentFile) -> None:
    """Refuse records of cells that this run does not have."""
    from glunet.circuit import paths

    sizes = paths.sizes(raw.experiment.circuit, raw.experiment.cells)
    for population, wanted in raw.record.items():
        n = sizes.get(population, 0)
        if not n:
            raise InputError(known.file, f"record.{population}", f"{raw.experiment.cells} cells leave none for it",
                             "more in experiment.cells")
        if wanted.traces and max(wanted.cells) >= n:
            raise InputError(known.file, f"record.{population}.cells", f"there is no cell {max(wanted.cells)}",
                             f"whole numbers from 0 to {n - 1}")


def translated(file: str, error: ValidationError, root: type[BaseModel] = ExperimentFile) -> InputError:
    """The most telling of the errors: a misspelt key also makes another one missing, so it is first.

    Parameters
    ----------
    file : str
    error : ValidationError
    root : type of BaseModel
        What the whole file was checked against.
    """
    first = min(error.errors(), key=lambda detail: detail["type"] != "extra_forbidden")
    model, field = _position(first["loc"], root)
    key = ".".join(str(part) for part in first["loc"] if part != "[key]")
    kind, value, context = first["type"], first["input"], first.get("ctx", {})
    described = str(field.description) if field is not None and field.description else ""
    if kind == "extra_forbidden":
        unknown = str(first["loc"][-1])
        return InputError(file, key, f"unknown key {unknown!r}", _keys(model), value=unknown)
    if kind == "glunet":
        return InputError(file, f"{key}.{context['key']}", context["problem"], context["allowed"])
    if kind == "missing":
        return InputError(file, key, "missing", described)
    if kind == "literal_error":
        return InputError(file, key, f"unknown value {_shown(value)}", described.split(", "), str(value))
    return InputError(file, key, _problem(first), described)


def _problem(detail: ErrorDetails) -> str:
    """What is wrong with one value, in few words."""
    kind, value, context = detail["type"], _shown(detail["input"]), detail.get("ctx", {})
    if kind == "value_error":
        told = str(context["error"])
        return told if value in told else f"{value}: {told}"
    if kind in _NOT_A:
        return f"{value} is not {_NOT_A[kind]}"
    if kind == "greater_than_equal":
        return f"{value} is below {context['ge']}"
    if kind == "less_than_equal":
        return f"{value} is above {context['le']}"
    if kind == "string_pattern_mismatch":
        return f"{value} is not a name of small letters, digits and underscores"
    return f"{value}: {detail['msg']}"


def _shown(value: Any) -> str:
    """A value as it may stand in a line."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _keys(model: type[BaseModel]) -> list[str]:
    """Keys a table may have, as written in the file."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _position(loc: tuple[int | str, ...], root: type[BaseModel]) -> tuple[type[BaseModel], FieldInfo | None]:
    """The model that holds the place an error points at, and the field there (None where there is none)."""
    model = root
    field: FieldInfo | None = None
    parts = list(loc)
    while parts:
        part = parts.pop(0)
        field = next((found for name, found in model.model_fields.items()
                      if (found.alias or name) == part), None)
        if field is None or not parts:
            break
        inner = _inner(field.annotation)
        if get_origin(field.annotation) is dict:
            parts.pop(0)
        if inner is None or not parts:
            break
        model = inner
    return model, field


def _inner(annotation: Any) -> type[BaseModel] | None:
    """The model inside an annotation such as ``dict[str, Record]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _inner(part)) is not None), None)
