"""The commands themselves; pipeline, show and validate are stood in for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import glunet
from glunet.cli import main
from glunet.dispatch.local import Standing
from glunet.errors import StoreError


def called(*argv: str) -> int:
    """Exit code of a command."""
    with pytest.raises(SystemExit) as stopped:
        main(list(argv))
    return int(stopped.value.code or 0)


@pytest.fixture
def doors(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the commands called, and with what."""
    seen: dict[str, Any] = {}

    def run(experiment: Any, **options: Any) -> list[Path]:
        options.pop("progress")(1.0, 2.0, 1.0, "simulating")
        seen["run"] = (experiment, options)
        return [Path("results/x/x-1.h5"), Path("results/x/figures/raster.png")]

    def diagram(experiment: Any, path: Path) -> Path:
        seen["diagram"] = path
        return path

    def scored(only: list[str], seeds: int | None, results: Path, watch: Any, **options: Any) -> list[str]:
        watch.standing(Standing(1, 2, 0.5, 1.0, 1.0, 2, "simulating"))
        seen["validate"] = (only, seeds, results, options)
        return ["K1"] if seeds == 2 else []

    modules = {
        "pipeline": {"run": run},
        "validate": {"main": scored, "FEWEST_SEEDS": 5},
        "show": {"describe": lambda experiment: "dv/dt = ...", "diagram": diagram},
    }
    for name, content in modules.items():
        module = ModuleType(f"glunet.{name}")
        vars(module).update(content)
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setattr(glunet, name, module, raising=False)
    monkeypatch.setattr("glunet.cli._load", lambda name: SimpleNamespace(name=name))
    return seen


def test_run_hands_on_its_options_and_prints_what_was_written(
    doors: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert called("run", "x", "--force", "--device", "runtime", "--results", "there") == 0
    told = capsys.readouterr()
    assert doors["run"][1] == {"force": True, "device": "runtime", "results": Path("there")}
    assert told.out == "results/x/x-1.h5\nresults/x/figures/raster.png\n"
    assert "100 %" in told.err


def test_run_by_default(doors: dict[str, Any]) -> None:
    assert called("run", "x") == 0
    assert doors["run"][1] == {"force": False, "device": None, "results": Path("results")}


def test_an_unknown_device_is_refused(doors: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert called("run", "x", "--device", "cudastandalone") == 2
    assert "did you mean 'cuda_standalone'" in capsys.readouterr().err


def test_show_prints(doors: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert called("show", "x") == 0
    assert capsys.readouterr().out == "dv/dt = ...\n"


@pytest.mark.parametrize(
    ("argv", "path"),
    [
        (["x", "--diagram"], "x_circuit.svg"),
        (["--diagram", "x"], "x_circuit.svg"),
        (["x", "--diagram", "there.png"], "there.png"),
        (["--diagram", "x", "there.png"], "there.png"),
    ],
)
def test_show_draws(doors: dict[str, Any], argv: list[str], path: str) -> None:
    assert called("show", *argv) == 0
    assert doors["diagram"] == Path(path)


def test_a_picture_without_diagram_is_refused(doors: dict[str, Any]) -> None:
    assert called("show", "x", "there.png") == 2


def test_validate_hands_on_and_tells_what_could_not_be_computed(
    doors: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert called("validate", "--only", "K1", "--only", "P2", "--seeds", "2", "--jobs", "3") == 1
    options = {"jobs": 3, "device": None, "folder": Path("validation")}
    assert doors["validate"] == (["K1", "P2"], 2, Path("results"), options)
    told = capsys.readouterr().err
    assert "2 seeds: the rule of the scoreboard is at least 5" in told
    assert "K1 could not be computed" in told
    assert called("validate", "--seeds", "6", "--device", "gpu") == 0
    assert doors["validate"][3]["device"] == "cuda_standalone"
    assert "the rule" not in capsys.readouterr().err


@pytest.mark.parametrize("argv", [["--dry-run"], ["--parameter", "milieu.Gly_e"], ["--check", "--sensitivity"]])
def test_options_of_validate_that_do_not_go_together_are_refused(
    argv: list[str], doors: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert called("validate", *argv) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert "validate" not in doors


def test_a_store_error_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def damaged(path: Path) -> None:
        raise StoreError(f"{path}: damaged")

    monkeypatch.setattr(glunet, "open", damaged)
    for command in ("info", "figures"):
        assert called(command, "a.h5") == 2
        assert capsys.readouterr().err == "glunet: a.h5: damaged\n"


def test_ls_tells_of_unfinished_and_damaged_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "a.h5").write_bytes(b"not HDF5")
    (tmp_path / "x" / "b.h5.part").write_bytes(b"")
    assert called("ls", str(tmp_path)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert "a.h5" in lines[0]
    assert "unfinished" in lines[1]


def test_ls_without_results(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert called("ls", str(tmp_path)) == 0
    assert "no results yet" in capsys.readouterr().out
    assert called("ls", str(tmp_path / "nowhere")) == 2


def test_ls_lists_experiments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "experiments").mkdir()
    (tmp_path / "experiments" / "my_own.toml").write_text("")
    assert called("ls", "--experiments") == 0
    assert "my_own" in capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    "argv", [[], ["bogus"], ["run"], ["run", "x", "--bogus"], ["validate", "--seeds", "0"]]
)
def test_wrong_use_ends_with_code_2_and_no_traceback(
    argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert called(*argv) == 2
    told = capsys.readouterr()
    assert "Traceback" not in told.out + told.err
    assert "Usage" in told.out + told.err if not argv else told.err.count("\n") == 1 and "--help" in told.err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert called("version") == 0
    assert capsys.readouterr().out.startswith(f"glunet {glunet.__version__}")


@pytest.mark.parametrize("argv", [["ls", "."], ["ls", "--experiments"], ["--help"], ["doctor"], ["version"]])
def test_light_commands_import_nothing_heavy(argv: list[str], tmp_path: Path) -> None:
    code = (
        "import sys; from glunet.cli import main\n"
        f"try: main({argv!r})\n"
        "except SystemExit as stopped: assert not stopped.code\n"
        "print('heavy:', [m for m in ('brian2', 'sympy', 'matplotlib', 'xarray', 'scipy') "
        "if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "heavy: []"
