"""Inactivation of NMDA receptors by calcium in the cell: what enters through them closes a part of them, for seconds.

It is why saturating glutamate loads a cell hardly faster than a tenth of it, so that duration counts for more than dose.
"""

from glunet.vocabulary.mechanism import Feed, Mechanism, State
from glunet.vocabulary.parameter import Parameter, Source, assumed

_LEGENDRE = Source("calcium that enters takes about half of the current of hippocampal cells within seconds: Legendre, "
                   "Rosenmund & Westbrook 1993, J Neurosci 13:674", "10.1523/JNEUROSCI.13-02-00674.1993", "memory")

MECHANISM = Mechanism(
    name="calcium_inactivation",
    summary="Inactivation of NMDA receptors by calcium in the cell",
    per=("subunit",),
    tables=(("population", (
        Parameter("inactivation_max", "1", "0.5", "largest share of the NMDA receptors that calcium closes", _LEGENDRE,
                  low="0", high="1"),
        Parameter("Ca_inactivation", "uM", "1 uM", "calcium in the cell at half of that", assumed(
            "little at rest, nearly all in lasting glutamate, where the whole cell holds micromolar"), low="0.01 uM"),
        Parameter("tau_inactivation", "s", "5 s", "time constant of closing and of recovery", _LEGENDRE, low="0.1 s"),
    )),),
    requires=("Ca_i",),
    states=(State("inactivated", "share of those receptors that is closed", clock="slow",
                  initial="Ca_i**2/(Ca_i**2 + Ca_inactivation**2)",
                  target="Ca_i**2/(Ca_i**2 + Ca_inactivation**2)", tau="tau_inactivation"),),
    feeds=(Feed("gate_nmda_{s}", "(1 - inactivation_max*inactivated)"),),
)
