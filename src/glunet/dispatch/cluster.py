"""What a batch system is asked for: the table [cluster] of a user's file, of the experiment and of the command line.

Each says what it knows, and the more particular wins, key by key.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, ValidationError

from glunet.errors import InputError
from glunet.experiment.load import read, translated
from glunet.experiment.types import Duration, Text

FILE = "cluster.toml"
_MEMORY = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([MGT])i?B?\s*", re.IGNORECASE)
_MEGABYTES = {"M": 1, "G": 1024, "T": 1024 * 1024}     # as SLURM counts
# sbatch options that say where a task's files are and what it is: without them nothing would be found again
_OURS = {"array", "chdir", "error", "job-name", "open-mode", "output", "wrap"}


def _megabytes(value: Any) -> int:
    """Megabytes of a text such as "8 GB"."""
    match = _MEMORY.fullmatch(value) if isinstance(value, str) else None
    if match is None or float(match[1]) <= 0:
        raise ValueError(f"{value!r} is not an amount of memory")
    return max(1, round(float(match[1]) * _MEGABYTES[match[2].upper()]))


def _options(value: Any) -> dict[str, str | int | bool]:
    """Further sbatch options: true stands for one without a value."""
    if not isinstance(value, dict):
        raise ValueError(f"{value!r} is not a table")
    for name, given in value.items():
        if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
            raise ValueError(f"{name!r} is not the long name of an option without its dashes")
        if name in _OURS or name in Cluster.model_fields:
            raise ValueError(f"{name!r} is " + ("set by glunet" if name in _OURS else f"a key of its own: cluster.{name}"))
        if given is False or not isinstance(given, str | int):
            raise ValueError(f"{name} = {given!r} is not a text, a whole number or true")
    return value


Count = Annotated[StrictInt, Field(ge=1)]


class Cluster(BaseModel):
    """The table [cluster]; what is None is left to the batch system."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    partition: Text | None = Field(None, description="the name of a partition, as `sinfo` lists them")
    account: Text | None = Field(None, description="the name of an account")
    qos: Text | None = Field(None, description="the name of a quality of service")
    constraint: Text | None = Field(None, description="features of a node")
    time: Duration = Field(3600.0, description='the time one task may take, such as "2 h"')
    memory: Annotated[int, BeforeValidator(_megabytes)] | None = Field(
        None, description='the memory of one task, such as "8 GB"')
    cpus: Count = Field(1, description="a whole number from 1 up: as many batches of a task are computed at once")
    gpus: Literal[0, 1] | None = Field(None, description="0, 1")
    gpu_type: Text | None = Field(None, description='the name of a kind of GPU, such as "a100"')
    throttle: Count | None = Field(None, description="a whole number from 1 up: tasks at the same time")
    batches_per_task: Count | None = Field(None, description="a whole number from 1 up")
    per_batch: Count | None = Field(None, description="a whole number from 1 up: points in one batch")
    setup: tuple[Text, ...] = Field((), description="a list of shell commands, run on the node before glunet")
    sbatch: Annotated[dict[str, str | int | bool], BeforeValidator(_options)] = Field(
        {}, description='a table of further options of sbatch, such as { "mail-type" = "END" }')

    @property
    def minutes(self) -> int:
        """The time limit in whole minutes, rounded up, as SLURM counts it."""
        return max(1, -int(-self.time // 60))

    @property
    def per_task(self) -> int:
        """Batches that one task computes: at least as many as it does at once."""
        return self.batches_per_task or self.cpus


class ClusterFile(BaseModel):
    """A file with nothing but the table [cluster]."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cluster: Cluster = Field(description="the table [cluster]")


def user_files() -> list[Path]:
    """Where a user's own table may lie, the more particular last."""
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return [path for path in (home / "glunet" / FILE, Path(FILE)) if path.is_file()]


def gather(table: Mapping[str, Any], file: str, *, chosen: Path | None = None, options: Mapping[str, Any] | None = None,
           device: str = "cpp_standalone") -> Cluster:
    """What to ask the batch system for.

    Parameters
    ----------
    table : mapping
        The table [cluster] of the experiment.
    file : str
        The experiment's file, for messages.
    chosen : Path, optional
        A file that the user names; it wins over the experiment. Without it ``~/.config/glunet/cluster.toml`` and
        ``./cluster.toml`` are read where they are there, and the experiment wins over both.
    options : mapping, optional
        Keys given on the command line, which win over all; None stands for not given.
    device : str
        What computes: a GPU is asked for where it is one.

    Returns
    -------
    Cluster

    Raises
    ------
    InputError
        The first mistake in one of them.
    """
    given = {key: value for key, value in (options or {}).items() if value is not None}
    if chosen is not None:
        layers = [_checked({"cluster": table}, file), _from_file(chosen)]
    else:
        layers = [*map(_from_file, user_files()), _checked({"cluster": table}, file)]
    layers.append(_checked({"cluster": given}, "command line"))
    merged: dict[str, Any] = {}
    for layer in layers:
        merged |= {key: getattr(layer, key) for key in layer.model_fields_set}
    if device == "cuda_standalone" and merged.setdefault("gpus", 1) != 1:
        raise InputError(file, "cluster.gpus", f"is {merged['gpus']}, and device = '{device}' needs one", "1")
    return Cluster.model_construct(**merged)


def _from_file(path: Path) -> Cluster:
    """The table of a file of its own."""
    _, tables = read(path)
    return _checked(tables, str(path))


def _checked(tables: Mapping[str, Any], file: str) -> Cluster:
    """A table, or one line about what is wrong with it."""
    try:
        return ClusterFile.model_validate(tables).cluster
    except ValidationError as error:
        raise translated(file, error, ClusterFile) from None
