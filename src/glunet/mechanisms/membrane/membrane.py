"""The membrane: capacitance and area of one isopotential compartment, and what counts as a spike."""

from glunet.vocabulary.mechanism import Mechanism, Port
from glunet.vocabulary.parameter import Parameter, Source, assumed

_C = Source("Gentet, Stuart & Clements 2000, Biophys J 79:314: 0.9 uF/cm^2 in cortical pyramidal cells",
            "10.1016/S0006-3495(00)76293-X", "memory")

MECHANISM = Mechanism(
    name="membrane",
    summary="One isopotential compartment",
    tables=(("population", (
        Parameter("capacitance", "uF/cm**2", "1 uF/cm**2", "specific membrane capacitance", _C, low="0.1 uF/cm**2"),
        Parameter("area", "um**2", None, "membrane area", assumed("gives the measured input resistance"),
                  low="1 um**2"),
        Parameter("spike_threshold", "mV", "-10 mV", "upward crossing that counts as a spike",
                  assumed("any voltage that only spikes reach gives the same count")),
        Parameter("I_applied", "pA", "0 pA", "constant injected current", assumed("none unless an experiment says so")),
    )),),
    ports=(Port("I_transport", "sum", "0*amp", "pA", "outward current of electrogenic transporters"),),
)
