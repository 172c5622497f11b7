"""The command: where the page goes, what is refused, and that brian2 stays out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from glunet.cli import main


def called(*argv: str) -> int:
    """Exit code of a command."""
    with pytest.raises(SystemExit) as stopped:
        main(list(argv))
    return int(stopped.value.code or 0)


def test_the_page_lies_beside_the_result(stored: Path, tmp_path: Path) -> None:
    folder = tmp_path / "ketamine"
    folder.mkdir()
    (folder / "ketamine-1.h5").write_bytes(stored.read_bytes())
    assert called("report", str(folder)) == 0
    assert "<title>Ketamine" in (folder / "report.html").read_text()
    assert called("report", str(folder / "ketamine-1.h5"), "--out", str(tmp_path / "new" / "page.html")) == 0
    assert (tmp_path / "new" / "page.html").read_text() == (folder / "report.html").read_text()


def test_several_results_lie_in_their_common_folder(stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                    capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.h5").write_bytes(stored.read_bytes())
    monkeypatch.chdir(tmp_path)
    assert called("report", "a", "b/x.h5") == 0
    assert capsys.readouterr().out.startswith("report.html  ")
    assert (tmp_path / "report.html").read_text().count("<article") == 2


@pytest.mark.parametrize(("argv", "line"), [
    (["nothere"], "nothere: no such file or folder; allowed: a result (*.h5), or a folder of them"),
    (["."], ".: no finished result (*.h5) in this folder"),
    (["bad.h5"], "bad.h5: not an HDF5 file, or damaged at its start"),
    (["bad.h5", "./bad.h5"], "command line: RESULT: 'bad.h5' is named twice; allowed: each result once"),
    (["bad.h5", "--out", "page.pdf"], "command line: --out: 'page.pdf' is no page; allowed: a name that ends in .html"),
    (["bad.h5", "--out", "folder.html"], "command line: --out: 'folder.html' is a folder; allowed: a file"),
])
def test_bad_input_is_one_line(argv: list[str], line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                               capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    if "bad.h5" in argv:
        Path("bad.h5").write_text("no")
    Path("folder.html").mkdir()
    assert called("report", *argv) == 2
    assert capsys.readouterr().err == f"glunet: {line}\n"


def test_a_page_that_cannot_be_written_is_one_line(stored: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert called("report", str(stored), "--out", str(tmp_path / "file" / "page.html")) == 2
    error = capsys.readouterr().err
    assert "file/page.html: cannot be written: " in error
    assert error.count("\n") == 1


def test_brian2_stays_out(stored: Path, tmp_path: Path) -> None:
    code = ("import sys\nfrom glunet.cli import main\ntry:\n    main(sys.argv[1:])\nexcept SystemExit as stopped:\n"
            "    assert not stopped.code\nassert not [name for name in sys.modules if name.startswith('brian2')]\n"
            "assert 'glunet.report.render' in sys.modules")
    subprocess.run([sys.executable, "-c", code, "report", str(stored), "--out", str(tmp_path / "page.html")], check=True)
