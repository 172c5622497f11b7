"""Use-dependent block of the NMDA pore: binding to open channels, trapping, competition with magnesium.

A blocker enters only a pore that is open and free of magnesium, and leaves only an open one, slower the more negative
the membrane; ``escape`` lets it leave a closed one. At equilibrium in steadily open channels the half-blocking
concentration is K*(1 + Mg/K_Mg(v)). Nothing here says which cell a drug prefers: that follows from the cell's voltage, its
firing and its subunits. A drug that is there when a run begins has been there long: its block starts at equilibrium.
"""

from glunet.vocabulary.mechanism import Definition, Feed, Mechanism, State
from glunet.vocabulary.parameter import Parameter, Source

_LAW = Source("trapping block: MacDonald et al. 1991, J Physiol 432:483; Kotermanski & Johnson 2009, J Neurosci 29:2774",
              "10.1523/JNEUROSCI.3703-08.2009", "memory")
_Q10 = Source("assumed", "10.1113/jphysiol.2010.194985", "assumed", "no blocker's Q10 is published; the channel's own "
              "deactivation has 2.2 (Korinek et al. 2010), and blockers come and go with its gate; does not move the IC50")

MECHANISM = Mechanism(
    name="open_channel_block",
    summary="Use-dependent, trapping block of the open NMDA pore, in competition with magnesium",
    per=("drug", "subunit"),
    tables=(
        ("drug", (
            Parameter("unbinding_rate_{a}", "1/s", None, "unbinding of {d} from the open pore at the reference voltage",
                      _LAW, low="1e-6 1/s"),
            Parameter("electrical_distance_{a}", "1", None, "share of the membrane field that {d} crosses", _LAW,
                      low="0", high="1.5"),
            Parameter("reference_voltage_{a}", "mV", None, "voltage at which the constants of {d} hold", _LAW),
            Parameter("q10_{a}", "1", "2.2", "factor on binding and unbinding of {d} per 10 kelvin", _Q10, low="1",
                      high="5"),
            Parameter("reference_temperature_{a}", "kelvin", "295 kelvin", "temperature at which the rates of {d} were "
                      "measured", _Q10),
            Parameter("escape_rate_{a}", "1/s", None, "escape of trapped {d} from closed channels", _LAW, low="0 1/s"),
        )),
        ("drug_receptor", (
            Parameter("dissociation_constant_{a}_{s}", "uM", None, "dissociation constant of {d} at {s} without "
                      "magnesium at the reference voltage", _LAW, low="1e-6 uM"),
        )),
    ),
    requires=("v", "S_{s}", "capacity", "unblocked_{s}", "tonic_{s}", "free_nmda", "concentration_{d}", "temperature"),
    states=(
        State("block_{a}_{s}", "fraction of {s} receptors that hold {d}", clock="slow",
              alpha="active_{a}_{s}*unbinding_rate_{a}*speed_{a}*concentration_{d}/dissociation_constant_{a}_{s}*unblocked_{s}",
              beta="active_{a}_{s}*unbinding_rate_{a}*speed_{a}*exp(electrical_distance_{a}*(v - reference_voltage_{a})"
                   "*96485.33*coulomb/mole/((8.31446*joule/kelvin/mole)*temperature))"
                   " + escape_rate_{a}*(1 - active_{a}_{s})"),
    ),
    slow_definitions=(
        Definition("speed_{a}", "q10_{a}**((temperature - reference_temperature_{a})/(10*kelvin))", "1",
                   "how much faster {d} binds and unbinds than at the temperature of its measurement"),
        Definition("active_{a}_{s}", "clip((S_{s}*free_nmda + (capacity - S_{s})*tonic_{s})/capacity, 0, 1)", "1",
                   "activated fraction of the {s} receptors"),
    ),
    feeds=(Feed("gate_nmda_{s}", "(1 - block_{a}_{s})"),),
)
