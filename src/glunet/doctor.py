"""What glunet finds on this machine, what is missing, and how to get it."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from glunet.engine import gpu
from glunet.errors import GlunetError
from glunet.provenance import compiler, cuda_compiler, first_line, output, version

VECTOR_FLAGS = ("-O3", "-march=native", "-ffast-math", "-fno-finite-math-only", "-D__FAST_MATH__")
LOOP = """#include <cmath>
void decay(double *__restrict x, int n) { for (int i = 0; i < n; i++) x[i] = std::exp(x[i]); }
"""


@dataclass(frozen=True)
class Check:
    """One thing that was looked for.

    Parameters
    ----------
    name : str
    found : bool
    detail : str
        What was found, or what is missing.
    remedy : str
        How to get it; empty where nothing needs doing.
    needed : bool
        False for what only some uses need.
    """

    name: str
    found: bool
    detail: str
    remedy: str = ""
    needed: bool = False


def vector_maths() -> bool | None:
    """Tell whether the compiler turns a loop over ``exp`` into vector calls; None without compiler."""
    command = (os.environ.get("CXX") or "g++").split()
    if not command or not shutil.which(command[0]) or not shutil.which("nm"):
        return None
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "loop.cpp"), Path(folder, "loop.o")
        source.write_text(LOOP, encoding="utf-8")
        if output(*command, *VECTOR_FLAGS, "-c", str(source), "-o", str(target), timeout=60) is None:
            return False
        symbols = output("nm", "--undefined-only", str(target)) or ""
    return any(word.startswith("_ZGV") and word.endswith("_exp") for word in symbols.split())


def checks() -> list[Check]:
    """Look for everything glunet can use, in the order a user needs it.

    Returns
    -------
    list of Check
    """
    return [_python(), _brian2(), _compiler(), _vector_maths(), _cuda_compiler(), _brian2cuda(), _gpu(),
            _slurm()]


def _python() -> Check:
    return Check("Python", sys.version_info >= (3, 12), platform.python_version(),
                 "install Python 3.12 or newer", needed=True)


def _brian2() -> Check:
    found = version("brian2")
    return Check("brian2", found == "2.10.1", found or "not installed",
                 "pip install brian2==2.10.1", needed=True)


def _compiler() -> Check:
    found = compiler()
    return Check("C++ compiler", found is not None and shutil.which("make") is not None,
                 (found or "no g++") + ("" if shutil.which("make") else ", no make"),
                 "apt-get install g++ make; without it brian2's slower runtime device is used")


def _vector_maths() -> Check:
    found = vector_maths()
    detail = {True: "exp over several cells at once", False: "the compiler calls exp cell by cell",
              None: "not known without a C++ compiler and nm"}[found]
    return Check("Vector maths", bool(found), detail,
                 "use gcc on x86-64 or arm64 Linux with glibc 2.22 or newer")


def _cuda_compiler() -> Check:
    found = cuda_compiler()
    return Check("CUDA compiler", found is not None, found or "no nvcc", "install NVIDIA's CUDA toolkit")


def _brian2cuda() -> Check:
    found = version("brian2cuda")
    return Check("brian2cuda", found is not None, found or "not installed", "pip install 'glunet[gpu]'")


def _gpu() -> Check:
    try:
        found = gpu.devices()
    except GlunetError as error:
        return Check("GPU", False, str(error), "needed for device = \"gpu\" only")
    return Check("GPU", True, ", ".join(f"{one.name} (compute capability {one.capability})" for one in found))


def _slurm() -> Check:
    found = first_line("sbatch", "--version")
    return Check("SLURM", found is not None, found or "no sbatch", "needed on clusters only")


def table(found: list[Check]) -> str:
    """The checks as aligned lines of text."""
    width = max(len(check.name) for check in found)
    lines = []
    for check in found:
        state = "found  " if check.found else "MISSING" if check.needed else "missing"
        remedy = f" -> {check.remedy}" if check.remedy and not check.found else ""
        lines.append(f"{check.name:<{width}}  {state}  {check.detail}{remedy}")
    return "\n".join(lines)
