"""Compile a generated C++ project fast, to fast code, once per content.

Brian2's generated project has one file per operation, and parsing the same headers forty times is most of its compile
time. Here the operations go into three translation units: what runs every step, fully optimised; what runs on the slow
clock, in arithmetic that gives the same bits in every program; and what runs once, not optimised at all. The binary is
kept under a key of its source, its flags, the compiler and the processor.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from glunet.engine import exact, generated
from glunet.engine.cache import cache_folder, once
from glunet.errors import GlunetError

# glibc declares its vector functions only under __FAST_MATH__, which -fno-finite-math-only (infinities and nans keep
# their meaning) takes back; and gcc gives up on alias checks among the many arrays of a cell unless the limit is raised.
FAST = ("-O3", "-ffast-math", "-fno-finite-math-only", "-D__FAST_MATH__", "--param=vect-max-version-for-alias-checks=1000")
ONCE = ("-O0",)
COMMON = ("-std=c++11", "-w", "-I.", "-Ibrianlib")
_ONCE_FILES = re.compile(r"create_array|before_run|after_run")
_SLOW_FILES = re.compile(r"_slow_codeobject")
UNITS = {"every_step": FAST, "slow": exact.FLAGS, "once": ONCE}


def compiler() -> str | None:
    """The C++ compiler: ``$CXX`` or g++; None where there is none."""
    return shutil.which(os.environ.get("CXX") or "g++")


@cache
def _machine_flags(command: str) -> tuple[str, ...]:
    """Flags for this processor; the widest vectors it has."""
    flags = ["-march=native"]
    probe = subprocess.run([command, "-march=native", "-dM", "-E", "-x", "c++", os.devnull], capture_output=True, text=True)
    if "__AVX512F__" in probe.stdout:
        flags.append("-mprefer-vector-width=512")
    return tuple(flags)


@cache
def toolchain(command: str) -> str:
    """Compiler version and processor features: what a binary built with -march=native depends on."""
    told = subprocess.run([command, "--version"], capture_output=True, text=True)
    if told.returncode or not told.stdout:
        raise GlunetError(f"the C++ compiler failed: {command} does not even tell its version")
    version = told.stdout.splitlines()[0]
    features = subprocess.run([command, "-march=native", "-Q", "--help=target"], capture_output=True, text=True).stdout
    return f"{version}|{platform.machine()}|{hashlib.sha256(features.encode()).hexdigest()}"


def sources(project: Path) -> dict[str, str]:
    """The generated source files by relative path; arrays that are read at run time are not among them."""
    return {str(path.relative_to(project)): path.read_text()
            for path in sorted(project.rglob("*")) if path.suffix in {".cpp", ".h"} and "static_arrays" not in path.parts}


def key(project: Path, command: str) -> str:
    """Content key of a project's binary."""
    seen = hashlib.sha256(repr((UNITS, COMMON, exact.FUNCTIONS, toolchain(command), _machine_flags(command))).encode())
    for name, text in sources(project).items():
        seen.update(name.encode() + b"\0" + text.encode())
    return seen.hexdigest()[:24]


def _units(project: Path) -> None:
    """Write the translation units."""
    units: dict[str, list[str]] = {name: ["#include \"objects.h\""] for name in UNITS}
    units["slow"].append(exact.FUNCTIONS)
    for number, path in enumerate(sorted((project / "code_objects").glob("*.cpp"))):
        kind = "once" if _ONCE_FILES.search(path.name) else "slow" if _SLOW_FILES.search(path.name) else "every_step"
        text = generated.operation(path.read_text(), number)
        units[kind].append(exact.operation(text) if kind == "slow" else text)
    for name in ("brianlib/spikequeue.cpp", "network.cpp"):
        units["every_step"].append((project / name).read_text())
    for name in ("objects.cpp", "run.cpp", "synapses_classes.cpp", "main.cpp"):
        units["once"].append((project / name).read_text())
    for name, texts in units.items():
        (project / f"{name}.cpp").write_text("\n".join(texts))


def _run(command: list[str], project: Path) -> None:
    """One compiler call; its first complaint is what a failure says."""
    done = subprocess.run(command, cwd=project, capture_output=True, text=True)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "error" in line.lower()] or done.stderr.splitlines() or [""]
        raise GlunetError(f"the C++ compiler failed: {lines[0].strip()}")


def binary(project: Path) -> tuple[Path, bool]:
    """The project's binary, compiled now or taken from the cache.

    Parameters
    ----------
    project : Path
        Folder with Brian2's generated sources.

    Returns
    -------
    path : Path
    compiled : bool
        False where the cache held it.

    Raises
    ------
    GlunetError
        No compiler, or it failed.
    """
    command = compiler()
    if command is None:
        raise GlunetError("no C++ compiler found (looked for $CXX and g++)")
    return once(cache_folder() / "bin" / key(project, command), lambda: _compile(project, command))


def _compile(project: Path, command: str) -> Path:
    """Compile a project where it lies."""
    _units(project)
    machine = _machine_flags(command)
    jobs = [[command, *flags, *machine, *COMMON, "-c", f"{name}.cpp"] for name, flags in UNITS.items()]
    with ThreadPoolExecutor(len(jobs)) as pool:
        list(pool.map(lambda job: _run(job, project), jobs))
    # -ffast-math at the link sets flush-to-zero: without it a silent network crawls through denormal numbers
    _run([command, *(f"{name}.o" for name in UNITS), "-ffast-math", "-o", "main"], project)
    return project / "main"
