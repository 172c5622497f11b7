"""Persistent sodium current: opens below the spike threshold and does not inactivate fast."""

from glunet.vocabulary.mechanism import Current, Definition, Mechanism, Port
from glunet.vocabulary.parameter import Parameter, Source

_NAP = Source("Astman, Gutnick & Fleidervish 2006, J Neurosci 26:3465 (layer 5 pyramidal cells, rat)",
              "10.1523/JNEUROSCI.4907-05.2006", "memory")

MECHANISM = Mechanism(
    name="sodium_persistent",
    summary="Persistent sodium current",
    tables=(("population", (
        Parameter("g_NaP", "mS/cm**2", None, "maximal persistent sodium conductance", _NAP, low="0 mS/cm**2"),
        Parameter("V_NaP", "mV", "-50 mV", "voltage at which half of it is open", _NAP),
        Parameter("k_NaP", "mV", "5 mV", "slope of its opening", _NAP, low="0.1 mV"),
    )),),
    requires=("v", "area", "E_Na"),
    ports=(Port("gate_sodium", "product", "1", "1", "factor on sodium conductances by drugs, diseases, inactivation"),),
    definitions=(Definition("open_NaP", "1/(1 + exp(-(v - V_NaP)/k_NaP))", "1", "open persistent sodium channels"),),
    currents=(Current("I_NaP", "g_NaP*area*gate_sodium*open_NaP", "E_Na", "persistent sodium current", "Na"),),
)
