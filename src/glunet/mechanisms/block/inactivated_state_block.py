"""Sodium channel block that prefers inactivated channels: the modulated receptor of Hille and of Hondeghem and Katzung.

The drug binds inactivated channels with high affinity and resting ones with low affinity, and a channel that holds it
does not conduct. At a steady voltage the half-blocking concentration is 1/(i/K_inactivated + (1 - i)/K_resting) with i
the inactivated share. Binding is slow, so a single spike hardly blocks; spike trains and depolarisation do, and the
block outlasts them: use dependence, which no constant here says. Unbinding is as fast from a resting as from an
inactivated channel. The receptor appears with fast inactivation (Kuo & Bean 1994); slow inactivation, another state of
the channel, neither makes nor hides it here. The fast and the persistent current lose the same share, for they flow
through the same channels. Two such drugs block independently here, though they share one site (Kuo 1998).
"""

from glunet.vocabulary.mechanism import Definition, Feed, Mechanism, State
from glunet.vocabulary.parameter import Parameter, Source, assumed

_LAW = Source("modulated receptor: Hille 1977, J Gen Physiol 69:497; for these drugs Kuo & Bean 1994, Mol Pharmacol 46:716",
              "10.1085/jgp.69.4.497", "memory")

MECHANISM = Mechanism(
    name="inactivated_state_block",
    summary="Use- and voltage-dependent block of sodium channels, by affinity to their inactivated states",
    per=("drug",),
    tables=(("drug", (
        Parameter("binding_rate_{a}", "1/(uM*s)", None, "binding of {d} to inactivated channels", _LAW, low="1e-9 1/(uM*s)"),
        Parameter("K_inactivated_{a}", "uM", None, "dissociation constant of {d} at inactivated channels", _LAW,
                  low="1e-6 uM"),
        Parameter("K_resting_{a}", "uM", None, "dissociation constant of {d} at resting channels", _LAW, low="1e-6 uM"),
        Parameter("maximum_block_{a}", "1", "1", "share of its current that a channel with {d} loses",
                  assumed("a bound channel passes nothing, unless the drug's file says otherwise"), low="0", high="1"),
    )),),
    requires=("h", "concentration_{d}"),
    states=(
        State("block_{a}", "fraction of sodium channels that hold {d}", clock="slow",
              alpha="binding_rate_{a}*concentration_{d}"
                    "*(inactivated_sodium + (1 - inactivated_sodium)*K_inactivated_{a}/K_resting_{a})",
              beta="binding_rate_{a}*K_inactivated_{a}"),
    ),
    slow_definitions=(
        Definition("inactivated_sodium", "1 - h", "1", "share of inactivated sodium channels"),
    ),
    feeds=(Feed("gate_sodium", "(1 - maximum_block_{a}*block_{a})"),),
)
