"""Seizures of a stored result: which populations, what rate is usual, what `glunet.analysis` finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from glunet.analysis.depolarisation_block import Voltage
from glunet.analysis.episodes import Activity, Criteria, population_activity
from glunet.analysis.seizures import Seizure, find_seizures
from glunet.errors import InputError
from glunet.figures.sweep import populations_of
from glunet.figures.windows import Window, before_and_during, seconds, window_option, window_text

if TYPE_CHECKING:
    from glunet.store.result import Result


@dataclass(frozen=True)
class Usual:
    """What the pyramidal cells do without a seizure: a window before it, or a rate per replicate.

    Attributes
    ----------
    baseline : (float, float) or None
    reference_hz : float64[R] or None
    told : str
        In words, for a footnote.
    """

    baseline: Window | None
    reference_hz: NDArray[np.float64] | None
    told: str


def cells_of(result: Result, options: Mapping[str, Any]) -> tuple[str, str | None]:
    """Excitatory and inhibitory population: the option `populations` in this order, else by their names.

    Raises
    ------
    InputError
        For populations without spikes.
    """
    usual = [name for name in ("pyramidal", "interneuron") if name in result.recorded["spikes"]]
    given = options.get("populations")
    names = populations_of(result, {"populations": given if given is not None else usual or None}, "populations")
    return names[0], names[1] if len(names) > 1 else None


def usual_of(result: Result, options: Mapping[str, Any], population: str) -> Usual:
    """What to compare with.

    In this order: the option `reference` (Hz), the option `before` (a window), the same seed at zero on all axes (the
    circuit undisturbed), the time before the first dose.

    Raises
    ------
    InputError
        Where there is none of these.
    """
    number = result.n_replicates
    given = options.get("reference")
    if given is not None:
        if isinstance(given, bool) or not isinstance(given, int | float) or not given > 0:
            raise InputError("figure", "reference", f"'{given}'", "a rate above zero in Hz, such as 2.5")
        return Usual(None, np.full(number, float(given)), f"reference {given:g} Hz")
    if options.get("before") is not None:
        window = window_option(result, options["before"], "before", (0.0, result.duration_s))
        return Usual(window, None, f"baseline {window_text(window)}")
    undisturbed = _undisturbed(result, population)
    if undisturbed is not None:
        return Usual(None, undisturbed, "reference: the same seed undisturbed")
    before, _ = before_and_during(result)
    if before is None:
        raise InputError("figure", "reference", "nothing tells the rate without a seizure",
                         'before = ["1 s", "9 s"], reference = 2.5 (Hz), or an axis that begins at zero')
    return Usual(before, None, f"baseline {window_text(before)}")


def _undisturbed(result: Result, population: str) -> NDArray[np.float64] | None:
    """Mean rate [R] of the replicate with the same seed and zero on all axes; None where a seed has none."""
    paths = [str(path) for path in result.points.data_vars if path != "seed"]
    if not paths:
        return None
    zero = np.all([np.asarray(result.points[path].values, float) == 0 for path in paths], axis=0)
    seeds = np.asarray(result.points["seed"].values)
    if not set(seeds.tolist()) <= set(seeds[zero].tolist()):
        return None
    settled = min(1.0, result.duration_s / 4)
    rates = result.rates(population, settled, result.duration_s).values.mean(axis=1)
    return np.array([rates[zero & (seeds == seed)].mean() for seed in seeds])


def criteria_of(options: Mapping[str, Any]) -> Criteria:
    """The criteria, with the option `shortest` as the least duration."""
    return Criteria(min_duration_s=seconds(options["shortest"], "shortest"))


def activity_of(result: Result, options: Mapping[str, Any]) -> tuple[Activity, Criteria, Usual]:
    """Activity of the excitatory cells, and what it is compared with."""
    excitatory, _ = cells_of(result, options)
    usual, criteria = usual_of(result, options, excitatory), criteria_of(options)
    found = population_activity(result.spikes(excitatory), result.n_replicates, result.duration_s, usual.baseline,
                                usual.reference_hz, criteria)
    return found, criteria, usual


def seizures_of(result: Result, options: Mapping[str, Any]) -> tuple[list[Seizure], Usual]:
    """All seizures of a result; the membrane potential of interneurons is used where it was recorded."""
    excitatory, inhibitory = cells_of(result, options)
    usual = usual_of(result, options, excitatory)
    voltage = None
    if inhibitory is not None and "v" in result.recorded["traces"].get(inhibitory, {}):
        trace = result.trace(inhibitory, "v")
        voltage = Voltage(np.asarray(trace["time"].values, float), np.asarray(trace["cell"].values), trace)
    return find_seizures(result.spikes(excitatory), result.n_replicates, result.duration_s,
                         interneuron=None if inhibitory is None else result.spikes(inhibitory), baseline=usual.baseline,
                         reference_hz=usual.reference_hz, voltage=voltage, criteria=criteria_of(options)), usual
