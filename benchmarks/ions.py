"""What moving ions cost: ``python benchmarks/ions.py``.

The same circuit with its ions moving, and with `clamped` in place of all mechanisms of ``mechanisms/ions``; everything
else, slow inactivation included, is the same in both.
"""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

from common import TINY, circuit, interleaved, keep, middle, ours, ratio

from glunet import library

CELLS = 500
DURATION = 8.0       # s: five of them with ions released
REPEATS = 5
MOVING = ("compartments", "sodium_pump", "kcc2", "bath_diffusion", "neighbour_diffusion", "spatial_buffering",
          "glial_buffer")


def held(text: str) -> str:
    """A circuit file's text with constant concentrations."""
    text = text.replace('"compartments"', '"clamped"')
    for word in MOVING[1:]:
        text = text.replace(f'"{word}", ', "")
    return re.sub(rf"^\[populations\.\w+\.(?:{'|'.join(MOVING)})\]\n(?:(?!\[).*\n)*", "", text, flags=re.MULTILINE)


def main() -> None:
    """Moving and held, interleaved."""
    file = library.find("circuits", "cortex").read_text()
    moving, instant = circuit(CELLS, DURATION), circuit(CELLS, TINY)
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder, "models", "circuits", "cortex.toml")
        own.parent.mkdir(parents=True)
        own.write_text(held(file))
        os.chdir(folder)                 # a user's own models folder comes first
        still = circuit(CELLS, DURATION)
        os.chdir(here)
    spikes = {"moving": ours(moving)[1], "held": ours(still)[1]}
    ours(instant)
    runs = interleaved({"moving": lambda: ours(moving)[0], "held": lambda: ours(still)[0],
                        "neither": lambda: ours(instant)[0]}, REPEATS)
    wall, cpu = ratio(runs, "moving", "held")
    rows = [{"ions": name, "spikes": spikes[name], "run s": middle(runs[name].wall),
             "processor s": middle(runs[name].cpu), "before the first step s": middle(runs["neither"].wall)}
            for name in ("moving", "held")]
    keep("ions", "What moving ions cost", rows, {"runs": runs},
         f"Target: at most 1.3 times the circuit with held ions; ratio {wall:.2f} on the clock, {cpu:.2f} in processor "
         f"time: {'met' if cpu <= 1.3 else 'missed'}.")


if __name__ == "__main__":
    main()
