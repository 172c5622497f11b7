"""Leak: separate resting conductances for potassium, sodium and chloride.

They are kept apart, though a single leak would do at rest, because the ion concentrations are ports: when they move, the
resting potential must follow each ion by its own share.
"""

from glunet.vocabulary.mechanism import Current, Mechanism, Port
from glunet.vocabulary.parameter import Parameter, assumed

_SHARE = assumed("set so that the cell rests at its measured potential with its measured input resistance")

MECHANISM = Mechanism(
    name="leak",
    summary="Resting potassium, sodium and chloride conductances",
    tables=(("population", (
        Parameter("g_leak_K", "mS/cm**2", None, "resting potassium conductance", _SHARE, low="0 mS/cm**2"),
        Parameter("g_leak_Na", "mS/cm**2", None, "resting sodium conductance", _SHARE, low="0 mS/cm**2"),
        Parameter("g_leak_Cl", "mS/cm**2", None, "resting chloride conductance", _SHARE, low="0 mS/cm**2"),
    )),),
    requires=("v", "area", "E_K", "E_Na", "E_Cl"),
    ports=(Port("leak_shift", "sum", "0*siemens", "nS", "leak conductance that passes sodium in place of potassium"),),
    currents=(
        Current("I_leak_K", "g_leak_K*area - leak_shift", "E_K", "potassium leak", "K"),
        Current("I_leak_Na", "g_leak_Na*area + leak_shift", "E_Na", "sodium leak", "Na"),
        Current("I_leak_Cl", "g_leak_Cl*area", "E_Cl", "chloride leak", "Cl"),
    ),
)
