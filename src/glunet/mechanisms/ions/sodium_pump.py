"""Na/K-ATPase: three sodium out, two potassium in, one charge out; slowed by lack of ATP.

A cell has as many pumps as its own resting activity needs: at resting concentrations they carry out what leak, spikes
and synapses bring in, measured while the concentrations are held. The current of so many pumps is balanced by as much
leak that passes sodium in place of potassium, so the resting cell answers to current as it did without a pump.
"""

from glunet.vocabulary.mechanism import Definition, Feed, Mechanism
from glunet.vocabulary.parameter import Parameter, Source

_SITES = Source("three sodium and two potassium sites, as in Kager, Wadman & Somjen 2000, J Neurophysiol 84:495",
                "10.1152/jn.2000.84.1.495", "memory")


def _speed(Na: str, K: str, ATP: str) -> str:
    return f"(1 + Na_pump/{Na})**-3*(1 + K_pump/{K})**-2/(1 + ATP_pump/{ATP})"


MECHANISM = Mechanism(
    name="sodium_pump",
    summary="Na/K-ATPase, 3:2, electrogenic",
    tables=(("population", (
        Parameter("Na_pump", "mM", "7 mM", "intracellular sodium that fills half of one site", _SITES, low="0.1 mM"),
        Parameter("K_pump", "mM", "0.6 mM", "extracellular potassium that fills half of one site", _SITES, low="0.01 mM"),
        Parameter("ATP_pump", "mM", "0.4 mM", "ATP for half of the speed", _SITES, low="0 mM"),
    )),),
    requires=("g_leak_K", "area", "K_e", "Na_i", "ATP", "load_Na", "v_rest", "moving"),
    slow_definitions=(
        # the sodium that the balancing leak lets in has to be pumped out as well
        Definition("I_pump_rest", "load_Na/(3 - (E_Na_rest - v_rest)/(E_Na_rest - E_K_rest))", "pA",
                   "current of the pump at resting concentrations"),
        Definition("pump_speed", _speed("Na_i", "K_e", "ATP"), "1", "share of the pumps' capacity in use"),
        Definition("pump_speed_rest", _speed("Na_i_rest", "K_e_rest", "ATP_rest"), "1", "the same at rest"),
        Definition("I_pump", "moving*I_pump_rest*pump_speed/pump_speed_rest", "pA", "net outward current of the pump"),
    ),
    feeds=(
        Feed("I_transport", "I_pump"),
        Feed("leak_shift", "moving*I_pump_rest/(E_Na_rest - E_K_rest)"),
        Feed("J_Na_out", "3*I_pump/(96485.33*coulomb/mole)"),
        Feed("J_K_out", "-2*I_pump/(96485.33*coulomb/mole)"),
        # one ATP per cycle; while amounts are held, use is what it would be at rest
        Feed("ATP_use", "(I_pump + (1 - moving)*I_pump_rest)/(96485.33*coulomb/mole)", optional=True),
        Feed("ATP_use_rest", "I_pump_rest/(96485.33*coulomb/mole)", optional=True),
    ),
)
