"""Times of an experiment: doses and conditions come within the run, recordings fit it, and axes over times hold together."""

from __future__ import annotations

from collections.abc import Mapping

from glunet.errors import InputError
from glunet.experiment.check import Known
from glunet.experiment.schedules import DoseSchedule, LevelSchedule
from glunet.experiment.types import AxisValues, ExperimentFile

TIMES = ("onset", "offset", "ramp")


def timing(known: Known, raw: ExperimentFile) -> None:
    """Refuse doses and conditions that never come, and recording intervals that the run or its step cannot serve."""
    duration, dt = raw.experiment.duration, raw.experiment.slow_only or raw.experiment.dt
    onsets = {f"drugs.{name}.onset": dose.onset for name, dose in raw.drugs.items()}
    onsets |= {f"conditions.{name}.onset": course.onset for name, course in raw.conditions.items()}
    for key, onset in onsets.items():
        if onset is not None and onset >= duration:
            raise InputError(known.file, key, f"{onset:g} s is not within the run",
                             f"a time before the end at {duration:g} s")
    for name, record in raw.record.items():
        for key, used in (("means_every", record.means), ("traces_every", record.traces)):
            every = getattr(record, key)
            low = dt or 0.0
            if used and not low * (1 - 1e-9) <= every <= duration:
                raise InputError(known.file, f"record.{name}.{key}", f"{every:g} s does not fit the run",
                                 f"{low:g} s (one time step) to {duration:g} s (the whole run)")


def check_times(file: str, raw: ExperimentFile, swept: Mapping[str, AxisValues]) -> None:
    """Refuse an axis over a time that its schedule does not have, or that would end a course before it began.

    Parameters
    ----------
    file : str
    raw : ExperimentFile
    swept : mapping of path to AxisValues

    Raises
    ------
    InputError
    """
    courses: dict[str, DoseSchedule | LevelSchedule] = {f"drugs.{name}": dose for name, dose in raw.drugs.items()}
    courses |= {f"conditions.{name}": course for name, course in raw.conditions.items()}
    for table, course in courses.items():
        given = [time for time in TIMES if f"{table}.{time}" in swept]
        for time in given:
            if getattr(course, time, None) is None:
                raise InputError(file, f'axes."{table}.{time}"', f"the schedule in [{table}] has no {time}",
                                 f"a schedule with {time} = ... there, whose place the axis takes")
        if given and course.offset is not None:
            _order(file, table, course, swept)


def _order(file: str, table: str, course: DoseSchedule | LevelSchedule, swept: Mapping[str, AxisValues]) -> None:
    """Refuse an axis one of whose values ends the course before it has come."""
    def values(time: str) -> tuple[float, ...]:
        path = f"{table}.{time}"
        return tuple(swept[path].values) if path in swept else (getattr(course, time, None) or 0.0,)

    first, last = min(values("offset")), max(values("onset")) + max(values("ramp"))
    if first <= last:
        raise InputError(file, f'axes."{table}.offset"', f"{first:g} s is not after the onset, which has come at {last:g} s",
                         f"times after {last:g} s")
