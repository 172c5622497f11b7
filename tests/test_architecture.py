"""The house: who may import whom, no circles, sizes of modules and functions."""

import ast
from pathlib import Path

import pytest

import glunet

ROOT = Path(glunet.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))
MAY = {
    "vocabulary": {"vocabulary"},
    "mechanisms": {"vocabulary", "mechanisms", "errors"},
    "circuit": {"vocabulary", "mechanisms", "circuit", "errors", "library"},
    "experiment": {"vocabulary", "circuit", "experiment", "errors", "library", "figures", "analysis"},
    "engine": {"vocabulary", "circuit", "engine", "store", "errors", "provenance"},
    "store": {"store", "errors"},
    "analysis": {"analysis", "errors"},
    "figures": {"figures", "analysis", "store", "errors"},
    "report": {"report", "figures", "experiment", "analysis", "store", "errors"},
    "calibration": {"calibration", "vocabulary", "circuit", "experiment", "engine", "pipeline", "validation", "store",
                    "analysis", "figures", "errors", "library", "progress", "provenance"},
    "validation": {"validation", "vocabulary", "circuit", "experiment", "engine", "pipeline", "dispatch", "store",
                   "analysis", "figures", "errors", "library", "provenance"},
    "dispatch": {"vocabulary", "circuit", "experiment", "engine", "store", "errors", "library", "provenance", "pipeline",
                 "progress", "dispatch"},
}


def _room(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def _imports(path: Path) -> set[str]:
    """Rooms of glunet that a module imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        names = [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module == "glunet":
            names = [f"glunet.{alias.name}" for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("glunet.")}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_rooms_import_downwards_only(path):
    room = _room(path)
    if room in MAY:
        assert _imports(path) <= MAY[room]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_and_functions_stay_readable(path):
    text = path.read_text()
    assert len(text.splitlines()) <= 310
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            lines = body[-1].end_lineno - body[0].lineno + 1 if body else 0
            assert lines <= 45, f"{node.name}: {lines} lines"


@pytest.mark.parametrize("room", ["store", "analysis", "figures", "report"])
def test_the_way_out_needs_no_brian2(room):
    for path in (ROOT / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not any(name.split(".")[0].startswith("brian2") for name in names)
