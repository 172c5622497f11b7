"""The shipped circuit without what the tissue around its membranes does, for comparison with scripts of membranes alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from glunet.library import find

# what the scripts know: membranes, synapses and ions, not what the tissue around them does
KNOWN = ("membrane", "leak", "sodium", "potassium", "potassium_slow", "slow_inactivation", "ampa", "nmda", "gaba_a",
         "depression", "afferents", "compartments", "sodium_pump", "kcc2", "bath_diffusion", "neighbour_diffusion",
         "spatial_buffering", "glial_buffer")


def stripped(text: str) -> str:
    """The shipped circuit with the mechanisms that the scripts know, on their slow step; astrocytes have none and go."""
    def kept(found: re.Match[str]) -> str:
        return f"{found[1]} = {[word for word in re.findall(r'\w+', found[2]) if word in KNOWN]}"

    sections = re.split(r"^(?=\[)", text, flags=re.MULTILINE)
    left = [part for part in sections if not part.startswith("[populations.astrocyte")
            and (not (table := re.match(r"\[populations\.\w+\.(\w+)\]", part)) or table[1] in KNOWN)]
    text = re.sub(r"^(mechanisms|receptors) = \[([^\]]*)\]", kept, "".join(left), flags=re.MULTILINE)
    return re.sub(r"^tonic_share = .*\n", "", text, flags=re.MULTILINE).replace('slow_dt = "2 ms"', 'slow_dt = "1 ms"')


@contextmanager
def without_tissue(folder: Path) -> Iterator[None]:
    """Within it, the name cortex means that circuit: a models folder of its own in `folder` comes first."""
    mine = folder / "models" / "circuits" / "cortex.toml"
    mine.parent.mkdir(parents=True, exist_ok=True)
    mine.write_text(stripped(find("circuits", "cortex").read_text()))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield
