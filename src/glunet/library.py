"""Where models and experiments are found: the user's own folder first, then the shipped ones."""

from __future__ import annotations

import shutil
from pathlib import Path

from glunet.errors import InputError

KINDS = {"circuits": "circuit", "drugs": "drug", "receptors": "receptor",
         "conditions": "condition", "experiments": "experiment", "calibrations": "calibration"}


def shipped() -> Path:
    """The folder that holds the shipped ``models`` and ``experiments``.

    In a wheel it lies inside the package; in a checkout it is the repository itself, so that an edited
    model is used without installing again.
    """
    package = Path(__file__).resolve().parent
    inside = package / "_shipped"
    return inside if inside.is_dir() else package.parent.parent


def _folder(root: Path, kind: str) -> Path:
    """The folder of one kind below a root; experiments do not lie under models."""
    if kind not in KINDS:
        raise ValueError(f"unknown kind {kind!r}; one of {', '.join(KINDS)}")
    return root / kind if kind == "experiments" else root / "models" / kind


def _folders(kind: str) -> list[Path]:
    """Folders to look in, the user's own first."""
    return [_folder(Path(), kind), _folder(shipped(), kind)]


def names(kind: str) -> list[str]:
    """Names of everything of one kind that can be found from the current folder.

    Parameters
    ----------
    kind : {'circuits', 'drugs', 'conditions', 'experiments'}

    Returns
    -------
    list of str
        Sorted; an experiment or a calibration in a subfolder is named ``folder/name``. Names of all else stand in
        equations.
    """
    pattern = "**/*.toml" if kind in ("experiments", "calibrations") else "*.toml"
    found = {path.relative_to(folder).with_suffix("").as_posix()
             for folder in _folders(kind) for path in folder.glob(pattern) if path.is_file()}
    return sorted(found)


def find(kind: str, name: str) -> Path:
    """The file of a circuit, drug, condition or experiment.

    Parameters
    ----------
    kind : {'circuits', 'drugs', 'conditions', 'experiments'}
    name : str
        Name without suffix.

    Returns
    -------
    Path
        The user's own file (``./models/<kind>/<name>.toml``) where there is one, else the shipped one.

    Raises
    ------
    InputError
        No such name; tells the known ones and the nearest spelling.
    """
    known = names(kind)
    if name in known:
        for folder in _folders(kind):
            path = folder / f"{name}.toml"
            if path.is_file():
                return path
    where = _folder(Path(), kind).as_posix()
    other = [KINDS[one] for one in KINDS if one != kind and name in names(one)]
    if other:
        raise InputError(where, "name", f"{name!r} is a {other[0]} and no {KINDS[kind]}", known or "none: no files found")
    raise InputError(where, "name", f"unknown {KINDS[kind]} {name!r}", known or "none: no files found", name)


def find_experiment(name_or_path: str | Path) -> Path:
    """The experiment file meant by a path, or by the name of an experiment.

    Parameters
    ----------
    name_or_path : str or Path
        ``experiments/mine.toml``, or ``mine``, looked up in ``./experiments`` and among the shipped ones.

    Raises
    ------
    InputError
        No such file or name.
    """
    path = Path(name_or_path)
    text = str(name_or_path)
    if path.suffix == ".toml":
        if path.exists():
            return path
        known = names("experiments")
        raise InputError(text, "file", "no such file", [f"{name}.toml" for name in known] or "a .toml file",
                         value=path.name)
    if path.exists() and text not in names("experiments"):
        raise InputError(text, "file", "is no experiment file", "a file that ends in .toml, or the name of an experiment")
    if Path(f"{text}.toml").is_file() and text not in names("experiments"):
        raise InputError(text, "name", "no experiment has this name", f"{text}.toml, the file here")
    return find("experiments", text)


def copy_out(target: Path) -> list[Path]:
    """Copy the shipped models and experiments into a folder, for editing.

    Parameters
    ----------
    target : Path
        Made where it does not exist.

    Returns
    -------
    list of Path
        The folders written.

    Raises
    ------
    InputError
        One of the folders is already there: nothing is overwritten, and nothing is written at all.
    """
    if target.exists() and not target.is_dir():
        raise InputError(str(target), "folder", "is a file",
                         "a folder, new or without models/ and experiments/")
    folders = [target / "models", target / "experiments"]
    for folder in folders:
        if folder.exists():
            raise InputError(str(target), folder.name, f"{str(folder)!r} is already there and stays as it is",
                             "a folder without models/ and experiments/")
    try:
        target.mkdir(parents=True, exist_ok=True)
        for folder in folders:
            shutil.copytree(shipped() / folder.name, folder, ignore=shutil.ignore_patterns(".*"))
    except OSError as error:
        # shutil gathers errors without a number of their own.
        reason = error.strerror or str(error)
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
        raise InputError(str(target), "folder", f"cannot be written ({reason})",
                         "a writable folder") from None
    return folders
