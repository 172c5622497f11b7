"""A silenced network against the active one: ``python benchmarks/silence.py``.

Without afferents every conductance decays into denormal numbers after some seconds; a program that does not flush them to
zero then runs many times slower.
"""

from __future__ import annotations

from common import TINY, circuit, interleaved, keep, middle, ours, ratio

CELLS = 500
DURATION = 5.0
REPEATS = 5
QUIET = {f"populations.{name}.afferents.rate_{kind}": 0.0 for name in ("pyramidal", "interneuron")
         for kind in ("excitatory", "inhibitory")}


def main() -> None:
    """Active and silenced, interleaved."""
    active, silent, instant = circuit(CELLS, DURATION), circuit(CELLS, DURATION, QUIET), circuit(CELLS, TINY)
    spikes = {"active": ours(active)[1], "silenced": ours(silent)[1]}
    runs = interleaved({"active": lambda: ours(active)[0], "silenced": lambda: ours(silent)[0],
                        "neither": lambda: ours(instant)[0]}, REPEATS)
    wall, cpu = ratio(runs, "silenced", "active")
    rows = [{"network": name, "spikes": spikes[name], "run s": middle(runs[name].wall),
             "processor s": middle(runs[name].cpu), "before the first step s": middle(runs["neither"].wall)}
            for name in ("active", "silenced")]
    keep("silence", "A silenced network against the active one", rows, {"runs": runs},
         f"Target: silenced at most as long as active; ratio {wall:.2f} on the clock, {cpu:.2f} in processor "
         f"time: {'met' if wall <= 1 else 'missed'}.")


if __name__ == "__main__":
    main()
