"""The blueprint: everything that one batch needs, as text and arrays, before any Brian2 object exists."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glunet.circuit.domains import DomainPlan
from glunet.circuit.model import CellModel
from glunet.circuit.neighbours import ExchangePlan
from glunet.circuit.stepping import fast_code, slow_code
from glunet.circuit.types import Condition
from glunet.vocabulary.quantity import show
from glunet.vocabulary.schedule import Ramp, Term


@dataclass(frozen=True)
class RecordPlan:
    """What is recorded of one population; intervals in seconds."""

    means: tuple[str, ...] = ()
    means_every: float = 1e-3
    traces: tuple[str, ...] = ()
    cells: tuple[int, ...] = ()
    traces_every: float = 5e-4


@dataclass(frozen=True)
class PopulationPlan:
    """One population over all replicates.

    Parameters
    ----------
    n : int
        Cells per replicate.
    constants : dict of variable to float
        Shared by all cells of all replicates (SI).
    arrays : dict of variable to ndarray[R, N]
        Per cell (SI; noise keys are int32).
    initial : dict of state to float64[R, N]
    positions : float64[R, N, 2]
        Metres.
    """

    name: str
    kind: str
    n: int
    model: CellModel
    constants: dict[str, float]
    arrays: dict[str, np.ndarray]
    initial: dict[str, np.ndarray]
    positions: np.ndarray
    record: RecordPlan


@dataclass(frozen=True)
class ProjectionPlan:
    """One projection over all replicates, as index arrays into the populations' replicate-major cells.

    Parameters
    ----------
    source_index, target_index : int32[R * synapses]
    weight : float64[R * synapses]
        Peak conductance of the first receptor (S).
    on_arrival : str
        Statements for one arriving spike.
    delay : float
        Seconds.
    """

    name: str
    source: str
    target: str
    receptors: tuple[str, ...]
    in_degree: int
    source_index: np.ndarray
    target_index: np.ndarray
    weight: np.ndarray
    delay: float
    on_arrival: str


@dataclass(frozen=True)
class Blueprint:
    """One batch: a network of disjoint replicates."""

    circuit: str
    replicates: int
    seeds: np.ndarray
    duration: float
    dt: float
    slow_dt: float
    populations: dict[str, PopulationPlan]
    projections: dict[str, ProjectionPlan]
    schedules: dict[str, list[tuple[Term, ...]]]
    exchanges: tuple[ExchangePlan, ...] = ()
    precision: str = "float64"      # of what the fast clock computes; see `glunet.engine.precision`
    conditions: tuple[Condition, ...] = ()
    levels: dict[str, list[tuple[Ramp, ...]]] = field(default_factory=dict)      # of each condition, by replicate
    domains: tuple[DomainPlan, ...] = ()

    def describe(self) -> dict[str, Any]:
        """A JSON-able account: equations, values, units and sources."""
        return {
            "circuit": self.circuit, "dt": show(self.dt, "ms"), "slow_dt": show(self.slow_dt, "ms"),
            "precision": self.precision,
            "populations": {name: _describe_population(plan) for name, plan in self.populations.items()},
            "projections": {
                name: {"source": p.source, "target": p.target, "receptors": list(p.receptors), "in_degree": p.in_degree,
                       "delay": show(p.delay, "ms"), "mean_weight": show(float(p.weight.mean()), "nS") if p.weight.size
                       else "none", "on_arrival": p.on_arrival}
                for name, p in self.projections.items()},
            "drugs": {name: {"schedule": [[vars(term) for term in terms] for terms in rows]}
                      for name, rows in self.schedules.items()},
            "conditions": {one.name: {"title": one.title, "level": one.level, "highest": one.highest,
                                      "source": str(one.source),
                                      "schedule": [[vars(ramp) for ramp in ramps] for ramps in self.levels[one.name]]}
                           for one in self.conditions},
        }

    def _reduced(self) -> tuple[str, ...]:
        """The precision, where it is not the usual one: digests of full precision stay what they were."""
        return () if self.precision == "float64" else (self.precision,)

    def _given(self) -> tuple[object, ...]:
        """The levels of conditions, where there are any: digests without them stay what they were."""
        return (self.levels,) if self.levels else ()

    def model_digest(self) -> str:
        """A hash of the equations alone: equal for all batches that one circuit version makes of an experiment."""
        seen = hashlib.sha256(repr((self.circuit, self.dt, self.slow_dt, *self._reduced())).encode())
        for plan in self.populations.values():
            values = sorted((name, value.si, value.spread) for name, (_, value) in plan.model.parameters.items())
            model = (fast_code(plan.model), slow_code(plan.model), plan.model.at_spike)
            seen.update(repr((plan.name, *model, values)).encode())
        return seen.hexdigest()

    def digest(self) -> str:
        """A hash of everything that decides the spikes."""
        seen = hashlib.sha256(repr((self.duration, self.dt, self.slow_dt, self.schedules, *self._reduced(),
                                    *self._given())).encode())
        for plan in self.populations.values():
            seen.update(repr((plan.name, plan.n, fast_code(plan.model), slow_code(plan.model), plan.model.at_spike,
                              sorted(plan.constants.items()))).encode())
            for group in (plan.arrays, plan.initial):
                for key in sorted(group):
                    seen.update(key.encode() + np.ascontiguousarray(group[key]).tobytes())
        for projection in self.projections.values():
            seen.update(repr((projection.name, projection.delay, projection.on_arrival)).encode())
            for array in (projection.source_index, projection.target_index, projection.weight):
                seen.update(np.ascontiguousarray(array).tobytes())
        for exchange in self.exchanges:
            seen.update(repr((exchange.name, exchange.species)).encode())
            used = exchange.reach > 0.0
            for array in (exchange.source_index, exchange.target_index, exchange.reach):
                seen.update(np.ascontiguousarray(array[used]).tobytes())
        self._count_domains(seen)
        return seen.hexdigest()

    def _count_domains(self, seen: Any) -> None:
        """Astrocytes and their domains, where there are any."""
        for domain in self.domains:
            seen.update(repr((domain.name, domain.reads, domain.sums)).encode() + domain.astrocyte.tobytes())

    def fingerprint(self) -> str:
        """Like `digest`, but equal on all processors, whose vector units disagree about the last digit of an exponential.

        Wiring counts as it is; of numbers drawn for cells and synapses their size and spread.
        """
        seen = hashlib.sha256(repr((self.model_digest(), self.duration, self.replicates)).encode())
        for plan in self.populations.values():
            constants = sorted((name, f"{value:.10g}") for name, value in plan.constants.items())
            # definitions follow from the states, and where they cancel to nothing they are rounding alone
            states = {state.name for state in plan.model.states}
            arrays = {**plan.arrays, **{f"initial {name}": plan.initial[name] for name in states & plan.initial.keys()}}
            drawn = [(name, _about(arrays[name])) for name in sorted(arrays)]
            seen.update(repr((plan.name, plan.n, constants, drawn)).encode())
        for projection in self.projections.values():
            seen.update(repr((projection.name, projection.delay, projection.on_arrival, _about(projection.weight))).encode())
            for array in (projection.source_index, projection.target_index):
                seen.update(np.ascontiguousarray(array).tobytes())
        for exchange in self.exchanges:
            used = exchange.reach > 0.0
            seen.update(repr((exchange.name, exchange.species, _about(exchange.reach[used]))).encode())
            for array in (exchange.source_index, exchange.target_index):
                seen.update(np.ascontiguousarray(array[used]).tobytes())
        self._count_domains(seen)
        return seen.hexdigest()


def _about(array: np.ndarray) -> tuple[object, ...]:
    """Shape, mean size and relative spread of numbers, to what all processors agree on."""
    values = np.abs(np.asarray(array, float))
    mean = float(values.mean()) if values.size else 0.0
    return np.shape(array), f"{mean:.8g}", f"{float(values.std()) / mean if mean else 0.0:.6f}"


def _describe_population(plan: PopulationPlan) -> dict[str, Any]:
    """One population's part of the account."""
    parameters = {}
    for variable, (path, value) in plan.model.parameters.items():
        now = plan.arrays[variable] if variable in plan.arrays else np.asarray(plan.constants[variable])
        parameters[variable] = {
            "path": path, "value": show(float(np.mean(now)), value.unit), "varies": bool(np.ptp(now) > 0),
            "spread": value.spread, "meaning": value.meaning, "source": str(value.source),
        }
    model = plan.model
    return {
        "n": plan.n, "kind": plan.kind, "mechanisms": list(dict.fromkeys(part.name for part in model.mechanisms)),
        "parameters": parameters,
        "states": {state.name: {"equation": f"d{state.name}/dt = {state.equation()}", "clock": state.clock,
                                "unit": state.unit, "meaning": state.meaning} for state in model.states},
        "definitions": {d.name: {"expression": d.expression, "unit": d.unit, "meaning": d.meaning}
                        for d in [*model.definitions, *model.slow_definitions]},
        "ports": {p.name: {"expression": model.port_expression(p), "unit": p.unit, "meaning": p.meaning}
                  for p in model.ports},
        "currents": {c.name: {"conductance": c.conductance, "reversal": c.reversal, "meaning": c.meaning}
                     for c in model.currents},
        "at_spike": [" ".join(line.split()) for text in model.at_spike for line in text.strip().splitlines()],
    }
