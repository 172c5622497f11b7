"""What moving ions, and then astrocytes, voxels, energy and death cost: ``python benchmarks/tissue.py``.

Three networks from one circuit file, by leaving mechanisms out: the circuit itself; its cells with moving ions but no
other tissue; and its fast block alone, membrane, channels, synapses and afferents at held concentrations. Then the
circuit for ten simulated minutes.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from common import circuit, interleaved, keep, middle, ours, ratio

from glunet import library
from glunet.circuit.blueprint import Blueprint

CIRCUIT = "cortex"
CELLS = 500          # neurons; with them 100 astrocytes
DURATION = 10.0      # s
LONG = 600.0
REPEATS = 5
IONS_COST, TISSUE_ADDS = 1.3, 0.4     # targets, of the fast block alone
FAST = ("membrane", "leak", "sodium", "potassium", "potassium_slow", "slow_inactivation", "ampa", "nmda", "gaba_a",
        "depression", "afferents")
IONS = ("compartments", "sodium_pump", "kcc2", "bath_diffusion", "neighbour_diffusion", "spatial_buffering", "glial_buffer")
WHOLE, IONS_ONLY, ALONE = "with its tissue", "with moving ions", "fast block alone"
NETWORKS = {WHOLE: None, IONS_ONLY: (*FAST, *IONS), ALONE: (*FAST, "clamped")}


def left(text: str, kept: Collection[str]) -> str:
    """A circuit file's text with those mechanisms only; a population that has none of them goes."""
    if "clamped" in kept:
        text = text.replace('"compartments"', '"clamped"')
    text = re.sub(r"^(mechanisms|receptors) = \[([^\]]*)\]",
                  lambda found: f"{found[1]} = {[word for word in re.findall(r'\w+', found[2]) if word in kept]}", text,
                  flags=re.MULTILINE)
    table = r"^\[populations\.{}\]\n(?:(?!\[).*\n)*{}"
    text = re.sub(table.format(rf"\w+\.(?!(?:{'|'.join(kept)})\])\w+", ""), "", text, flags=re.MULTILINE)
    return re.sub(table.format(r"\w+", r"?mechanisms = \[\]\n(?:(?!\[).*\n)*"), "", text, flags=re.MULTILINE)


def network(kept: Collection[str] | None) -> Blueprint:
    """The circuit, or what is left of it."""
    if kept is None:
        return circuit(CELLS, DURATION, name=CIRCUIT)
    text, here = left(library.find("circuits", CIRCUIT).read_text(), kept), Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder, "models", "circuits", f"{CIRCUIT}.toml")
        own.parent.mkdir(parents=True)
        own.write_text(text)
        os.chdir(folder)                 # a user's own models folder comes first
        try:
            return circuit(CELLS, DURATION, name=CIRCUIT)
        finally:
            os.chdir(here)


def main() -> None:
    """All networks in both precisions, interleaved; then ten minutes, once in each."""
    networks = {(name, precision): replace(network(kept), precision=precision)
                for name, kept in NETWORKS.items() for precision in ("float64", "float32")}
    spikes = {key: ours(plan)[1] for key, plan in networks.items()}
    runs = interleaved({" ".join(key): (lambda plan=plan: ours(plan)[0]) for key, plan in networks.items()}, REPEATS)
    long = interleaved({precision: (lambda precision=precision: ours(replace(networks[WHOLE, precision], duration=LONG))[0])
                        for precision in ("float64", "float32")}, 1)
    rows = [{"network": name, "precision": precision, "spikes": spikes[name, precision],
             "run s": middle(runs[f"{name} {precision}"].wall), "processor s": middle(runs[f"{name} {precision}"].cpu),
             "over the fast block, processor time": ratio(runs, f"{name} {precision}", f"{ALONE} {precision}")[1]}
            for name, precision in networks]
    for precision, found in long.items():
        rows.append({"network": f"{WHOLE}, ten minutes", "precision": precision, "spikes": "", "run s": found.wall[0],
                     "processor s": found.cpu[0], "over the fast block, processor time": ""})
    keep("tissue", "What moving ions, astrocytes, voxels, energy and death cost", rows, {"runs": runs, "long": long},
         verdict({(row["network"], row["precision"]): row["over the fast block, processor time"] for row in rows},
                 max(found.wall[0] for found in long.values())))


def verdict(over: Mapping[tuple[str, str], float], longest: float) -> str:
    """What was found against what was asked for, in words."""
    told = []
    for precision in ("float64", "float32"):
        ions, tissue = over[IONS_ONLY, precision], over[WHOLE, precision]
        told.append(f"{precision}: ions {ions:.2f} times the fast block alone ({_met(ions <= IONS_COST)}), the rest of the "
                    f"tissue adds {tissue - ions:.2f} of it ({_met(tissue - ions <= TISSUE_ADDS)})")
    return (f"Targets: with ions at most {IONS_COST} times the fast block alone, all other tissue at most {TISSUE_ADDS} of "
            f"it more; ten simulated minutes of {CELLS} cells and their astrocytes in ten minutes on one core. Found, in "
            f"processor time: {'; '.join(told)}; ten minutes in {longest / 60:.1f} ({_met(longest <= LONG)}).")


def _met(yes: bool) -> str:
    """Whether a target is."""
    return "met" if yes else "missed"


if __name__ == "__main__":
    main()
