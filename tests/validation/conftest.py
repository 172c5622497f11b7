"""Recordings made by hand, stored and opened as results."""

import numpy as np
import pytest

import glunet
from glunet.store import Recording, Series, SpikeData
from glunet.store.hdf5 import write
from glunet.store.units import from_si

CELLS = {"pyramidal": 4, "interneuron": 1, "astrocyte": 2}


@pytest.fixture
def stored(tmp_path):
    """Stores a recording of given axes (in a unit), means and spikes, and opens it."""

    def store(times, means, *, seeds=(1,), axes=None, units=None, spikes=None, cells=None, duration=None):
        units, axes, cells = units or {}, axes or {}, cells or CELLS
        number, times = len(seeds), np.asarray(times, float)
        nothing = SpikeData(np.empty(0), np.empty(0, int), np.empty(0, int), 1)
        recording = Recording(
            experiment="made", title="", duration_s=float(times[-1] if duration is None else duration), dt_s=1e-4,
            seeds=np.array(seeds),
            axes={path: np.asarray(values, float) / from_si([1.0], units.get(path, "1")) for path, values in axes.items()},
            axis_units={path: units.get(path, "1") for path in axes},
            spikes={name: (spikes or {}).get(name, SpikeData(nothing.times_s, nothing.cell, nothing.replicate, count))
                    for name, count in cells.items()},
            means=[Series(*named, times, np.broadcast_to(np.asarray(values, float), (number, times.size)))
                   for named, values in means.items()],
            traces=[], schedules=[], positions_um={}, cell_values={}, cell_units={}, blueprint={}, experiment_text="",
            provenance={}, timings={})
        path = tmp_path / f"made-{len(list(tmp_path.iterdir()))}.h5"
        write(recording, path)
        return glunet.open(path)

    return store
