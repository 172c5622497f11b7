"""The text of one step against the closed solutions of the equations it stands for."""

from __future__ import annotations

import math

import pytest

from glunet.circuit.stepping import _advance
from glunet.vocabulary.mechanism import State

DT, START = 0.3, 0.7
AROUND = {"a": 0.2, "b": 0.5, "c": 1.5, "d": 0.4, "dt": DT, "second": 1.0, "exp": math.exp}


def stepped(state: State) -> float:
    """The state's value after one step."""
    names = {**AROUND, state.name: START}
    for line in _advance(state, "dt"):
        exec(line, {}, names)
    return float(names[state.name])


@pytest.mark.parametrize("target", ["a", "a + b", "a - b", "a*b", "a/(b + c)", "(a + b)**2", "-a + b", "-a"])
@pytest.mark.parametrize("tau", ["c", "c + d", "c*d", "c/d", "c**2", "1/(c + d)"])
def test_a_state_relaxes_to_its_target_however_target_and_time_constant_are_written(target: str, tau: str) -> None:
    goal, constant = (eval(text, {}, AROUND) for text in (target, tau))
    exact = goal + (START - goal) * math.exp(-DT / constant)
    assert stepped(State("x", "of no meaning", target=target, tau=tau)) == pytest.approx(exact, rel=1e-12)


@pytest.mark.parametrize("tau", ["c", "c + d", "c*d", "c/d"])
def test_a_state_without_a_target_decays(tau: str) -> None:
    exact = START * math.exp(-DT / eval(tau, {}, AROUND))
    assert stepped(State("x", "of no meaning", tau=tau)) == pytest.approx(exact, rel=1e-12)


def test_two_rates_meet_where_they_balance() -> None:
    gain, loss = 0.2 + 0.5, 1.5 * 0.4
    exact = gain / (gain + loss) + (START - gain / (gain + loss)) * math.exp(-DT * (gain + loss))
    assert stepped(State("x", "of no meaning", alpha="a + b", beta="c*d")) == pytest.approx(exact, rel=1e-12)
