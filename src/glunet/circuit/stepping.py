"""One step of a composed model, as text for Brian2: the fast clock's and the slow clock's.

One fast step goes: gates and conductances (from the old v), afferent spikes, then v (from the new gates). Gates and v
thus stand half a step apart, which makes the scheme second-order accurate at no cost. Where ions move, each step adds the
charge that every ion carried; the slow clock takes it over, to the last digit, and moves the concentrations.
"""

from __future__ import annotations

import ast

from glunet.circuit.expressions import order, products
from glunet.circuit.model import CellModel
from glunet.vocabulary.mechanism import Current, Ion, State


def fast_code(model: CellModel) -> str:
    """Statements of one fast step."""
    if model.glial:
        return ""
    lines, fast = [], [state for state in model.states if state.clock == "fast"]
    reads = {d.name: [d.expression] for d in model.definitions}
    reads |= {s.name: [s.equation()] for s in fast}
    definitions, states = {d.name: d for d in model.definitions}, {s.name: s for s in fast}
    for name in order(reads):
        if name in definitions:
            # Brian2 puts the equations' own subexpressions in by itself; what is drawn at random is ours to place
            if "poisson_events" in definitions[name].expression:
                lines.append(f"{name} = {definitions[name].expression}")
        else:
            lines += _advance(states[name], "dt")
            lines += [line for line in model.background if line.startswith(f"{name} += ")]
    if model.clamped:
        return "\n".join([*lines, "v = v_clamp"])
    lines += [line for line in model.background if line.split(" += ")[0] in model.tallies]
    total = [f"conductance_{current.name}" for current in model.currents]
    lines += [f"conductance_{c.name} = {products(c.conductance)}" for c in model.currents]
    lines.append("conductance = " + " + ".join(total))
    lines.append("drive = " + " + ".join(f"conductance_{c.name}*{c.reversal}" for c in model.currents)
                 + " + I_applied - I_transport")
    lines += ["v_before = v", "v_target = drive/conductance",
              "v = v_target + (v - v_target)*exp(-dt*conductance/(capacitance*area))"]
    if model.gathers:
        # the mean of the exact course within the step: all charges together then are the membrane's
        lines += ["v_between = v_target + (v_before - v)*(capacitance*area)/(dt*conductance)",
                  *(_gather(ion, model.currents) for ion in model.gathers)]
    return "\n".join(lines)


def _gather(ion: Ion, currents: list[Current]) -> str:
    """Adds what an ion carried in this step; a pore for cations passes sodium and potassium by their shares."""
    own = [f"conductance_{c.name}" for c in currents if c.ion == ion]
    share = {"Na": "sodium_share*", "K": "(1 - sodium_share)*"}.get(ion)
    mixed = [f"conductance_{c.name}" for c in currents if c.ion == "cation"]
    if share and mixed:
        own.append(f"{share}({' + '.join(mixed)})")
    return f"charge_{ion} = charge_{ion} + dt*({' + '.join(own)})*(v_between - E_{ion})"


def _advance(state: State, dt: str) -> list[str]:
    """Exact step of one conditionally linear state."""
    x = state.name
    if state.alpha:
        return [f"gain_{x} = {products(state.alpha)}", f"rate_{x} = gain_{x} + {products(state.beta)}",
                # where both rates vanish (no drug, nothing open) the state keeps its value
                f"share_{x} = gain_{x}/(rate_{x} + 1e-30/second)",
                f"{x} = share_{x} + ({x} - share_{x})*exp(-{dt}*rate_{x})"]
    if state.target:
        target, tau = _enclosed(state.target, (ast.Add, ast.Sub)), _enclosed(state.tau, (ast.operator,))
        return [f"{x} = {target} + ({x} - {target})*exp(-{dt}/{tau})"]
    return [f"{x} = {x}*exp(-{dt}/{_enclosed(state.tau, (ast.operator,))})" + (f"*hastened_{x}" if state.speed else "")]


def _enclosed(expression: str, operators: tuple[type[ast.operator], ...]) -> str:
    """An expression in brackets where its last operation is one of these, which what surrounds it would take apart."""
    root = ast.parse(expression, mode="eval").body
    return f"({expression})" if isinstance(root, ast.BinOp) and isinstance(root.op, operators) else expression


def slow_code(model: CellModel) -> str:
    """Statements of one slow step: what moves among concentrations, ports, slow states and what follows from them.

    Amounts move first, by the fluxes of the step that has just ended and by the gathered charge. What does not move is
    left at its start value. So a drug at zero dose multiplies or adds to exactly the value that the circuit without it
    has.
    """
    moving = model.moving()
    assignments = {name: text for name, text in model.slow_assignments().items() if name in moving}
    slow = {state.name: state for state in model.states if state.clock == "slow"}
    amounts = {name: state for name, state in slow.items() if state.change}
    lines = [f"{name} = {name} + slow_dt*({state.change})" for name, state in amounts.items()]
    cleared = {event.name: event.expression for event in model.event_states}
    lines += [f"{name} = {cleared[name]}" for name in model.tallies]
    reads = {name: [text] for name, text in assignments.items()}
    reads |= {name: [s.equation()] for name, s in slow.items() if name not in amounts}
    # Brian2 puts the fast clock's definitions in where they are read: what those read has to be there by then
    through = {d.name: [d.expression] for d in model.definitions}
    for name in (name for name in order({**reads, **through}) if name in reads):
        lines += _advance(slow[name], "slow_dt") if name in slow else [f"{name} = {assignments[name]}"]
    return "\n".join(lines)
