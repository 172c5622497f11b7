"""Which GPU this process is to use, what to compile for, and with what: asked of the driver.

brian2cuda's own detection fails on UUIDs, MIG slices, an empty list, more than ten GPUs, and on lists that a
batch system has cut short.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from glunet.errors import GlunetError
from glunet.provenance import output

ARCHITECTURE = "GLUNET_CUDA_ARCH"
DEFAULT_ARCHITECTURE = "9.0"


def nvcc() -> Path:
    """The CUDA compiler of ``$CUDA_HOME`` or ``$CUDA_PATH``, on the path, or in its usual place.

    Raises
    ------
    GlunetError
        There is none.
    """
    homes = [os.environ[name] for name in ("CUDA_HOME", "CUDA_PATH") if os.environ.get(name)]
    found = shutil.which("nvcc")
    for path in [*(f"{home}/bin/nvcc" for home in homes), found, "/usr/local/cuda/bin/nvcc"]:
        if path and os.access(path, os.X_OK):
            return Path(path)
    raise GlunetError("no CUDA compiler found: looked for nvcc in $CUDA_HOME, $CUDA_PATH, the path and "
                      "/usr/local/cuda")


def listed() -> list[tuple[str, str]]:
    """(UUID, compute capability) of every GPU that the driver shows, in the order of their bus addresses."""
    text = output("nvidia-smi", "--query-gpu=uuid,compute_cap", "--format=csv,noheader") or ""
    found = re.findall(r"^(GPU-[\w-]+), *(\d+\.\d+)\s*$", text, flags=re.MULTILINE)
    return [(uuid, capability) for uuid, capability in found]


def _parent_of(mig: str) -> str | None:
    """UUID of the GPU that a MIG slice belongs to; None where the driver does not tell."""
    older = re.match(r"MIG-(GPU-[\w-]+)/", mig)
    if older:
        return older[1]
    gpu = None
    for line in (output("nvidia-smi", "-L") or "").splitlines():
        found = re.search(r"UUID: ([\w/-]+)\)", line)
        if found and line.startswith("GPU "):
            gpu = found[1]
        elif found and found[1].startswith(mig):
            return gpu
    return None


def probe() -> tuple[str, str]:
    """The one GPU for this process: the first that ``$CUDA_VISIBLE_DEVICES`` names, or the first of all.

    Returns
    -------
    capability : str
        Such as ``9.0``.
    visible : str
        What `only` has to be given for the program.

    Raises
    ------
    GlunetError
        No GPU, none allowed, or the one named is not there.
    """
    setting = os.environ.get("CUDA_VISIBLE_DEVICES")
    first = "0" if setting is None else setting.split(",")[0].strip()
    if first in {"", "-1", "NoDevFiles"}:
        raise GlunetError("CUDA_VISIBLE_DEVICES hides every GPU: unset it, or name one")
    gpus = listed()
    if not gpus and os.environ.get(ARCHITECTURE):
        return architecture(), first
    if not gpus:
        raise GlunetError("no GPU found: nvidia-smi is missing, lists none, or is too old to tell the "
                          f"compute capability (then set {ARCHITECTURE}, to 9.0 say)")
    if first.isdigit():
        # a container or a batch system may show fewer GPUs than the number counts
        place = 0 if len(gpus) == 1 else int(first)
        if place < len(gpus):
            return gpus[place][1], str(place)
    uuid = _parent_of(first) if first.startswith("MIG-") else first
    matching = [capability for name, capability in gpus if uuid and name.startswith(uuid)]
    if len(matching) != 1:
        shown = ", ".join(f"{place} ({name})" for place, (name, _) in enumerate(gpus))
        raise GlunetError(f"CUDA_VISIBLE_DEVICES names '{first}', but nvidia-smi lists {shown}")
    return matching[0], first


def architecture() -> str:
    """Compute capability to compile for without running: ``$GLUNET_CUDA_ARCH``, this machine's GPU, or 9.0.

    Raises
    ------
    GlunetError
        The variable holds something else.
    """
    chosen = os.environ.get(ARCHITECTURE)
    if not chosen:
        gpus = listed()
        return gpus[0][1] if gpus else DEFAULT_ARCHITECTURE
    if not re.fullmatch(r"\d+\.\d", chosen):
        raise GlunetError(f"{ARCHITECTURE} is '{chosen}'; allowed: a compute capability such as 9.0")
    return chosen


@contextmanager
def only(visible: str) -> Iterator[None]:
    """Let programs that are started meanwhile see one GPU, counted as nvidia-smi counts."""
    names = {"CUDA_VISIBLE_DEVICES": visible, "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(names)
    try:
        yield
    finally:
        for name, old in before.items():
            if old is None:
                del os.environ[name]
            else:
                os.environ[name] = old
