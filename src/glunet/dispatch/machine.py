"""What this machine lets us use: cores and memory, as its batch system or container allows."""

from __future__ import annotations

import os
from pathlib import Path

from glunet.dispatch.estimate import Limits
from glunet.engine import gpu
from glunet.errors import GlunetError

_GROUP = Path("/sys/fs/cgroup")
SHARE = 0.8      # of the free memory: what else runs needs some, and estimates are estimates


def cores() -> int:
    """Processor cores that this process may use."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota, _, period = (_limit("cpu.max") or "max").partition(" ")
    if quota.isdigit() and period.isdigit():
        allowed = min(allowed, max(1, int(quota) // int(period)))
    return allowed


def free_memory() -> int | None:
    """Bytes that a sweep may use on this machine; None where it does not tell."""
    found = []
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        found += [int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")]
    except OSError:
        pass
    limit, used = _limit("memory.max"), _limit("memory.current")
    if limit and limit.isdigit() and used and used.isdigit():
        found.append(int(limit) - int(used))
    return int(SHARE * max(0, min(found))) if found else None


def limits(device: str, *, jobs: int | None = None, memory: int | None = None, seconds: float = 600.0,
           per_batch: int | None = None) -> Limits:
    """Limits for a sweep on this machine.

    Parameters
    ----------
    device : str
        Each GPU is given to one worker, other devices have one per core.
    jobs : int, optional
        Another number of workers.
    memory : int, optional
        Bytes that all workers together may use, instead of most of what is free.
    seconds, per_batch
        See `Limits`.
    """
    workers = jobs or (_cards() if device == "cuda_standalone" else cores())
    allowed = free_memory() if memory is None else memory
    return Limits(workers, None if allowed is None else allowed // workers, seconds, per_batch)


def _cards() -> int:
    """GPUs that this process may use; what is wrong with them is told where they are needed."""
    try:
        return len(gpu.devices())
    except GlunetError:
        return 1


def _limit(name: str) -> str | None:
    """A limit of the control group that this process is in; None where there is none."""
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
        inside = next((line[3:].strip("/") for line in lines if line.startswith("0::")), "")
        for folder in (_GROUP / inside, _GROUP):
            if (folder / name).is_file():
                return (folder / name).read_text().strip()
    except OSError:
        pass
    return None
