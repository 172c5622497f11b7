"""Ion concentrations held constant, and the Nernst potentials that follow from them.

Concentrations and reversal potentials are ports: a mechanism that moves ions takes this one's place without a change
in any current.
"""

from glunet.vocabulary.mechanism import Definition, Mechanism, Port
from glunet.vocabulary.parameter import Parameter, Source

_REST = Source("resting concentrations of mammalian cortex, e.g. Somjen 2004, Ions in the Brain", "", "memory")
_BODY = Source("rat and human brain temperature", "", "memory")


def _nernst(ion: str, valence: str) -> str:
    return f"(8.31446*joule/kelvin/mole)*temperature/({valence}*96485.33*coulomb/mole)*log({ion}_e/{ion}_i)"


MECHANISM = Mechanism(
    name="clamped",
    summary="Constant ion concentrations with their Nernst potentials; brain energy and glutamate at rest",
    tables=(("population", (
        Parameter("K_i", "mM", "140 mM", "intracellular potassium", _REST, low="1 mM"),
        Parameter("Na_i", "mM", "15 mM", "intracellular sodium", _REST, low="0.1 mM"),
        Parameter("Cl_i", "mM", "7 mM", "intracellular chloride", _REST, low="0.1 mM"),
    )),),
    requires=("temperature",),
    ports=tuple(
        Port(f"{ion}_e", "sum", f"{ion}_e_rest", "mM", f"extracellular {word}") for ion, word in
        (("K", "potassium"), ("Na", "sodium"), ("Cl", "chloride"), ("Ca", "calcium"), ("Mg", "magnesium"),
         ("Glu", "glutamate"), ("Gly", "glycine"), ("DSer", "D-serine"))
    ) + (Port("ATP", "sum", "ATP_rest", "mM", "intracellular ATP"),),
    slow_definitions=(
        Definition("E_K", _nernst("K", "1"), "V", "potassium reversal potential"),
        Definition("E_Na", _nernst("Na", "1"), "V", "sodium reversal potential"),
        Definition("E_Cl", _nernst("Cl", "(-1)"), "V", "chloride reversal potential"),
    ),
)
