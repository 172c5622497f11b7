"""A larger circuit rests as the shipped one does: in-degrees, weights and lengths keep the state."""

import numpy as np
import pytest

from glunet.circuit.assemble import Setting, assemble
from glunet.engine.simulate import simulate


@pytest.mark.slow
def test_the_resting_state_does_not_depend_on_size():
    rates = {}
    for cells in (500, 4000):
        found = simulate(assemble("cortex", [Setting(1)], 4.0, cells=cells))
        rates[cells] = [np.sum(s.times_s > 1.0) / (3.0 * s.n_cells) for s in found["spikes"].values()]
    assert rates[4000] == pytest.approx(rates[500], rel=0.25)
