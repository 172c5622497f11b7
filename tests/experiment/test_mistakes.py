"""Every mistake in an experiment file: one line with file, key, value and what is allowed, exit code 2."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from glunet.cli import main

# (what is written, what is written instead, the key told, further words of the line)
CASES = {
    "unknown table": (
        "[clamp.interneuron]",
        "[clmp.interneuron]",
        "clmp",
        ["unknown key", "did you mean 'clamp'"],
    ),
    "unknown key": (
        'title = "Wash',
        'titel = "Wash',
        "experiment.titel",
        ["unknown key", "did you mean 'title'"],
    ),
    "unknown key of a drug": ("onset =", "onst =", "drugs.ketamine.onst", ["did you mean 'onset'", "offset"]),
    "unknown key of a record": (
        "means_every",
        "mean_every",
        "record.pyramidal.mean_every",
        ["did you mean 'means_every'"],
    ),
    "unknown key of a clamp": ("voltage =", "volts =", "clamp.interneuron.volts", ["allowed: voltage"]),
    "missing key": ('name = "wash"\n', "", "experiment.name", ["missing", "letters"]),
    "missing table": (None, "[axes]\nseed = [1]\n", "experiment", ["missing", "[experiment]"]),
    "not a table": (None, "experiment = 3\n", "experiment", ["3 is not a table"]),
    "drug not a table": (
        "[drugs.ketamine]",
        "[drugs]\nmemantine = 3\n[drugs.ketamine]",
        "drugs.memantine",
        ["3 is not a table"],
    ),
    "bad name": ('"wash"', '"Wash out"', "experiment.name", ["'Wash out'", "digits"]),
    "title not a text": ('title = "Wash in, wash out"', "title = 3", "experiment.title", ["3 is not a text"]),
    "missing unit": (
        'duration = "20 s"',
        'duration = "20"',
        "experiment.duration",
        ["'20' has no unit", "20 s"],
    ),
    "number without unit": ('duration = "20 s"', "duration = 20", "experiment.duration", ["20", "unit"]),
    "wrong dimension": (
        'duration = "20 s"',
        'duration = "20 mV"',
        "experiment.duration",
        ["'20 mV'", "wrong dimension"],
    ),
    "unknown unit": (
        'duration = "20 s"',
        'duration = "20 sx"',
        "experiment.duration",
        ["'20 sx'", "unknown unit"],
    ),
    "no quantity": ('duration = "20 s"', 'duration = "long"', "experiment.duration", ["'long'"]),
    "list for a quantity": ('duration = "20 s"', 'duration = ["20 s"]', "experiment.duration", ["20 s"]),
    "truth for a quantity": ('duration = "20 s"', "duration = true", "experiment.duration", ["True"]),
    "zero duration": (
        'duration = "20 s"',
        'duration = "0 s"',
        "experiment.duration",
        ["'0 s' is zero", "above zero"],
    ),
    "negative duration": (
        'duration = "20 s"',
        'duration = "-1 s"',
        "experiment.duration",
        ["'-1 s' is negative"],
    ),
    "endless duration": ('duration = "20 s"', 'duration = "inf s"', "experiment.duration", ["not finite"]),
    "step too long": ('dt = "0.1 ms"', 'dt = "30 s"', "experiment.dt", ["time step"]),
    "no cells": ('dt = "0.1 ms"', "cells = 0", "experiment.cells", ["0 is below 1", "whole number"]),
    "broken number of cells": (
        'dt = "0.1 ms"',
        "cells = 500.5",
        "experiment.cells",
        ["500.5 is not a whole"],
    ),
    "unknown device": (
        'dt = "0.1 ms"',
        'device = "cuda"',
        "experiment.device",
        ["'cuda'", "cuda_standalone"],
    ),
    "unknown circuit": (
        'circuit = "slice"',
        'circuit = "slce"',
        "experiment.circuit",
        ["did you mean 'slice'"],
    ),
    "unknown drug": (
        "[drugs.ketamine]",
        "[drugs.ketamin]",
        "drugs.ketamin",
        ["unknown drug 'ketamin'", "memantine", "did you mean 'ketamine'"],
    ),
    "negative concentration": (
        '"3 uM"',
        '"-3 uM"',
        "drugs.ketamine.concentration",
        ["'-3 uM' is negative", "from 0"],
    ),
    "wrong dimension of a dose": ('"3 uM"', '"3 mg"', "drugs.ketamine.concentration", ["'3 mg'"]),
    "unknown schedule": ('"step"', '"stepp"', "drugs.ketamine.schedule", ["bolus", "did you mean 'step'"]),
    "onset missing": ('onset = "4 s"\n', "", "drugs.ketamine.onset", ["missing", "step"]),
    "onset of a constant": ('"step"', '"constant"', "drugs.ketamine.offset", ["constant"]),
    "half-lives missing": (
        'schedule = "step"',
        'schedule = "bolus"',
        "drugs.ketamine.absorption_half_life",
        ["missing", "2 min"],
    ),
    "equal half-lives": (
        'schedule = "step"\nconcentration = "3 uM"\nonset = "4 s"\noffset = "16 s"',
        'schedule = "bolus"\nconcentration = "3 uM"\nonset = "4 s"\n'
        'absorption_half_life = "1 min"\nelimination_half_life = "60 s"',
        "drugs.ketamine.elimination_half_life",
        ["differ"],
    ),
    "offset before onset": (
        'offset = "16 s"',
        'offset = "3 s"',
        "drugs.ketamine.offset",
        ["3 s", "after 4 s"],
    ),
    "onset after the end": (
        'onset = "4 s"\noffset = "16 s"',
        'onset = "25 s"',
        "drugs.ketamine.onset",
        ["20 s"],
    ),
    "TOML syntax": ('onset = "4 s"', "onset = 4 s", "line 11, column 11", ["onset = 4 s"]),
    "key twice": ('onset = "4 s"', 'onset = "4 s"\nonset = "4 s"', "line 12, column 14", ["onset"]),
    "TOML unfinished": (None, '[experiment]\nname = """a\nb\n', "line 3", ["nterminated"]),
}


@pytest.mark.parametrize(("old", "new", "key", "words"), CASES.values(), ids=CASES)
def test_a_mistake_gives_one_line_and_exit_code_2(
    refusal: Callable[[str | None, str], str], old: str | None, new: str, key: str, words: list[str]
) -> None:
    line = refusal(old, new)
    assert line.startswith(f"glunet: wrong.toml: {key}: ")
    for word in words:
        assert word in line


@pytest.mark.parametrize("write", ["missing", "folder", "binary"])
def test_what_is_no_readable_file_gives_one_line(
    bench: Path, capsys: pytest.CaptureFixture[str], write: str
) -> None:
    file = Path("other.toml")
    if write == "folder":
        file.mkdir()
    elif write == "binary":
        file.write_bytes(b'[experiment]\nname = "\xff"\n')
    with pytest.raises(SystemExit) as stopped:
        main(["show", str(file)])
    told = capsys.readouterr()
    assert stopped.value.code == 2
    assert told.err.count("\n") == 1
    assert "other.toml" in told.err
    assert ("line 2" in told.err) == (write == "binary")


def test_a_long_value_does_not_flood_the_line(refusal: Callable[[str | None, str], str]) -> None:
    assert len(refusal('title = "Wash in, wash out"', f"title = {list(range(500))}")) < 200
