"""The experiments behind the rows: found by name, and rewritten in their own text where a row needs a variant.

A sweep's workers, its plan and its result know an experiment by its text alone, so every variant is made there.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

from glunet.errors import InputError
from glunet.experiment.load import load, load_text
from glunet.experiment.types import Experiment
from glunet.vocabulary.quantity import QuantityError, parse

#: What is appended to an experiment to have a drug or a condition in it, at zero.
ZEROS = {"drugs": '\n[drugs.{name}]\nschedule = "constant"\nconcentration = "0 uM"\n',
         "conditions": "\n[conditions.{name}]\nlevel = 0\n"}
_HEADER = re.compile(r"^\s*\[\s*([^\[\]]+?)\s*\]\s*(?:#.*)?$")
_TIMES = ("onset", "offset", "ramp", "absorption_half_life", "elimination_half_life")


def named(name: str, seeds: int | None = None) -> Experiment:
    """An experiment by the name that a row gives it.

    Parameters
    ----------
    name : str
        Such as ``validation/zero_dose`` or ``validation/zero_dose + drugs.ketamine``.
    seeds : int, optional
        Seeds 1 to this number, instead of the file's own.

    Raises
    ------
    InputError
    """
    file, _, addition = name.partition(" + ")
    found = load(file)
    text = found.text
    if addition:
        kind, _, what = addition.partition(".")
        text += ZEROS[kind].format(name=what)
    if seeds is not None:
        text = written(text, found.file, "axes", "seed", str(list(range(1, seeds + 1))))
    return found if text == found.text else load_text(text, found.file)


def written(text: str, file: str, table: str, key: str, value: str) -> str:
    """An experiment's text with another value in it; the rest stays as it is.

    Parameters
    ----------
    text, file : str
        TOML, and its name for messages.
    table, key : str
        Where; the table and the key are added where they are missing.
    value : str
        As TOML has it.

    Raises
    ------
    InputError
        The text writes this value over several lines.
    """
    lines, line = text.splitlines(), f"{_key(key)} = {value}"
    start = next((i for i, found in enumerate(lines) if _is_header(found, table)), None)
    if start is None:
        lines += ["", f"[{table}]", line]
    else:
        end = next((i for i in range(start + 1, len(lines)) if _HEADER.match(lines[i])), len(lines))
        at = next((i for i in range(start + 1, end) if _has_key(lines[i], key)), None)
        if at is None:
            lines.insert(start + 1, line)
        else:
            lines[at] = line
    changed = "\n".join(lines) + "\n"
    try:
        found = tomllib.loads(changed)
        for part in table.split("."):
            found = found[part]
        stands = tomllib.loads(line).items() <= found.items()
    except (tomllib.TOMLDecodeError, KeyError):
        stands = False
    if not stands:
        raise InputError(file, f"{table}.{key}", "cannot be changed where it stands", "a value on one line of its table")
    return changed


def _is_header(line: str, table: str) -> bool:
    """Whether a line opens a table."""
    match = _HEADER.match(line)
    return match is not None and match[1] == table


def _has_key(line: str, key: str) -> bool:
    """Whether a line gives a key its value."""
    name, equals, _ = line.partition("=")
    return bool(equals) and name.strip().strip("\"'") == key


def _key(key: str) -> str:
    """A key as TOML has it: a path needs quotation marks."""
    return f'"{key}"' if "." in key else key


def without(text: str, table: str) -> str:
    """An experiment's text without a table and all tables below it."""
    kept, inside = [], False
    for line in text.splitlines():
        match = _HEADER.match(line)
        inside = match is not None and match[1].split(".")[0].strip() == table if match else inside
        kept += [] if inside else [line]
    return "\n".join(kept) + "\n"


def shortened(text: str, file: str, factor: float) -> str:
    """An experiment's text with its duration, and all times of its doses and conditions, multiplied by a factor."""
    tables = tomllib.loads(text)
    places: list[tuple[str, str, Any]] = [("experiment", "duration", tables["experiment"]["duration"])]
    places += [(f"{kind}.{name}", key, course[key]) for kind in ZEROS for name, course in tables.get(kind, {}).items()
               for key in _TIMES if key in course]
    for table, key, value in places:
        try:
            seconds = parse(value, "s")
        except QuantityError as error:
            raise InputError(file, f"{table}.{key}", f"{value!r}: {error}", "a time such as '5 s'") from None
        text = written(text, file, table, key, f'"{seconds * factor:.10g} s"')
    return text


def resized(text: str, file: str, cells: int, before: int) -> str:
    """An experiment's text with another number of neurons; recorded cells keep their places in proportion."""
    text = written(text, file, "experiment", "cells", str(cells))
    for name, record in tomllib.loads(text).get("record", {}).items():
        if "cells" in record:
            kept = list(dict.fromkeys(index * cells // before for index in record["cells"]))
            text = written(text, file, f"record.{name}", "cells", str(kept))
    return text


def rewritten(text: str, file: str, values: Mapping[tuple[str, str], str],
              then: Callable[[str], str] = lambda text: text) -> Experiment:
    """An experiment with several values written anew: (table, key) -> value as TOML has it."""
    for (table, key), value in values.items():
        text = written(text, file, table, key, value)
    return load_text(then(text), file)
