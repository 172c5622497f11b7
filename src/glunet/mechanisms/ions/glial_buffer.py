"""Glial potassium buffering: glia takes potassium up the faster the more there is, and gives it back.

A saturable reversible store beside every shell, with a threshold: the law of Kager, Wadman & Somjen. It bounds
potassium in seizures at 10 to 12 mM, and holds little at rest. Uptake is active: it stops with the energy of glia.
"""

from glunet.vocabulary.mechanism import Definition, Feed, Mechanism, State
from glunet.vocabulary.parameter import Parameter, Source

_KAGER = Source(
    "Kager, Wadman & Somjen 2000, J Neurophysiol 84:495; as in Krishnan & Bazhenov 2011, J Neurosci 31:8870",
    "10.1152/jn.2000.84.1.495",
    "memory",
)

MECHANISM = Mechanism(
    name="glial_buffer",
    summary="Potassium taken up and given back by glia",
    tables=(
        (
            "population",
            (
                Parameter(
                    "buffer_total",
                    "mM",
                    "500 mM",
                    "capacity of the buffer, over the volume of the shell",
                    _KAGER,
                    low="0 mM",
                ),
                Parameter("buffer_rate", "1/s", "0.8 1/s", "rate at which the buffer gives back", _KAGER, low="0 1/s"),
                Parameter(
                    "buffer_threshold",
                    "mM",
                    "15 mM",
                    "potassium at which the rate of uptake is half of its largest",
                    _KAGER,
                    low="0 mM",
                ),
                Parameter("buffer_slope", "mM", "1.15 mM", "steepness of that threshold", _KAGER, low="0.01 mM"),
            ),
        ),
    ),
    requires=("moving", "surroundings", "volume_shell_rest", "K_e", "K_e_rest"),
    states=(
        State(
            "K_glia",
            "potassium held by glia, over the resting volume of the shell",
            unit="mM",
            clock="slow",
            initial="buffer_total*K_e_rest/(K_e_rest + (1 + exp((buffer_threshold - K_e_rest)/buffer_slope))*mM)",
            change="moving*J_K_glia/volume_shell_rest",
        ),
    ),
    slow_definitions=(
        Definition(
            "uptake_glia",
            "buffer_rate*clip(K_e, 0*mM, buffer_threshold)/mM"
            "/(1 + exp((buffer_threshold - clip(K_e, 0*mM, buffer_threshold))/buffer_slope))",
            "1/s",
            "rate at which free buffer fills",
        ),
        Definition(
            "J_K_glia",
            "volume_shell_rest*(surroundings*uptake_glia*(buffer_total - K_glia) - buffer_rate*K_glia)",
            "fmol/s",
            "potassium going into glia",
        ),
    ),
    feeds=(Feed("J_K_away", "J_K_glia"), Feed("amount_K", "K_glia*volume_shell_rest")),
)
