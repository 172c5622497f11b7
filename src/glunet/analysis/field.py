"""Field potential: a proxy from the synaptic currents of pyramidal cells.

The reference weighted sum of Mazzoni et al. 2015 (PLoS Comput Biol 11:e1004584): AMPA current, 6 ms late, less 1.65 times
the GABA current, both positive where they depolarise. Excitation depolarises and inhibition hyperpolarises at opposite ends
of the dipole, so that their magnitudes add. It explained most of the variance of the field in a model of many compartments,
with one population of pyramidal cells; it knows neither NMDA currents nor the slow potential of potassium and glia. In a
seizure it is a picture, not a measurement.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from glunet.analysis.firing import FloatArray

#: Delay of the AMPA current, s, and weight of the GABA current (Mazzoni et al. 2015).
AMPA_DELAY_S, GABA_WEIGHT = 0.006, 1.65


def lfp_proxy(ampa: ArrayLike, gaba_a: ArrayLike, step_s: float, delay_s: float = AMPA_DELAY_S,
              weight: float = GABA_WEIGHT) -> FloatArray:
    """Reference weighted sum of synaptic currents.

    Parameters
    ----------
    ampa, gaba_a : float64[..., T]
        Mean currents of the pyramidal cells, outward positive as glunet stores them (I_ampa is negative, I_gaba_a positive
        while it inhibits), in one unit.
    step_s : float
        Sampling interval in seconds.
    delay_s : float
        Of the AMPA current; between samples it is interpolated. Its first value stands for what precedes it.
    weight : float
        Of the GABA current.

    Returns
    -------
    float64[..., T]
        Unit of the currents. Only its course has a meaning: neither the size nor the sign of a recorded potential, which
        depend on where the electrode is.

    Raises
    ------
    ValueError
        For currents of different shapes.
    """
    excitation, inhibition = -np.asarray(ampa, float), -np.asarray(gaba_a, float)
    if excitation.shape != inhibition.shape:
        raise ValueError(f"currents of shapes {excitation.shape} and {inhibition.shape} do not belong together")
    place = np.maximum(np.arange(excitation.shape[-1]) - delay_s / step_s, 0.0)
    # A delay of whole samples must not lose one to rounding.
    place = np.where(np.isclose(place, np.rint(place)), np.rint(place), place)
    before = np.floor(place).astype(np.int64)
    after, part = np.minimum(before + 1, excitation.shape[-1] - 1), place - before
    late = (1 - part) * excitation[..., before] + part * excitation[..., after]
    return late - weight * inhibition
