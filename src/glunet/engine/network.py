"""From blueprint to Brian2 objects: one group per population, one pathway per projection, on every device alike."""

from __future__ import annotations

from typing import Any

import numpy as np
from brian2 import Clock, Network, NeuronGroup, SpikeMonitor, StateMonitor, Synapses, prefs, second

from glunet.circuit.blueprint import Blueprint, PopulationPlan, ProjectionPlan
from glunet.circuit.domains import DomainPlan
from glunet.circuit.model import CellModel
from glunet.circuit.neighbours import ExchangePlan
from glunet.circuit.paths import units
from glunet.circuit.stepping import fast_code, slow_code
from glunet.engine import precision
from glunet.engine.noise import LARGEST_MEAN, functions
from glunet.errors import GlunetError
from glunet.vocabulary.quantity import brian_unit

EXCHANGE_DT = 10e-3     # s, or a slow-only run's step; neighbours level out within a tenth of a second


class Clocks:
    """One clock per interval, shared by all that tick together: fewer clocks make a cheaper step."""

    def __init__(self) -> None:
        self._known: dict[int, Clock] = {}

    def at(self, interval: float) -> Clock:
        """The clock of an interval in seconds."""
        nanoseconds = round(interval * 1e9)
        if nanoseconds not in self._known:
            self._known[nanoseconds] = Clock(interval * second, name=f"clock_{nanoseconds}_ns")
        return self._known[nanoseconds]


def total_currents(model: CellModel) -> dict[str, list[str]]:
    """Currents that are the sum over subunits, such as I_nmda."""
    totals: dict[str, list[str]] = {}
    for current in model.currents:
        if current.name.startswith("I_nmda_"):
            totals.setdefault("I_nmda", []).append(current.name)
    return totals


def equations(model: CellModel, constants: dict[str, float], arrays: dict[str, np.ndarray]) -> str:
    """The population's equations in Brian2's language, as a reader would write them."""
    lines = []
    if model.clamped:
        lines += ["dv/dt = 0*volt/second : volt"]
    elif not model.glial:
        sum_ = " + ".join(c.name for c in model.currents)
        lines += [f"dv/dt = (I_applied - I_transport - ({sum_}))/(capacitance*area) : volt"]
    for state in model.states:
        unit = brian_unit(state.unit)
        lines.append(f"d{state.name}/dt = {state.equation()} : {unit}" if state.clock == "fast"
                     else f"{state.name} : {unit}")
    for current in model.currents:
        lines.append(f"{current.name} = ({current.conductance})*(v - {current.reversal}) : amp")
    lines += [f"{name} = {' + '.join(parts)} : amp" for name, parts in total_currents(model).items()]
    lines += [f"{d.name} = {d.expression} : {brian_unit(d.unit)}" for d in model.definitions
              if "poisson_events" not in d.expression]
    lines += [f"{name} : {brian_unit(unit)}" for name, unit in model.slow_variables().items()]
    lines += [f"{event.name} : {brian_unit(event.unit)}" for event in model.event_states]
    lines += [] if model.glial else ["last_spike : second", "v_before : volt"]
    for name, values in arrays.items():
        unit = "integer" if values.dtype.kind == "i" else brian_unit(_unit_of(model, name))
        lines.append(f"{name} : {unit} (constant)")
    # shared variables, not literals: a binary then serves every value, and a name means its own group's parameter
    lines += [f"{name} : {brian_unit(_unit_of(model, name))} (constant, shared)" for name in [*constants, "slow_dt"]]
    return "\n".join(lines)


def _unit_of(model: CellModel, name: str) -> str:
    """Display unit of a per-cell parameter."""
    if name in model.parameters:
        return model.parameters[name][1].unit
    if name.startswith("size_level_") or name in ("rank", "from_edge"):
        return "1"
    if name.startswith(("level_", "amplitude_")):
        return "mM"
    if name.startswith(("start_", "tau_", "length_level_")):
        return "s"
    return {"v_clamp": "mV", "capacity": "nS", "slow_dt": "ms"}[name]


def constants(plan: PopulationPlan, blueprint: Blueprint) -> dict[str, float]:
    """Numbers that all cells of a population share (SI)."""
    return {**plan.constants, "slow_dt": blueprint.slow_dt}


def _group(plan: PopulationPlan, blueprint: Blueprint, clocks: Clocks, with_constants: bool) -> NeuronGroup:
    """The cells of one population over all replicates."""
    model = plan.model
    if model.background:
        _check_drive(plan, blueprint.dt)
    code = fast_code(model)
    firing: dict[str, Any] = {} if model.glial else {
        "method": lambda *_: code,
        "threshold": "v >= spike_threshold and v_before < spike_threshold" if model.fires else "v_before > 1*volt",
        "reset": "\n".join([*model.at_spike, "last_spike = t"])}
    group = NeuronGroup(
        blueprint.replicates * plan.n, equations(model, plan.constants, plan.arrays),
        clock=clocks.at(blueprint.dt if firing else blueprint.slow_dt), name=plan.name, namespace=functions(), order=1,
        dtype=precision.dtypes(model, blueprint.precision), **firing)
    shared = constants(plan, blueprint) if with_constants else {}
    numbers: dict[str, Any] = {**plan.arrays, **plan.initial, **shared}
    for name, values in numbers.items():
        group.variables[name].set_value(np.asarray(values).ravel())
    slow = slow_code(model)
    if slow:
        group.run_regularly(slow, clock=clocks.at(blueprint.slow_dt), when="start", name=f"{plan.name}_slow")
    return group


def _check_drive(plan: PopulationPlan, dt: float) -> None:
    """Refuse a background so dense that the inversion of its Poisson law would be cut short."""
    both: dict[str, Any] = {**plan.constants, **plan.arrays}
    for kind in ("excitatory", "inhibitory"):
        if f"n_{kind}" in both:
            mean = float(np.max(both[f"n_{kind}"] * both[f"rate_{kind}"])) * dt
            if mean > LARGEST_MEAN:
                raise GlunetError(f"{plan.name}: {mean:.2f} {kind} afferent spikes per step; at most {LARGEST_MEAN}: "
                                  "shorten dt, or use fewer and stronger afferents")


def _synapses(plan: ProjectionPlan, groups: dict[str, NeuronGroup]) -> Synapses:
    """One projection over all replicates."""
    synapses = Synapses(groups[plan.source], groups[plan.target], "w : siemens", on_pre=plan.on_arrival,
                        delay=plan.delay * second, name=plan.name)
    synapses.connect(i=plan.source_index, j=plan.target_index)
    synapses.w_ = plan.weight
    return synapses


def _exchange(plan: ExchangePlan, blueprint: Blueprint, groups: dict[str, NeuronGroup], clocks: Clocks) -> Synapses:
    """What diffuses from the shells of one population to those of another, held for a while.

    Both directions of an edge read the same moment, so that what one shell loses the other gains.
    """
    model = "reach : meter**3/second (constant)\n" + "\n".join(
        f"J_{x}_near_{plan.source}_post = reach*({x}_e_post - {x}_e_pre) : mole/second (summed)" for x in plan.species)
    clock = clocks.at(max(EXCHANGE_DT, blueprint.slow_dt))
    synapses = Synapses(groups[plan.source], groups[plan.target], model, clock=clock, name=plan.name)
    for updater in synapses.summed_updaters.values():
        # brian2 lets a sum tick with the cells that it is for; shells level out a hundred times slower
        updater._clock = clock
    synapses.connect(i=plan.source_index, j=plan.target_index)
    synapses.reach_ = plan.reach
    return synapses


def _domain(plan: DomainPlan, blueprint: Blueprint, groups: dict[str, NeuronGroup], clocks: Clocks) -> list[Synapses]:
    """What cells read at their astrocyte, and what it sums over them."""
    cells, glia, clock = groups[plan.cells], groups[plan.glia], clocks.at(max(EXCHANGE_DT, blueprint.slow_dt))
    everyone = np.arange(plan.astrocyte.size)
    ways = [(glia, cells, plan.reads, plan.astrocyte, everyone, f"{plan.name}_read"),
            (cells, glia, plan.sums, everyone, plan.astrocyte, f"{plan.name}_sum")]
    made = []
    for source, target, links, i, j, name in ways:
        if links:
            units_ = {event.name: event.unit for event in blueprint.populations[target.name].model.event_states}
            model = "\n".join(f"{here}_post = {there}_pre : {brian_unit(units_[here])} (summed)" for here, there in links)
            synapses = Synapses(source, target, model, clock=clock, name=name)
            for updater in synapses.summed_updaters.values():
                updater._clock = clock
            synapses.connect(i=i, j=j)
            made.append(synapses)
    return made


def _means(blueprint: Blueprint, groups: dict[str, NeuronGroup], clocks: Clocks) -> list[Any]:
    """Population means of every replicate, gathered by the cells themselves on their own clock."""
    made: list[Any] = []
    ensembles: dict[float, NeuronGroup] = {}
    plans = [plan for plan in blueprint.populations.values() if plan.record.means]
    for every in sorted({plan.record.means_every for plan in plans}):
        # one group per interval: a gathered sum ticks with the group it is gathered in
        together = [plan for plan in plans if plan.record.means_every == every]
        text = "\n".join(f"mean_{plan.name}_{name} : {_recorded_unit(plan, name)}"
                         for plan in together for name in plan.record.means)
        ensembles[every] = NeuronGroup(blueprint.replicates, text, name=f"ensemble_{len(ensembles)}",
                                       clock=clocks.at(every), dtype=np.float64)
        made.append(ensembles[every])
    for plan in plans:
        ensemble, clock = ensembles[plan.record.means_every], clocks.at(plan.record.means_every)
        model = "\n".join(f"mean_{plan.name}_{name}_post = {name}_pre/{plan.n} : {_recorded_unit(plan, name)} (summed)"
                          for name in plan.record.means)
        gather = Synapses(groups[plan.name], ensemble, model, clock=clock, name=f"gather_{plan.name}", namespace=functions())
        cells = np.arange(blueprint.replicates * plan.n)
        gather.connect(i=cells, j=cells // plan.n)
        made += [gather, StateMonitor(ensemble, [f"mean_{plan.name}_{name}" for name in plan.record.means], record=True,
                                      clock=clock, when="end", name=f"means_{plan.name}")]
    return made


def _recorded_unit(plan: PopulationPlan, name: str) -> str:
    """SI unit of a recorded variable, as Brian2 writes it."""
    return brian_unit(units(plan.model)[name])


def build(blueprint: Blueprint, with_constants: bool = True) -> Network:
    """The Brian2 network of a blueprint, for whatever device is set.

    Parameters
    ----------
    blueprint : Blueprint
    with_constants : bool
        Set the shared numbers too. A compiled program can be given them when it starts, and then serves all values.

    Returns
    -------
    brian2.Network
        With monitors ``spikes_<population>``, ``means_<population>`` and ``traces_<population>``.
    """
    prefs.core.default_float_dtype = precision.kind(blueprint.precision)
    clocks = Clocks()
    groups = {name: _group(plan, blueprint, clocks, with_constants) for name, plan in blueprint.populations.items()}
    objects: list[Any] = list(groups.values())
    objects += [_synapses(plan, groups) for plan in blueprint.projections.values() if plan.weight.size]
    objects += [_exchange(plan, blueprint, groups, clocks) for plan in blueprint.exchanges if plan.reach.size]
    objects += [one for plan in blueprint.domains for one in _domain(plan, blueprint, groups, clocks)]
    objects += _means(blueprint, groups, clocks)
    for plan in blueprint.populations.values():
        if plan.model.fires:
            objects.append(SpikeMonitor(groups[plan.name], name=f"spikes_{plan.name}"))
        if plan.record.traces:
            cells = (np.arange(blueprint.replicates)[:, None] * plan.n + np.array(plan.record.cells)).ravel()
            objects.append(StateMonitor(groups[plan.name], list(plan.record.traces), record=cells, when="end",
                                        clock=clocks.at(plan.record.traces_every), name=f"traces_{plan.name}"))
    return Network(objects)
