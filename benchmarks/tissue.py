"""What astrocytes, voxels and energy cost: ``python benchmarks/tissue.py``.

Three networks from one circuit file, by leaving mechanisms out: the circuit itself; its cells with moving ions but no
other tissue; and its fast block alone, membrane, channels, synapses and afferents at held concentrations. Then the
circuit for ten simulated minutes.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Collection
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
TARGET = 1.4
FAST = ("membrane", "leak", "sodium", "potassium", "potassium_slow", "slow_inactivation", "ampa", "nmda", "gaba_a",
        "depression", "afferents")
IONS = ("compartments", "sodium_pump", "kcc2", "bath_diffusion", "neighbour_diffusion", "spatial_buffering", "glial_buffer")
NETWORKS = {"with its tissue": None, "with moving ions": (*FAST, *IONS), "fast block alone": (*FAST, "clamped")}


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
    whole = next(iter(NETWORKS))
    long = interleaved({precision: (lambda precision=precision: ours(replace(networks[whole, precision], duration=LONG))[0])
                        for precision in ("float64", "float32")}, 1)
    rows = [{"network": name, "precision": precision, "spikes": spikes[name, precision],
             "run s": middle(runs[f"{name} {precision}"].wall), "processor s": middle(runs[f"{name} {precision}"].cpu),
             "tissue over it, processor time": ratio(runs, f"{whole} {precision}", f"{name} {precision}")[1]}
            for name, precision in networks]
    for precision, found in long.items():
        rows.append({"network": "with its tissue, ten minutes", "precision": precision, "spikes": "", "run s": found.wall[0],
                     "processor s": found.cpu[0], "tissue over it, processor time": ""})
    added = max(ratio(runs, f"{whole} {p}", f"with moving ions {p}")[1] for p in long)
    slowest = max(found.wall[0] for found in long.values())
    keep("tissue", "What astrocytes, voxels and energy cost", rows, {"runs": runs, "long": long},
         f"Targets: at most {TARGET} times the cells with moving ions, found {added:.2f} in processor time: "
         f"{'met' if added <= TARGET else 'missed'}; ten simulated minutes of {CELLS} cells and their astrocytes in ten "
         f"minutes on one core, found {slowest / 60:.1f} minutes, {LONG / slowest:.1f} simulated seconds a second: "
         f"{'met' if slowest <= LONG else 'missed'}.")


if __name__ == "__main__":
    main()
