"""A result as neo objects, which elephant takes as they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from glunet.errors import InputError
from glunet.store.points import chosen, coordinates, missing_library

if TYPE_CHECKING:
    import neo
    import xarray as xr

    from glunet.store.result import Result


def block(result: Result, replicates: Sequence[int] | None = None, populations: Sequence[str] | None = None) -> neo.Block:
    """A neo Block: one Segment per replicate, with its spike trains, means, traces and schedules.

    Parameters
    ----------
    result : Result
    replicates : sequence of int, optional
        Of these only; all by default. Every cell of every replicate becomes an object: choose some of a large result.
    populations : sequence of str, optional
        Of these only; all by default.

    Returns
    -------
    neo.Block
        Segments and their members are annotated with `replicate`, `seed` and every axis (by its path, as a quantity
        in the unit it was written in). SpikeTrains (s) have `population` and `cell`, silent cells included;
        AnalogSignals `population`, `variable` and `kind` ("mean", [T, 1], or "trace", [T, C] with the cells as array
        annotation); schedules are IrregularlySampledSignals named as the dose.

    Raises
    ------
    InputError
        No such replicate or population.
    GlunetError
        neo is not installed.
    """
    try:
        import neo
    except ImportError:
        raise missing_library("neo", "to_neo", "analysis") from None
    rows = chosen(result, replicates)
    names = result.populations if populations is None else list(populations)
    for name in names:
        if name not in result.populations:
            raise InputError(str(result.path), "populations", f"no population '{name}'", result.populations, name)
    whole = neo.Block(name=result.experiment, description=result.title, file_origin=str(result.path))
    whole.annotate(blueprint_digest=str(result.provenance.get("blueprint_digest", "")))
    places = {path: (values, quantity(unit)) for path, (values, unit) in coordinates(result).items() if path != "seed"}
    for row in rows:
        about = {"replicate": row, "seed": int(result.points["seed"][row]),
                 **{path: float(values[row]) * unit for path, (values, unit) in places.items()}}
        whole.segments.append(neo.Segment(name=f"replicate {row}", index=row, **about))
    for name in names:
        _add_trains(result, name, whole.segments, rows)
        _add_signals(result, name, whole.segments, rows)
    for name in result.recorded["schedules"]:
        _add_schedule(result, name, whole.segments)
    whole.check_relationships()
    return whole


def quantity(unit: str) -> Any:
    """A unit of the quantities package; dimensionless for one that it does not know."""
    import quantities as pq

    if unit in ("1", ""):
        return pq.dimensionless
    if unit == "nM":    # the one concentration that quantities leaves out
        return pq.UnitQuantity("nanomolar", 1e-3 * pq.uM, symbol="nM")
    try:
        return pq.Quantity(1, unit).units
    except (LookupError, AttributeError, SyntaxError):
        return pq.dimensionless


def _add_trains(result: Result, population: str, segments: list[neo.Segment], rows: list[int]) -> None:
    """A SpikeTrain per cell."""
    if population not in result.recorded["spikes"]:
        return
    import neo
    import quantities as pq

    data = result.spikes(population, replicates=rows)
    node = data.replicate * data.n_cells + data.cell
    order = np.argsort(node, kind="stable")      # by cell, in each by time
    node, times = node[order], data.times_s[order]
    stop = result.duration_s * pq.s
    for segment in segments:
        about = segment.annotations
        first = about["replicate"] * data.n_cells
        edges = np.searchsorted(node, np.arange(first, first + data.n_cells + 1))
        for cell in range(data.n_cells):
            train = neo.SpikeTrain(times[edges[cell]:edges[cell + 1]] * pq.s, t_start=0 * pq.s, t_stop=stop,
                                   name=f"{population} {cell}")
            train.annotate(population=population, cell=cell, **about)
            segment.spiketrains.append(train)


def _add_signals(result: Result, population: str, segments: list[neo.Segment], rows: list[int]) -> None:
    """An AnalogSignal per recorded mean and trace."""
    for kind, read in (("mean", result.mean), ("trace", result.trace)):
        for variable in result.recorded[f"{kind}s"].get(population, {}):
            values = read(population, variable).isel(replicate=rows).load()
            for number, segment in enumerate(segments):
                signal = _signal(values, number, f"{population} {variable}")
                signal.annotate(population=population, variable=variable, kind=kind, unit=values.attrs["units"],
                                **segment.annotations)
                segment.analogsignals.append(signal)


def _signal(values: xr.DataArray, row: int, name: str) -> Any:
    """One replicate's row, [T, 1] or [T, C]."""
    import neo
    import quantities as pq

    times = np.asarray(values["time"])
    found = np.atleast_2d(np.asarray(values[row])).T
    step = (times[-1] - times[0]) / (times.size - 1) if times.size > 1 else 1.0
    more = {"array_annotations": {"cell": np.asarray(values["cell"])}} if "cell" in values.dims else {}
    return neo.AnalogSignal(found, units=quantity(values.attrs["units"]), t_start=times[0] * pq.s,
                            sampling_period=step * pq.s, name=name, **more)


def _add_schedule(result: Result, name: str, segments: list[neo.Segment]) -> None:
    """The course of a dose, at its knots."""
    import neo
    import quantities as pq

    values = result.schedule(name)
    for segment in segments:
        row = np.asarray(values[segment.annotations["replicate"]])
        signal = neo.IrregularlySampledSignal(np.asarray(values["time"]) * pq.s, row[:, None], time_units="s",
                                              units=quantity(values.attrs["units"]), name=name)
        signal.annotate(kind="schedule", unit=values.attrs["units"], **segment.annotations)
        segment.irregularlysampledsignals.append(signal)
