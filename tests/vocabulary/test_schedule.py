"""Schedules against the equations they solve."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from glunet.vocabulary.schedule import bolus, constant, evaluate, step


def test_constant_and_step():
    times = np.array([0.0, 1.0, 1.999, 2.0, 4.999, 5.0, 9.0])
    assert np.all(evaluate(constant(3.0), times) == 3.0)
    assert evaluate(step(3.0, 2.0, 5.0), times) == pytest.approx([0, 0, 0, 3, 3, 0, 0])
    assert evaluate(step(3.0, 2.0), times)[-1] == 3.0


def test_bolus_is_one_compartment_kinetics():
    onset, absorb, eliminate, peak = 2.0, 3.0, 20.0, 5.0
    k_in, k_out = np.log(2) / absorb, np.log(2) / eliminate
    times = np.linspace(onset, 80, 400)
    solution = solve_ivp(lambda _, y: [-k_in * y[0], k_in * y[0] - k_out * y[1]], (onset, 80), [1.0, 0.0], t_eval=times,
                         rtol=1e-10, atol=1e-12).y[1]
    course = evaluate(bolus(peak, onset, absorb, eliminate), times)
    assert course / course.max() == pytest.approx(solution / solution.max(), abs=1e-4)
    fine = evaluate(bolus(peak, onset, absorb, eliminate), np.linspace(0, 80, 200001))
    assert fine.max() == pytest.approx(peak, rel=1e-6)
    assert np.all(fine >= -1e-12)


def test_equal_half_lives_are_refused():
    with pytest.raises(ValueError, match="differ"):
        bolus(1.0, 0.0, 5.0, 5.0)
