"""Assemble a blueprint: a circuit's composed models, and for every point of a batch its own cells, wiring and doses."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from glunet.circuit.blueprint import Blueprint, PopulationPlan, ProjectionPlan, RecordPlan
from glunet.circuit.compose import compose
from glunet.circuit.conditions import check_hosts, course_arrays, from_edge, ranks
from glunet.circuit.domains import DomainPlan, serving
from glunet.circuit.load import load_circuit, load_condition, load_drug
from glunet.circuit.model import CellModel
from glunet.circuit.neighbours import ExchangePlan, exchanges
from glunet.circuit.place import place
from glunet.circuit.setting import Setting, stream
from glunet.circuit.start import Cells, start_values
from glunet.circuit.types import Circuit, Population, Projection, Value
from glunet.circuit.wire import wire
from glunet.errors import GlunetError
from glunet.mechanisms.catalogue import mechanisms
from glunet.vocabulary.schedule import ALWAYS, Term

_LEAST_TERMS = 2      # a constant, a step with an end and a bolus then share one compiled model
_TINY = 1e-18         # S; keeps a ratio to a cell's synaptic capacity defined where it has no synapses


def cell_counts(circuit: Circuit, cells: int) -> dict[str, int]:
    """Cells of each population; the rounding remainder goes to the first. Glial cells come besides, at least one."""
    counts = {name: int(round(p.fraction * cells)) for name, p in circuit.populations.items() if not p.glial}
    first = next(iter(counts))
    counts[first] += cells - sum(counts.values())
    if min(counts.values()) < 0:
        raise GlunetError(f"{circuit.file}: the populations' fractions add up to more than 1")
    glia = {name: max(1, int(round(p.fraction * cells))) for name, p in circuit.populations.items() if p.glial}
    return {name: n for name, n in counts.items() if n} | glia


def _sheet(circuit: Circuit, counts: Mapping[str, int], seed: int) -> tuple[dict[str, np.ndarray], float]:
    """Where the neurons are, and on the same sheet, in a grid of their own, the glial cells."""
    neurons = {name: n for name, n in counts.items() if not circuit.populations[name].glial}
    positions, side = place(neurons, circuit.spacing.si, stream(seed, "sheet"))
    for name in counts.keys() - neurons.keys():
        found, own = place({name: counts[name]}, circuit.spacing.si, stream(seed, "sheet", name))
        positions[name] = found[name] * side / own
    return positions, side


def _spread(value: Value, si: float, n: int, rng: np.random.Generator) -> np.ndarray:
    """Values over cells: lognormal with the given mean and coefficient of variation, normal for voltages."""
    if si > 0:
        sigma = np.sqrt(np.log1p(value.spread**2))
        return si * np.exp(rng.normal(-0.5 * sigma**2, sigma, n))
    return si + abs(si) * value.spread * rng.standard_normal(n)


def _parameters(model: CellModel, n: int, settings: Sequence[Setting],
                varying: set[str]) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    """Constants and per-cell arrays of one population."""
    constants, arrays = {}, {}
    for variable, (path, value) in model.parameters.items():
        si = [setting.values.get(path, value.si) for setting in settings]
        if value.spread == 0 and path not in varying:
            constants[variable] = si[0]
        elif value.spread == 0:
            arrays[variable] = np.repeat(np.array(si, dtype=float)[:, None], n, axis=1)
        else:
            arrays[variable] = np.array([_spread(value, x, n, stream(setting.seed, model.name, variable))
                                         for x, setting in zip(si, settings, strict=True)])
    return constants, arrays


def _dose_arrays(model: CellModel, n: int, settings: Sequence[Setting]) -> dict[str, np.ndarray]:
    """Schedule terms of every drug, per cell."""
    arrays = {}
    for drug, count in model.drugs.items():
        for k in range(count):
            rows = []
            for setting in settings:
                terms = setting.doses.get(drug, ())
                rows.append(terms[k] if k < len(terms) else Term(ALWAYS, 0.0))
            for key in ("start", "level", "amplitude", "tau"):
                arrays[f"{key}_{drug}_{k}"] = np.repeat(np.array([[float(getattr(t, key))] for t in rows]), n, axis=1)
    return arrays


def _condition_arrays(model: CellModel, n: int, settings: Sequence[Setting],
                      sheets: list[tuple[dict[str, np.ndarray], float]]) -> dict[str, np.ndarray]:
    """Courses of every condition's level, and the cells' ranks and places where a condition asks for them."""
    arrays: dict[str, np.ndarray] = {}
    for condition in model.conditions:
        arrays |= course_arrays(condition, n, [tuple(s.levels.get(condition, ())) for s in settings])
    if any("rank" in part.requires for part in model.mechanisms):
        arrays["rank"] = np.array([ranks(n, stream(s.seed, model.name, "rank")) for s in settings])
    if any("from_edge" in part.requires for part in model.mechanisms):
        arrays["from_edge"] = np.array([from_edge(positions[model.name], side) for positions, side in sheets])
    return arrays


def _noise_keys(model: CellModel, n: int, settings: Sequence[Setting]) -> dict[str, np.ndarray]:
    """Two 32-bit keys per cell for the counter-based noise: they depend on seed, population and cell alone."""
    keys = np.array([stream(s.seed, model.name, "noise").integers(0, 2**32, (n, 2), dtype=np.uint32) for s in settings])
    return {f"noise_key_{i}": keys[:, :, i].view(np.int32).copy() for i in range(2)}


@dataclass(frozen=True)
class _Wired:
    plan: ProjectionPlan
    received: np.ndarray       # [R, n_target] summed weight that each target cell receives


def _project(circuit: Circuit, projection: Projection, settings: Sequence[Setting],
             sheets: list[tuple[dict[str, np.ndarray], float]]) -> _Wired:
    """Index arrays and weights of one projection over all replicates."""
    def number(key: str, setting: Setting) -> float:
        return setting.values.get(f"projections.{projection.name}.{key}", projection.values[key].si)

    structure = {(number("in_degree", s), number("delay", s)) for s in settings}
    if len(structure) > 1:
        raise GlunetError(f"projections.{projection.name}: in_degree and delay cannot vary within one batch")
    wanted = int(round(number("in_degree", settings[0])))
    sources, targets, weights, received = [], [], [], []
    known: dict[tuple[int, float], tuple[np.ndarray, np.ndarray, np.ndarray]] = {}
    for replicate, (setting, (positions, side)) in enumerate(zip(settings, sheets, strict=True)):
        pre, post = positions[projection.source], positions[projection.target]
        key = (setting.seed, number("length", setting))
        if key not in known:
            rng = stream(setting.seed, "projection", projection.name)
            found = wire(post, pre, wanted, key[1], side, projection.source == projection.target, rng)
            z = rng.standard_normal(found[0].size)
            # a spike's synapses then lie side by side, and its delivery does not wander through memory
            by_source = np.lexsort((found[1], found[0]))
            known[key] = (found[0][by_source], found[1][by_source], z[by_source])
        source, target, z = known[key]
        sigma, degree = number("weight_spread", setting), source.size // max(len(post), 1)
        # a small circuit has fewer sources than wanted: the mean input is kept by stronger synapses
        mean = number("weight", setting) * (wanted / degree if degree else 0.0)
        weight = mean * np.exp(sigma * z - 0.5 * sigma**2)
        sources.append(source + replicate * len(pre))
        targets.append(target + replicate * len(post))
        weights.append(weight)
        received.append(np.bincount(target, weight, minlength=len(post)))
    arrival = _arrival(circuit.populations[projection.target], projection)
    plan = ProjectionPlan(projection.name, projection.source, projection.target, projection.receptors, wanted,
                          np.concatenate(sources).astype(np.int32), np.concatenate(targets).astype(np.int32),
                          np.concatenate(weights), number("delay", settings[0]), arrival)
    return _Wired(plan, np.array(received))


def _arrival(target: Population, projection: Projection) -> str:
    """What an arriving spike does to its target."""
    lines = []
    for receptor in projection.receptors:
        mechanism = mechanisms()[receptor]
        subunits = target.subunits if "subunit" in mechanism.per else ("",)
        lines += [mechanism.arrival.replace("{s}", subunit) for subunit in subunits]
    return "\n".join(lines)


def _capacity(circuit: Circuit, name: str, wired: list[_Wired], arrays: dict[str, np.ndarray],
              constants: dict[str, float], shape: tuple[int, int]) -> np.ndarray:
    """All glutamatergic conductance of a cell: its synapses' and its unmodelled afferents' (S)."""
    total = np.full(shape, _TINY)
    for one in wired:
        if one.plan.target == name and "nmda" in one.plan.receptors:
            total += one.received
    both: dict[str, Any] = {**constants, **arrays}
    return total + both.get("n_excitatory", 0.0) * both.get("w_excitatory", 0.0)


def _near(cells: Mapping[str, Cells], initial: Mapping[str, Mapping[str, np.ndarray]],
          sheets: list[tuple[dict[str, np.ndarray], float]], spacing: float) -> list[ExchangePlan]:
    """Which shells exchange what with which."""
    species, shells = {}, {}
    for name, one in cells.items():
        species[name] = tuple(dict.fromkeys(x for part in one.model.mechanisms for x in part.exchanges))
        if species[name]:
            known: dict[str, Any] = {**one.constants, **one.arrays, **initial[name]}
            shells[name] = known["diffusion"] * np.broadcast_to(known["volume_shell"], (len(sheets), one.n))
    return exchanges(species, sheets, shells, spacing) if shells else []


def _domains(cells: Mapping[str, Cells], sheets: list[tuple[dict[str, np.ndarray], float]]) -> list[DomainPlan]:
    """Which astrocyte serves which cell."""
    plans = []
    for glia in [name for name in cells if cells[name].model.glial]:
        for name in [name for name in cells if not cells[name].model.glial]:
            reads = tuple((link.name, link.variable) for link in cells[name].model.reads)
            sums = tuple((link.name, link.variable) for link in cells[glia].model.sums.get(name, ()))
            if reads or sums:
                served = serving([sheet[name] for sheet, _ in sheets], [sheet[glia] for sheet, _ in sheets],
                                 [side for _, side in sheets])
                plans.append(DomainPlan(f"{glia}_of_{name}", glia, name, served, reads, sums))
    return plans


def _populated(circuit: Circuit, name: str, n: int, settings: Sequence[Setting], model: CellModel, spread: set[str],
               wired: list[_Wired], sheets: list[tuple[dict[str, np.ndarray], float]], clamp: Mapping[str, float]) -> Cells:
    """The numbers of one population."""
    constants, arrays = _parameters(model, n, settings, spread)
    arrays |= _dose_arrays(model, n, settings) | _condition_arrays(model, n, settings, sheets)
    population, shape = circuit.populations[name], (len(settings), n)
    if model.clamped:
        volts = [[s.values.get(f"clamp.{name}", clamp.get(name, 0.0))] for s in settings]
        arrays["v_clamp"] = np.repeat(np.array(volts), n, axis=1)
    if "nmda" in population.mechanisms:
        arrays["capacity"] = _capacity(circuit, name, wired, arrays, constants, shape)
    if "afferents" in population.mechanisms:
        arrays |= _noise_keys(model, n, settings)
    if any("out_synapses" in part.requires for part in model.mechanisms):
        made = [np.bincount(one.plan.source_index, minlength=shape[0] * n) for one in wired if one.plan.source == name]
        arrays["out_synapses"] = np.asarray(sum(made, np.zeros(shape[0] * n)), dtype=float).reshape(shape)
    return Cells(n, model, constants, arrays)


def assemble(circuit_name: str, settings: Sequence[Setting], duration: float, *, cells: int | None = None,
             dt: float | None = None, slow_only: float | None = None, record: Mapping[str, RecordPlan] | None = None,
             clamp: Mapping[str, float] | None = None, varying: Collection[str] = ()) -> Blueprint:
    """The blueprint of one batch.

    Parameters
    ----------
    circuit_name : str
    settings : sequence of Setting
        One per replicate.
    duration : float
        Seconds.
    cells : int, optional
        Cells per replicate; the circuit's own number where None.
    dt : float, optional
        Fast step in seconds.
    slow_only : float, optional
        The one step, in seconds, of a run without spikes, synapses and afferents.
    record : mapping of population to RecordPlan
    clamp : mapping of population to volts
        Voltage-clamped populations.
    varying : collection of str
        Paths to lay out per cell even where these settings agree: all batches of a sweep then are one program.

    Returns
    -------
    Blueprint

    Raises
    ------
    InputError, GlunetError
        One line each.
    """
    for setting in settings:
        for path, number in setting.values.items():
            if not np.isfinite(number):
                raise GlunetError(f"{path}: {number} is not a finite number")
    circuit, record, clamp = load_circuit(circuit_name), record or {}, clamp or {}
    counts = cell_counts(circuit, cells or circuit.cells)
    drugs = sorted({drug for setting in settings for drug in setting.doses})
    terms = {drug: max(_LEAST_TERMS, *(len(s.doses.get(drug, ())) for s in settings)) for drug in drugs}
    substances = [(load_drug(drug), terms[drug]) for drug in drugs]
    conditions = tuple(load_condition(name) for name in sorted({name for s in settings for name in s.levels}))
    paths = {path for setting in settings for path in setting.values}
    spread = {*varying, *(path for path in paths if len({s.values.get(path) for s in settings}) > 1)}
    sheets = [_sheet(circuit, counts, s.seed) for s in settings]
    steps = (slow_only, slow_only) if slow_only else (dt or circuit.dt, circuit.slow_dt)
    wired = [_project(circuit, p, settings, sheets) for p in circuit.projections.values()
             if counts.get(p.source) and counts.get(p.target)]
    cells_of = {}
    for name, n in counts.items():
        held = name in clamp or any(f"clamp.{name}" in s.values for s in settings)
        model = compose(circuit, circuit.populations[name], substances, held, conditions, silent=bool(slow_only))
        cells_of[name] = _populated(circuit, name, n, settings, model, spread, wired, sheets, clamp)
    domains = _domains(cells_of, sheets)
    initial = start_values(cells_of, domains, settings, *steps)
    populations = {
        name: PopulationPlan(name, circuit.populations[name].kind, one.n, one.model, one.constants, one.arrays,
                             initial[name], np.array([sheet[name] for sheet, _ in sheets]), record.get(name, RecordPlan()))
        for name, one in cells_of.items()}
    for condition in conditions:
        check_hosts(condition, circuit, {name: plan.model.port_names() for name, plan in populations.items()})
    near = _near(cells_of, initial, sheets, circuit.spacing.si)
    seeds = np.array([s.seed for s in settings], dtype=np.int64)
    levels = {one.name: [tuple(s.levels.get(one.name, ())) for s in settings] for one in conditions}
    schedules = {drug: [tuple(s.doses.get(drug, ())) for s in settings] for drug in drugs}
    return Blueprint(circuit.name, len(settings), seeds, duration, *steps, populations,
                     {} if slow_only else {one.plan.name: one.plan for one in wired}, schedules, tuple(near),
                     conditions=conditions, levels=levels, domains=tuple(domains))
