"""Diffusion between the shells of neighbouring cells of the sheet, whatever their populations.

Two neighbouring shells exchange what their difference drives through the extracellular space between them; each edge
takes from one what it gives to the other. ``{n}`` is the population of the neighbour.
"""

from glunet.vocabulary.mechanism import Definition, Feed, Mechanism
from glunet.vocabulary.parameter import Parameter, Source

_D = Source("free diffusion of potassium 2.62 um^2/ms over the square of the tortuosity 1.6, Nicholson 2001, Rep Prog "
            "Phys 64:815", "10.1088/0034-4885/64/7/202", "computed")
# relative to potassium: sodium 1.78, chloride 2.1 um^2/ms (same source)
_IONS = (("K", "potassium", "1"), ("Na", "sodium", "0.68"), ("Cl", "chloride", "0.80"))

MECHANISM = Mechanism(
    name="neighbour_diffusion",
    summary="Diffusion of potassium, sodium and chloride between neighbouring shells",
    per=("neighbour",),
    tables=(("population", (
        Parameter("diffusion", "um**2/ms", "1.02 um**2/ms", "diffusion coefficient of potassium outside the cells", _D,
                  low="0 um**2/ms"),
    )),),
    requires=("volume_shell", "K_e", "Na_e", "Cl_e"),
    exchanges=("K", "Na", "Cl"),
    event_states=tuple(Definition(f"J_{ion}_near_{{n}}", "0*mole/second", "fmol/s",
                                  f"potassium's share of {word} going to neighbours of {{n}}") for ion, word, _ in _IONS),
    feeds=tuple(Feed(f"J_{ion}_away", f"{speed}*J_{ion}_near_{{n}}") for ion, _, speed in _IONS),
)
