"""Where models and experiments are found, and `glunet init`."""

from __future__ import annotations

from pathlib import Path

import pytest

from glunet import library
from glunet.cli import main
from glunet.errors import InputError


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shipped folder with two drugs and two experiments; the current folder is an empty one beside it."""
    root = tmp_path / "shipped"
    for name in (
        "models/drugs/ketamine",
        "models/drugs/pcp",
        "experiments/demo",
        "experiments/validation/k1",
    ):
        file = root / f"{name}.toml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"# shipped {name}\n")
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setattr(library, "shipped", lambda: root)
    return root


def test_shipped_files_are_found_from_anywhere(shipped: Path) -> None:
    assert library.names("drugs") == ["ketamine", "pcp"]
    assert library.find("drugs", "pcp") == shipped / "models" / "drugs" / "pcp.toml"
    assert library.find_experiment("validation/k1") == shipped / "experiments" / "validation" / "k1.toml"
    assert library.names("conditions") == []


def test_the_users_own_file_comes_first(shipped: Path) -> None:
    mine = Path("models/drugs/ketamine.toml")
    mine.parent.mkdir(parents=True)
    mine.write_text("# mine\n")
    assert library.find("drugs", "ketamine") == mine
    assert library.names("drugs") == ["ketamine", "pcp"]


def test_folders_broken_links_and_subfolders_hold_no_drug(shipped: Path) -> None:
    Path("models/drugs/x.toml").mkdir(parents=True)
    Path("models/drugs/sub").mkdir()
    Path("models/drugs/sub/y.toml").touch()
    Path("models/drugs/z.toml").symlink_to("/nonexistent")
    assert library.names("drugs") == ["ketamine", "pcp"]


@pytest.mark.parametrize("name", ["../drugs/pcp", "", "pcp.toml", "Pcp"])
def test_only_listed_names_are_found(shipped: Path, name: str) -> None:
    with pytest.raises(InputError, match="unknown drug"):
        library.find("drugs", name)


def test_an_unknown_name_gets_the_nearest(shipped: Path) -> None:
    with pytest.raises(InputError, match=r"allowed: ketamine, pcp \(did you mean 'ketamine'\?\)"):
        library.find("drugs", "ketamin")
    with pytest.raises(InputError, match=r"unknown experiment 'dmo'.*\(did you mean 'demo'\?\)"):
        library.find_experiment("dmo")
    with pytest.raises(InputError, match=r"dmo.toml: file: no such file.*\(did you mean 'demo.toml'\?\)"):
        library.find_experiment("dmo.toml")


def test_this_checkout_ships_its_drugs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert {"ketamine", "pcp", "memantine", "mk801", "ap5", "cnqx", "perampanel"} <= set(
        library.names("drugs")
    )


def test_init_copies_everything_out(shipped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["init", "mine"])
    assert stopped.value.code == 0
    for source in shipped.rglob("*.toml"):
        assert (Path("mine") / source.relative_to(shipped)).read_text() == source.read_text()
    assert "mine/models" in capsys.readouterr().out


def test_init_overwrites_nothing(shipped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = Path("mine/experiments/demo.toml")
    mine.parent.mkdir(parents=True)
    mine.write_text("# mine\n")
    with pytest.raises(SystemExit) as stopped:
        main(["init", "mine"])
    assert stopped.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert mine.read_text() == "# mine\n"
    assert not Path("mine/models").exists()


def test_init_refuses_a_file(shipped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine").write_text("")
    with pytest.raises(SystemExit) as stopped:
        main(["init", "mine"])
    assert stopped.value.code == 2
    assert "is a file" in capsys.readouterr().err


def test_init_leaves_nothing_half_done(shipped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for file in (shipped / "experiments").rglob("*.toml"):
        file.unlink()
    for folder in (shipped / "experiments" / "validation", shipped / "experiments"):
        folder.rmdir()
    with pytest.raises(SystemExit) as stopped:
        main(["init", "mine"])
    assert stopped.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert list(Path("mine").iterdir()) == []
