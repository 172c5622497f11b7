"""Options that several commands share."""

from __future__ import annotations

from typing import get_args

from glunet.errors import InputError


def device(given: str | None) -> str | None:
    """The device of ``--device``, which may be called ``cpu`` or ``gpu``; None where it was not given.

    Raises
    ------
    InputError
    """
    from glunet.experiment.types import SHORT, Device

    if given is None:
        return None
    if given not in {*get_args(Device), *SHORT}:
        raise InputError("command line", "--device", f"unknown device {given!r}", [*SHORT, *get_args(Device)], given)
    return SHORT.get(given, given)


def precision(given: str | None) -> str | None:
    """The precision of ``--precision``; None where it was not given.

    Raises
    ------
    InputError
    """
    from glunet.experiment.types import Precision

    if given is not None and given not in get_args(Precision):
        raise InputError("command line", "--precision", f"unknown precision {given!r}", get_args(Precision), given)
    return given
