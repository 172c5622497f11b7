"""Calcium in mitochondria: taken up while they are polarised, given back slowly, and more than they can hold ruins them.

Amounts are over the volume of the cell. Past its limit a cell's mitochondria open their permeability pore for good: they
make no more ATP, split what glycolysis makes, and let their calcium go.
"""

from glunet.vocabulary.mechanism import Definition, Feed, Mechanism, State
from glunet.vocabulary.parameter import Parameter, Source, assumed

_UPTAKE = "(uniporter_max*{calcium}**2/({calcium}**2 + Ca_uniporter**2))"
_RESTING = _UPTAKE.format(calcium="Ca_i_rest")
_NICHOLLS = Source("uptake of second order in calcium, which overtakes its return at half a micromolar: Nicholls 2009, "
                   "Biochim Biophys Acta 1787:1416", "10.1016/j.bbabio.2009.03.010", "memory")
_CAPACITY = Source("brain mitochondria hold 0.5-1 umol calcium per mg protein (Chalmers & Nicholls 2003, J Biol Chem "
                   "278:19062), of which neurons have 20-40 mg/ml", "10.1074/jbc.M212661200", "memory")

MECHANISM = Mechanism(
    name="mitochondria",
    summary="Calcium load of mitochondria and their permeability transition",
    tables=(("population", (
        Parameter("uniporter_max", "mM/s", "0.2 mM/s", "fastest uptake of calcium", assumed(
            "as much as NMDA receptors let in, so that calcium stays micromolar until the load is full"), low="0 mM/s"),
        Parameter("Ca_uniporter", "uM", "2 uM", "calcium in the cell at half of that", _NICHOLLS, low="0.01 uM"),
        Parameter("exporter_max", "mM/s", "0.005 mM/s", "fastest return of calcium, by exchange for sodium", assumed(
            "a small part of the uptake's speed, which is why loads build up (Nicholls 2009)"), low="0 mM/s"),
        Parameter("load_exporter", "mM", "0.5 mM", "load at half of that", assumed("saturates early"), low="0.001 mM"),
        Parameter("ATP_polarised", "mM", "0.1 mM", "ATP at which mitochondria are half polarised", assumed(
            "without oxygen they split ATP to stay polarised, and lose their potential with its "
            "last"), low="0.001 mM"),
        Parameter("load_limit", "mM", "21 mM", "load at which pores open at half of their speed", _CAPACITY, low="0.1 mM"),
        Parameter("hill_pore", "1", "16", "steepness of that", assumed("all or nothing in one cell; cells differ"),
                  low="1", high="32"),
        Parameter("tau_pore", "s", "60 s", "time constant of the opening", assumed(
            "calcium deregulates within a minute once it begins"), low="1 s"),
        Parameter("tau_emptying", "s", "30 s", "time constant of an open pore's release", assumed("as fast as it opens"),
                  low="1 s"),
        Parameter("splitting_max", "mM/s", "1 mM/s", "ATP that mitochondria with open pores split", assumed(
            "their synthase turns round; more than glycolysis makes"), low="0 mM/s"),
    )),),
    requires=("Ca_i", "Ca_i_rest", "volume_rest", "ATP", "ATP_rest", "moving"),
    states=(
        # in balance with the resting cell, or half of load_exporter's saturation where no balance is possible
        State("n_Ca_m", "calcium in mitochondria", unit="fmol", clock="slow",
              initial=f"volume_rest*load_exporter*{_RESTING}/clip(exporter_max - {_RESTING}, {_RESTING}, 1e3*mM/second)",
              change="moving*J_Ca_mito"),
        State("deregulated", "share of the mitochondria with open pores", clock="slow", initial="0",
              change="moving*(1 - deregulated)/tau_pore/(1 + (load_limit/load_intact)**hill_pore)"),
    ),
    slow_definitions=(
        Definition("load_Ca", "clip(n_Ca_m/volume_rest, 1e-9*mM, 1e4*mM)", "mM", "calcium in mitochondria"),
        # what open ones let go, the others take: one cell's mitochondria go together
        Definition("load_intact", "load_Ca/clip(1 - deregulated, 1e-3, 1)", "mM",
                   "the same over mitochondria that are intact"),
        Definition("polarised", "(1 - deregulated)*ATP**2/(ATP**2 + ATP_polarised**2)"
                   "*(ATP_rest**2 + ATP_polarised**2)/ATP_rest**2", "1", "driving force of the uptake, 1 at rest"),
        Definition("J_Ca_mito",
                   f"volume_rest*(polarised*{_UPTAKE.format(calcium='Ca_i')}"
                   " - exporter_max*load_Ca/(load_Ca + load_exporter) - deregulated*load_Ca/tau_emptying)",
                   "fmol/s", "calcium going into mitochondria"),
    ),
    feeds=(
        Feed("J_Ca_stored", "J_Ca_mito"),
        Feed("amount_Ca", "n_Ca_m"),
        Feed("gate_respiration", "(1 - deregulated)"),
        Feed("ATP_use", "deregulated*splitting_max*volume_rest*ATP/(ATP + ATP_polarised)"),
    ),
)
