"""What decides a row's numbers, as hashes: the experiments it reads, the analysis that scores it, its bands.

An experiment counts with its text, its points and the fingerprint of its composed circuit: the key of its sweep. The
analysis counts function by function: a row depends on what its function calls in `glunet.analysis` and
`glunet.validation`, not on what else stands in the same files; comments and docstrings do not count. The engine and the
versions of libraries are not in it: tests hold the engine to reference solutions.
"""

from __future__ import annotations

import ast
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import glunet
from glunet.dispatch import plan as plans
from glunet.validation import rows, table
from glunet.validation.experiments import named

_ROOT = Path(glunet.__file__).parent
_ROOMS = ("glunet.analysis.", "glunet.validation.")
#: What scores every row, beside its own function.
_COMMON = (("glunet.analysis.statistics", "mean_interval"), ("glunet.analysis.statistics", "verdict"),
           ("glunet.validation.score", "score"))
Place = tuple[str, str]


def stamp(row: str) -> dict[str, Any]:
    """What decides a row's numbers now.

    Parameters
    ----------
    row : str
        Id of a computable row.

    Returns
    -------
    dict
        ``experiments`` {name: hash}, ``analysis``, ``bands``: JSON-able.

    Raises
    ------
    GlunetError
        An experiment that cannot be loaded or assembled.
    """
    function = rows.function(row)
    bands = json.dumps([table.targets()[row]["score"]], sort_keys=True)
    return {"experiments": {name: key(name) for name in rows.computable()[row]},
            "analysis": analysis_hash(function.__module__, function.__name__),
            "bands": hashlib.sha256(bands.encode()).hexdigest()[:12]}


def key(name: str) -> str:
    """Hash of an experiment and its circuit, whatever the number of seeds."""
    return plans.make(named(name, seeds=1), Path("results"), keep=False).key


def differences(then: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """What differs between two stamps, in words.

    Parameters
    ----------
    then, now : dict
        See `stamp`.
    """
    before, after = then.get("experiments", {}), now["experiments"]
    changed = [name for name in after if name in before and before[name] != after[name]]
    found = [f"{_some(changed)} or the circuit changed"] if changed else []
    for word, names in (("new", [name for name in after if name not in before]),
                        ("gone", [name for name in before if name not in after])):
        found += [f"{word}: {_some(names)}"] if names else []
    found += ["its analysis has changed"] if then.get("analysis") != now["analysis"] else []
    return found + (["its bands have changed"] if then.get("bands") != now["bands"] else [])


def _some(names: list[str]) -> str:
    """Names in one line; of many the first ones."""
    told = ", ".join(names[:2])
    return f"{told} and {len(names) - 2} more" if len(names) > 2 else told


def analysis_hash(module: str, function: str) -> str:
    """Hash of a function and of all that it calls in the rooms that score."""
    texts = sorted(_text(*place) for place in closure((module, function), *_COMMON))
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]


def closure(*places: Place) -> set[Place]:
    """(module, name) of everything that these definitions lean on, themselves included."""
    found: set[Place] = set()
    waiting = list(places)
    while waiting:
        place = waiting.pop()
        definitions, imported = _module(place[0])
        if place[1] in imported and place[1] not in definitions:
            waiting.append(imported[place[1]])      # a module that hands on what another one defines
        if place in found or place[1] not in definitions:
            continue
        found.add(place)
        for node in ast.walk(definitions[place[1]]):
            if isinstance(node, ast.Name) and node.id in definitions:
                waiting.append((place[0], node.id))
            elif isinstance(node, ast.Name) and node.id in imported:
                waiting.append(imported[node.id])
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in imported:
                module, name = imported[node.value.id]
                waiting.append((f"{module}.{name}", node.attr))
    return found


@cache
def _module(module: str) -> tuple[dict[str, ast.stmt], dict[str, Place]]:
    """Definitions of a module by name, and what its other names stand for: (module, name)."""
    path = _ROOT.joinpath(*module.split(".")[1:]).with_suffix(".py")
    if not module.startswith(_ROOMS) or not path.is_file():
        return {}, {}
    definitions: dict[str, ast.stmt] = {}
    imported: dict[str, Place] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            definitions[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                for part in ast.walk(target):
                    if isinstance(part, ast.Name):
                        definitions[part.id] = node
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported |= {alias.asname or alias.name: (node.module, alias.name) for alias in node.names}
    return definitions, imported


def _text(module: str, name: str) -> str:
    """A definition without comments, layout and docstrings."""
    node = _module(module)[0][name]
    for part in ast.walk(node):
        if isinstance(part, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(part) is not None:
            part.body = part.body[1:] or [ast.Pass()]
    return ast.unparse(node)
