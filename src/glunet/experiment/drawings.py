"""The check of the figures that an experiment asks for, so that a mistake shows before the run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from glunet.errors import InputError
from glunet.experiment.check import Known, require
from glunet.experiment.types import AxisValues, FigureRequest, Record, figure_requests
from glunet.vocabulary.quantity import QuantityError, parse, show, to_unit

ALONG = ("cell_rates", "dose_response", "levels", "threshold_map")       # kinds that are nothing without an axis
_TYPES = {str: "a text", bool: "true or false", list: "a list", tuple: "a list"}
WINDOWS = ("window", "before")


@dataclass(frozen=True)
class _Place:
    """Where an option stands, and what it may refer to."""

    known: Known
    axes: Mapping[str, AxisValues]
    duration: float
    key: str

    def refuse(self, problem: str, allowed: str) -> InputError:
        """The error for this option."""
        return InputError(self.known.file, self.key, problem, allowed)


def figures(known: Known, table: dict[str, dict[str, Any]], axes: Mapping[str, AxisValues], duration: float,
            designed: bool = False, record: Mapping[str, Record] | None = None) -> dict[str, FigureRequest]:
    """Figure requests; their kind is the name where none is given.

    Parameters
    ----------
    known : Known
    table : dict
        The tables [figures.<name>].
    axes : mapping of path to AxisValues
        The experiment's own.
    duration : float
        Of the run, in seconds.
    designed : bool
        Whether the points are those of a design, which has no levels to draw along.
    record : mapping of population to Record, optional
        What is stored; where it is given, figures of anything else are refused.

    Raises
    ------
    InputError
        Unknown kind, option, population, axis or variable; a kind that does not fit the points; an option of another type
        than its default; a window the wrong way round or outside the run.
    """
    if not table:
        return {}
    from glunet.figures import catalogue

    kinds = catalogue.kinds()
    found = figure_requests(table)
    for name, request in found.items():
        key = f"figures.{name}"
        require(known.file, f"{key}.kind", "kind of figure", request.kind, kinds)
        defaults = kinds[request.kind].OPTIONS
        _fits_the_points(known, key, request.kind, designed, [k for k in kinds if "axis" not in kinds[k].OPTIONS])
        for option, value in request.options.items():
            require(known.file, f"{key}.{option}", "option", option, defaults)
            place = _Place(known, axes, duration, f"{key}.{option}")
            if option == "held":
                request.options[option] = _held(place, value)
            else:
                _option(place, option, value, defaults[option])
        if record is not None:
            _recorded(known, key, {**defaults, **request.options}, record)
            _needed(known, key, getattr(kinds[request.kind], "NEEDS", ()), request.options.get("populations"), record)
        if request.kind in ALONG and not any(path != "seed" and len(axis.values) > 1 for path, axis in axes.items()):
            raise InputError(known.file, f"{key}.kind", f"'{request.kind}' draws levels along an axis, and there is none",
                             "with an axis of two values or more in [axes], besides seed")
    return found


def _recorded(known: Known, key: str, options: dict[str, Any], record: Mapping[str, Record]) -> None:
    """Refuse what draws variables or spikes that are not stored."""
    asked = options.get("populations") or options.get("population") or []
    asked = [asked] if isinstance(asked, str) else [name for name in asked if name in known.populations]
    for option in [option for option in ("variable", "variables", "signal") if option in options]:
        given = options[option]
        for variable in [given] if isinstance(given, str) else given:
            if variable == "rate" and (option != "variables" or "by" in options):
                continue
            having = [name for name, kept in record.items() if variable in kept.means]
            lacking = [name for name in asked if name not in having]
            if not having or lacking:
                where = " and ".join(lacking) or "any population"
                means = sorted({mean for name, kept in record.items() if name in (asked or record) for mean in kept.means})
                raise InputError(known.file, f"{key}.{option}", f"no mean of {variable!r} is recorded of {where}",
                                 [*means, "rate"], str(variable))


def _needed(known: Known, key: str, needs: Sequence[str], populations: Any, record: Mapping[str, Record]) -> None:
    """Refuse a kind that draws one thing only, where that is not stored."""
    asked = [populations] if isinstance(populations, str) else list(populations or [])
    for variable in needs:
        having = [name for name, kept in record.items() if variable in kept.means]
        lacking = [name for name in asked if name not in having]
        if lacking or not having:
            raise InputError(known.file, f"{key}.populations", f"no mean of {variable!r} is recorded of "
                             f"{' and '.join(lacking) or 'any population'}",
                             having or f'means = ["{variable}"] in a table [record.<population>]')


def _fits_the_points(known: Known, key: str, kind: str, designed: bool, without_axis: list[str]) -> None:
    """Refuse levels along an axis where there are none, and indices without a design."""
    if designed and kind not in without_axis:
        raise InputError(known.file, f"{key}.kind", f"'{kind}' draws levels along an axis, which a [design] has not",
                         without_axis)
    if kind == "sensitivity" and not designed:
        raise InputError(known.file, f"{key}.kind", "'sensitivity' needs the points of a design", "with a table [design]")


def _option(place: _Place, option: str, value: Any, default: Any) -> None:
    """Check one option."""
    if option in WINDOWS:
        _window(place, value)
    elif option in ("population", "populations"):
        for name in value if isinstance(value, list) else [value]:
            require(place.known.file, place.key, "population", name, place.known.populations)
    elif option in ("axis", "by"):
        require(place.known.file, place.key, "axis", value, place.axes)
    elif option == "condition":
        require(place.known.file, place.key, "condition of this experiment", value, place.known.conditions)
    elif isinstance(default, str) and _seconds(default) is not None:
        if not isinstance(value, str) or (_seconds(value) or 0.0) <= 0:
            raise place.refuse(f"{value!r} is no duration", f"a duration above zero, such as {default!r}")
    elif not _fits(value, default):
        wanted = _TYPES.get(type(default), "a number")
        raise place.refuse(f"{value!r} is not {wanted}", f"{wanted}, such as {default!r}")


def _held(place: _Place, value: Any) -> dict[str, float]:
    """At which values further axes are held, each in its axis' unit and one of its axis."""
    if not isinstance(value, dict):
        raise place.refuse(f"{value!r} is no table", 'paths of axes and their values, such as { "milieu.Mg_e" = "1 mM" }')
    found = {}
    for path, level in value.items():
        require(place.known.file, place.key, "axis", path, place.axes)
        axis = place.axes[path]
        shown = [show(float(one), axis.unit) for one in axis.values]
        number = _level(level, axis.unit)
        if number is None or not any(math.isclose(number, one, rel_tol=1e-9) for one in axis.values):
            raise place.refuse(f"{level!r} is no value of {path}", ", ".join(shown))
        found[path] = to_unit(number, axis.unit)
    return found


def _level(level: Any, unit: str) -> float | None:
    """A level of an axis in SI, as a quantity or as a number in the axis' unit; None for what is none."""
    try:
        return float(parse(level if isinstance(level, str) else f"{level!r} {unit}" if unit != "1" else level, unit))
    except QuantityError:
        return None


def _fits(value: Any, default: Any) -> bool:
    """Tell whether a value is of its default's type; None stands for any."""
    if default is None:
        return True
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(default, bool) and isinstance(value, bool)
    if isinstance(default, int | float):
        return isinstance(value, int | float)
    return isinstance(value, list if isinstance(default, tuple) else type(default))


def _seconds(text: Any) -> float | None:
    """A time in seconds, None for what is none."""
    try:
        return parse(text, "s")
    except QuantityError:
        return None


def _window(place: _Place, value: Any) -> None:
    """Check a stretch of the run."""
    allowed = f'two times within the {place.duration:g} s of the run, such as ["0 s", "{place.duration:g} s"]'
    times = [_seconds(part) for part in value] if isinstance(value, list) else []
    if len(times) != 2 or times[0] is None or times[1] is None:
        raise place.refuse(f"{value!r} is no window", allowed)
    if times[0] >= times[1]:
        raise place.refuse(f"{value!r} is the wrong way round", allowed)
    if times[0] < 0 or times[1] > place.duration * (1 + 1e-9):
        raise place.refuse(f"{value!r} lies outside the run", allowed)
