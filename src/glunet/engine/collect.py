"""From a network that has run to a recording in plain arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from brian2 import Network

from glunet.circuit.blueprint import Blueprint, PopulationPlan
from glunet.circuit.paths import units
from glunet.errors import GlunetError
from glunet.store.recording import ScheduleData, Series, SpikeData, Trace
from glunet.vocabulary.quantity import to_unit
from glunet.vocabulary.schedule import evaluate

_SCHEDULE_KNOTS = 400


def spikes(network: Network, blueprint: Blueprint) -> dict[str, SpikeData]:
    """Spikes of every population, sorted by time and then by cell."""
    found = {}
    for plan in blueprint.populations.values():
        if not plan.model.fires:
            continue
        monitor = network[f"spikes_{plan.name}"]
        cell, time = np.asarray(monitor.i[:], dtype=np.int64), np.array(monitor.t_[:])
        order = np.lexsort((cell, time))
        cell, time = cell[order], time[order]
        found[plan.name] = SpikeData(time, cell % plan.n, cell // plan.n, plan.n)
    return found


def means(network: Network, blueprint: Blueprint) -> list[Series]:
    """Population means, [R, T] each."""
    found = []
    for plan in blueprint.populations.values():
        for name in plan.record.means:
            monitor, unit = network[f"means_{plan.name}"], units(plan.model)[name]
            values = np.asarray(getattr(monitor, f"mean_{plan.name}_{name}_"))
            found.append(Series(plan.name, name, unit, np.array(monitor.t_[:]), values * to_unit(1.0, unit)))
    return found


def traces(network: Network, blueprint: Blueprint) -> list[Trace]:
    """Traces of single cells, [R, C, T] each."""
    found = []
    for plan in blueprint.populations.values():
        for name in plan.record.traces:
            monitor, unit = network[f"traces_{plan.name}"], units(plan.model)[name]
            values = np.asarray(getattr(monitor, f"{name}_"))
            values = values.reshape(blueprint.replicates, len(plan.record.cells), -1)
            found.append(Trace(plan.name, name, unit, np.array(monitor.t_[:]), np.array(plan.record.cells),
                               values * to_unit(1.0, unit)))
    return found


def schedules(blueprint: Blueprint) -> list[ScheduleData]:
    """The concentration of every drug (uM) and the level of every condition over the run."""
    times = np.linspace(0.0, blueprint.duration, _SCHEDULE_KNOTS + 1)
    doses = [ScheduleData(name, "uM", times, np.array([evaluate(terms, times) for terms in rows]) * 1e3)
             for name, rows in blueprint.schedules.items()]
    return doses + [ScheduleData(name, "1", times, np.array([evaluate(ramps, times) for ramps in rows]))
                    for name, rows in blueprint.levels.items()]


def final(network: Network, plan: PopulationPlan, name: str, replicates: int) -> np.ndarray:
    """A state variable of all cells at the end, [R, N] in SI units."""
    return np.asarray(network[plan.name].variables[name].get_value()).reshape(replicates, plan.n)


def finite(network: Network, blueprint: Blueprint) -> np.ndarray:
    """Replicates whose membrane potentials all ended in numbers, bool[R]."""
    return np.all([np.isfinite(final(network, plan, "v", blueprint.replicates)).all(axis=1)
                   for plan in blueprint.populations.values() if not plan.model.glial], axis=0)


def check_finite(network: Network, blueprint: Blueprint) -> None:
    """Refuse a run that ended in numbers that are none.

    Raises
    ------
    GlunetError
    """
    for plan in [plan for plan in blueprint.populations.values() if not plan.model.glial]:
        bad = ~np.isfinite(final(network, plan, "v", blueprint.replicates))
        if bad.any():
            replicate, cell = np.argwhere(bad)[0]
            raise GlunetError(f"the membrane potential of {plan.name} cell {cell} in replicate {replicate} is not a number: "
                              "dt is too long for these parameters, or a parameter is out of range")


def collect(network: Network, blueprint: Blueprint, tolerant: bool = False) -> dict[str, Any]:
    """What the engine adds to a `Recording`.

    Returns
    -------
    dict
        Keys spikes, means, traces, schedules, positions_um, cell_values, cell_units; and finite where `tolerant`.
    """
    told = {"finite": finite(network, blueprint)} if tolerant else {}
    if not tolerant:
        check_finite(network, blueprint)
    return {
        **told,
        "spikes": spikes(network, blueprint), "means": means(network, blueprint), "traces": traces(network, blueprint),
        "schedules": schedules(blueprint),
        "positions_um": {plan.name: plan.positions * 1e6 for plan in blueprint.populations.values()
                         if not plan.model.glial or plan.record.means or plan.record.traces},
        "cell_values": {}, "cell_units": {},
    }
