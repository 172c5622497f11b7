"""The two cells of the circuit, written by hand from the papers, in mV, ms, nS, pA and pF.

Membrane kinetics: Traub & Miles with the threshold shift of Pospischil et al. 2008 (Biol Cybern 99:427,
doi:10.1007/s00422-008-0263-8). Run as ``python handwritten_cell.py NUMBERS.npz OUT.npz``; nothing here comes from
glunet, so that agreement means something. One step advances every gate exactly from the old v, then v exactly
from the new conductances.
"""

from __future__ import annotations

import sys

import brian2 as b
import numpy as np

DT = 0.1                                # ms
SLOW = 1.0                              # ms: step of slow inactivation and of the block by drugs
R_GAS, FARADAY = 8.31446, 96485.33      # J/(K mol), C/mol

MEMBRANE = """
v : 1
v_old : 1
m : 1
h : 1
n : 1
p : 1
C : 1 (constant)
g_Na : 1 (constant)
g_Kd : 1 (constant)
g_M : 1 (constant)
g_K_leak : 1 (constant)
g_Na_leak : 1 (constant)
g_Cl_leak : 1 (constant)
V_T : 1 (constant)
speed : 1 (constant)
tau_max : 1 (constant)
I_inj : 1 (constant)
E_K : 1 (constant)
E_Na : 1 (constant)
E_Cl : 1 (constant)
threshold_v : 1 (constant)
left : 1
tau_entry : 1 (constant)
tau_return : 1 (constant)
v_entry : 1 (constant)
k_entry : 1 (constant)
entry = 1/(tau_entry*(1 + exp(-(v - v_entry)/k_entry))) : 1
left_inf = 1/(1 + entry*tau_return) : 1
u = v - V_T : 1
a_m = 1.28/exprel(-(u - 13)/4) : 1
b_m = 1.4/exprel((u - 40)/5) : 1
a_h = 0.128*exp(-(u - 17)/18) : 1
b_h = 4/(1 + exp(-(u - 40)/5)) : 1
a_n = 0.16*speed/exprel(-(u - 15)/5) : 1
b_n = 0.5*speed*exp(-(u - 10)/40) : 1
p_inf = 1/(1 + exp(-(v + 35)/10)) : 1
tau_p = tau_max/(3.3*exp((v + 35)/20) + exp(-(v + 35)/20)) : 1
"""

GATES = f"""
m = a_m/(a_m + b_m) + (m - a_m/(a_m + b_m))*exp(-{DT}*(a_m + b_m))
h = a_h/(a_h + b_h) + (h - a_h/(a_h + b_h))*exp(-{DT}*(a_h + b_h))
n = a_n/(a_n + b_n) + (n - a_n/(a_n + b_n))*exp(-{DT}*(a_n + b_n))
p = p_inf + (p - p_inf)*exp(-{DT}/tau_p)
"""

LEFT = f"""
left = left_inf + (left - left_inf)*exp(-{SLOW}*(1/tau_return + entry))
"""

# synaptic_g and synaptic_gE are what receptors add to the sums of g and of g*E
VOLTAGE = f"""
G = g_K_leak + g_Na_leak + g_Cl_leak + g_Na*left*m**3*h + g_Kd*n**4 + g_M*p + (synaptic_g)
GE_K = (g_K_leak + g_Kd*n**4 + g_M*p)*E_K
GE_Na = (g_Na_leak + g_Na*left*m**3*h)*E_Na
GE = GE_K + GE_Na + g_Cl_leak*E_Cl + (synaptic_gE) + I_inj
v_old = v
v = GE/G + (v - GE/G)*exp(-{DT}*G/C)
"""

SPIKE = "v >= threshold_v and v_old < threshold_v"


def nernst(outside: np.ndarray, inside: np.ndarray, valence: int, kelvin: np.ndarray) -> np.ndarray:
    """Nernst potential in mV."""
    return 1e3 * R_GAS * kelvin / (valence * FARADAY) * np.log(outside / inside)


def set_membrane(cells: b.NeuronGroup, x: dict[str, np.ndarray]) -> None:
    """Give the cells their numbers (`x` in SI units), and gates that have settled at their first voltage."""
    um2 = x["area"] * 1e12
    nS = um2 * 1e-3                       # 1 S/m^2 over 1 um^2 is 1e-3 nS
    cells.C = x["capacitance"] * um2      # 1 F/m^2 over 1 um^2 is 1 pF
    cells.g_Na, cells.g_Kd = x["g_Na"] * nS, x["g_Kd"] * nS
    cells.g_M, cells.tau_max = x.get("g_M", 0.0) * nS, x.get("tau_M_max", 1.0) * 1e3
    cells.g_K_leak, cells.g_Na_leak, cells.g_Cl_leak = (x[f"g_leak_{ion}"] * nS for ion in ("K", "Na", "Cl"))
    cells.V_T, cells.speed, cells.I_inj = x["V_T"] * 1e3, x["speed"], x["I_applied"] * 1e12
    for ion, valence in (("K", 1), ("Na", 1), ("Cl", -1)):
        setattr(cells, f"E_{ion}", nernst(x[f"{ion}_e_rest"], x[f"{ion}_i_rest"], valence, x["temperature"]))
    cells.threshold_v = x["spike_threshold"] * 1e3
    cells.left, cells.v_entry, cells.k_entry = x["available_start"], x["V_slow"] * 1e3, x["k_slow"] * 1e3
    cells.tau_entry, cells.tau_return = x["tau_entry"] * 1e3, x["tau_recovery"] * 1e3
    cells.v = x["v"] * 1e3
    cells.v_old = "v"
    for gate in "mhn":
        setattr(cells, gate, f"a_{gate}/(a_{gate} + b_{gate})")
    cells.p = "p_inf"


def read(path: str, population: str) -> dict[str, np.ndarray]:
    """Numbers of one population out of a file with names such as ``pyramidal.area``."""
    with np.load(path) as file:
        own = [name for name in file.files if name.startswith(f"{population}.")]
        return {name.removeprefix(f"{population}."): file[name] for name in own}


def main(numbers: str, out: str) -> None:
    """Both kinds of cell, driven by a constant current."""
    b.prefs.codegen.target = "numpy"
    b.defaultclock.dt = DT * b.ms
    with np.load(numbers) as file:
        duration = float(file["duration"])
    found, net = {}, b.Network()
    for kind in ("pyramidal", "interneuron"):
        x = read(numbers, kind)
        cells = b.NeuronGroup(x["v"].size, MEMBRANE, threshold=SPIKE, reset="", name=kind)
        set_membrane(cells, x)
        cells.run_regularly(LEFT, dt=SLOW * b.ms, when="start")
        cells.run_regularly(GATES, when="groups", order=1)
        alone = VOLTAGE.replace("(synaptic_gE)", "0").replace("(synaptic_g)", "0")
        cells.run_regularly(alone, when="groups", order=2)
        found[kind] = (b.StateMonitor(cells, "v", record=True, when="end"), b.SpikeMonitor(cells))
        net.add(cells, *found[kind])
    net.run(duration * b.second)
    np.savez(out, **{f"{kind}.v": voltage.v for kind, (voltage, _) in found.items()},
             **{f"{kind}.spikes": spikes.count[:] for kind, (_, spikes) in found.items()})


if __name__ == "__main__":
    main(*sys.argv[1:])
