"""What a calibration file may say (pydantic models), and what it becomes once checked (frozen dataclasses, SI)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, StrictInt, model_validator

from glunet.calibration.measures import Measure
from glunet.experiment.schedules import DoseSchedule, Duration, Instant, LevelSchedule, Name, Text, complaint
from glunet.experiment.types import Device, Experiment

FloatArray = NDArray[np.float64]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]       # not true or false, which count as 1 and 0
Window = tuple[Instant, Instant]
_WINDOW = 'start and end of a window, such as ["1.5 s", "5.5 s"]'
_RATE = "a number above zero"


class _Strict(BaseModel):
    """Frozen, and every key must be a known one."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Header(_Strict):
    """The table [calibration]."""

    name: Name = Field(description="letters a-z, digits and underscores")
    title: Text = Field("", description="a text")
    circuit: Text = Field(description="the name of a circuit")
    duration: Duration = Field(description='a duration above zero, such as "5.5 s"')
    cells: Annotated[StrictInt, Field(ge=1)] | None = Field(None, description="a whole number from 1 up")
    dt: Duration | None = Field(None, description='a time step above zero, such as "0.1 ms"')
    device: Device = Field("cpp_standalone", description="cpp_standalone, cuda_standalone, runtime")
    seeds: tuple[Annotated[StrictInt, Field(ge=0, le=2**32 - 1)], ...] = Field(
        min_length=1, description="a list of one or more whole numbers from 0 up")
    seeds_per_generation: Annotated[StrictInt, Field(ge=1)] | None = Field(
        None, description="a whole number from 1 to the number of seeds")
    candidates: Annotated[StrictInt, Field(ge=4)] = Field(description="candidates per generation, a whole number from 4 up")
    max_generations: Annotated[StrictInt, Field(ge=1)] = Field(description="a whole number from 1 up")
    sigma: Annotated[Number, Field(gt=0, le=1)] = Field(
        0.2, description="the first step as a share of the bounds' distance, above 0 and up to 1")
    stop_score: Annotated[Number, Field(ge=0)] = Field(0.0, description="a number from 0 up")
    cap: Annotated[Number, Field(gt=0)] = Field(5.0, description=_RATE)
    runaway_hz: Annotated[Number, Field(gt=0)] = Field(200.0, description=_RATE)
    search_seed: Annotated[StrictInt, Field(ge=0)] = Field(1, description="a whole number from 0 up")
    targets: Text | None = Field(None, description="the path of a targets file, from the calibration file's folder")

    @model_validator(mode="after")
    def _numbers_fit(self) -> Self:
        if self.seeds_per_generation is not None and self.seeds_per_generation > len(self.seeds):
            raise complaint("seeds_per_generation", f"{self.seeds_per_generation} is more than there are seeds",
                            f"1 to {len(self.seeds)}")
        if len(set(self.seeds)) < len(self.seeds):
            raise complaint("seeds", "a seed stands there twice", "each value once")
        if self.dt is not None and self.dt >= self.duration:
            raise complaint("dt", "the time step is not shorter than the duration", "a time step below the duration")
        return self


class ParameterTable(_Strict):
    """One table [parameters."path"]; values are checked where the path's unit is known."""

    low: Any = Field(description='the lowest value with its unit, such as "0.5 nS"')
    high: Any = Field(description='the highest value with its unit, such as "3 nS"')
    scale: Literal["linear", "log"] = Field("linear", description="linear, log")
    source: Text = Field(min_length=1, description="where the bounds come from, a text")
    start: Any = Field(None, description="a value between low and high")
    tied: dict[str, Text] = Field({}, description="a table of further paths and their expressions in x")


class ConditionTable(_Strict):
    """One table [conditions.<name>]."""

    window: Window = Field(description=_WINDOW)
    drugs: dict[str, DoseSchedule] = Field({}, description="tables [conditions.<name>.drugs.<drug>]")
    conditions: dict[str, LevelSchedule] = Field(
        {}, description="tables [conditions.<name>.conditions.<condition>]: of the circuit, from models/conditions")
    overrides: dict[str, Any] = Field({}, alias="set", description="a table of parameters and their values")


class Aim(_Strict):
    """What a number is held against: a band, or a value with its standard error. Also one entry of a target's score."""

    metric: Text | None = Field(None, description="a measure")
    population: Text | None = Field(None, description="a population")
    variable: Text | None = Field(None, description="a variable that can be recorded")
    over: Text | None = Field(None, description="a variable that can be recorded")
    compare: Literal["value", "change_fraction", "ratio", "difference"] | None = Field(
        None, description="value, change_fraction, ratio, difference")
    band: tuple[Number, Number] | None = Field(None, description="lowest and highest value that pass, such as [0.5, 5.0]")
    value: Number | None = Field(None, description="a number")
    error: Annotated[Number, Field(gt=0)] | None = Field(None, description="the value's standard error, above zero")
    tolerance: Annotated[Number, Field(gt=0)] | None = Field(
        None, description="how far outside the band costs one, a number above zero")
    min_spikes: Annotated[StrictInt, Field(ge=3)] | None = Field(None, description="a whole number from 3 up")

    @model_validator(mode="after")
    def _one_kind_of_aim(self) -> Self:
        if (self.value is None) != (self.error is None):
            key = "error" if self.error is None else "value"
            raise complaint(key, "missing", "both value and error")
        if self.value is not None and (self.band is not None or self.tolerance is not None):
            raise complaint("value", "stands beside a band or a tolerance", "either a band, or value and error")
        if self.band is not None and not self.band[0] <= self.band[1]:
            raise complaint("band", f"{list(self.band)} is the wrong way round", "lowest value first")
        return self


class ObjectiveTable(Aim):
    """One table [objective.<name>]: rows of the targets file, or a measure of the user's own."""

    row: Text | None = Field(None, description="a row of the targets file, such as 'K1'")
    metrics: tuple[Text, ...] | None = Field(None, min_length=1, description="metrics of the row, a list of names")
    condition: Text = Field(description="one of the conditions")
    reference: Text | None = Field(None, description="one of the conditions")
    window: Window | None = Field(None, description=_WINDOW)
    reference_window: Window | None = Field(None, description=_WINDOW)
    weight: Annotated[Number, Field(gt=0)] = Field(1.0, description="a number above zero")

    @model_validator(mode="after")
    def _row_or_metric(self) -> Self:
        if (self.row is None) == (self.metric is None):
            raise complaint("metric", "needs either a row or a metric", "one of the two")
        own = next((key for key in ("population", "variable", "over", "compare", "value")
                    if getattr(self, key) is not None), None)
        if self.row is not None and own:
            raise complaint(own, "does not belong to a row of the targets file", "row, metrics, band, tolerance, weight")
        if self.metrics is not None and self.row is None:
            raise complaint("metrics", "needs a row", "metrics of a row of the targets file")
        return self


class CalibrationFile(_Strict):
    """The whole file as written; `glunet.calibration.load` goes through the names in it."""

    calibration: Header = Field(description="the table [calibration]")
    overrides: dict[str, Any] = Field({}, alias="set", description="a table of parameters and their values")
    parameters: dict[str, ParameterTable] = Field(min_length=1, description="one or more tables [parameters.\"path\"]")
    conditions: dict[Name, ConditionTable] = Field(min_length=1, description="one or more tables [conditions.<name>]")
    objective: dict[Name, ObjectiveTable] = Field(min_length=1, description="one or more tables [objective.<name>]")


@dataclass(frozen=True)
class Tie:
    """A parameter that follows another: `expression` of x, the other's value; both in their display units."""

    path: str
    unit: str
    expression: str


@dataclass(frozen=True)
class Parameter:
    """One dimension of the search.

    Parameters
    ----------
    path, unit, source : str
        The unit is for display; the source tells where the bounds come from.
    low, high, start : float
        SI.
    log : bool
        Whether steps are ratios.
    ties : tuple of Tie
    """

    path: str
    unit: str
    low: float
    high: float
    start: float
    log: bool
    source: str
    ties: tuple[Tie, ...] = ()

    def value(self, place: FloatArray | float) -> FloatArray:
        """SI values at places between 0 (low) and 1 (high)."""
        share = np.clip(place, 0.0, 1.0)
        if self.log:
            return np.asarray(self.low * (self.high / self.low) ** share)
        return np.asarray(self.low + (self.high - self.low) * share)

    def place(self, value: float) -> float:
        """Where an SI value lies between low (0) and high (1)."""
        if self.log:
            return float(np.log(value / self.low) / np.log(self.high / self.low))
        return (value - self.low) / (self.high - self.low)


@dataclass(frozen=True)
class Condition:
    """One state of the circuit in which every candidate is seen; `experiment` holds its doses, levels and values."""

    name: str
    experiment: Experiment
    window: tuple[float, float]


@dataclass(frozen=True)
class Goal:
    """From `low` to `high` nothing is paid; outside, `scale` is the distance that costs one."""

    low: float
    high: float
    scale: float


@dataclass(frozen=True)
class Row:
    """One number of the objective.

    Parameters
    ----------
    name : str
        As printed.
    target : str
        Id in the targets file, empty for the user's own.
    measure : Measure
    condition, reference : str
        Names of conditions; the reference is empty where the measure needs none.
    window, reference_window : (float, float)
        Seconds.
    goal : Goal
    weight : float
    """

    name: str
    target: str
    measure: Measure
    condition: str
    reference: str
    window: tuple[float, float]
    reference_window: tuple[float, float]
    goal: Goal
    weight: float


@dataclass(frozen=True)
class Calibration:
    """A checked calibration; every value in SI."""

    header: Header
    fixed: dict[str, float]
    parameters: tuple[Parameter, ...]
    conditions: dict[str, Condition]
    rows: tuple[Row, ...]
    defaults: dict[str, float]      # what the circuit itself says, by path
    text: str
    file: str
