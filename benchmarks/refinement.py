"""Does the step decide anything? ``python benchmarks/refinement.py``.

The seizure of ``experiments/seizure_runaway.toml`` at the circuit's steps, at half the fast step and at half the slow
step: peak potassium, and the loss of GABA-A conductance at which pyramidal firing has doubled. Below 5 % is the target.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from common import keep

from glunet import library
from glunet.circuit.assemble import Setting, assemble
from glunet.circuit.blueprint import Blueprint, RecordPlan
from glunet.engine.simulate import simulate
from glunet.vocabulary.schedule import ramped

ONSET, RAMP, LOSS = 5.0, 6.0, 0.5
BASELINE, DOUBLED = (2.0, 5.0), 2.0
PEAK_SEEDS, PEAK_S = range(1, 9), 22.0                              # potassium: nearly the same in all seeds
THRESHOLD_SEEDS, THRESHOLD_S = range(1, 41), ONSET + RAMP + 1.5     # the threshold scatters by a fifth


def peaks(dt: float | None) -> np.ndarray:
    """Highest mean extracellular potassium of a seizure, mM, per seed."""
    plan = _seizure(PEAK_SEEDS, PEAK_S, dt, {"pyramidal": RecordPlan(means=("K_e",), means_every=0.01)})
    return np.asarray(simulate(plan)["means"][0].values.max(axis=1))


def thresholds(dt: float | None) -> np.ndarray:
    """Loss of GABA-A conductance at which pyramidal firing has doubled, per seed."""
    spikes, found = simulate(_seizure(THRESHOLD_SEEDS, THRESHOLD_S, dt, {}))["spikes"]["pyramidal"], []
    for row in range(len(THRESHOLD_SEEDS)):
        times = spikes.times_s[spikes.replicate == row]
        usual = np.sum((times >= BASELINE[0]) & (times < BASELINE[1])) / (BASELINE[1] - BASELINE[0])
        starts = np.arange(ONSET, ONSET + RAMP, 0.05)
        rate = np.array([np.sum((times >= t) & (times < t + 1.0)) for t in starts])
        over = starts[np.argmax(rate >= DOUBLED * usual)] + 0.5
        found.append(LOSS * (over - ONSET) / RAMP)
    return np.array(found)


def _seizure(seeds: Iterable[int], duration: float, dt: float | None, record: dict[str, RecordPlan]) -> Blueprint:
    """Inhibition fails over six seconds."""
    loss = {"gaba_a_loss": ramped(LOSS, ONSET, None, RAMP)}
    return assemble("cortex", [Setting(seed, {}, {}, loss) for seed in seeds], duration, dt=dt, record=record)


def measured(dt: float | None) -> tuple[np.ndarray, np.ndarray]:
    """Both."""
    return peaks(dt), thresholds(dt)


def half_the_slow_step(text: str) -> str:
    """A circuit file's text with its slow step halved."""
    text, found = re.subn(r'^slow_dt = "([\d.]+) ms"', lambda step: f'slow_dt = "{float(step[1]) / 2:g} ms"', text,
                          flags=re.MULTILINE)
    if found != 1:
        raise SystemExit("the circuit file has no slow step in ms")
    return text


def main() -> None:
    """Each step in turn."""
    cases = {"as it is": measured(None), "half the fast step": measured(5e-5)}
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder, "models", "circuits", "cortex.toml")
        own.parent.mkdir(parents=True)
        own.write_text(half_the_slow_step(library.find("circuits", "cortex").read_text()))
        os.chdir(folder)                 # a user's own models folder comes first
        cases["half the slow step"] = measured(None)
        os.chdir(here)
    peak, usual = cases["as it is"][0].mean(), cases["as it is"][1]
    threshold = usual.mean()
    rows = [{"step": name, "peak potassium mM": float(p.mean()), "change %": float(100 * (p.mean() / peak - 1)),
             "threshold": float(t.mean()), "change of it %": float(100 * (t.mean() / threshold - 1)),
             # the same seeds: what counts is how much each one's threshold moves
             "its standard error %": float(100 * (t - usual).std(ddof=1) / np.sqrt(t.size) / threshold)}
            for name, (p, t) in cases.items()]
    worst = max(abs(row[key]) for row in rows for key in ("change %", "change of it %"))
    keep("refinement", "Refining the steps", rows, {name: [p.tolist(), t.tolist()] for name, (p, t) in cases.items()},
         f"Target: changes below 5 %; the largest is {worst:.1f} %: {'met' if worst < 5 else 'missed'}.")


if __name__ == "__main__":
    main()
