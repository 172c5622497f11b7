"""What ran: versions, the commit of the running code, device and compiler. Never the name of the machine."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sysconfig
import tomllib
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import glunet

CUDA = "/usr/local/cuda"        # where the toolkit usually is
PACKAGES = ("brian2", "brian2cuda", "numpy", "scipy", "h5py", "pydantic", "xarray", "matplotlib")


def output(*command: str, timeout: float = 10.0) -> str | None:
    """Standard output of a command, stripped; None where it is missing, fails or hangs."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=True,
                              errors="replace", stdin=subprocess.DEVNULL)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def first_line(*command: str) -> str | None:
    """First line that a command prints; None where it is missing, fails or prints nothing."""
    text = output(*command)
    return text.splitlines()[0].strip() if text else None


def version(package: str) -> str | None:
    """Installed version of a package, found without importing it; None where it is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def checkout() -> Path | None:
    """Root of the checkout the running code stands in, None for an installed copy.

    A copy installed below somebody else's repository must not report that repository's commit, so the folder
    has to be glunet's own.
    """
    package = Path(glunet.__file__).resolve().parent
    root = package.parent.parent
    if package.parent.name != "src" or not (root / ".git").exists():
        return None
    try:
        project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return root if project.get("project", {}).get("name") == "glunet" else None


#: Folders of a checkout whose files glunet writes itself.
WRITTEN = ("validation", "benchmarks/results")


def commit() -> str | None:
    """Git commit of the running code, ``+changes`` where files differ from it; None outside a checkout.

    What the scoreboard and the benchmarks write into the checkout is no change of the code.
    """
    root = checkout()
    found = output("git", "-C", str(root), "rev-parse", "HEAD") if root else None
    if not found:
        return None
    written = [f":(exclude){folder}" for folder in WRITTEN]
    changed = output("git", "-C", str(root), "status", "--porcelain", "--untracked-files=no", "--", ".", *written)
    return f"{found}+changes" if changed else found


def compiler() -> str | None:
    """The C++ compiler that brian2's standalone device will call, with its version; None without one."""
    name = os.environ.get("CXX") or "g++"
    command = name.split()
    return first_line(*command, "--version") if command and shutil.which(command[0]) else None


def processor() -> str:
    """Model name of the processor, or its architecture where the system does not tell."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.machine()


def collect(device: str) -> dict[str, Any]:
    """Everything needed to tell later what produced a result.

    Parameters
    ----------
    device : str
        ``cpp_standalone``, ``runtime`` or ``cuda_standalone``.

    Returns
    -------
    dict
        JSON-able: glunet, commit, python, packages, system, processor, compiler, device, created (UTC), and
        on CUDA cuda_compiler. Nothing in it names the machine or the user.
    """
    found: dict[str, Any] = {
        "glunet": glunet.__version__,
        "commit": commit(),
        "python": platform.python_version(),
        "packages": {name: installed for name in PACKAGES if (installed := version(name))},
        "system": f"{platform.system()} {platform.machine()}",
        "processor": processor(),
        "compiler": compiler(),
        "device": device,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    if device == "cuda_standalone":
        found["cuda_compiler"] = cuda_compiler()
    return found


def nvcc() -> Path | None:
    """The CUDA compiler of ``$CUDA_HOME`` or ``$CUDA_PATH``, on the path, in its usual place, or from a Python package."""
    homes = [os.environ[name] for name in ("CUDA_HOME", "CUDA_PATH") if os.environ.get(name)]
    packages = sorted(Path(sysconfig.get_path("purelib")).glob("nvidia/cu*/bin/nvcc"), reverse=True)
    for path in [*(f"{home}/bin/nvcc" for home in homes), shutil.which("nvcc"), f"{CUDA}/bin/nvcc", *packages]:
        if path and os.access(path, os.X_OK):
            return Path(path)
    return None


def cuda_compiler() -> str | None:
    """The CUDA compiler's release line; None where there is none."""
    found = nvcc()
    text = output(str(found), "--version") if found else None
    return next((line.strip() for line in text.splitlines() if "release" in line), None) if text else None
