"""A result seen along one axis: which replicates belong to which dose, paired by seed, and how to name them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from glunet.analysis.design import Design
from glunet.errors import InputError
from glunet.figures import style

if TYPE_CHECKING:
    from glunet.store.result import Result


@dataclass(frozen=True)
class Sweep:
    """Replicates along an axis.

    Attributes
    ----------
    path : str or None
        The axis, None for a result without one (then there is a single nameless value).
    name, unit : str
        As printed, the unit as written in the experiment.
    values : float64[D]
        In `unit`, rising.
    members : tuple of int64[S]
        For each value its replicates in the order of their seeds.
    seeds : tuple of int64[S]
        Their seeds.
    held : str
        What further axes are held at, for a footnote.
    """

    path: str | None
    name: str
    unit: str
    values: NDArray[np.float64]
    members: tuple[NDArray[np.int64], ...]
    seeds: tuple[NDArray[np.int64], ...]
    held: str

    @property
    def label(self) -> str:
        """The axis with its unit."""
        return style.labelled(self.name, self.unit)

    @property
    def n_seeds(self) -> int:
        """Fewest seeds of a value."""
        return min(len(rows) for rows in self.members)

    def text(self, index: int) -> str:
        """One value with its unit."""
        if self.path is None:
            return ""
        return f"{style.number_text(self.values[index])} {style.unit_text(self.unit)}".strip()

    def subset(self, most: int) -> list[int]:
        """Indices of at most so many values, evenly spread over their ranks, both ends included."""
        if len(self.values) <= most:
            return list(range(len(self.values)))
        if most == 1:
            return [0]
        return sorted({int(i) for i in np.linspace(0, len(self.values) - 1, most).round()})

    def paired(self, per_replicate: NDArray[np.float64]) -> NDArray[np.float64]:
        """Rows per seed.

        Parameters
        ----------
        per_replicate : float64[R, ...]
            One entry per replicate of the result.

        Returns
        -------
        float64[S, D, ...]
            For the seeds that every value has.
        """
        common = set.intersection(*(set(s.tolist()) for s in self.seeds))
        columns = [rows[np.isin(s, list(common))] for rows, s in zip(self.members, self.seeds, strict=True)]
        return np.stack([per_replicate[rows] for rows in columns], axis=1)


def held_levels(result: Result, given: Any) -> dict[str, float]:
    """Values at which further axes are held, each in its axis' unit.

    Parameters
    ----------
    result : Result
    given : mapping of path to float, or None
        Numbers in the axis' unit, which an experiment file's quantities have become.

    Raises
    ------
    InputError
        No such axis, or no number.
    """
    known, found = [str(path) for path in result.points.data_vars if path != "seed"], {}
    for path, level in dict(given or {}).items():
        if path not in known:
            raise InputError("figure", "held", f"no axis '{path}' in this result", known or "none", str(path))
        if isinstance(level, bool) or not isinstance(level, int | float):
            raise InputError("figure", "held", f"{level!r} is no value of {path}", f"a number in {named(result, path)[1]}")
        found[str(path)] = float(level)
    return found


def sweep_of(result: Result, axis: str | None = None, held: Mapping[str, float] | None = None) -> Sweep:
    """The result along an axis.

    Parameters
    ----------
    result : Result
        An opened result.
    axis : str, optional
        Path of the axis; by default the first.
    held : mapping of path to float, optional
        Values of other axes, in their unit; the others are held at their lowest.

    Returns
    -------
    Sweep

    Raises
    ------
    InputError
        Where there is no such axis, or the points are those of a design.
    """
    design = design_of(result)
    if design is not None:
        raise InputError("figure", "axis", f"the points of this result are a design ({design.kind}), not levels along an "
                         "axis", "the figure 'sensitivity', or `glunet sensitivity`")
    paths = [str(path) for path in result.points.data_vars if path != "seed"]
    if axis is not None and axis not in paths:
        raise InputError("figure", "axis", f"no axis '{axis}' in this result", paths or "none", axis)
    seeds = np.asarray(result.points["seed"].values)
    path = axis or (paths[0] if paths else None)
    use, told = np.ones(seeds.size, bool), []
    for other in paths:
        if other != path:
            values = np.asarray(result.axis(other).values, float)
            level = (held or {}).get(other, values.min())
            use &= np.isclose(values, level, rtol=1e-9, atol=0)
            name, unit = named(result, other)
            told.append(f"{name} {style.number_text(level)} {style.unit_text(unit)}".strip())
    column = np.zeros(seeds.size) if path is None else np.asarray(result.axis(path).values, float)
    levels = np.unique(column[use])
    rows = [np.flatnonzero(use & (column == level)) for level in levels]
    rows = [r[np.argsort(seeds[r], kind="stable")] for r in rows]
    name, unit = ("", "1") if path is None else named(result, path)
    return Sweep(path, name, unit, levels, tuple(rows), tuple(seeds[r] for r in rows), ", ".join(told))


def design_of(result: Result) -> Design | None:
    """The design whose points a result holds, None for levels along axes."""
    table = result.provenance.get("design")
    return Design.of(table) if table else None


def named(result: Result, path: str) -> tuple[str, str]:
    """How an axis is called, and its unit."""
    unit = str(result.axis(path).attrs.get("units", "1"))
    parts = path.split(".")
    if parts[0] == "drugs":
        last = "" if parts[-1] == "concentration" else f" {parts[-1].replace('_', ' ')}"
        return f"{style.spoken(parts[1])}{last}", unit
    if parts[0] == "milieu":
        return {"Mg_e": "Magnesium", "K_e": "Potassium", "Ca_e": "Calcium", "Glu_e": "Glutamate", "Gly_e": "Glycine",
                "DSer_e": "D-serine"}.get(parts[1], parts[1]), unit
    if parts[0] == "conditions":
        return style.spoken(parts[1]) + ("" if parts[-1] == "level" else f" {parts[-1].replace('_', ' ')}"), unit
    if parts[0] == "clamp":
        return f"Holding potential, {style.spoken(parts[1])}", unit
    # 'nmda.nmda_ratio' says it twice.
    follow = [*parts[2:], ""]
    words = [part for part, after in zip(parts[1:], follow, strict=True) if not after.startswith(f"{part}_")]
    return style.spoken(" ".join(words)).replace("nmda", "NMDA").replace("ampa", "AMPA"), unit


def populations_of(result: Result, options: Mapping[str, Any], key: str = "population") -> list[str]:
    """The populations an option names, or all with spikes.

    Parameters
    ----------
    result : Result
        An opened result.
    options : mapping
        Its entry `key` is None, a name or a list of names.

    Returns
    -------
    list of str

    Raises
    ------
    InputError
        For a population without spikes.
    """
    recorded = list(result.recorded["spikes"])
    given = options.get(key)
    names = recorded if given is None else [given] if isinstance(given, str) else list(given)
    for name in names:
        if name not in recorded:
            raise InputError("figure", key, f"no spikes of '{name}' in this result", recorded or "none", name)
    if not names:
        raise InputError("figure", key, "the result holds no spikes", "record.<population>.spikes = true")
    return names
