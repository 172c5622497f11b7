"""What an experiment says of time: schedules of doses and of levels, and the kinds of values that all tables share.

Values are SI floats once validated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

ScheduleKind = Literal["constant", "step", "bolus"]
LevelKind = Literal["constant", "step"]
Keys = Mapping[str, tuple[str, ...]]
NEEDS: Keys = {"constant": (), "step": ("onset",), "bolus": ("onset", "absorption_half_life", "elimination_half_life")}
MAY: Keys = {"constant": (), "step": ("onset", "offset"), "bolus": NEEDS["bolus"]}
MAY_LEVEL: Keys = {"constant": (), "step": ("onset", "offset", "ramp")}


def complaint(key: str, problem: str, allowed: str) -> PydanticCustomError:
    """An error about another key than the one pydantic stands at (used in checks across keys)."""
    return PydanticCustomError("glunet", "{problem}", {"key": key, "problem": problem, "allowed": allowed})


def _quantity(unit: str, *, zero: bool | None = None) -> Callable[[Any], float]:
    """A validator from text with a unit to SI; `zero` True allows 0 and up, False only more than 0."""

    def convert(value: Any) -> float:
        # Late, because it imports brian2, which opening a stored result must not wait for.
        from glunet.vocabulary.quantity import parse

        number = parse(value, unit)
        if zero is not None and (number < 0 or (number == 0 and not zero)):
            raise ValueError(f"{value!r} is " + ("negative" if number < 0 else "zero"))
        if number in (float("inf"), float("-inf")):
            raise ValueError(f"{value!r} is not finite")
        return number

    return convert


Duration = Annotated[float, BeforeValidator(_quantity("s", zero=False))]
Instant = Annotated[float, BeforeValidator(_quantity("s", zero=True))]
Concentration = Annotated[float, BeforeValidator(_quantity("uM", zero=True))]
Level = Annotated[float, BeforeValidator(_quantity("1", zero=True))]
Voltage = Annotated[float, BeforeValidator(_quantity("mV"))]
Name = Annotated[str, Field(strict=True, pattern=r"^[a-z0-9_]+$")]
Text = Annotated[str, Field(strict=True)]


class Strict(BaseModel):
    """Frozen, and every key must be a known one."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=False)


def _keys_fit(table: BaseModel, kind: str, may: Keys, beside: str) -> None:
    """Refuse a key that a schedule lacks, and one that it has no use for."""
    fields = type(table).model_fields
    for key in NEEDS[kind]:
        if getattr(table, key) is None:
            raise complaint(key, f"missing, and schedule = '{kind}' needs it", str(fields[key].description))
    for key in sorted({key for keys in may.values() for key in keys}):
        if getattr(table, key) is not None and key not in may[kind]:
            raise complaint(key, f"does not belong to schedule = '{kind}'",
                            f"beside {beside}: {', '.join(may[kind]) or 'nothing'}")


class DoseSchedule(Strict):
    """One drug's concentration over time: seconds and mol/m^3."""

    schedule: ScheduleKind = Field(
        title="there from the beginning; from onset on; absorbed and eliminated", description="bolus, constant, step")
    concentration: Concentration = Field(
        title="at the receptors; of a bolus the peak", description='a concentration from 0 up, such as "3 uM"')
    onset: Instant | None = Field(None, title="when it comes", description='a time from 0 up, such as "4 s"')
    offset: Instant | None = Field(None, title="when it goes, at once", description='a time after the onset, such as "16 s"')
    absorption_half_life: Duration | None = Field(
        None, title="of a bolus", description='a duration above zero, like "2 min"')
    elimination_half_life: Duration | None = Field(
        None, title="of a bolus", description='a duration above zero, like "30 min"')

    @model_validator(mode="after")
    def _fits(self) -> Self:
        _keys_fit(self, self.schedule, MAY, "concentration")
        if self.onset is not None and self.offset is not None and self.offset <= self.onset:
            raise complaint("offset", f"{self.offset:g} s is not after the onset at {self.onset:g} s",
                            f"a time after {self.onset:g} s")
        if self.schedule == "bolus" and self.absorption_half_life == self.elimination_half_life:
            raise complaint("elimination_half_life", "is the same as absorption_half_life",
                            "two half-lives that differ")
        return self


class LevelSchedule(Strict):
    """One condition's level over time; its highest value is checked where the condition is known."""

    schedule: LevelKind = Field("constant", title="there from the beginning, or from onset on", description="constant, step")
    level: Level = Field(
        title="how much of it; its file says what 1 means", description="a number from 0 (absent) up, such as 0.3")
    onset: Instant | None = Field(None, title="when it begins to come", description='a time from 0 up, such as "4 s"')
    offset: Instant | None = Field(None, title="when it begins to go", description='a time after the onset, such as "16 s"')
    ramp: Duration | None = Field(
        None, title="over which it comes and goes linearly",
        description='how long it takes to come, and to go, such as "2 s"')

    @model_validator(mode="after")
    def _fits(self) -> Self:
        _keys_fit(self, self.schedule, MAY_LEVEL, "level")
        if self.onset is None or self.offset is None:
            return self
        whole = self.onset + (self.ramp or 0.0)
        if self.offset <= self.onset or self.offset < whole:
            told = "end of the ramp" if self.ramp else "onset"
            raise complaint("offset", f"{self.offset:g} s is not after the {told} at {whole:g} s",
                            f"a time after {whole:g} s")
        return self
