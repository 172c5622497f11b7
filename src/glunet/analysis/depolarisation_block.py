"""Depolarisation block: interneurons that fall silent out of fast firing while pyramidal cells go on.

In slices interneurons fire fast, then stay depolarised without spikes while pyramidal cells fire, and spike again after
the event (Ziburkus et al. 2006, J Neurophysiol 95:3948; Proskurina et al. 2025, Int J Mol Sci 26:6812). Spikes alone cannot
tell this from a cell held down by others; the membrane potential can. The numbers below are assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glunet.analysis.firing import FloatArray

#: Fast firing: this rate over this time, Hz and s; baseline rates of fast-spiking cells end at 25 Hz (target C1).
FAST_HZ, FAST_S = 40.0, 0.25
#: Shortest block, s in which pyramidal cells fire (and the cell is depolarised): many times the interval before it.
SHORTEST_S = 0.3
#: How long before the seizure a block may begin, s: interneurons peak up to 4 s before excitation (target S4).
BEFORE_S = 5.0
#: Above this a silent cell is depolarised rather than inhibited, mV: spikes begin near -50 mV, GABA reverses below -60.
DEPOLARISED_MV = -40.0


@dataclass(frozen=True)
class Voltage:
    """Membrane potential of single interneurons.

    Attributes
    ----------
    times_s : float64[T]
    cells : int64[C]
        Which cells.
    values_mv : float64[R, C, T]
        Or anything that gives the [C, T] of one replicate: only those with a seizure are asked for.
    """

    times_s: FloatArray
    cells: NDArray[np.int64]
    values_mv: Any


@dataclass(frozen=True)
class Block:
    """Which interneurons are blocked at least once.

    Attributes
    ----------
    blocked, judged : bool[N]
        `judged` are those that could be told: all from spikes, the recorded ones where there is a membrane potential.
    """

    blocked: NDArray[np.bool_]
    judged: NDArray[np.bool_]

    @property
    def fraction(self) -> float:
        """Blocked among judged cells, nan where none was judged."""
        return float(self.blocked[self.judged].mean()) if self.judged.any() else float("nan")


def _silences(times_s: ArrayLike, stop_s: float) -> tuple[FloatArray, FloatArray]:
    """Silences that follow fast firing, of one cell.

    Parameters
    ----------
    times_s : float64[n]
        Its spikes in order, seconds.
    stop_s : float
        The last silence ends here at the latest.

    Returns
    -------
    start, stop : float64[m]
        Seconds: intervals longer than `SHORTEST_S` after at least FAST_HZ x FAST_S spikes in the last FAST_S seconds.
    """
    times = np.asarray(times_s, float)
    stop = np.append(times[1:], stop_s) if times.size else times
    recent = np.arange(times.size) - np.searchsorted(times, times - FAST_S, side="right") + 1
    keep = (recent >= FAST_HZ * FAST_S) & (stop - times >= SHORTEST_S)
    return times[keep], stop[keep]


def find_block(times_s: ArrayLike, cell: ArrayLike, n_cells: int, window: tuple[float, float], starts_s: FloatArray,
               pyramidal_active: ArrayLike, voltage_times_s: FloatArray | None = None,
               voltage_cells: ArrayLike = (), voltage_mv: FloatArray | None = None) -> Block:
    """Interneurons in depolarisation block during a seizure, in one replicate.

    Parameters
    ----------
    times_s, cell : array[n]
        Interneuron spikes of the replicate.
    n_cells : int
        N.
    window : (float, float)
        Start and end of the seizure, seconds; silences may begin up to 5 s before it.
    starts_s : float64[T]
        Starts of even bins.
    pyramidal_active : bool[T]
        Whether the pyramidal rate is excessive; only such bins of a silence count.
    voltage_times_s, voltage_cells, voltage_mv
        Times [U], cells [C] and membrane potential [C, U] of single interneurons, mV; optional.

    Returns
    -------
    Block
    """
    times, cells = np.asarray(times_s, float), np.asarray(cell)
    edges = np.append(starts_s, 2 * starts_s[-1] - starts_s[-2])
    active = np.asarray(pyramidal_active, bool)
    begin, stop_s = window[0] - BEFORE_S, window[1]
    where = {int(c): k for k, c in enumerate(np.asarray(voltage_cells))}
    judged = np.ones(n_cells, bool) if voltage_mv is None else np.isin(np.arange(n_cells), list(where))
    blocked = np.zeros(n_cells, bool)
    inside = (times >= begin) & (times < stop_s)
    order = np.lexsort((times[inside], cells[inside]))
    ends = np.searchsorted(cells[inside][order], np.arange(n_cells + 1))
    steps, met = edges, active
    for n in np.flatnonzero(judged):
        if voltage_times_s is not None and voltage_mv is not None:
            steps = np.append(voltage_times_s, 2 * voltage_times_s[-1] - voltage_times_s[-2])
            meanwhile = active[np.clip(np.searchsorted(starts_s, voltage_times_s, side="right") - 1, 0, active.size - 1)]
            met = meanwhile & (voltage_mv[where[int(n)]] > DEPOLARISED_MV)
        # Seconds so far in which the conditions hold, so that a difference is their time within a silence.
        so_far = np.concatenate(([0.0], np.cumsum(met * np.diff(steps))))
        start, stop = _silences(times[inside][order][ends[n]:ends[n + 1]], stop_s)
        blocked[n] = bool(np.any(np.interp(stop, steps, so_far) - np.interp(start, steps, so_far) >= SHORTEST_S - 1e-9))
    return Block(blocked, judged)
