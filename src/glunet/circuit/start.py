"""Start values of a batch: every state steady or where its mechanism starts it, every port at its value at t = 0."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from glunet.circuit.domains import DomainPlan
from glunet.circuit.expressions import evaluate, names, order
from glunet.circuit.model import CellModel
from glunet.circuit.setting import Setting, stream
from glunet.errors import GlunetError
from glunet.vocabulary.mechanism import State

_V_START = (-75e-3, -55e-3)


@dataclass(frozen=True)
class Cells:
    """A population's composed model with its numbers (SI): constants, and arrays [R, n]."""

    n: int
    model: CellModel
    constants: dict[str, float]
    arrays: dict[str, np.ndarray]


def start_values(cells: Mapping[str, Cells], domains: Sequence[DomainPlan], settings: Sequence[Setting], dt: float,
                 slow_dt: float) -> dict[str, dict[str, np.ndarray]]:
    """Start values of all populations.

    Parameters
    ----------
    cells : mapping of population to Cells
    domains : sequence of DomainPlan
    settings : sequence of Setting
    dt, slow_dt : float
        Seconds.

    Returns
    -------
    dict of population to dict of variable to float64[R, n]

    Raises
    ------
    GlunetError
        A cell or an astrocyte asks the other for what it does not have.
    """
    def values(name: str, linked: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        return _initial(cells[name], settings, dt, slow_dt, linked)

    # astrocytes start by themselves, then the cells with what they read there, then the astrocytes with their sums
    found = {name: values(name, {}) for name in cells if cells[name].model.glial}
    for name in [name for name in cells if name not in found]:
        found[name] = values(name, {here: value for plan in domains if plan.cells == name
                                    for here, value in _read(plan, found[plan.glia]).items()})
    return found | {name: values(name, {here: value for plan in domains if plan.glia == name
                                        for here, value in _sum(plan, found[plan.cells], cells[name].n).items()})
                    for name in cells if cells[name].model.glial}


def _there(plan: DomainPlan, values: Mapping[str, np.ndarray], variable: str, host: str) -> np.ndarray:
    """A variable at the other end of a link."""
    if variable not in values:
        raise GlunetError(f"{plan.name}: {host} has no '{variable}', which the other side asks for")
    return values[variable].ravel()


def _read(plan: DomainPlan, glia: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What every cell reads at its astrocyte, [R, n]."""
    replicates = next(iter(glia.values())).shape[0]
    return {here: _there(plan, glia, variable, plan.glia)[plan.astrocyte].reshape(replicates, -1)
            for here, variable in plan.reads}


def _sum(plan: DomainPlan, cells: Mapping[str, np.ndarray], n: int) -> dict[str, np.ndarray]:
    """What every astrocyte sums over its cells, [R, n]."""
    replicates = next(iter(cells.values())).shape[0]
    return {here: np.bincount(plan.astrocyte, _there(plan, cells, variable, plan.cells),
                              minlength=replicates * n).reshape(replicates, n) for here, variable in plan.sums}


def _initial(cells: Cells, settings: Sequence[Setting], dt: float, slow_dt: float,
             linked: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Start values: v scattered; gates, drug block and background conductances steady; ports at their value at t = 0.

    ``linked`` is what cells and astrocytes hand each other at the start.
    """
    shape, model = (len(settings), cells.n), cells.model
    scope: dict[str, np.ndarray | float] = {"t": 0.0, "dt": dt, "slow_dt": slow_dt, **cells.constants, **cells.arrays}
    found = {} if model.glial else _voltages(cells, settings)
    scope |= {"v": found["v"]} if found else {}
    for name in ("n_excitatory", "rate_excitatory", "w_excitatory", "n_inhibitory", "rate_inhibitory", "w_inhibitory"):
        scope.setdefault(name, 0.0)
    for event in model.event_states:
        given = linked[event.name] if event.name in linked else evaluate(event.expression, scope)
        found[event.name] = scope[event.name] = np.zeros(shape) + given
    assignments = model.slow_assignments() | {d.name: d.expression for d in model.definitions
                                              if "poisson_events" not in d.expression}
    states = {s.name: _steady(s) for s in model.states}
    stored = set(model.slow_variables())
    for name in order({k: [text] for k, text in {**assignments, **states}.items()}):
        scope[name] = np.zeros(shape) + _value(model, name, states.get(name) or assignments[name], scope)
        if name in states or name in stored:
            found[name] = np.asarray(scope[name])
    return found


def _value(model: CellModel, name: str, expression: str, scope: Mapping[str, np.ndarray | float]) -> np.ndarray:
    """An expression's value at the start; where it has none, the parameters that are zero are to blame."""
    with np.errstate(all="ignore"), suppress(ArithmeticError):
        found = evaluate(expression, scope)
        if np.isfinite(found).all():
            return found
    used = names(expression)
    zero = [path for variable, (path, _) in model.parameters.items() if variable in used and np.any(scope[variable] == 0)]
    zero = zero or [other for other in sorted(used & set(scope)) if np.any(scope[other] == 0)]
    told = f", as {' and '.join(zero)} is zero" if zero else ""
    raise GlunetError(f"{model.name}: '{name}' = {expression} is not a finite number at the start{told}; allowed: values of "
                      "the parameters for which it is")


def _voltages(cells: Cells, settings: Sequence[Setting]) -> dict[str, np.ndarray]:
    """Membrane potentials at the start, and no spike so far."""
    low, high = _V_START
    v = np.array([stream(s.seed, cells.model.name, "v").uniform(low, high, cells.n) for s in settings])
    v = cells.arrays["v_clamp"].copy() if cells.model.clamped else v
    return {"v": v, "v_before": v.copy(), "last_spike": np.full(v.shape, -1e3)}


def _steady(state: State) -> str:
    """Expression of a state's start value; where nothing comes or goes (no drug, nothing open) it is zero."""
    if state.initial != "steady":
        return state.initial
    return f"({state.alpha})/(({state.alpha}) + ({state.beta}) + 1e-30)" if state.alpha else state.target
