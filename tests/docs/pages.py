"""Pages of the documentation taken apart into blocks, and walked through as a reader would."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = {path.relative_to(ROOT).as_posix(): path for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]}
LANGUAGES = ("sh", "toml", "python", "text")

#: Commands that are not run here, and why.
LEFT_OUT = {
    r"make (install|demo|test|lint|docs)\b": "fetches packages; continuous integration begins with `make test`",
    r"python3\.12 -m venv|\S*pip install|source \S+/activate": "fetches packages; the tests have an environment",
    r"make gpu-check": "needs a GPU, or fetches packages; its parts are in tests/engine",
    r"glunet run ketamine --device gpu|sbatch ": "needs a GPU",
    r"glunet run (ischemia_reperfusion|ischemia_neuroprotection|excitotoxicity|anoxia_creatine)":
        "takes up to half an hour; the rows of the scoreboard compute them, tests/mechanisms a shorter one",
    r"glunet gpu ketamine": "needs nvcc; tests/engine/test_cuda.py compiles where there is one",
}
#: Commands with another one in their place. A cluster's is in tests/dispatch/test_slurm.py; a stale table gives code 1, a
#: machine without a GPU code 2; the sensitivity of all rows takes hours, of one row minutes.
INSTEAD = {
    r"glunet submit (\S+) --cluster slurm$": r"glunet sweep \1",
    r"glunet validate --check$": "glunet validate --check || test $? = 1",
    r"glunet validate --sensitivity$": "glunet validate --sensitivity --only C1 --top 1 --shorten 0.1",
    r"glunet gpu$": "glunet gpu || test $? = 2",
}
#: Commands that simulate nothing.
LIGHT = r"glunet (show|init|doctor|ls --experiments|version|gpu)|.* --dry-run|glunet validate --check"


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and where it begins."""

    language: str
    text: str
    place: str

    @property
    def file(self) -> str:
        """The file that the block is, named in a comment on its first line; empty where it is none."""
        found = re.match(r"# (\S+\.(?:toml|py))\n", self.text)
        return found[1] if found else ""


def blocks(page: str) -> list[Block]:
    """The blocks of a page, directives of the generator left out."""
    text = PAGES[page].read_text(encoding="utf-8")
    found = re.finditer(r"^```([^\n]*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [Block(one[1], one[2], f"{page}:{text.count(chr(10), 0, one.start()) + 1}")
            for one in found if not one[1].startswith("{")]


def commands(block: Block) -> list[str]:
    """The lines of a shell block without comments, continued ones as one; a here-document stays with its command."""
    text = re.sub(r"\\\n\s*", "", block.text)
    lines: list[str] = []
    end = ""
    for line in text.splitlines():
        if end:
            lines[-1] += "\n" + line
            end = "" if line == end else end
            continue
        opened = re.search(r"<<'(\w+)'", line)
        end = opened[1] if opened else ""
        stripped = re.sub(r"(^|\s+)# .*$", "", line)
        lines += [stripped] if stripped else []
    return lines


def left_out(command: str) -> str:
    """Why a command is not run, empty where it is."""
    return next((why for pattern, why in LEFT_OUT.items() if re.match(pattern, command)), "")


def instead(command: str) -> str:
    """The command, or what stands in its place."""
    for pattern, other in INSTEAD.items():
        command = re.sub(f"^{pattern}", other, command)
    return command


class Reader:
    """Somebody who goes through a page in an empty folder and does what it says.

    Parameters
    ----------
    folder : Path
        Where; a command such as ``cd`` leads elsewhere for the rest of the page.
    cache : Path
        Where programs that were compiled are kept.
    """

    def __init__(self, folder: Path, cache: Path) -> None:
        self.here = folder
        self._told = folder.parent / "here"
        shims = folder.parent / "bin"
        shims.mkdir()
        for name, module in (("glunet", " -m glunet"), ("python", "")):
            (shims / name).write_text(f'#!/bin/sh\nexec "{sys.executable}"{module} "$@"\n')
            (shims / name).chmod(0o755)
        self._environment = {**os.environ, "PATH": f"{shims}:{os.environ['PATH']}", "MPLBACKEND": "Agg",
                             "GLUNET_CACHE": str(cache), "PYTHONPATH": str(folder / "src"),
                             "XDG_CONFIG_HOME": str(folder.parent / "config")}

    def follow(self, block: Block, only: str = "") -> None:
        """Do what one block says; `only` is what commands have to look like."""
        if block.file:
            path = self.here / block.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        elif block.language == "toml":
            tomllib.loads(block.text)
        elif block.language == "python" and not only:
            self._run([sys.executable, "-W", "ignore", "-c", block.text], block)
        elif block.language == "sh":
            chosen = [instead(line) for line in commands(block) if not left_out(line) and re.match(only, line)]
            script = "\n".join(["set -euo pipefail", *chosen, f'pwd > "{self._told}"'])
            self._run(["bash", "-c", script], block)
            self.here = Path(self._told.read_text().strip())

    def _run(self, command: list[str], block: Block) -> None:
        """Run one script; what it said is told where it fails."""
        done = subprocess.run(command, cwd=self.here, env=self._environment, capture_output=True, text=True)
        told = f"{block.place}: exit code {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        assert done.returncode == 0, told
        assert "Traceback" not in done.stderr, told
