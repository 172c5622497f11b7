"""Counter-based noise: Poisson counts that depend on seed, cell, stream and step alone.

Philox-2x32 with ten rounds (Salmon et al. 2011, SC11, doi:10.1145/2063384.2063405): the counter is (step, second key
word), the key is the first key word. No state is kept, so a cell's input is the same whatever else runs beside it, in
whatever order, on any number of processes, and on a GPU. Three bodies of one function: C++, CUDA and numpy.
"""

from __future__ import annotations

import numpy as np
from brian2 import DEFAULT_FUNCTIONS, Function

from glunet.circuit.expressions import linoid

MOST_EVENTS = 6
LARGEST_MEAN = 0.8          # at this mean, more than MOST_EVENTS come once in 10^6 steps

_MULTIPLIER, _WEYL = 0xD256D193, 0x9E3779B9

_BODY = """
%(qualifier)s double poisson_events(const int key_0, const int key_1, const int64_t step, const int stream,
                                    const double mean)
{
    uint32_t low = (uint32_t)step, high = (uint32_t)key_1, key = (uint32_t)key_0;
    for (int round = 0; round < 10; round++) {
        const uint64_t product = (uint64_t)0xD256D193u * low;
        low = (uint32_t)(product >> 32) ^ key ^ high;
        high = (uint32_t)product;
        key += 0x9E3779B9u;
    }
    const double uniform = ((stream ? high : low) + 0.5) * 2.3283064365386963e-10;
    double chance = exp(-mean), below = chance, count = 0.0;
    for (int events = 1; events <= 6; events++) {
        count += uniform > below ? 1.0 : 0.0;
        chance *= mean * (1.0 / events);
        below += chance;
    }
    return count;
}
"""
_LINOID = """
%(qualifier)s double linoid(const double x)
{
    const double safe = fabs(x) < 1e-6 ? 1e-6 : x;
    return fabs(x) < 1e-6 ? 1.0 - 0.5 * x : safe / (exp(safe) - 1.0);
}
// in single precision exp(x) - 1 loses digits from further away: three terms of the series, good to 2e-7
%(qualifier)s float linoid(const float x)
{
    const float safe = fabsf(x) < 0.1f ? 0.1f : x;
    return fabsf(x) < 0.1f ? 1.0f - x * (0.5f - x * (1.0f / 12.0f)) : safe / (expf(safe) - 1.0f);
}
"""


def philox(step: np.ndarray, key_0: np.ndarray, key_1: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two 32-bit words of Philox-2x32-10.

    Parameters
    ----------
    step, key_0, key_1 : integer arrays, broadcast together
        Low counter word, key, high counter word (taken modulo 2**32).

    Returns
    -------
    low, high : uint64 arrays holding 32-bit words
    """
    mask = np.uint64(0xFFFFFFFF)
    low, key, high = (np.asarray(x).astype(np.int64).astype(np.uint64) & mask for x in (step, key_0, key_1))
    for _ in range(10):
        product = np.uint64(_MULTIPLIER) * low
        low, high = (product >> np.uint64(32)) ^ key ^ high, product & mask
        key = (key + np.uint64(_WEYL)) & mask
    return low, high


def poisson_events(key_0: np.ndarray, key_1: np.ndarray, step: np.ndarray, stream: int, mean: np.ndarray) -> np.ndarray:
    """Poisson counts (at most 6) by inversion of one uniform number; the numpy body."""
    uniform = (philox(step, key_0, key_1)[1 if stream else 0].astype(float) + 0.5) * 2.0**-32
    chance = np.exp(-np.asarray(mean, dtype=float))
    below, count = chance, np.zeros(np.broadcast(uniform, chance).shape)
    for events in range(1, MOST_EVENTS + 1):
        count = count + (uniform > below)
        chance = chance * mean * (1.0 / events)
        below = below + chance
    return count


def _function(python: object, body: str, n_arguments: int) -> Function:
    """A Brian2 function with bodies for every device."""
    function = Function(python, arg_units=[1] * n_arguments, return_unit=1, stateless=True)
    function.implementations.add_implementation("numpy", python)
    function.implementations.add_implementation("cpp", body % {"qualifier": "static inline"})
    function.implementations.add_implementation("cuda", body % {"qualifier": "__host__ __device__ static inline"})
    return function


def functions() -> dict[str, Function]:
    """What the equations use beside Brian2's own functions."""
    return {"poisson_events": _function(poisson_events, _BODY, 5), "linoid": _function(linoid, _LINOID, 1),
            "clip": DEFAULT_FUNCTIONS["clip"]}
