"""Print what an experiment is made of: equations, values, units and sources, straight from what will run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from glunet.circuit.blueprint import Blueprint
from glunet.circuit.stepping import fast_code, slow_code
from glunet.engine.network import equations
from glunet.experiment.plan import points
from glunet.experiment.types import Experiment
from glunet.pipeline import blueprint


def _plan(experiment: Experiment) -> Blueprint:
    """The blueprint of an experiment's first point."""
    return blueprint(experiment, points(experiment)[:1])


def _parameters(parameters: dict[str, Any]) -> list[str]:
    """The parameter table of one population."""
    rows = sorted((entry["path"], name, entry) for name, entry in parameters.items())
    wide = max(len(name) for _, name, _ in rows)
    lines = []
    for path, name, entry in rows:
        spread = f" (mean of cells that vary by {entry['spread']:.0%})" if entry["spread"] else ""
        lines.append(f"  {name:<{wide}} = {entry['value']}{spread}: {entry['meaning']}")
        lines.append(f"  {'':<{wide}}   {path}; {entry['source']}")
    return lines


def _population(name: str, plan: Any, told: dict[str, Any]) -> list[str]:
    """One population."""
    model = plan.model
    lines = [f"{name}: {plan.n} {plan.kind} cells; mechanisms: {', '.join(told['mechanisms'])}", "", "  equations"]
    skip = set(plan.arrays) | set(plan.constants) | {"slow_dt"}
    lines += [f"    {line}" for line in equations(model, plan.constants, plan.arrays).splitlines()
              if line.split(" ")[0] not in skip]
    for title, text in (("one fast step", fast_code(model)), ("one slow step", slow_code(model)),
                        ("at a spike", "\n".join(told["at_spike"]))):
        lines += ["", f"  {title}", *(f"    {line}" for line in text.splitlines())]
    return [*lines, "", "  parameters", *_parameters(told["parameters"]), ""]


def _conditions(told: dict[str, Any]) -> list[str]:
    """What the level of each condition means, and from where."""
    lines = [f"condition {name}: {one['title']}; level (0 to {one['highest']:g}): {one['level']}; {one['source']}"
             for name, one in told["conditions"].items()]
    return [*lines, ""] if lines else []


def describe(experiment: Experiment) -> str:
    """The composed equations, values, units and sources of an experiment.

    Parameters
    ----------
    experiment : Experiment

    Returns
    -------
    str
        Text for a terminal or a file.
    """
    plan = _plan(experiment)
    told, count = plan.describe(), len(points(experiment))
    lines = [f"{experiment.title or experiment.name} ({experiment.file})",
             f"circuit {plan.circuit}; {count} points of {plan.duration:g} s; "
             f"dt {told['dt']}, slow step {told['slow_dt']}", ""]
    lines += _conditions(told)
    for name, population in plan.populations.items():
        lines += _population(name, population, told["populations"][name])
    lines.append("projections")
    for name, p in told["projections"].items():
        lines.append(f"  {name}: {p['in_degree']} synapses per cell, mean {p['mean_weight']}, delay {p['delay']}, "
                     f"receptors {', '.join(p['receptors'])}")
        lines += [f"    {line}" for line in p["on_arrival"].splitlines()]
    return "\n".join(lines)


def diagram(experiment: Experiment, path: Path) -> Path:
    """Draw the circuit of an experiment.

    Parameters
    ----------
    experiment : Experiment
    path : Path
        Picture to write; its suffix decides the format.

    Returns
    -------
    Path
    """
    from glunet.figures import circuit, style

    plan = _plan(experiment)
    told = plan.describe()
    positions = {name: p.positions[0] * 1e6 for name, p in plan.populations.items()}
    with style.applied():
        circuit.draw_blueprint(told, positions).savefig(path, bbox_inches="tight")
    return path
