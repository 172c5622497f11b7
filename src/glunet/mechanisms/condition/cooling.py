"""Cooling: what the port stands for goes slower, by its Q10."""

from glunet.vocabulary.mechanism import Feed, Mechanism
from glunet.vocabulary.parameter import Parameter, assumed

MECHANISM = Mechanism(
    name="cooling",
    summary="Slows a process by its Q10; the level is how many kelvin colder it is",
    per=("condition", "port"),
    tables=(("condition", (
        Parameter("Q10_{c}_{p}", "1", None, "factor by which ten kelvin change the speed",
                  assumed("the condition's file gives each process its own"), low="1", high="5"),
    )),),
    requires=("level_{c}",),
    feeds=(Feed("{p}", "Q10_{c}_{p}**(-0.1*level_{c})"),),
)
