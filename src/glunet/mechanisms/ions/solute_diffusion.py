"""Diffusion of calcium, glutamate and glutamine between neighbouring shells, beside that of the ions of the membrane."""

from glunet.vocabulary.mechanism import Definition, Feed, Mechanism

# speed relative to potassium: 0.79, 0.76 and 0.76 um^2/ms in water (Nicholson 2001; small amino acids) over 2.62
_SOLUTES = (("Ca", "calcium", "0.30"), ("Glu", "glutamate", "0.29"), ("Gln", "glutamine", "0.29"))

MECHANISM = Mechanism(
    name="solute_diffusion",
    summary="Diffusion of calcium, glutamate and glutamine between neighbouring shells",
    per=("neighbour",),
    requires=("volume_shell", "Ca_e", "Glu_e", "Gln_e", "diffusion"),
    exchanges=("Ca", "Glu", "Gln"),
    event_states=tuple(
        Definition(
            f"J_{x}_near_{{n}}", "0*mole/second", "fmol/s", f"potassium's share of {word} going to neighbours of {{n}}"
        )
        for x, word, _ in _SOLUTES
    ),
    feeds=tuple(Feed(f"J_{x}_away", f"{speed}*J_{x}_near_{{n}}") for x, _, speed in _SOLUTES),
)
