"""Calcium: in through NMDA receptors and voltage-gated channels, out by the pump and by the exchanger, which may turn round.

Its charge is a few hundredths of the current that enters with it, and is left with sodium's and potassium's.
"""

from glunet.vocabulary.mechanism import Definition, Feed, Mechanism, Port, State
from glunet.vocabulary.parameter import Parameter, Source, assumed

_VOLT = "(8.31446*joule/kelvin/mole)*temperature/(96485.33*coulomb/mole)"
_FARADAY = "(96485.33*coulomb/mole)"
_NMDA = Source(
    "7-11 % of the NMDA current is calcium: Schneggenburger et al. 1993, Neuron 11:133",
    "10.1016/0896-6273(93)90277-X",
    "memory",
)
_PUMP = Source("calcium leaves cortical cells with 50-200 ms after a spike; half of the pump at about 0.3 uM", "", "memory")
_HIGH = assumed("high-voltage-activated channels")

MECHANISM = Mechanism(
    name="calcium",
    summary="Calcium of the cell and of its shell",
    tables=(
        (
            "population",
            (
                Parameter("Ca_i_rest", "uM", "0.1 uM", "free calcium in the cell at rest", _PUMP, low="0.001 uM"),
                Parameter(
                    "Ca_buffer",
                    "mM",
                    "0.3 mM",
                    "calcium that the cell's buffers can bind",
                    assumed(
                        "with Ca_half, 200 bound for one free at rest; saturated where the cell takes up all of the shell's"
                    ),
                    low="0 mM",
                ),
                Parameter(
                    "Ca_half", "uM", "2 uM", "free calcium that fills half of them", assumed("see Ca_buffer"), low="0.01 uM"
                ),
                Parameter(
                    "share_Ca",
                    "1",
                    "0.1",
                    "share of the current through NMDA receptors that calcium carries",
                    _NMDA,
                    low="0",
                    high="0.3",
                ),
                Parameter(
                    "P_Ca",
                    "fmol/s",
                    "4 fmol/s",
                    "entry through voltage-gated channels, all open, from resting calcium",
                    assumed("empties the shell within seconds of a lasting depolarisation"),
                    low="0 fmol/s",
                ),
                Parameter("V_Ca", "mV", "-15 mV", "voltage at which half of their gates are open", _HIGH),
                Parameter("k_Ca", "mV", "7 mV", "slope of that", _HIGH, low="0.1 mV"),
                Parameter("Ca_pump", "uM", "0.4 uM", "calcium at half of the speed of the pump", _PUMP, low="0.001 uM"),
                Parameter("tau_Ca", "ms", "100 ms", "time constant of extrusion of little calcium", _PUMP, low="1 ms"),
                Parameter(
                    "ATP_Ca",
                    "mM",
                    "0.2 mM",
                    "ATP for half of the speed of the pump",
                    assumed("below other ATPases'"),
                    low="0 mM",
                ),
                Parameter(
                    "exchanger_max",
                    "fmol/s",
                    "2 fmol/s",
                    "fastest extrusion by the Na/Ca exchanger",
                    assumed("a quarter of the pump's; it turns round when sodium fails"),
                    low="0 fmol/s",
                ),
                Parameter(
                    "Ca_exchanger", "uM", "1 uM", "calcium at half of that", assumed("about a micromolar"), low="0.001 uM"
                ),
                Parameter(
                    "tau_Ca_bath",
                    "s",
                    "8 s",
                    "time constant of calcium's exchange with the bath",
                    assumed("calcium diffuses at 0.4 of potassium's speed"),
                    low="0.1 s",
                ),
            ),
        ),
    ),
    requires=(
        "v",
        "temperature",
        "volume",
        "volume_rest",
        "volume_shell",
        "volume_shell_rest",
        "surroundings",
        "ATP",
        "ATP_rest",
        "moving",
        "Na_e",
        "Na_i",
        "Na_e_rest",
        "Ca_e_rest",
    ),
    ports=(
        Port("I_nmda_sampled", "sum", "0*amp", "pA", "current through NMDA receptors at the slow step"),
        Port("J_Ca_away", "sum", "0*mole/second", "fmol/s", "calcium that leaves the shell by diffusion"),
        Port("J_Ca_stored", "sum", "0*mole/second", "fmol/s", "calcium that mitochondria take up"),
        Port("amount_Ca", "sum", "n_Ca_i + n_Ca_e + Ca_drained", "fmol", "all calcium, with what the bath took"),
    ),
    states=(
        State(
            "n_Ca_i",
            "calcium in the cell, free and bound",
            unit="fmol",
            clock="slow",
            initial="(1 + Ca_buffer/(Ca_half + Ca_i_rest))*Ca_i_rest*volume_rest",
            change="moving*(J_Ca_in - J_Ca_out - J_Ca_stored)",
        ),
        State(
            "n_Ca_e",
            "calcium in the shell",
            unit="fmol",
            clock="slow",
            initial="Ca_e_rest*volume_shell_rest",
            change="moving*(J_Ca_out - J_Ca_in - J_Ca_bath - J_Ca_away)",
        ),
        State(
            "Ca_drained",
            "calcium that has gone to the bath since the start",
            unit="fmol",
            clock="slow",
            initial="0*mole",
            change="moving*J_Ca_bath",
        ),
    ),
    slow_definitions=(
        # free + buffer*free/(half + free) = total
        Definition("Ca_excess", "n_Ca_i/volume - Ca_buffer - Ca_half", "mM", "of the quadratic"),
        Definition(
            "Ca_i", "0.5*(Ca_excess + sqrt(Ca_excess**2 + 4*Ca_half*n_Ca_i/volume))", "uM", "free calcium in the cell"
        ),
        Definition(
            "capacity_Ca",
            "(1 + Ca_buffer/(Ca_half + Ca_i_rest))*volume_rest/tau_Ca",
            "um**3/ms",
            "extrusion over free calcium at rest",
        ),
        Definition("Ca_shell", "n_Ca_e/volume_shell", "mM", "calcium in the shell"),
        Definition("open_Ca", "(1 + exp(-(v - V_Ca)/k_Ca))**-2", "1", "share of open voltage-gated calcium channels"),
        Definition(
            "pump_Ca",
            "capacity_Ca*Ca_i/(1 + Ca_i/Ca_pump)*(ATP/(ATP + ATP_Ca))*((ATP_rest + ATP_Ca)/ATP_rest)",
            "fmol/s",
            "calcium that the pump extrudes",
        ),
        Definition("leak_Ca", "capacity_Ca*Ca_i_rest/(1 + Ca_i_rest/Ca_pump)", "fmol/s", "what leaks in at rest"),
        Definition(
            "entry_Ca",
            f"(leak_Ca + P_Ca*open_Ca + share_Ca*clip(-I_nmda_sampled, 0*amp, 1*amp)/(2*{_FARADAY}))/Ca_e_rest",
            "um**3/ms",
            "shell that channels clear of calcium in a time",
        ),
        Definition(
            "entry_exchanger",
            f"exchanger_max*(Na_i/Na_e_rest)**3*exp(v/({_VOLT}))/(Ca_exchanger + Ca_i)",
            "um**3/ms",
            "shell that a reversed exchanger clears of calcium in a time",
        ),
        # a small shell holds less than all of these could take in a step
        Definition(
            "pace_Ca",
            "1/(1 + slow_dt*(entry_Ca + entry_exchanger)/volume_shell)",
            "1",
            "share of its speed that entry keeps, so that a step takes no more than there is",
        ),
        Definition(
            "exchange_Ca",
            "(exchanger_max*Ca_i*(Na_e/Na_e_rest)**3/(Ca_exchanger + Ca_i) - Ca_shell*entry_exchanger)*pace_Ca",
            "fmol/s",
            "calcium that the exchanger extrudes, three sodium against one",
        ),
        Definition(
            "J_Ca_in",
            f"entry_Ca*(Ca_shell - Ca_i*exp(2*v/({_VOLT})))*pace_Ca",
            "fmol/s",
            "calcium going into the cell",
        ),
        Definition("J_Ca_out", "pump_Ca + exchange_Ca", "fmol/s", "calcium going out"),
        Definition(
            "J_Ca_bath",
            "surroundings*volume_shell*(Ca_shell - Ca_e_rest)/tau_Ca_bath",
            "fmol/s",
            "calcium going to the bath",
        ),
    ),
    feeds=(Feed("Ca_e", "Ca_shell - Ca_e_rest"),),
)
