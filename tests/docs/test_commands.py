"""Every command and every Python block of README and docs/ runs, page by page, in a folder of its own.

What a page has the reader write (blocks whose first line names a file) is written there. Shipped experiments are taken with
20 cells; those that a page brings are small as they stand.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from glunet.engine import compiler
from glunet.library import names

from .pages import INSTEAD, LANGUAGES, LEFT_OUT, LIGHT, PAGES, ROOT, Reader, blocks, commands, left_out

#: Pages that say "in a checkout", and those that run what is shipped.
CHECKOUT, SHIPPED = ("docs/add-a-mechanism.md",), ("README.md", "docs/cite.md", "docs/gpu.md")
CALIBRATION = "models/calibrations/cortex.toml"
#: Pages whose commands take long together.
LONG = ("README.md", "docs/first-experiment.md", "docs/add-a-drug.md", "docs/add-a-condition.md", "docs/add-a-mechanism.md",
        "docs/cluster.md", "docs/cite.md")
CELLS = 20
walked = [name for name in PAGES if any(block.language in ("sh", "python") for block in blocks(name))]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where this module's programs are kept: pages share them."""
    return tmp_path_factory.mktemp("cache")


def small(text: str) -> str:
    """An experiment with few cells; of which single cells are recorded, only the first is there."""
    text = re.sub(r"^cells = \d+.*\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"^cells = \[.*\]$", "cells = [0]", text, flags=re.MULTILINE)
    return re.sub(r"^(\[(experiment|calibration)\])$", rf"\1\ncells = {CELLS}", text, flags=re.MULTILINE)


def folder_for(page: str, into: Path) -> Path:
    """The folder that a page starts in: empty, or as far as the page says, with what is shipped."""
    folder = into / "folder"
    folder.mkdir()
    if page in (*CHECKOUT, *SHIPPED):
        for path in (ROOT / "experiments").rglob("*.toml"):
            copy = folder / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(small(path.read_text(encoding="utf-8")), encoding="utf-8")
        fit = small((ROOT / CALIBRATION).read_text(encoding="utf-8"))
        (folder / CALIBRATION).parent.mkdir(parents=True)
        (folder / CALIBRATION).write_text(re.sub(r"max_generations = \d+", "max_generations = 1", fit), encoding="utf-8")
        (folder / "validation").mkdir()
        shutil.copy(ROOT / "validation" / "table.json", folder / "validation")
    if page in CHECKOUT:
        for part in ("src", "models", "tests/mechanisms"):
            shutil.copytree(ROOT / part, folder / part, dirs_exist_ok=True,
                            ignore=shutil.ignore_patterns("__pycache__", ".*"))
        shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.mark.parametrize("page", [pytest.param(name, marks=[pytest.mark.slow] if name in LONG else []) for name in walked])
def test_a_page_can_be_followed(page: str, tmp_path: Path, cache: Path) -> None:
    if compiler.compiler() is None:
        pytest.skip("needs a C++ compiler")
    if page == "README.md":
        pytest.importorskip("pynwb", reason="its notebook block writes NWB")
    reader = Reader(folder_for(page, tmp_path), cache)
    for block in blocks(page):
        reader.follow(block)


@pytest.mark.parametrize("page", LONG)
def test_what_simulates_nothing_can_be_followed_at_once(page: str, tmp_path: Path, cache: Path) -> None:
    reader = Reader(folder_for(page, tmp_path), cache)
    for block in blocks(page):
        reader.follow(block, only=LIGHT + r"|cd |sed |cat ")


@pytest.mark.parametrize("page", PAGES)
def test_every_block_says_what_it_is(page: str) -> None:
    text = PAGES[page].read_text(encoding="utf-8")
    for block in blocks(page):
        assert block.language in LANGUAGES, block.place
    outside = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    assert not re.findall(r"^(?: {4}|\t)(?:glunet|make|pip|python|sbatch) .*$", outside, re.MULTILINE)


def test_what_is_left_out_stands_in_some_page() -> None:
    lines = [line for page in walked for block in blocks(page) if block.language == "sh" for line in commands(block)]
    assert len(lines) > 40
    for pattern in (*LEFT_OUT, *INSTEAD):
        assert any(re.match(pattern, line) for line in lines), pattern
    assert all(LEFT_OUT.values())
    run = [line for line in lines if not left_out(line)]
    for word in ("run", "show", "report", "sweep", "submit", "status", "collect", "merge", "figures", "validate", "init",
                 "doctor", "sensitivity", "calibrate", "info", "ls", "gpu", "version"):
        assert any(re.search(rf"\bglunet {word}\b", line) for line in run), f"no page shows `glunet {word}`"


@pytest.mark.parametrize("name", names("experiments"))
def test_shipped_experiments_stay_valid_with_few_cells(name: str, tmp_path: Path) -> None:
    from glunet.experiment.load import load

    path = tmp_path / f"{name}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(small((ROOT / "experiments" / f"{name}.toml").read_text(encoding="utf-8")), encoding="utf-8")
    assert load(str(path)).cells == CELLS
