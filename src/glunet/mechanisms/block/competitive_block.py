"""Competitive antagonist at the agonist site of a receptor.

A synaptic pulse of glutamate is over before a bound antagonist has left, so phasic responses lose the fraction of
receptors that held it (Clements & Westbrook 1991); against ambient glutamate the antagonist shifts the half-activating
concentration.
"""

from glunet.vocabulary.mechanism import Feed, Mechanism
from glunet.vocabulary.parameter import Parameter, Source

_LAW = Source("Clements & Westbrook 1991, Neuron 7:605; law of mass action", "10.1016/0896-6273(91)90373-8", "memory")

MECHANISM = Mechanism(
    name="competitive_block",
    summary="Competitive antagonist at the agonist site",
    per=("drug", "receptor"),
    tables=(("drug", (
        Parameter("dissociation_constant_{a}", "uM", None, "dissociation constant of {d}", _LAW, low="1e-6 uM"),
    )),),
    requires=("concentration_{d}",),
    feeds=(Feed("competition_{r}", "concentration_{d}/dissociation_constant_{a}"),),
)
