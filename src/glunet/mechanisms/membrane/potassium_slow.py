"""Slow non-inactivating potassium current (muscarinic, M): spike-frequency adaptation."""

from glunet.vocabulary.mechanism import Current, Definition, Mechanism, State
from glunet.vocabulary.parameter import Parameter, Source

_YAMADA = Source("Yamada, Koch & Adams 1989; constants as in Pospischil et al. 2008, Biol Cybern 99:427",
                 "10.1007/s00422-008-0263-8", "read")

MECHANISM = Mechanism(
    name="potassium_slow",
    summary="Slow voltage-gated potassium current (M current)",
    tables=(("population", (
        Parameter("g_M", "mS/cm**2", None, "maximal M conductance", _YAMADA, low="0 mS/cm**2"),
        Parameter("tau_M_max", "ms", None, "largest time constant of the M gate", _YAMADA, low="1 ms"),
    )),),
    requires=("v", "area", "E_K"),
    states=(State("p", "M-current activation", target="p_inf", tau="tau_p"),),
    definitions=(
        Definition("p_inf", "1/(1 + exp(-(v + 35*mV)/(10*mV)))", "1", "steady M activation"),
        Definition("tau_p", "tau_M_max/(3.3*exp((v + 35*mV)/(20*mV)) + exp(-(v + 35*mV)/(20*mV)))", "s",
                   "time constant of the M gate"),
    ),
    currents=(Current("I_M", "g_M*area*p", "E_K", "M current", "K"),),
)
