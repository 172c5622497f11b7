"""Moving ions: what crosses the membrane leaves the cell and arrives in its own shell of extracellular space.

Every cell has an inside and a shell, each well mixed. Water follows osmolytes at once: a cell that takes up salt swells at
the expense of its shell. The fast clock adds up the charge that each ion carries; the slow
clock hands it over, together with what transporters carry (``J_..._out``) and what leaves the shell for the bath, for
glia or for the neighbours (``J_..._away``). A flux is taken from one side and given to the other, so nothing is lost but
by rounding.

A run starts at the resting concentrations of the circuit's `[milieu]` and of this table. They are held for a few seconds,
while each cell's own load of sodium and chloride is measured: a cell's transporters are as many as its activity needs.
"""

from glunet.vocabulary.mechanism import Definition, Mechanism, Port, State
from glunet.vocabulary.parameter import Parameter, Source, assumed

_REST = Source("resting concentrations of mammalian cortex, e.g. Somjen 2004, Ions in the Brain", "", "memory")
_SPACE = Source("a fifth of the tissue is extracellular space, Sykova & Nicholson 2008, Physiol Rev 88:1277; neurons fill "
                "about three fifths", "10.1152/physrev.00027.2007", "computed")
_OSMOTIC = Source("plasma and brain, 290-300 mOsm", "", "memory")
_SIDES = (("i", "in the cell", "volume_rest"), ("e", "in the shell", "volume_shell_rest"))
_FARADAY = "96485.33*coulomb/mole"
_IONS = (("K", "potassium", "1", "-"), ("Na", "sodium", "1", "-"), ("Cl", "chloride", "(-1)", ""))


def _nernst(ion: str, valence: str) -> str:
    return f"(8.31446*joule/kelvin/mole)*temperature/({valence}*96485.33*coulomb/mole)*log({ion}_e/{ion}_i)"


def _at_rest(ion: str, valence: str) -> str:
    return f"(8.31446*joule/kelvin/mole)*temperature/({valence}*96485.33*coulomb/mole)*log({ion}_e_rest/{ion}_i_rest)"


MECHANISM = Mechanism(
    name="compartments",
    summary="Potassium, sodium and chloride of every cell and of its shell, moved by every current and transporter",
    tables=(("population", (
        Parameter("K_i_rest", "mM", "140 mM", "intracellular potassium at the start", _REST, low="1 mM"),
        Parameter("Na_i_rest", "mM", "15 mM", "intracellular sodium at the start", _REST, low="0.1 mM"),
        Parameter("Cl_i_rest", "mM", "7 mM", "intracellular chloride at the start", _REST, low="0.1 mM"),
        Parameter("volume_per_area", "um", None, "volume of the cell over its membrane area",
                  assumed("a dendrite of 2 um has 0.5 um, a soma of 15 um 2.5 um"), low="0.01 um"),
        Parameter("shell_ratio", "1", "0.33", "volume of the shell over that of the cell", _SPACE, low="0.01", high="2"),
        Parameter("osmolarity", "mM", "300 mM", "osmolytes at rest, inside and outside", _OSMOTIC, low="280 mM"),
        Parameter("hold", "s", "3 s", "time from the start during which amounts stay and loads are measured", assumed(
            "some thirty spikes of an interneuron; pyramidal cells take up most sodium between spikes"), low="1 s"),
    )),),
    requires=("area", "temperature"),
    gathers=("K", "Na", "Cl"),
    ports=(
        *(Port(f"{ion}_bath", "sum", f"{ion}_e_rest", "mM", f"{word} far away, in the bath") for ion, word, _, _ in _IONS),
        *(Port(f"J_{ion}_out", "sum", "0*mole/second", "fmol/s", f"{word} that transporters carry out of the cell")
          for ion, word, _, _ in _IONS),
        *(Port(f"J_{ion}_away", "sum", "0*mole/second", "fmol/s", f"{word} that leaves the shell")
          for ion, word, _, _ in _IONS),
        Port("surroundings", "product", "1", "1", "how well glia and distant tissue keep up their rest, 1 at rest"),
        *(Port(f"osmolytes_{side}", "sum", f"osmolytes_fixed_{side} + {' + '.join(f'n_{ion}_{side}' for ion, *_ in _IONS)}",
               "fmol", f"osmolytes {place}") for side, place, _ in _SIDES),
        *(Port(f"amount_{ion}", "sum", f"n_{ion}_i + n_{ion}_e", "fmol",
               f"all {word} of the cell and its shell, and what has gone to glia and the bath")
          for ion, word, _, _ in _IONS),
        *(Port(f"{ion}_e", "sum", f"{ion}_e_rest", "mM", f"extracellular {word}") for ion, word in
          (("Ca", "calcium"), ("Mg", "magnesium"), ("Glu", "glutamate"), ("Gly", "glycine"), ("DSer", "D-serine"))),
        Port("ATP", "sum", "ATP_rest", "mM", "intracellular ATP"),
    ),
    states=(
        *(State(f"n_{ion}_i", f"{word} in the cell", unit="fmol", clock="slow", initial=f"{ion}_i_rest*volume_rest",
                change=f"moving*({sign}charge_{ion}/slow_dt/({_FARADAY}) - J_{ion}_out)")
          for ion, word, _, sign in _IONS),
        *(State(f"n_{ion}_e", f"{word} in the shell", unit="fmol", clock="slow", initial=f"{ion}_e_rest*volume_shell_rest",
                change=f"moving*({'' if sign else '-'}charge_{ion}/slow_dt/({_FARADAY}) + J_{ion}_out - J_{ion}_away)")
          for ion, word, _, sign in _IONS),
        State("load_Na", "sodium current into the cell at rest", unit="pA", clock="slow", initial="0*amp",
              change="weighing*(-charge_Na/slow_dt - load_Na)"),
        State("load_Cl", "current that chloride carries into the cell at rest", unit="pA", clock="slow", initial="0*amp",
              change="weighing*(charge_Cl/slow_dt - load_Cl)"),
        State("v_rest", "mean voltage at rest", unit="mV", clock="slow", initial="v", change="weighing*(v - v_rest)"),
    ),
    slow_definitions=(
        Definition("moving", "int(t >= hold)", "1", "whether amounts move yet"),
        # a running mean: each millisecond counts alike
        Definition("weighing", "int(t < hold)*int(t >= 0.5*second)"
                   "/(clip(t - 0.5*second, 0*second, 1e9*second) + slow_dt)", "Hz",
                   "weight of this millisecond in the means at rest"),
        Definition("volume_rest", "area*volume_per_area", "um**3", "volume of the cell at rest"),
        Definition("volume_shell_rest", "shell_ratio*volume_rest", "um**3", "volume of the shell at rest"),
        *(Definition(f"osmolytes_fixed_{side}",
                     f"{room}*(osmolarity - {' - '.join(f'{ion}_{side}_rest' for ion, *_ in _IONS)})", "fmol",
                     f"osmolytes that stay {place}") for side, place, room in _SIDES),
        Definition("volume", "(volume_rest + volume_shell_rest)*osmolytes_i/(osmolytes_i + osmolytes_e)", "um**3",
                   "volume of the cell"),
        Definition("volume_shell", "(volume_rest + volume_shell_rest)*osmolytes_e/(osmolytes_i + osmolytes_e)", "um**3",
                   "volume of the shell"),
        *(Definition(f"{ion}_i", f"n_{ion}_i/volume", "mM", f"intracellular {word}") for ion, word, *_ in _IONS),
        *(Definition(f"{ion}_e", f"n_{ion}_e/volume_shell", "mM", f"extracellular {word}") for ion, word, *_ in _IONS),
        *(Definition(f"E_{ion}", _nernst(ion, z), "V", f"{word} reversal potential") for ion, word, z, _ in _IONS),
        *(Definition(f"E_{ion}_rest", _at_rest(ion, z), "V", f"{word} reversal potential at rest")
          for ion, word, z, _ in _IONS[:2]),
        # the pore of AMPA and NMDA receptors reverses at 0 mV at rest; charge would be lost with any other share
        Definition("sodium_share", "E_K_rest/(E_K_rest - E_Na_rest)", "1",
                   "share of sodium in the conductance of pores for sodium and potassium"),
        Definition("shift_cation", "sodium_share*(E_Na - E_Na_rest) + (1 - sodium_share)*(E_K - E_K_rest)", "V",
                   "how far the reversal potential of such a pore has moved"),
    ),
)
