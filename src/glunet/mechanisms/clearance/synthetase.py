"""Glutamine synthetase: the astrocyte turns glutamate into glutamine."""

from glunet.vocabulary.mechanism import Definition, Feed, Link, Mechanism, Port, State
from glunet.vocabulary.parameter import Parameter, Source, assumed

_INSIDE = Source(
    "astrocytes hold 1-3 mM glutamate and 2-4 mM glutamine: Ottersen et al. 1992, Neuroscience 46:519", "", "memory"
)
_KM = Source("2.5 mM for glutamate: brain glutamine synthetase, Pamiljans et al. 1962, J Biol Chem 237:1932", "", "memory")

MECHANISM = Mechanism(
    name="synthetase",
    summary="Glutamate and glutamine of an astrocyte",
    per=("domain",),
    tables=(
        (
            "population",
            (
                Parameter("Glu_in_rest", "mM", "2.5 mM", "glutamate in the astrocyte at the start", _INSIDE, low="0.01 mM"),
                Parameter("Gln_in_rest", "mM", "4 mM", "glutamine in the astrocyte at the start", _INSIDE, low="0.01 mM"),
                Parameter("K_synthesis", "mM", "2.5 mM", "glutamate at half of that", _KM, low="0.01 mM"),
                Parameter(
                    "ATP_synthesis",
                    "mM",
                    "0.7 mM",
                    "ATP for half of the speed",
                    assumed("below the resting 2 mM"),
                    low="0 mM",
                ),
            ),
        ),
    ),
    requires=("volume_domain", "ATP"),
    ports=(
        Port("received_Glu", "sum", "0*mole", "fmol", "glutamate received since the start"),
        Port("uptake_rest", "sum", "0*mole/second", "fmol/s", "glutamate taken up at rest"),
        Port("given_Gln", "sum", "0*mole", "fmol", "glutamine given since the start"),
    ),
    sums=(
        Link("Glu_{n}", "Glu_to_glia", "fmol", "glutamate received at cells of {n}"),
        Link("Gln_{n}", "Gln_from_glia", "fmol", "glutamine given at cells of {n}"),
        Link("uptake_{n}", "load_Glu", "fmol/s", "glutamate taken up at rest at cells of {n}"),
    ),
    states=(
        State(
            "converted",
            "glutamate turned into glutamine since the start",
            unit="fmol",
            clock="slow",
            initial="0*mole",
            change="synthesis*volume_domain",
        ),
    ),
    slow_definitions=(
        Definition("Gln_resting", "Gln_in_rest", "mM", "glutamine in the astrocyte at the start"),
        Definition(
            "Glu_in",
            "clip(Glu_in_rest + (received_Glu - converted)/volume_domain, 1e-3*mM, 1e3*mM)",
            "mM",
            "glutamate in the astrocyte",
        ),
        Definition(
            "Gln_in",
            "clip(Gln_in_rest + (converted - given_Gln)/volume_domain, 0*mM, 1e3*mM)",
            "mM",
            "glutamine in the astrocyte",
        ),
        # as much enzyme as turns over what is taken up at rest
        Definition(
            "synthesis",
            "uptake_rest/volume_domain*(Glu_in/(Glu_in + K_synthesis))*((Glu_in_rest + K_synthesis)"
            "/Glu_in_rest)*(ATP/(ATP + ATP_synthesis))*((ATP_rest + ATP_synthesis)/ATP_rest)",
            "mM/s",
            "synthesis of glutamine",
        ),
    ),
    feeds=(Feed("received_Glu", "Glu_{n}"), Feed("given_Gln", "Gln_{n}"), Feed("uptake_rest", "uptake_{n}")),
)
