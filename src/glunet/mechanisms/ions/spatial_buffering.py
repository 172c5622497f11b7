"""Spatial buffering: glia carries potassium from a cell's shell to distant tissue, or back where there is too little.

What keeps glia and distant tissue at rest is energy. Effective for the excursions of normal activity, which stay within
half a millimolar; saturated in a seizure, whose potassium climbs by several.
"""

from glunet.vocabulary.mechanism import Definition, Feed, Mechanism, State
from glunet.vocabulary.parameter import Parameter, assumed

_GLIA = assumed("holds potassium within 0.5 mM in normal activity, lets it reach its ceiling in seizures (Somjen 2004)")

MECHANISM = Mechanism(
    name="spatial_buffering",
    summary="Saturable transport of potassium through glia",
    tables=(("population", (
        Parameter("buffering_max", "mM/s", None, "fastest transport, over the volume of the shell", _GLIA, low="0 mM/s"),
        Parameter("buffering_half", "mM", None, "difference to distant potassium at half of that", _GLIA, low="0.01 mM"),
    )),),
    requires=("moving", "surroundings", "volume_shell", "K_e", "K_bath"),
    states=(State("K_carried", "potassium that glia has carried away since the start", unit="fmol", clock="slow",
                  initial="0*mole", change="moving*J_K_carried"),),
    slow_definitions=(
        Definition("J_K_carried", "surroundings*volume_shell*buffering_max*(K_e - K_bath)"
                   "/(buffering_half + clip(K_e - K_bath, 0*mM, 1e6*mM) + clip(K_bath - K_e, 0*mM, 1e6*mM))", "fmol/s",
                   "potassium that glia carries away"),
    ),
    feeds=(Feed("J_K_away", "J_K_carried"), Feed("amount_K", "K_carried")),
)
