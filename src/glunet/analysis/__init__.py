"""Measures of activity: arrays in, arrays out. Nothing here opens a file, draws, or knows a simulator.

Every public function can be had from here by its name (``from glunet import analysis; analysis.cv_isi``); its module is
loaded when it is first asked for. ``rates`` is short for `firing.rate_per_cell`. Spikes are three equal-length arrays
(`firing` says which); ``result.spike_arrays("pyramidal")`` gives them, with the numbers of cells and replicates.

====================  ====================================================================================================
Module                What is in it
====================  ====================================================================================================
firing                rates per cell and per population, intervals, CV of intervals, fraction of spikes in bursts
irregularity          CV2, local variation, Fano factor: measures that slow changes of rate do not spoil
bursts                bursts of single cells, one by one
synchrony             spike counts, mean pairwise correlation of counts
correlations          correlation matrix, cross-correlation over lags, spike time tiling coefficient
oscillations          spectra by Welch's method, power in a band, frequency of a peak
spectra               multitaper spectra, coherence and how much of it is chance
phase                 phase of a signal in a band, phases of spikes, phase locking, pairwise phase consistency
field                 a proxy of the local field potential
episodes              stretches of excessive firing, seizures told from brief events
seizures              seizures in stored spikes: begin, end, what precedes and follows
ictal_phases          phases of a seizure: tonic, clonic
depolarisation_block  cells that are depolarised and silent
potassium             potassium outside the cells during seizures
logistic              the curve from no to yes, fitted
thresholds            from which level on something happens, such as seizures, from yes or no
statistics            means with intervals over seeds, verdicts, paired changes, drift, rank correlation
recruitment           cells that gain and cells that lose under two conditions
onset                 when a population leaves its baseline, and which one leaves first
hill                  the curves of pharmacology and their fits
dose_response         Hill fit with intervals, whether a curve describes the data at all, curves that turn back
ischaemia             when cells depolarise without blood, when gradients are back, at which flow glutamate rises
microdialysis         what a microdialysis probe would read of a concentration
transients            concentrations and ions over time: rest, peak, fold, recovery, undershoot
release               glutamate released, from spikes and vesicle depletion
survival              survival over time, fractions with intervals, therapeutic window
design                designs of experiments: points drawn in ranges
sensitivity           Sobol, Morris and RBD-FAST indices of a design
====================  ====================================================================================================
"""

from __future__ import annotations

import ast
import difflib
import importlib
from functools import cache
from pathlib import Path
from typing import Any

ALIASES = {"rates": "rate_per_cell"}


@cache
def modules() -> tuple[str, ...]:
    """Names of the modules of this room."""
    return tuple(sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_")))


@cache
def _places() -> dict[str, str]:
    """Module of every public function and class, read without importing it."""
    found: dict[str, str] = {}
    for name in modules():
        text = Path(__file__).with_name(f"{name}.py").read_text(encoding="utf-8")
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                found.setdefault(node.name, name)
    return found


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    if name in modules():
        return importlib.import_module(f"{__name__}.{name}")
    wanted = ALIASES.get(name, name)
    if wanted not in _places():
        near = difflib.get_close_matches(name, [*modules(), *_places(), *ALIASES], n=1)
        hint = f" (did you mean '{near[0]}'?)" if near else ""
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'{hint}")
    return getattr(importlib.import_module(f"{__name__}.{_places()[wanted]}"), wanted)


def __dir__() -> list[str]:
    return sorted({*modules(), *_places(), *ALIASES})
