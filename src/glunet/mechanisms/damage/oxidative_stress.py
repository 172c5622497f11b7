"""Reactive oxygen species: made by respiration, the more the fuller of calcium and the more reduced its chain; and removed.

The level is relative to rest. Without oxygen the chain becomes reduced within minutes; electrons leak when oxygen comes
back to it. So a late return of blood brings a burst.
"""

from glunet.vocabulary.mechanism import Definition, Mechanism, State
from glunet.vocabulary.parameter import Parameter, Source, assumed

_RETURN = Source("a burst on reperfusion, from succinate that has piled up: Chouchani et al. 2014, Nature 515:431",
                 "10.1038/nature13909", "memory")
_LOAD = Source("oxidants rise within minutes of NMDA, through calcium in mitochondria: Reynolds & Hastings 1995, J "
               "Neurosci 15:3318",
               "10.1523/JNEUROSCI.15-05-03318.1995", "memory")

MECHANISM = Mechanism(
    name="oxidative_stress",
    summary="Reactive oxygen species",
    tables=(("population", (
        Parameter("ROS_load", "1", "6", "production at full calcium load, in units of that at rest", _LOAD, low="0"),
        Parameter("load_ROS", "mM", "10 mM", "calcium load at half of that", assumed("half of what mitochondria hold"),
                  low="0.01 mM"),
        Parameter("ROS_return", "1", "10", "production by a wholly reduced chain that meets oxygen, in those units",
                  _RETURN, low="0"),
        Parameter("tau_reduced", "s", "300 s", "time constant with which the chain is reduced and oxidised", _RETURN,
                  low="1 s"),
        Parameter("tau_ROS", "s", "600 s", "time constant of removal, with that of the enzymes", assumed("minutes"),
                  low="1 s"),
    )),),
    requires=("respiration", "respiration_rest", "oxygen", "oxygen_half", "load_Ca", "deregulated"),
    states=(
        State("reduced", "share of the respiratory chain that is reduced beyond rest", clock="slow", initial="0",
              target="(oxygen_half/(oxygen + oxygen_half))**2", tau="tau_reduced"),
        State("ROS", "reactive oxygen species over those at rest", clock="slow", initial="1", target="ROS_made",
              tau="tau_ROS"),
    ),
    slow_definitions=(
        Definition("ROS_made",
                   "respiration/respiration_rest*(1 + ROS_load*load_Ca/(load_Ca + load_ROS))"
                   " + ROS_return*(reduced*oxygen/(oxygen + oxygen_half) + deregulated)",
                   "1", "production over that at rest"),
    ),
)
