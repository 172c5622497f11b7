"""Delayed-rectifier potassium current of Traub and Miles, with the threshold shift of Pospischil et al.

``speed`` scales the rates: the Kv3 channels of fast-spiking cells open and close faster.
"""

from glunet.vocabulary.mechanism import Current, Mechanism, Port, State
from glunet.vocabulary.parameter import Parameter, Source, assumed

_KINETICS = Source("Traub & Miles 1991, Neuronal Networks of the Hippocampus; threshold shift as in Pospischil et al. "
                   "2008, Biol Cybern 99:427", "10.1007/s00422-008-0263-8", "read")

MECHANISM = Mechanism(
    name="potassium",
    summary="Delayed-rectifier potassium current, n^4",
    tables=(("population", (
        Parameter("g_Kd", "mS/cm**2", None, "maximal delayed-rectifier conductance", _KINETICS, low="0 mS/cm**2"),
        Parameter("speed", "1", "1", "factor on the gating rates", assumed("1 is the published cell"), low="0.1",
                  high="10"),
    )),),
    requires=("v", "area", "E_K", "V_T"),
    states=(
        State("n", "delayed-rectifier activation",
              alpha="speed*0.16*linoid(-(v - V_T - 15*mV)/(5*mV))/ms",
              beta="speed*0.5*exp(-(v - V_T - 10*mV)/(40*mV))/ms"),
    ),
    ports=(Port("gate_potassium", "product", "1", "1", "factor on the delayed rectifier by drugs and channel loss"),),
    currents=(Current("I_Kd", "g_Kd*area*gate_potassium*n**4", "E_K", "delayed-rectifier potassium current", "K"),),
)
