"""A small network of the circuit's two classes under ketamine, written by hand, in mV, ms, nS, pA and pF.

AMPA and GABA-A: exponential conductances. NMDA: Jahr & Stevens' magnesium block with a relaxation of its own, a
saturating gate per subunit that lives with the presynaptic cell and jumps at its spikes (after Wang 1999), ambient
glutamate on the receptors that are closed, glycine and D-serine on the co-agonist site. Depression: Tsodyks &
Markram 1997. Ketamine: trapping block of the open pore. Afferents: Poisson counts from Philox-2x32-10 (Salmon et
al. 2011), worked out beforehand in Python integers. Run as ``python handwritten_network.py NUMBERS.npz OUT.npz``;
nothing here comes from glunet.
"""

from __future__ import annotations

import sys

import brian2 as b
import numpy as np
from handwritten_cell import DT, FARADAY, GATES, LEFT, MEMBRANE, R_GAS, SLOW, SPIKE, VOLTAGE, read, set_membrane
from scipy.stats import poisson

SUBUNITS = {"pyramidal": "AB", "interneuron": "ABD"}

RECEPTORS = """
g_ampa : 1
g_gaba : 1
tau_ampa : 1 (constant)
tau_gaba : 1 (constant)
w_exc : 1 (constant)
w_inh : 1 (constant)
capacity : 1 (constant)
Mg : 1 (constant)
drug : 1 (constant)
k_off : 1 (constant)
steepness : 1 (constant)
v_ref : 1 (constant)
escape : 1 (constant)
tau_Mg : 1 (constant)
exc_in = exc_counts(t, cell) : 1
inh_in = inh_counts(t, cell) : 1
cell : integer (constant)
x_ves : 1
last : 1
use : 1 (constant)
tau_ves : 1 (constant)
"""
PER_SUBUNIT = """
S_# : 1
B_# : 1
block_# : 1
tau_# : 1 (constant)
K_Mg_# : 1 (constant)
k_Mg_# : 1 (constant)
peak_# : 1 (constant)
site_# : 1 (constant)
tonic_# : 1 (constant)
bound_# : 1 (constant)
K_d_# : 1 (constant)
opened_# = S_# + (capacity - S_#)*tonic_# : 1
g_# = peak_#*opened_#*B_#*site_#*(1 - block_#) : 1
B_inf_# = 1/(1 + Mg/K_Mg_#*exp(-k_Mg_#*v)) : 1
on_# = k_off*drug/K_d_#*B_#*opened_#/capacity : 1
off_# = k_off*exp(steepness*(v - v_ref))*opened_#/capacity + escape*(1 - opened_#/capacity) : 1
"""
FAST = f"""
g_ampa = g_ampa*exp(-{DT}/tau_ampa) + w_exc*exc_in
g_gaba = g_gaba*exp(-{DT}/tau_gaba) + w_inh*inh_in
"""
FAST_PER_SUBUNIT = f"""
S_# = S_#*exp(-{DT}/tau_#)
S_# = S_# + w_exc*bound_#*exc_in*(1 - S_#/capacity)
B_# = B_inf_# + (B_# - B_inf_#)*exp(-{DT}/tau_Mg)
"""
SLOW_PER_SUBUNIT = f"""
block_# = on_#/(on_# + off_#) + (block_# - on_#/(on_# + off_#))*exp(-{SLOW}*(on_# + off_#))
"""
# the presynaptic side: all subunits that a cell's targets have
GATE_STATES = "s_# : 1\njump_# : 1\ntau_s_# : 1 (constant)\nbound_s_# : 1 (constant)\n"
VESICLES = "x_ves = 1 - (1 - x_ves*(1 - use))*exp(-(t/ms - last)/tau_ves)\n"
GATE_JUMP = """
s_# = s_#*exp(-(t/ms - last)/tau_s_#)
jump_# = bound_s_#*x_ves*(1 - s_#)
s_# = s_# + jump_#
"""


def each(text: str, subunits: str) -> str:
    """The text once per subunit."""
    return "".join(text.replace("#", s) for s in subunits)


def philox_2x32(step: int, key_0: int, key_1: int) -> tuple[int, int]:
    """Ten rounds of Philox-2x32 with counter (step, key_1) and key key_0."""
    left, right, key = step & 0xFFFFFFFF, key_1 & 0xFFFFFFFF, key_0 & 0xFFFFFFFF
    for _ in range(10):
        product = 0xD256D193 * left
        left, right = (product >> 32) ^ key ^ right, product & 0xFFFFFFFF
        key = (key + 0x9E3779B9) & 0xFFFFFFFF
    return left, right


def counts(x: dict[str, np.ndarray], kind: str, steps: int) -> b.TimedArray:
    """Afferent spikes per step and cell: the smallest k whose cumulative chance reaches the uniform number."""
    word = 0 if kind == "excitatory" else 1
    keys = [(int(a), int(c)) for a, c in zip(x["noise_key_0"], x["noise_key_1"], strict=True)]
    words = [[philox_2x32(step, *key)[word] for key in keys] for step in range(steps)]
    mean = x[f"n_{kind}"] * x[f"rate_{kind}"] * DT * 1e-3
    return b.TimedArray(poisson.ppf((np.array(words) + 0.5) / 2**32, mean), dt=DT * b.ms)


def population(kind: str, x: dict[str, np.ndarray], steps: int) -> b.NeuronGroup:
    """One class of cells."""
    own, sent = SUBUNITS[kind], "ABD" if kind == "pyramidal" else ""
    nmda = " + ".join(f"g_{s}" for s in own)
    equations = MEMBRANE + RECEPTORS + each(PER_SUBUNIT, own) + each(GATE_STATES, sent)
    afferents = {f"{name[:3]}_counts": counts(x, name, steps) for name in ("excitatory", "inhibitory")}
    cells = b.NeuronGroup(x["v"].size, equations, threshold=SPIKE, reset=VESICLES + each(GATE_JUMP, sent) + "last = t/ms",
                          name=kind, namespace=afferents)
    cells.cell = "i"
    set_membrane(cells, x)
    set_receptors(cells, x, own)
    for s in sent:
        setattr(cells, f"tau_s_{s}", x[f"tau_GluN2{s}"] * 1e3)
        setattr(cells, f"bound_s_{s}", x[f"bound_GluN2{s}"])
    cells.run_regularly(GATES + FAST + each(FAST_PER_SUBUNIT, own), when="groups", order=1)
    E_ampa, E_nmda = float(x["E_ampa"][0]) * 1e3, float(x["E_nmda"][0]) * 1e3
    pull = f"g_ampa*{E_ampa} + g_gaba*E_Cl + ({nmda})*{E_nmda}"
    joined = VOLTAGE.replace("(synaptic_gE)", pull).replace("(synaptic_g)", f"g_ampa + g_gaba + {nmda}")
    cells.run_regularly(joined, when="groups", order=2)
    cells.run_regularly(LEFT + each(SLOW_PER_SUBUNIT, own), dt=SLOW * b.ms, when="start")
    return cells


def set_receptors(cells: b.NeuronGroup, x: dict[str, np.ndarray], subunits: str) -> None:
    """Numbers of receptors, vesicles and drug; synapses where the background alone would hold them,
    the drug at equilibrium."""
    kelvin = x["temperature"]
    for name, source, unit in (("tau_ampa", "tau_ampa", 1e3), ("tau_gaba", "tau_gaba_a", 1e3),
                               ("tau_Mg", "tau_magnesium", 1e3), ("tau_ves", "tau_refill", 1e3),
                               ("w_exc", "w_excitatory", 1e9), ("w_inh", "w_inhibitory", 1e9),
                               ("capacity", "capacity", 1e9), ("Mg", "Mg_e_rest", 1), ("drug", "drug", 1),
                               ("use", "use", 1)):
        setattr(cells, name, x[source] * unit)
    excitation = x["n_excitatory"] * x["rate_excitatory"] * x["w_excitatory"] * 1e9
    cells.g_ampa = excitation * x["tau_ampa"]
    cells.g_gaba = x["n_inhibitory"] * x["rate_inhibitory"] * x["w_inhibitory"] * 1e9 * x["tau_gaba_a"]
    warm = x["q10_ketamine"] ** ((kelvin - x["reference_temperature_ketamine"]) / 10)
    cells.k_off, cells.escape = 1e-3 * x["unbinding_rate_ketamine"] * warm, 1e-3 * x["escape_rate_ketamine"]
    cells.steepness = 1e-3 * x["electrical_distance_ketamine"] * FARADAY / (R_GAS * kelvin)
    cells.v_ref, cells.x_ves, cells.last = x["reference_voltage_ketamine"] * 1e3, 1.0, -1e6
    for s in subunits:
        here = f"_GluN2{s}"
        y = {name.removesuffix(here): value for name, value in x.items() if name.endswith(here)}
        agonists = x["Gly_e_rest"] / y["EC50_Gly"] + x["DSer_e_rest"] / y["EC50_DSer"]
        ambient = 1 / (1 + (y["EC50_Glu"] / (x["Glu_e_rest"] + 1e-9)) ** y["hill_Glu"])
        opened = excitation * y["bound"] * y["tau"]
        for name, value in {"S": cells.capacity * opened / (cells.capacity + opened), "tau": y["tau"] * 1e3,
                            "K_Mg": y["K_Mg"], "k_Mg": y["slope_Mg"] * 1e-3, "tonic": ambient,
                            "peak": x["nmda_ratio"] * y["fraction"], "site": agonists / (1 + agonists),
                            "bound": y["bound"], "K_d": y["dissociation_constant_ketamine"]}.items():
            setattr(cells, f"{name}_{s}", value)
        setattr(cells, f"B_{s}", f"B_inf_{s}")
        setattr(cells, f"block_{s}", f"on_{s}/(on_{s} + off_{s})")


def projection(numbers: str, source: b.NeuronGroup, target: b.NeuronGroup) -> b.Synapses:
    """All synapses from one class to another."""
    name = f"{source.name}_to_{target.name}"
    x = read(numbers, name)
    if source.name == "pyramidal":
        arrival = "g_ampa_post += w*x_ves_pre\n" + each("S_#_post += w*jump_#_pre\n", SUBUNITS[target.name])
    else:
        arrival = "g_gaba_post += w*x_ves_pre"
    delay = float(x["delay"]) * b.second
    synapses = b.Synapses(source, target, "w : 1", on_pre=arrival, delay=delay, name=name)
    synapses.connect(i=x["source_index"], j=x["target_index"])
    synapses.w = x["weight"] * 1e9
    return synapses


def main(numbers: str, out: str) -> None:
    """Pyramidal cells and interneurons, all to all as the file says."""
    b.prefs.codegen.target = "numpy"
    b.defaultclock.dt = DT * b.ms
    with np.load(numbers) as file:
        duration = float(file["duration"])
    groups = {kind: population(kind, read(numbers, kind), round(duration / DT * 1e3)) for kind in SUBUNITS}
    paths = [projection(numbers, source, target) for source in groups.values() for target in groups.values()]
    voltage = {kind: b.StateMonitor(cells, "v", record=True, when="end") for kind, cells in groups.items()}
    spikes = {kind: b.SpikeMonitor(cells) for kind, cells in groups.items()}
    b.Network(*groups.values(), *paths, *voltage.values(), *spikes.values()).run(duration * b.second)
    np.savez(out, **{f"{kind}.v": monitor.v for kind, monitor in voltage.items()},
             **{f"{kind}.spikes": monitor.count[:] for kind, monitor in spikes.items()},
             **{f"{kind}.block_{s}": getattr(cells, f"block_{s}")[:]
                for kind, cells in groups.items() for s in SUBUNITS[kind]})


if __name__ == "__main__":
    main(*sys.argv[1:])
