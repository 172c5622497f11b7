"""Does the step decide anything? ``python benchmarks/refinement.py``.

The seizure of ``experiments/seizure_runaway.toml`` at the circuit's steps, at half the fast step and at half the slow
step: peak potassium, and the loss of GABA-A conductance at which pyramidal firing has doubled. Below 5 % is the target.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import numpy as np
from common import keep

from glunet import library
from glunet.circuit.assemble import Setting, assemble
from glunet.circuit.blueprint import RecordPlan
from glunet.engine.simulate import simulate
from glunet.vocabulary.schedule import ramped

SEEDS = (1, 2, 3, 4)
DURATION, ONSET, RAMP, LOSS = 22.0, 5.0, 6.0, 0.5
BASELINE, DOUBLED = (2.0, 5.0), 2.0


def measured(dt: float | None) -> tuple[np.ndarray, np.ndarray]:
    """Peak of mean extracellular potassium (mM), and the loss at which firing has doubled, per seed."""
    loss = {"gaba_a_loss": ramped(LOSS, ONSET, None, RAMP)}
    record = {"pyramidal": RecordPlan(means=("K_e",), means_every=0.01)}
    found = simulate(assemble("cortex", [Setting(s, {}, {}, loss) for s in SEEDS], DURATION, dt=dt, record=record))
    peak = found["means"][0].values.max(axis=1)
    spikes, thresholds = found["spikes"]["pyramidal"], []
    for row in range(len(SEEDS)):
        times = spikes.times_s[spikes.replicate == row]
        usual = np.sum((times >= BASELINE[0]) & (times < BASELINE[1])) / (BASELINE[1] - BASELINE[0])
        starts = np.arange(ONSET, ONSET + RAMP, 0.05)
        rate = np.array([np.sum((times >= t) & (times < t + 1.0)) for t in starts])
        over = starts[np.argmax(rate >= DOUBLED * usual)] + 0.5
        thresholds.append(LOSS * (over - ONSET) / RAMP)
    return peak, np.array(thresholds)


def main() -> None:
    """Each step in turn."""
    cases = {"as it is": measured(None), "half the fast step": measured(5e-5)}
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder, "models", "circuits", "cortex.toml")
        own.parent.mkdir(parents=True)
        own.write_text(library.find("circuits", "cortex").read_text().replace('slow_dt = "1 ms"', 'slow_dt = "0.5 ms"'))
        os.chdir(folder)
        cases["half the slow step"] = measured(None)
        os.chdir(here)
    peak, threshold = (cases["as it is"][k].mean() for k in (0, 1))
    rows = [{"step": name, "peak potassium mM": float(p.mean()), "change %": float(100 * (p.mean() / peak - 1)),
             "threshold": float(t.mean()), "change of it %": float(100 * (t.mean() / threshold - 1)),
             "its standard error %": float(100 * t.std(ddof=1) / np.sqrt(t.size) / t.mean())}
            for name, (p, t) in cases.items()]
    worst = max(abs(row[key]) for row in rows for key in ("change %", "change of it %"))
    keep("refinement", "Refining the steps", rows, {name: [p.tolist(), t.tolist()] for name, (p, t) in cases.items()},
         f"Target: changes below 5 %; the largest is {worst:.1f} %: {'met' if worst < 5 else 'missed'}.")


if __name__ == "__main__":
    main()
