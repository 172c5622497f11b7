"""The model of the page: everything the template shows, of one or several results."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from glunet.report import levels, wording
from glunet.report.account import Account, account
from glunet.report.explore import explorer
from glunet.report.pictures import Picture, pictures

if TYPE_CHECKING:
    from glunet.store.result import Result

#: What a page should weigh, bytes, and the least that is left for exploring when its figures are heavy.
WEIGHT, LEAST = 4_800_000, 400_000
#: Rows of the table of levels.
MOST_ROWS = 400

Row = tuple[str, str]


@dataclass(frozen=True)
class Table:
    """A table of levels: what is in it, a head with units, rows of text."""

    title: str
    head: list[str]
    rows: list[list[str]]


@dataclass(frozen=True)
class Section:
    """One result on the page.

    Attributes
    ----------
    key : str
        Start of its anchors.
    name, title : str
        Of the experiment.
    summary : str
        One line.
    plan, provenance, timings : list of (str, str)
    tables : list of Table
        Levels x rates, then levels x recorded means, one per population.
    over : str
        How the tables' numbers came about.
    pictures : list of Picture
    account : Account
    experiment : str
        The TOML file.
    data : dict
        For the page's script.
    notes : list of str
        What was thinned.
    """

    key: str
    name: str
    title: str
    summary: str
    plan: list[Row]
    tables: list[Table]
    over: str
    pictures: list[Picture]
    account: Account
    experiment: str
    provenance: list[Row]
    timings: list[Row]
    data: dict[str, Any]
    notes: list[str]


def sections(results: Sequence[Result]) -> list[Section]:
    """The results as sections of one page that stays below `WEIGHT` where its figures allow.

    Parameters
    ----------
    results : sequence of Result
        Opened results.

    Returns
    -------
    list of Section
    """
    drawn = [pictures(result, f"r{k + 1}") for k, result in enumerate(results)]
    accounts = [account(result.blueprint, f"r{k + 1}", _clamped(result)) for k, result in enumerate(results)]
    # Text weighs what the parameters' rows do, roughly.
    taken = sum(len(one.svg) for group in drawn for one in group)
    taken += sum(700 * len(population.parameters) for found in accounts for population in found.populations) + 60_000
    budget = max(WEIGHT - taken, LEAST) // max(len(results), 1)
    return [_section(result, f"r{k + 1}", drawn[k], accounts[k], budget) for k, result in enumerate(results)]


def _section(result: Result, key: str, drawn: list[Picture], found: Account, budget: int) -> Section:
    """One result."""
    group = levels.levels(result)
    measured, over = levels.measures(result)
    data, notes = explorer(result, group, budget)
    data["doses"] = {**levels.chart(result, group, measured), "over": over}
    return Section(key, result.experiment, result.title or result.experiment, _summary(result), _plan(result),
                   _tables(group, measured), _over(group, over), drawn, found, result.experiment_text, _provenance(result),
                   _timings(result), data, notes)


def _summary(result: Result) -> str:
    """Extent, device and date on one line."""
    count = f"{wording.thousands(result.n_replicates)} replicate{'s' if result.n_replicates > 1 else ''}"
    told = result.provenance
    return "; ".join(filter(None, [f"{count} of {result.duration_s:g} s in steps of {result.dt_s * 1e3:g} ms",
                                   _flat(told.get("device", "")), _flat(told.get("created", ""))]))


def _clamped(result: Result) -> set[str]:
    """Populations whose membrane potential was held, by the file or along an axis."""
    held = {str(path).split(".")[1] for path in result.points.data_vars if str(path).startswith("clamp.")}
    return held | set(tomllib.loads(result.experiment_text).get("clamp", {}))


def _plan(result: Result) -> list[Row]:
    """What was to be computed: circuit, axes, drugs, what was recorded."""
    table = tomllib.loads(result.experiment_text)
    axes = [str(name) for name in result.points.data_vars if name != "seed"]
    rows = [("Circuit", str(result.blueprint.get("circuit", "")))]
    rows += [("Cells", ", ".join(f"{wording.spoken(name)}: {result.n_cells(name)}" for name in result.recorded["spikes"]))]
    for path in axes:
        axis = result.axis(path)
        unit = wording.unit(str(axis.attrs.get("units", "1")))
        rows.append((f"Axis {path}", f"{_span(np.unique(axis.values))} {unit}".strip()))
    rows.append(("Seeds", _span(np.unique(result.points["seed"].values))))
    for kind in ("drugs", "conditions", "overrides", "clamp", "design"):
        for name, one in table.get(kind, {}).items():
            # what an axis sets, the table's own value does not
            own = {key: value for key, value in one.items() if f"{kind}.{name}.{key}" not in axes
                   } if isinstance(one, dict) else one
            rows.append((f"{kind}.{name}", _flat(own)))
    for kind, title in (("means", "Population means"), ("traces", "Traces of single cells")):
        rows += [(f"{title}, {wording.spoken(name)}", ", ".join(found)) for name, found in result.recorded[kind].items()]
    if result.missing:
        number = sum(last - first + 1 for first, last in result.missing)
        rows.append(("Missing", f"{number} points of the plan are not computed yet"))
    return [(name, text) for name, text in rows if text]


def _span(values: np.ndarray) -> str:
    """Values in rising order, the middle left out where they are many."""
    told = [wording.number(float(value)) for value in values]
    if len(told) <= 16:
        return ", ".join(told)
    return f"{', '.join([*told[:6], '…', *told[-2:]])} ({len(told)} values)"


def _tables(group: list[levels.Level], measured: list[levels.Measure]) -> list[Table]:
    """Mean and interval of every measure at every level: rates beside each other, recorded means by population."""
    rates = [one for one in measured if one.name == "rate"]
    names = dict.fromkeys(one.population for one in measured)
    found = [_table("Firing rates", group, rates, [f"{wording.spoken(one.population)}, Hz" for one in rates])]
    for name in names:
        own = [one for one in measured if one.population == name and one.name != "rate"]
        head = [", ".join(filter(None, [wording.spoken(one.name), wording.unit(one.unit)])) for one in own]
        found.append(_table(f"{wording.spoken(name)}: population means", group, own, head))
    return [table for table in found if len(table.head) > 2]


def _table(title: str, group: list[levels.Level], measured: list[levels.Measure], head: list[str]) -> Table:
    """One table."""
    told = [levels.cells(group, one) for one in measured]
    return Table(title, ["Replicates", "Seeds", *head],
                 [[level.label or "all", str(len(level.rows)), *(_cell(column[k]) for column in told)]
                  for k, level in enumerate(group[:MOST_ROWS])])


def _over(group: list[levels.Level], over: str) -> str:
    """What the tables' numbers are."""
    note = f"Mean over seeds (95 % interval by Student's t, from three seeds on), averaged over {over}."
    if len(group) > MOST_ROWS:
        note += f" The first {MOST_ROWS} of {wording.thousands(len(group))} rows."
    return note


def _cell(told: dict[str, Any]) -> str:
    """A mean with its interval."""
    mean = wording.number(told["mean"], 3)
    if told["low"] != told["low"]:
        return mean
    return f"{mean} ({wording.number(told['low'], 3)} to {wording.number(told['high'], 3)})"


def _flat(value: Any) -> str:
    """A value of a record on one line."""
    if isinstance(value, dict):
        return ", ".join(f"{key} {_flat(part)}" for key, part in value.items())
    if isinstance(value, list):
        return "; ".join(dict.fromkeys(_flat(part) for part in value))
    return "–" if value is None else str(value)


def _provenance(result: Result) -> list[Row]:
    """What produced the result."""
    rows = [(key, _flat(value)) for key, value in result.provenance.items()]
    size = sum(path.stat().st_size for path in result.files)
    seeds = _span(np.unique(result.points["seed"].values))
    names = [path.name for path in result.files]
    shown = names if len(names) <= 8 else [*names[:4], f"… {len(names) - 5} more …", names[-1]]
    return [*rows, ("seeds", seeds), ("files", f"{', '.join(shown)} ({size / 1e6:.3g} MB)")]


def _timings(result: Result) -> list[Row]:
    """Seconds spent."""
    spent = result.timings
    rows = [(key, f"{value:.3g} s") for key, value in spent.items()]
    simulated = result.n_replicates * result.duration_s
    return [*rows, ("simulated", f"{simulated:g} s of network, {result.n_replicates} × {result.duration_s:g} s")]
