"""From what a row's function returns to scored lines of the table."""

from __future__ import annotations

import fnmatch
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from glunet.analysis.statistics import Interval, mean_interval, verdict
from glunet.validation.table import Row, not_run, source_text

#: What a share of cells, or the ratio of two rates, cannot leave, though an interval by the t distribution may.
_DOMAINS = {
    "fraction_*": (0.0, 1.0), "penumbra_spared_*": (-math.inf, 1.0), "death_at_*": (0.0, 1.0), "recovery_with*": (0.0, 1.0),
    "block_recovers_fraction": (0.0, 1.0), "*_in_depolarisation_block_fraction": (0.0, 1.0), "*_probability_*": (0.0, 1.0),
    "postictal_rate_*": (0.0, math.inf), "survival_vs_delay_spearman": (-1.0, 1.0), "release_ratio_*": (0.0, math.inf),
}


def domain(metric: str) -> tuple[float, float]:
    """The least and the largest value that a metric can have by its definition."""
    return next((ends for pattern, ends in _DOMAINS.items() if fnmatch.fnmatch(metric, pattern)), (-math.inf, math.inf))


def score(target: Mapping[str, Any], values: Mapping[str, Any]) -> list[Row]:
    """All metrics of a target with their verdicts.

    Parameters
    ----------
    target : mapping
        One of `glunet.validation.table.targets`.
    values : mapping of metric to float64[S] or Interval
        One value per seed; nan where there is none: such a metric is near at best, as is one of a single seed. A metric
        that is missing was not computed.
    """
    rows = []
    for entry in target["score"]:
        metric, band = entry["metric"], (float(entry["band"][0]), float(entry["band"][1]))
        if metric not in values:
            rows += [row for row in not_run(target) if row.metric == metric]
            continue
        value = values[metric]
        found = value if isinstance(value, Interval) else mean_interval(np.atleast_1d(value))
        mean, low, high = (float(x) for x in (found.mean, found.low, found.high))
        least, most = domain(metric)
        low, high = (min(max(x, least), most) for x in (low, high))
        decided = verdict(mean, low, high, band) if math.isfinite(mean) else "fail"
        asked = found.n if isinstance(value, Interval) else np.size(value)
        if decided == "pass" and (found.n < 2 or found.n < asked):
            decided = "near"
        ends = [x if math.isfinite(x) else None for x in (mean, low, high)]
        rows.append(Row(target["id"], metric, ends[0], ends[1], ends[2], band, decided, int(found.n), source_text(target)))
    return rows
