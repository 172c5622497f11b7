"""A small calibration to write to, and a recording with known spikes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

TEXT = """
[calibration]
name = "small"
circuit = "cortex"
duration = "0.3 s"
cells = 20
seeds = [1]
candidates = 6
max_generations = 2

[set]
"populations.pyramidal.afferents.rate_inhibitory" = "0 Hz"

[parameters."populations.pyramidal.membrane.I_applied"]
low = "0 pA"
high = "600 pA"
source = "made up for a test"

[parameters."populations.interneuron.nmda.fraction_GluN2D"]
low = "0.2"
high = "0.8"
scale = "log"
source = "made up for a test"
[parameters."populations.interneuron.nmda.fraction_GluN2D".tied]
"populations.interneuron.nmda.fraction_GluN2A" = "0.75*(1 - x)"

[conditions.control]
window = ["0.1 s", "0.3 s"]

[conditions.dosed]
window = ["0.1 s", "0.3 s"]
set = { "drugs.ketamine.unbinding_rate" = "6 1/s" }
[conditions.dosed.drugs.ketamine]
schedule = "constant"
concentration = "3 uM"

[objective.rest]
row = "C1"
metrics = ["pyramidal_rate_hz", "interneuron_rate_hz"]
condition = "control"

[objective.mine]
metric = "rate_hz"
population = "pyramidal"
compare = "ratio"
value = 1.5
error = 0.2
condition = "dosed"
reference = "control"
"""


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Write the small calibration, with pieces of its text replaced."""

    def write(*changes: tuple[str, str], name: str = "small.toml") -> Path:
        text = TEXT
        for old, new in changes:
            assert text.count(old) >= 1, old
            text = text.replace(old, new, 1)
        path = tmp_path / name
        path.write_text(text)
        return path

    return write
