"""Fast sodium current of Traub and Miles, with the threshold shift of Pospischil et al.

``linoid(x) = x/(exp(x) - 1)`` with its limit 1 at zero.
"""

from glunet.vocabulary.mechanism import Current, Mechanism, Port, State
from glunet.vocabulary.parameter import Parameter, Source

_KINETICS = Source("Traub & Miles 1991, Neuronal Networks of the Hippocampus; threshold shift as in Pospischil et al. "
                   "2008, Biol Cybern 99:427", "10.1007/s00422-008-0263-8", "read")

MECHANISM = Mechanism(
    name="sodium",
    summary="Fast inactivating sodium current, m^3 h",
    tables=(("population", (
        Parameter("g_Na", "mS/cm**2", None, "maximal sodium conductance", _KINETICS, low="0 mS/cm**2"),
        Parameter("V_T", "mV", None, "voltage that sets the spike threshold (shift of the kinetics)", _KINETICS,
                  low="-80 mV", high="-30 mV"),
    )),),
    requires=("v", "area", "E_Na"),
    states=(
        State("m", "sodium activation",
              alpha="1.28*linoid(-(v - V_T - 13*mV)/(4*mV))/ms", beta="1.4*linoid((v - V_T - 40*mV)/(5*mV))/ms"),
        State("h", "sodium inactivation (1 = available)",
              alpha="0.128*exp(-(v - V_T - 17*mV)/(18*mV))/ms", beta="4/(1 + exp(-(v - V_T - 40*mV)/(5*mV)))/ms"),
    ),
    ports=(
        Port("gate_sodium", "product", "1", "1", "factor on sodium conductances by drugs, diseases, inactivation"),
    ),
    currents=(Current("I_Na", "g_Na*area*gate_sodium*m**3*h", "E_Na", "fast sodium current", "Na"),),
)
