"""Diffusion between a cell's shell and the distant extracellular space, whose concentrations are ports.

What keeps that space at rest is its energy: without it, distant tissue shares the fate of this one, and nothing flows.
"""

from glunet.vocabulary.mechanism import Definition, Feed, Mechanism, State
from glunet.vocabulary.parameter import Parameter, assumed

# speed relative to potassium: free diffusion coefficients 2.62, 1.78 and 2.1 um^2/ms (Nicholson 2001, Rep Prog Phys 64:815)
_IONS = (("K", "potassium", "1"), ("Na", "sodium", "0.68"), ("Cl", "chloride", "0.80"))

MECHANISM = Mechanism(
    name="bath_diffusion",
    summary="Diffusion of potassium, sodium and chloride to the bath",
    tables=(("population", (
        Parameter("tau_bath", "s", None, "time constant of potassium's exchange with the bath",
                  assumed("diffusion to distant tissue and transport there through glia; potassium falls with 1-3 s after a "
                          "short stimulus of cortex"), low="0.01 s"),
    )),),
    requires=("moving", "surroundings", "volume_shell", *(f"{ion}_{side}" for ion, _, _ in _IONS for side in ("e", "bath"))),
    states=tuple(State(f"{ion}_drained", f"{word} that has gone to the bath since the start", unit="fmol", clock="slow",
                       initial="0*mole", change=f"moving*J_{ion}_bath") for ion, word, _ in _IONS),
    slow_definitions=tuple(
        Definition(f"J_{ion}_bath", f"surroundings*{speed}*volume_shell*({ion}_e - {ion}_bath)/tau_bath", "fmol/s",
                   f"{word} going to the bath")
        for ion, word, speed in _IONS),
    feeds=(*(Feed(f"J_{ion}_away", f"J_{ion}_bath") for ion, _, _ in _IONS),
           *(Feed(f"amount_{ion}", f"{ion}_drained") for ion, _, _ in _IONS)),
)
