"""Sodium and potassium between a shell and the astrocyte that serves it, booked with the cell.

An astrocyte is so permeable to potassium that its membrane rests at the reversal potential of potassium, and that every
charge which a carrier, a pump or a leak moves is balanced by potassium: sodium in is potassium out. What has crossed
since the start stands in the cell's ledgers, which the astrocyte sums over its domain, so that nothing is lost. The
astrocyte has as many pumps as keep its sodium where it is at rest.
"""

from glunet.vocabulary.mechanism import Definition, Feed, Link, Mechanism, Port, State
from glunet.vocabulary.parameter import Parameter, Source, assumed

_VOLT = "(8.31446*joule/kelvin/mole)*temperature/(96485.33*coulomb/mole)"
_FARADAY = "(96485.33*coulomb/mole)"
_ALPHA2 = Source(
    "the alpha2 isoform of astrocytes: K 1.5-3.6 mM, Na 12-25 mM; Larsen et al. 2016, Adv Exp Med Biol 949:383", "", "memory"
)


def _speed(Na: str, K: str, ATP: str) -> str:
    return f"(1 + Na_pump_glia/{Na})**-3*(1 + K_pump_glia/{K})**-2/(1 + ATP_pump_glia/{ATP})"


MECHANISM = Mechanism(
    name="glial_exchange",
    summary="The astrocyte's sodium leak, its pump, and its potential at the cell's shell",
    tables=(
        (
            "population",
            (
                Parameter(
                    "g_leak_Na_glia",
                    "nS",
                    None,
                    "sodium conductance of the astrocyte's membrane that faces the cell",
                    assumed("lets the astrocyte's sodium rise by some ten millimolar in ten minutes without energy"),
                    low="0 nS",
                ),
                Parameter(
                    "Na_pump_glia",
                    "mM",
                    "9 mM",
                    "sodium in the astrocyte that fills half of one site",
                    _ALPHA2,
                    low="0.1 mM",
                ),
                Parameter(
                    "K_pump_glia",
                    "mM",
                    "1 mM",
                    "extracellular potassium that fills half of one site",
                    _ALPHA2,
                    low="0.01 mM",
                ),
                Parameter("ATP_pump_glia", "mM", "0.4 mM", "ATP for half of the speed", _ALPHA2, low="0 mM"),
                Parameter(
                    "ATP_glia_half",
                    "mM",
                    "0.8 mM",
                    "ATP at which glia and what lies beyond it keep up half of their rest",
                    assumed("glia lets potassium go before its ATP is gone"),
                    low="0.01 mM",
                ),
                Parameter(
                    "glia_ratio",
                    "1",
                    "0.75",
                    "volume of the astrocyte's share over that of the cell",
                    Source("neurons fill about two fifths of cortex, glia a third", "", "memory"),
                    low="0.01",
                ),
            ),
        ),
    ),
    requires=("moving", "temperature", "volume_rest", "K_e", "Na_e", "K_e_rest", "Na_e_rest", "weighing"),
    reads=(
        Link("K_glia_in", "K_in", "mM", "potassium in the cell's astrocyte"),
        Link("Na_glia_in", "Na_in", "mM", "sodium in the cell's astrocyte"),
        Link("K_glia_rest", "K_resting", "mM", "the same at rest"),
        Link("Na_glia_rest", "Na_resting", "mM", "the same at rest"),
        Link("ATP_glia", "ATP", "mM", "ATP in the cell's astrocyte"),
        Link("ATP_glia_rest", "ATP_resting", "mM", "the same at rest"),
    ),
    ports=(Port("J_Na_glia", "sum", "0*mole/second", "fmol/s", "sodium that carriers take into the astrocyte"),),
    states=(
        State(
            "Na_to_glia",
            "sodium that has gone into the astrocyte since the start",
            unit="fmol",
            clock="slow",
            initial="0*mole",
            change="moving*J_Na_astrocyte",
        ),
        State(
            "K_to_glia",
            "potassium that has gone into the astrocyte since the start",
            unit="fmol",
            clock="slow",
            initial="0*mole",
            change="-moving*J_Na_astrocyte",
        ),
        State(
            "load_glia",
            "sodium that carriers take into the astrocyte at rest",
            unit="fmol/s",
            clock="slow",
            initial="0*mole/second",
            change="weighing*(J_Na_glia - load_glia)",
        ),
    ),
    slow_definitions=(
        Definition("volume_glia_share", "glia_ratio*volume_rest", "um**3", "volume of the astrocyte's share"),
        Definition("v_glia", f"{_VOLT}*log(K_e/K_glia_in)", "mV", "potential of the astrocyte at this shell"),
        Definition(
            "leak_glia",
            f"g_leak_Na_glia/{_FARADAY}*({_VOLT}*log(Na_e/Na_glia_in) - v_glia)",
            "fmol/s",
            "sodium leaking into the astrocyte",
        ),
        Definition(
            "leak_glia_rest",
            f"g_leak_Na_glia/{_FARADAY}*{_VOLT}*(log(Na_e_rest/Na_glia_rest) - log(K_e_rest/K_glia_rest))",
            "fmol/s",
            "the same at rest",
        ),
        Definition("pump_glia_rest", "leak_glia_rest + load_glia", "fmol/s", "sodium pumped out of the astrocyte at rest"),
        Definition(
            "pump_glia",
            f"pump_glia_rest*{_speed('Na_glia_in', 'K_e', 'ATP_glia')}"
            f"/({_speed('Na_glia_rest', 'K_e_rest', 'ATP_glia_rest')})",
            "fmol/s",
            "sodium pumped out of the astrocyte",
        ),
        Definition("J_Na_astrocyte", "J_Na_glia + leak_glia - pump_glia", "fmol/s", "all sodium going into the astrocyte"),
        Definition("ATP_use_glia", "(moving*pump_glia + (1 - moving)*pump_glia_rest)/3", "fmol/s", "ATP of that pump"),
        Definition("ATP_use_glia_rest", "pump_glia_rest/3", "fmol/s", "the same at rest"),
    ),
    feeds=(
        Feed("J_Na_away", "J_Na_astrocyte"),
        Feed("J_K_away", "-J_Na_astrocyte"),
        Feed("amount_Na", "Na_to_glia"),
        Feed("amount_K", "K_to_glia"),
        Feed("surroundings", "(1 + (ATP_glia_half/ATP_glia_rest)**3)/(1 + (ATP_glia_half/(ATP_glia + 1e-6*mM))**3)"),
    ),
)
