"""What the command line refuses, and results that cannot be read or written: one line, exit code 2, no traceback."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from glunet.cli import main

TINY = """[experiment]
name = "tiny"
circuit = "patch"
duration = "0.1 s"
cells = 8
[axes]
seed = [1, 2]
[record.glun2a]
means = ["I_nmda"]
"""


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an experiment, and a file where a folder is expected."""
    monkeypatch.chdir(tmp_path)
    Path("tiny.toml").write_text(TINY)
    Path("file").touch()
    return tmp_path


def refused(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    """The one line of a refusal."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as stopped:
        main(list(argv))
    told = capsys.readouterr().err
    assert stopped.value.code == 2, told
    assert told.count("\n") == 1, told
    assert told.startswith("glunet: ")
    return told


@pytest.mark.parametrize(("argv", "words"), [
    (["sweep", "tiny.toml", "--jobs", "0"], ["--jobs", "greater than or equal to 1", "glunet sweep --help"]),
    (["sweep", "tiny.toml", "--jobs", "many"], ["--jobs", "integer"]),
    (["run", "tiny.toml", "--nonsense"], ["No such option", "--nonsense", "glunet run --help"]),
    (["run", "tiny.toml", "more"], ["unexpected extra argument", "more"]),
    (["run"], ["Missing argument", "FILE_OR_NAME"]),
    (["rum", "tiny.toml"], ["No such command 'rum'"]),
    (["run", "file"], ["file: is no experiment file", ".toml"]),
    (["run", "tiny"], ["tiny.toml, the file here"]),
    (["run", "cortex"], ["'cortex' is a circuit and no experiment", "ketamine"]),
    (["run", "tiny.toml", "--results", "file"], ["file/tiny: cannot be made", "a folder that can be written"]),
    (["sweep", "tiny.toml", "--results", "file", "--jobs", "1"], ["file/tiny", "folders that can be written"]),
    (["sweep", "tiny.toml", "--time", "3", "--dry-run"], ["--time: '3' has no unit", "above zero"]),
    (["show", "tiny.toml", "--diagram", "x.xyz"], ["'x.xyz' is no picture", ".svg"]),
    (["show", "tiny.toml", "--diagram", "x"], ["'x' is no picture", ".svg"]),
    (["show", "tiny.toml", "--diagram", "nowhere/x.svg"], ["nowhere/x.svg: No such file", "allowed"]),
    (["info", "nowhere"], ["nowhere: no such file or folder; allowed: a result (*.h5)"]),
])
def test_one_line(bench: Path, capsys: pytest.CaptureFixture[str], argv: list[str], words: list[str]) -> None:
    told = refused(capsys, *argv)
    for word in words:
        assert word in told
    assert (bench / "file").read_bytes() == b""


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_folder_that_cannot_be_written_is_told_before_a_run(bench: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (bench / "results" / "tiny").mkdir(parents=True)
    (bench / "results" / "tiny").chmod(0o500)
    assert "cannot be written" in refused(capsys, "run", "tiny.toml")


@pytest.mark.parametrize(("change", "key", "words"), [
    ("[figures.dose_response]\n", "figures.dose_response.kind", ["along an axis", "besides seed"]),
    ('[figures.x]\nkind = "currents"\n', "figures.x.variables", ["'I_ampa'", "any population", "I_nmda"]),
    ('[figures.x]\nkind = "spectrum"\nsignal = "I_nmd"\n', "figures.x.signal", ["did you mean 'I_nmda'"]),
    ('[figures.x]\nkind = "spectrum"\nsignal = "I_nmda"\npopulation = "glun2b"\n', "figures.x.signal", ["of glun2b"]),
    ('[record.glun2b]\ntraces = ["v"]\ncells = [0, 2]\n', "record.glun2b.cells", ["no cell 2", "from 0 to 1"]),
])
def test_what_is_not_there_to_draw_or_record_is_told_before_the_run(
        bench: Path, capsys: pytest.CaptureFixture[str], change: str, key: str, words: list[str]) -> None:
    Path("tiny.toml").write_text(TINY + change)
    told = refused(capsys, "show", "tiny.toml")
    assert f"tiny.toml: {key}: " in told
    for word in words:
        assert word in told


@pytest.mark.parametrize(("old", "new", "key"), [
    ("cells = 8", "cells = 1", "record.glun2b"),
    ("cells = 8", f"cells = {10**30}", "experiment.cells"),
])
def test_numbers_of_cells_that_cannot_be(bench: Path, capsys: pytest.CaptureFixture[str], old: str, new: str,
                                         key: str) -> None:
    Path("tiny.toml").write_text(TINY.replace(old, new) + "[record.glun2b]\n")
    assert f"tiny.toml: {key}: " in refused(capsys, "show", "tiny.toml")
