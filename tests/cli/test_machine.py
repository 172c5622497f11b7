"""What is told about the machine: `glunet doctor` and the provenance of results."""

from __future__ import annotations

import getpass
import json
import platform
import shutil
import subprocess
from pathlib import Path

import pytest

import glunet
from glunet import doctor, provenance
from glunet.cli import main


def test_doctor_looks_for_everything() -> None:
    found = {check.name: check for check in doctor.checks()}
    assert list(found) == [
        "Python",
        "brian2",
        "C++ compiler",
        "Vector maths",
        "CUDA compiler",
        "brian2cuda",
        "GPU",
        "SLURM",
    ]
    assert found["Python"].found
    assert found["brian2"].found
    assert all(check.remedy and check.detail for check in found.values())


def test_doctor_on_a_bare_machine_ends_well(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(provenance, "CUDA", str(tmp_path))
    for name in ("CXX", "CUDA_HOME", "CUDA_PATH"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SystemExit) as stopped:
        main(["doctor"])
    assert stopped.value.code == 0
    lines = {line.split("  ")[0].strip(): line for line in capsys.readouterr().out.splitlines()}
    for name in ("C++ compiler", "Vector maths", "CUDA compiler", "GPU", "SLURM"):
        assert "missing" in lines[name]
        assert "->" in lines[name]


@pytest.mark.skipif(shutil.which("g++") is None or shutil.which("nm") is None, reason="needs g++ and nm")
def test_vector_maths_is_seen_in_the_object_file(monkeypatch: pytest.MonkeyPatch) -> None:
    # Without finite-math flags gcc must not vectorise exp: the check has to see that difference.
    monkeypatch.setattr(doctor, "VECTOR_FLAGS", ("-O1",))
    assert doctor.vector_maths() is False


def test_provenance_is_json_and_names_nobody() -> None:
    found = provenance.collect("cpp_standalone")
    text = json.dumps(found)
    assert found["glunet"] == glunet.__version__
    assert found["packages"]["brian2"] == "2.10.1"
    assert found["device"] == "cpp_standalone"
    assert "gpu" not in found
    for name in (platform.node(), getpass.getuser(), str(Path.home())):
        # A host or user may by chance be called like a part of a version or compiler: compare whole words.
        assert name not in text.replace('"', " ").split()


def test_commit_is_that_of_a_glunet_checkout_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "src" / "glunet"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    monkeypatch.setattr(glunet, "__file__", str(package / "__init__.py"))
    project = tmp_path / "pyproject.toml"
    project.write_text('[project]\nname = "other"\n')
    git = ["git", "-C", str(tmp_path), "-c", "user.name=n", "-c", "user.email=e@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-qm", "first", "--no-verify"], check=True)
    assert provenance.commit() is None
    project.write_text('[project]\nname = "glunet"\n')
    head = subprocess.run(
        [*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True
    ).stdout.strip()
    assert provenance.commit() == f"{head}+changes"
    table = tmp_path / "validation" / "table.md"
    table.parent.mkdir()
    table.write_text("old")
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-qam", "second", "--no-verify"], check=True)
    assert len(provenance.commit() or "") == 40
    table.write_text("what a run of the scoreboard writes is no change of the code")
    assert len(provenance.commit() or "") == 40
    (package / "__init__.py").write_text("x = 1")
    assert (provenance.commit() or "").endswith("+changes")


def test_no_commit_outside_a_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site-packages" / "glunet"
    package.mkdir(parents=True)
    monkeypatch.setattr(glunet, "__file__", str(package / "__init__.py"))
    assert provenance.commit() is None
