"""Which GPUs this process may use, and what to compile for them with: asked of the driver itself (`engine/driver.py`).

brian2cuda's own detection fails on UUIDs, MIG slices, an empty list, more than ten GPUs, and on lists that a batch
system has cut short.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from glunet import provenance
from glunet.errors import GlunetError
from glunet.provenance import output

ARCHITECTURE = "GLUNET_CUDA_ARCH"
DEFAULT_ARCHITECTURE = "9.0"
VISIBLE = "CUDA_VISIBLE_DEVICES"
_DRIVER = Path(__file__).with_name("driver.py")
_PATIENCE = 120.0       # seconds for the driver's answer: a GPU that is woken up takes some


@dataclass(frozen=True)
class Device:
    """One GPU, or one MIG slice of one, that this process may use.

    Parameters
    ----------
    name : str
    uuid : str
        What ``CUDA_VISIBLE_DEVICES`` has to be for a program to see this one alone.
    capability : str
        Compute capability, such as ``9.0``.
    memory : int
        Bytes.
    """

    name: str
    uuid: str
    capability: str
    memory: int


def nvcc() -> Path:
    """The CUDA compiler (see `glunet.provenance.nvcc` for where it is looked for).

    Raises
    ------
    GlunetError
        There is none.
    """
    found = provenance.nvcc()
    if found is None:
        raise GlunetError("no CUDA compiler found: looked for nvcc in $CUDA_HOME, $CUDA_PATH, the path, /usr/local/cuda and "
                          "among the Python packages; install NVIDIA's CUDA toolkit, load its module, or pip install "
                          "nvidia-cuda-nvcc nvidia-cuda-cccl")
    return found


def release(compiler: Path) -> tuple[int, int]:
    """The CUDA release of a compiler, such as (13, 0); (0, 0) where it does not tell."""
    found = re.search(r"release (\d+)\.(\d+)", output(str(compiler), "--version") or "")
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _ask(visible: str | None = None) -> tuple[tuple[int, int], list[Device]]:
    """The driver's CUDA version and the devices it shows under a setting of ``CUDA_VISIBLE_DEVICES``.

    Raises
    ------
    GlunetError
        No driver, or it failed.
    """
    environment = {**os.environ, **({} if visible is None else {VISIBLE: visible})}
    try:
        done = subprocess.run([sys.executable, "-I", str(_DRIVER)], capture_output=True, text=True, env=environment,
                              timeout=_PATIENCE, errors="replace", stdin=subprocess.DEVNULL)
        said = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        raise GlunetError("the NVIDIA driver crashed or gave no answer when asked for GPUs: see nvidia-smi") from None
    if "error" in said:
        raise GlunetError(_without_driver() if said["missing"] else _refused(said["error"]))
    return (said["cuda"][0], said["cuda"][1]), [Device(**one) for one in said["devices"]]


def _without_driver() -> str:
    """What to do where libcuda is not there."""
    if output("nvidia-smi", "-L"):
        return ("no libcuda.so.1, though nvidia-smi lists GPUs: a container needs "
                "NVIDIA_DRIVER_CAPABILITIES=compute,utility (docker --gpus all, apptainer --nv)")
    return ("no GPU found: the NVIDIA driver (libcuda.so.1) is not here; on a cluster ask for a GPU (--gres=gpu:1), in a "
            "container pass it through (docker --gpus all, apptainer --nv)")


def _refused(error: str) -> str:
    """What a failing driver says, in one line; it says the same of no GPU at all and of a hidden one."""
    setting = os.environ.get(VISIBLE)
    if "(100)" in error and setting is not None:
        return _hidden(setting)
    if "(100)" in error:
        return "no GPU found: the driver is there but shows none to this process (on a cluster ask for one: --gres=gpu:1)"
    return f"the NVIDIA driver does not work: {error}"


def _hidden(setting: str) -> str:
    """What to do where the setting leaves nothing."""
    if not setting.strip() or setting.strip() in {"-1", "NoDevFiles"}:
        return f"{VISIBLE} is '{setting}', which hides every GPU: unset it, or name one"
    listed = "; ".join(re.sub(r"\s+", " ", line) for line in (output("nvidia-smi", "-L") or "").splitlines())
    return f"{VISIBLE} names '{setting}', which the driver does not find; nvidia-smi -L lists: {listed or 'nothing'}"


def devices() -> list[Device]:
    """All GPUs and MIG slices that this process may use, in the driver's order.

    Raises
    ------
    GlunetError
        None, in one line that says why and what to do.
    """
    setting = os.environ.get(VISIBLE)
    _, found = _ask()
    if not found:
        raise GlunetError(_refused("(100)"))
    slices = _slices(setting) if any(one.uuid.startswith("MIG-") for one in found) else []
    if len(slices) < 2:
        # a slice that was named in an older driver's way is passed on as it was named
        named = [one.strip() for one in (setting or "").split(",")]
        if len(named) == len(found) == 1 and named[0].startswith("MIG-"):
            return [Device(found[0].name, named[0], found[0].capability, found[0].memory)]
        return found
    # a process is shown one slice only, whatever the list: ask for each
    return [one for name in slices for one in _ask(name)[1][:1]]


def _slices(setting: str | None) -> list[str]:
    """Identifiers of all MIG slices: those the setting lists, or else those that nvidia-smi does."""
    if setting:
        return [name.strip() for name in setting.split(",") if name.strip().startswith("MIG-")]
    return re.findall(r"UUID: (MIG-[\w/-]+)\)", output("nvidia-smi", "-L") or "")


def share(worker: int, among: list[Device] | None = None) -> dict[str, str]:
    """The setting that gives one of several worker processes a GPU of its own.

    Parameters
    ----------
    worker : int
        Number of the process, from 0.
    among : list of Device, optional
        What `devices` found; asked for where not given.

    Returns
    -------
    dict
        For the process's environment. Workers beyond the number of GPUs share them in turn.

    Raises
    ------
    GlunetError
        No GPU.
    """
    found = devices() if among is None else among
    return {VISIBLE: found[worker % len(found)].uuid}


def probe(compiler: Path | None = None) -> Device:
    """The GPU for this process: the first that it may use.

    Parameters
    ----------
    compiler : Path, optional
        Check that it and the driver fit together and know the GPU.

    Raises
    ------
    GlunetError
        No GPU, or compiler, driver and GPU do not fit.
    """
    chosen = devices()[0]
    if compiler is not None:
        _check_fit(compiler, _ask()[0], chosen)
    return chosen


def describe() -> str:
    """The GPU of this process, for a result's provenance; nothing that names the machine.

    Raises
    ------
    GlunetError
        No GPU.
    """
    chosen, version = devices()[0], _ask()[0]
    return (f"{chosen.name}, {chosen.memory/2**30:.0f} GiB, compute capability {chosen.capability}, driver for CUDA "
            f"{version[0]}.{version[1]}")


def _check_fit(compiler: Path, driver: tuple[int, int], chosen: Device) -> None:
    """Refuse a compiler that is a release ahead of the driver, or that does not know the GPU."""
    version = release(compiler)
    if version[0] > driver[0]:
        raise GlunetError(f"{compiler} is CUDA {version[0]}.{version[1]}, but the driver runs programs up to CUDA "
                          f"{driver[0]}.{driver[1]}: update the driver, or set CUDA_HOME to CUDA {driver[0]}")
    known = set(re.findall(r"compute_(\d+)", output(str(compiler), "--list-gpu-arch") or ""))
    if known and chosen.capability.replace(".", "") not in known:
        other = "an older" if float(chosen.capability) < 9 else "a newer"
        raise GlunetError(f"{compiler} (CUDA {version[0]}.{version[1]}) does not compile for {chosen.name}, compute "
                          f"capability {chosen.capability}: install {other} CUDA and set CUDA_HOME")


def architecture() -> str:
    """Compute capability to compile for without running: ``$GLUNET_CUDA_ARCH``, this machine's GPU, or 9.0.

    Raises
    ------
    GlunetError
        The variable holds something else.
    """
    chosen = os.environ.get(ARCHITECTURE)
    if not chosen:
        try:
            return devices()[0].capability
        except GlunetError:
            return DEFAULT_ARCHITECTURE
    if not re.fullmatch(r"\d+\.\d", chosen):
        raise GlunetError(f"{ARCHITECTURE} is '{chosen}'; allowed: a compute capability such as 9.0")
    return chosen


@contextmanager
def only(device: Device) -> Iterator[None]:
    """Let programs that are started meanwhile see one GPU."""
    before = os.environ.get(VISIBLE)
    os.environ[VISIBLE] = device.uuid
    try:
        yield
    finally:
        if before is None:
            del os.environ[VISIBLE]
        else:
            os.environ[VISIBLE] = before
