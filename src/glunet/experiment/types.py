"""What an experiment file may say, as pydantic models: shapes, units and ranges, without the circuit.

Values are SI floats once validated. Names of drugs, populations, parameters and figures are checked in
`glunet.experiment.check`, which knows the circuit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, model_validator

from glunet.analysis.design import Design, DesignKind
from glunet.experiment.schedules import DoseSchedule, Duration, LevelSchedule, Name, Strict, Text, Voltage, complaint

Device = Literal["cpp_standalone", "runtime", "cuda_standalone"]
SHORT = {"cpu": "cpp_standalone", "gpu": "cuda_standalone"}      # what a device may be called as well
Precision = Literal["float64", "float32"]
MOST_CELLS = 10_000_000
MOST_SAMPLES = 100_000
MOST_SLOW = 10e-3       # s; at twice that the depolarisation without blood breaks down


class Header(Strict):
    """The table [experiment]."""

    name: Name = Field(title="of the results' folder and files", description="letters a-z, digits and underscores")
    title: Text = Field("", title="for figures and the report", description="a text")
    circuit: Text = Field(title="file in models/circuits", description="the name of a circuit")
    duration: Duration = Field(title="simulated time", description='a duration above zero, such as "20 s"')
    cells: Annotated[StrictInt, Field(ge=1, le=MOST_CELLS)] | None = Field(
        None, title="neurons, instead of the circuit's number; a cell's input does not depend on it",
        description=f"a whole number from 1 to {MOST_CELLS}")
    dt: Duration | None = Field(
        None, title="time step, instead of the circuit's", description='a time step above zero, such as "0.1 ms"')
    slow_only: Duration | None = Field(
        None, title="the one time step of a run without spikes and synapses, for processes of minutes and hours",
        description='a time step up to 10 ms, of a run without spikes and synapses')
    device: Annotated[Device, BeforeValidator(lambda given: SHORT.get(given, given) if isinstance(given, str) else given)
                      ] = Field(
        "cpp_standalone", title="what computes", description="cpp_standalone (cpu), cuda_standalone (gpu), runtime")
    precision: Precision = Field("float64", title="of what the fast clock computes", description="float32, float64")
    overlay: Text | None = Field(
        None, title="fitted values to apply, such as those of glunet calibrate",
        description="the path of a file with a table [set], from this file's folder")

    @model_validator(mode="after")
    def _step_fits(self) -> Self:
        if self.dt is not None and self.dt >= self.duration:
            raise complaint("dt", "the time step is not shorter than the duration",
                            "a time step below the duration")
        if self.slow_only is not None and self.dt is not None:
            raise complaint("slow_only", "does not belong beside dt", "one of the two")
        if self.slow_only is not None and self.slow_only > MOST_SLOW:
            raise complaint("slow_only", f"{self.slow_only*1e3:g} ms is too long for the membrane", "up to 10 ms")
        return self


class Clamp(Strict):
    """The table [clamp.<population>]."""

    voltage: Voltage = Field(
        title="at which all cells of the population are held", description='a voltage, such as "-65 mV"')


class Record(Strict):
    """What is recorded of one population; times in seconds."""

    spikes: StrictBool = Field(True, title="whether to store them", description="true or false")
    means: tuple[Text, ...] = Field(
        (), title="variables to average over the cells", description="a list of names of variables")
    means_every: Duration = Field(1e-3, title="how often", description='a duration above zero, such as "1 ms"')
    traces: tuple[Text, ...] = Field((), title="variables of single cells", description="a list of names of variables")
    cells: tuple[Annotated[StrictInt, Field(ge=0)], ...] = Field(
        (0,), title="which cells", description="a list of whole numbers from 0 up")
    traces_every: Duration = Field(5e-4, title="how often", description='a duration above zero, such as "0.5 ms"')

    @model_validator(mode="after")
    def _no_repeats(self) -> Self:
        for key in ("means", "traces", "cells"):
            values = getattr(self, key)
            twice = [value for value in values if values.count(value) > 1]
            if twice:
                raise complaint(key, f"{twice[0]!r} stands there twice", "each value once")
        if self.traces and not self.cells:
            raise complaint("cells", "empty, but traces are wanted", "a list of whole numbers from 0 up")
        return self


class DesignTable(Strict):
    """The table [design]; its ranges are checked in `glunet.experiment.ranges`."""

    kind: DesignKind = Field(title="how the points are laid out", description="latin_hypercube, morris, sobol")
    samples: Annotated[StrictInt, Field(ge=2)] = Field(
        title="base samples; glunet sweep --dry-run tells the points that follow", description="a whole number from 2 up")
    second_order: StrictBool = Field(False, title="indices of pairs of parameters as well", description="true or false")
    seed: Annotated[StrictInt, Field(ge=0)] = Field(1, title="of the design", description="a whole number from 0 up")
    ranges: dict[str, Any] = Field(
        title="paths, each with two ends or low, high and scale", description="the table [design.ranges]")

    @model_validator(mode="after")
    def _fits_the_kind(self) -> Self:
        if self.kind == "sobol" and self.samples & (self.samples - 1):
            below = 1 << (self.samples.bit_length() - 1)
            raise complaint("samples", f"{self.samples} is not a power of two, and kind = 'sobol' needs one",
                            f"such as {below} or {2 * below}")
        if self.samples > MOST_SAMPLES:
            raise complaint("samples", f"{self.samples} are too many", f"up to {MOST_SAMPLES}")
        if self.second_order and self.kind != "sobol":
            raise complaint("second_order", f"does not belong to kind = '{self.kind}'", "true with kind = 'sobol'")
        return self


class ExperimentFile(Strict):
    """The whole file as written; `glunet.experiment.check` goes through the names in it."""

    experiment: Header = Field(title="what is simulated, and for how long", description="the table [experiment]")
    drugs: dict[str, DoseSchedule] = Field({}, title="concentrations over time", description="tables [drugs.<name>]")
    conditions: dict[str, LevelSchedule] = Field({}, title="levels over time", description="tables [conditions.<name>]")
    overrides: dict[str, Any] = Field(
        {}, alias="set", title="other values of parameters, by their paths",
        description="a table of parameters and their values")
    axes: dict[str, Any] = Field(
        {}, title="paths and the values they take: every combination is a replicate; seed is one of them",
        description="a table of parameters and the values they take")
    design: DesignTable | None = Field(
        None, title="points drawn in ranges, instead of axes", description="the table [design]")
    clamp: dict[str, Clamp] = Field({}, title="populations held at a voltage", description="tables [clamp.<population>]")
    record: dict[str, Record] = Field({}, title="what is stored", description="tables [record.<population>]")
    figures: dict[Name, dict[str, Any]] = Field({}, title="what is drawn", description="tables [figures.<name>]")
    cluster: dict[str, Any] = Field({}, title="what a batch system is asked for", description="the table [cluster]")


@dataclass(frozen=True)
class AxisValues:
    """The values along one axis.

    Parameters
    ----------
    values : tuple of float or int
        SI values; whole numbers for the axis ``seed``.
    unit : str
        Unit they were given in, for showing them.
    """

    values: tuple[float, ...] | tuple[int, ...]
    unit: str


@dataclass(frozen=True)
class FigureRequest:
    """One figure that is wanted: its kind, and the options of that kind that were set."""

    kind: str
    options: dict[str, Any]


def figure_requests(table: dict[str, dict[str, Any]]) -> dict[str, FigureRequest]:
    """The requests in the table [figures] of a file; the kind defaults to the name."""
    return {name: FigureRequest(str(given.get("kind", name)),
                                {option: value for option, value in given.items() if option != "kind"})
            for name, given in table.items()}


class Experiment(BaseModel):
    """A validated experiment; every value in SI.

    Parameters
    ----------
    name, title, circuit : str
    duration : float
        Seconds.
    cells : int or None
        Number of cells per replicate; None for the circuit's own.
    dt : float or None
        Time step in seconds; None for the circuit's own.
    slow_only : float or None
        The one time step in seconds of a run without spikes and synapses.
    device : str
    precision : str
        Of what the fast clock computes.
    drugs : dict of drug to DoseSchedule
    conditions : dict of condition to LevelSchedule
    overrides : dict of parameter path to float
    axes : dict of parameter path to AxisValues
        In the order of the file, ``seed`` among them (last where the file does not name it).
    design : Design or None
        In place of axes for the paths of its ranges; its points are crossed with the axes.
    clamp : dict of population to float
        Volts.
    record : dict of population to Record
    figures : dict of file name to FigureRequest
    cluster : dict
        The table [cluster] as written; `glunet.dispatch.cluster` reads it.
    text, file : str
        The file's own text, and its name as the user gave it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    circuit: str
    duration: float
    cells: int | None
    dt: float | None
    slow_only: float | None = None
    device: Device
    precision: Precision = "float64"
    drugs: dict[str, DoseSchedule]
    conditions: dict[str, LevelSchedule] = {}
    overrides: dict[str, float]
    axes: dict[str, AxisValues]
    clamp: dict[str, float]
    record: dict[str, Record]
    figures: dict[str, FigureRequest]
    cluster: dict[str, Any] = {}
    design: Design | None = None
    text: str
    file: str

    @property
    def units(self) -> dict[str, str]:
        """Every path that varies, but ``seed``, with the unit it was given in."""
        ranges = self.design.ranges if self.design else {}
        return {**{path: ends.unit for path, ends in ranges.items()},
                **{path: axis.unit for path, axis in self.axes.items() if path != "seed"}}
