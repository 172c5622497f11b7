"""The analysis room: stands on numpy and scipy alone, is found by name, and says what its functions take and give."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from glunet import analysis

CODE = """
import importlib, pkgutil, sys
import glunet.analysis as room
for module in pkgutil.iter_modules(room.__path__):
    importlib.import_module(f"glunet.analysis.{module.name}")
print(sorted({"brian2", "matplotlib", "h5py", "xarray", "glunet.store"} & set(sys.modules)))
"""
FOLDER = Path(analysis.__file__).parent
PUBLIC = [(name, node) for name in analysis.modules()
          for node in ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8")).body
          if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")]
FUNCTIONS = [(name, node) for name, node in PUBLIC if isinstance(node, ast.FunctionDef)]


def test_analysis_needs_no_simulator_no_plotting_and_no_store() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_function_is_found_by_its_name_and_loads_no_more_than_its_module() -> None:
    code = ("import sys; from glunet import analysis; dir(analysis); before = set(sys.modules); analysis.cv2\n"
            "print(sorted(m for m in set(sys.modules) - before if m.startswith('glunet.analysis.')))")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['glunet.analysis.firing', 'glunet.analysis.irregularity']"
    assert analysis.rates is analysis.firing.rate_per_cell
    assert inspect.ismodule(analysis.sensitivity)        # a module and its function share the name
    for name, node in PUBLIC:
        assert node.name in dir(analysis)
        if node.name not in analysis.modules():
            assert getattr(analysis, node.name).__module__ == f"glunet.analysis.{name}"


def test_an_unknown_name_says_which_is_near() -> None:
    with pytest.raises(AttributeError, match="did you mean 'cv_isi'"):
        analysis.cv_isis  # noqa: B018


def test_no_name_stands_for_two_things() -> None:
    twice = [name for name, count in Counter(node.name for _, node in PUBLIC).items() if count > 1]
    assert twice == []


def test_the_table_names_every_module() -> None:
    rows = {line.split()[0] for line in (analysis.__doc__ or "").splitlines() if line and line[0].islower()}
    assert set(analysis.modules()) <= rows


def _words(node: ast.FunctionDef | ast.ClassDef) -> str:
    return ast.get_docstring(node) or ""


@pytest.mark.parametrize(("module", "node"), FUNCTIONS, ids=[f"{module}.{node.name}" for module, node in FUNCTIONS])
def test_every_function_says_what_it_takes_gives_and_refuses(module: str, node: ast.FunctionDef) -> None:
    text = _words(node)
    names = [a.arg for a in (*node.args.args, *node.args.kwonlyargs)]
    if len(names) > 1:
        assert "Parameters\n---" in text
        told = text.split("Parameters\n---", 1)[1].split("\nReturns\n---", 1)[0]
        for name in names:
            assert name in told, f"{name} is not told"
    else:
        assert all(name in text or "Parameters" not in text for name in names)
        assert text
    raised = {part.exc.func.id for part in ast.walk(node) if isinstance(part, ast.Raise)
              and isinstance(part.exc, ast.Call) and isinstance(part.exc.func, ast.Name)}
    for error in raised & {"ValueError", "InputError"}:
        assert "Raises\n---" in text, f"raises {error}, and does not say so"
        assert error in text


@pytest.mark.parametrize(("module", "node"), [(m, n) for m, n in PUBLIC if isinstance(n, ast.ClassDef)],
                         ids=lambda value: getattr(value, "name", value))
def test_every_class_says_what_its_fields_are(module: str, node: ast.ClassDef) -> None:
    text = _words(node)
    for part in node.body:
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name) and not part.target.id.startswith("_"):
            assert part.target.id in text, f"{part.target.id} is not told"
