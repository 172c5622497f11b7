"""Release from spikes, against a loop over spikes written out by hand."""

import numpy as np
import pytest

from glunet.analysis.release import available, release_rate


def _by_hand(times, use, tau):
    ready, found, last = 1.0, [], None
    for t in times:
        if last is not None:
            ready = 1 - (1 - ready * (1 - use)) * np.exp(-(t - last) / tau)
        found.append(ready)
        last = t
    return found


def test_each_cell_has_its_own_memory():
    rng = np.random.default_rng(1)
    trains = [np.sort(rng.uniform(0, 5, n)) for n in (0, 1, 30, 7)]
    times, unit = np.concatenate(trains), np.repeat(np.arange(4), [t.size for t in trains])
    order = rng.permutation(times.size)
    found = available(times[order], unit[order], 0.3, 0.5)
    expected = np.concatenate([_by_hand(t, 0.3, 0.5) for t in trains])[order]
    assert found == pytest.approx(expected, abs=1e-12)


def test_steady_train_reaches_the_analytic_level():
    use, tau, interval = 0.2, 0.5, 0.1
    decay = np.exp(-interval / tau)
    level = (1 - decay) / (1 - (1 - use) * decay)
    assert available(np.arange(200) * interval, np.zeros(200, int), use, tau)[-1] == pytest.approx(level, rel=1e-9)


def test_rate_counts_the_window_only():
    times = np.array([0.5, 5.0, 9.5])
    rate = release_rate(times, np.zeros(3, int), np.zeros(3, int), 2, 1, 0.5, 1e-3, 4.0, 6.0)
    assert rate == pytest.approx([0.5 / (2 * 2.0)])
    assert available(np.empty(0), np.empty(0, int), 0.5, 1.0).size == 0
