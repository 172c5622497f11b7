"""Calpain: calcium activates the protease; what it has cut stays cut for hours."""

from glunet.vocabulary.mechanism import Mechanism, State
from glunet.vocabulary.parameter import Parameter, Source, assumed

_CLEAVAGE = Source("spectrin is cut within tens of minutes of ischaemia or NMDA, by micromolar calcium: Bevers & Neumar "
                   "2008, J Cereb Blood Flow Metab 28:655", "10.1038/sj.jcbfm.9600595", "memory")

MECHANISM = Mechanism(
    name="calpain",
    summary="Proteolysis by calpain",
    tables=(("population", (
        Parameter("Ca_calpain", "uM", "10 uM", "calcium in the cell that activates half of it", _CLEAVAGE, low="0.1 uM"),
        Parameter("tau_calpain", "min", "30 min", "time constant of cutting when all is active", _CLEAVAGE, low="1 s"),
        Parameter("tau_repair", "h", "12 h", "time constant of replacing what was cut", assumed("turnover of protein"),
                  low="1 s"),
    )),),
    requires=("Ca_i",),
    states=(State("proteolysis", "share of calpain's targets that is cut", clock="slow", initial="0",
                  alpha="Ca_i**2/(Ca_i**2 + Ca_calpain**2)/tau_calpain", beta="1/tau_repair"),),
)
