"""What a circuit lets an experiment change and record: parameter paths with unit and bounds, and variables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from glunet.circuit.assemble import cell_counts
from glunet.circuit.compose import compose
from glunet.circuit.conditions import check_hosts
from glunet.circuit.dimensions import check_links
from glunet.circuit.load import load_circuit, load_condition, load_drug
from glunet.circuit.model import CellModel
from glunet.circuit.types import Value

_TIMES = {"onset": "when it comes", "offset": "when it goes", "ramp": "how long it takes to come, and to go"}


@dataclass(frozen=True)
class PathInfo:
    """One parameter that an experiment may set or make an axis; bounds and default in SI units."""

    unit: str
    low: float | None
    high: float | None
    meaning: str
    default: float | None


def _info(value: Value) -> PathInfo:
    return PathInfo(value.unit, value.low, value.high, value.meaning, value.si)


def populations(circuit: str) -> list[str]:
    """Names of a circuit's populations."""
    return list(load_circuit(circuit).populations)


def sizes(circuit: str, cells: int | None) -> dict[str, int]:
    """How many cells each population has that has any, in a run of so many neurons (None: the circuit's own number)."""
    loaded = load_circuit(circuit)
    return cell_counts(loaded, cells or loaded.cells)


def models(circuit: str, drugs: Sequence[str], conditions: Sequence[str] = (), silent: bool = False) -> dict[str, CellModel]:
    """Every population's composed model, with these drugs and conditions; silent ones are those of slow steps alone."""
    loaded = load_circuit(circuit)
    substances = [(load_drug(drug), 2) for drug in drugs]
    states = [load_condition(name) for name in conditions]
    found = {name: compose(loaded, population, substances, False, states, silent)
             for name, population in loaded.populations.items()}
    check_links(found)
    for state in states:
        check_hosts(state, loaded, {name: model.port_names() for name, model in found.items()})
    return found


def describe(circuit: str, drugs: Sequence[str], conditions: Sequence[str] = ()) -> dict[str, PathInfo]:
    """Every parameter path of a circuit with these drugs and conditions.

    Returns
    -------
    dict of path to PathInfo
        ``seed``; ``milieu.*``; ``populations.<population>.<mechanism>.<parameter>``; ``receptors.<subunit>.<parameter>``;
        ``projections.<projection>.<parameter>``; ``drugs.<drug>.concentration``, its onset and offset, and the drugs' own
        constants; ``conditions.<condition>.level``, its onset, offset and ramp, and the conditions' own constants.
    """
    loaded = load_circuit(circuit)
    found = {"seed": PathInfo("1", 0, None, "seed of wiring, heterogeneity and noise", 1)}
    for name, projection in loaded.projections.items():
        found |= {f"projections.{name}.{key}": _info(value) for key, value in projection.values.items()}
    found |= {f"clamp.{name}": PathInfo("mV", None, None, "voltage at which the cells are held", None)
              for name, population in loaded.populations.items() if not population.glial}
    for drug in drugs:
        found[f"drugs.{drug}.concentration"] = PathInfo("uM", 0.0, None, "concentration", None)
        found |= {f"drugs.{drug}.{time}": PathInfo("s", 0.0, None, told, None) for time, told in _TIMES.items()
                  if time != "ramp"}
    for name in conditions:
        state = load_condition(name)
        found[f"conditions.{name}.level"] = PathInfo("1", 0.0, state.highest, state.level, None)
        found |= {f"conditions.{name}.{time}": PathInfo("s", 0.0, None, told, None) for time, told in _TIMES.items()}
    for model in models(circuit, drugs, conditions).values():
        found |= {path: _info(value) for path, value in model.parameters.values()}
    return dict(sorted(found.items()))


def units(model: CellModel) -> dict[str, str]:
    """Variables of a composed model that can be recorded, with their display units."""
    found = {} if model.glial else {"v": "mV"}
    found |= {c.name: "pA" for c in model.currents}
    totals = {c.name.rsplit("_", 1)[0] for c in model.currents if c.name.startswith("I_nmda_")}
    found |= dict.fromkeys(totals, "pA") | {s.name: s.unit for s in model.states} | model.slow_variables()
    return found | {d.name: d.unit for d in model.definitions if "poisson_events" not in d.expression}


def recordables(circuit: str, drugs: Sequence[str], conditions: Sequence[str] = (),
                silent: bool = False) -> dict[str, dict[str, str]]:
    """Recordable variables of every population, with their units; cells of slow steps alone are silent and have fewer."""
    return {name: units(model) for name, model in models(circuit, drugs, conditions, silent).items()}
