"""The resting circuit as a plain Brian2 standalone script, the way one writes it for a paper: default settings throughout.

Same equations, same cells, weights and wiring as the composed circuit (given in a file), Brian2's exponential Euler at the
same step, its own Poisson input. NMDA gates live with the presynaptic cell. Constant things are constants.

Run as ``python plain_script.py NUMBERS.npz FOLDER``: builds the program in FOLDER and prints the seconds of each phase.
"""

from __future__ import annotations

import json
import sys
import time

started = time.perf_counter()
import brian2 as b  # noqa: E402 - the import is part of what is timed
import numpy as np  # noqa: E402
from brian2 import Hz, amp, farad, second, siemens, volt  # noqa: E402

imported = time.perf_counter()

CELL = """
dv/dt = (I_applied - I_leak - I_Na - I_Kd - I_M - I_ampa - I_nmda - I_gaba)/C : volt
I_leak = g_lK*(v - E_K) + g_lNa*(v - E_Na) + g_lCl*(v - E_Cl) : amp
I_Na = g_Na*m**3*h*(v - E_Na) : amp
I_Kd = g_Kd*n**4*(v - E_K) : amp
dm/dt = a_m*(1 - m) - b_m*m : 1
dh/dt = a_h*(1 - h) - b_h*h : 1
dn/dt = a_n*(1 - n) - b_n*n : 1
a_m = 1.28/exprel(-(v - V_T - 13*mV)/(4*mV))/ms : Hz
b_m = 1.4/exprel((v - V_T - 40*mV)/(5*mV))/ms : Hz
a_h = 0.128*exp(-(v - V_T - 17*mV)/(18*mV))/ms : Hz
b_h = 4/(1 + exp(-(v - V_T - 40*mV)/(5*mV)))/ms : Hz
a_n = speed*0.16/exprel(-(v - V_T - 15*mV)/(5*mV))/ms : Hz
b_n = speed*0.5*exp(-(v - V_T - 10*mV)/(40*mV))/ms : Hz
dg_ampa/dt = -g_ampa/tau_ampa : siemens
dg_gaba/dt = -g_gaba/tau_gaba : siemens
I_ampa = g_ampa*(v - E_ampa) : amp
I_gaba = g_gaba*(v - E_Cl) : amp
n_exc : 1
n_inh : 1
x : 1
t_last : second
C : farad (constant)
g_lK : siemens (constant)
g_lNa : siemens (constant)
g_lCl : siemens (constant)
g_Na : siemens (constant)
g_Kd : siemens (constant)
V_T : volt (constant)
capacity : siemens (constant)
"""
SLOW_POTASSIUM = """
I_M = g_M*p*(v - E_K) : amp
dp/dt = (p_inf - p)/tau_p : 1
p_inf = 1/(1 + exp(-(v + 35*mV)/(10*mV))) : 1
tau_p = tau_max/(3.3*exp((v + 35*mV)/(20*mV)) + exp(-(v + 35*mV)/(20*mV))) : second
g_M : siemens (constant)
"""
NMDA = """
dS_#/dt = -S_#/tau_# : siemens
dB_#/dt = (1/(1 + Mg/K_Mg_#*exp(-k_Mg_#*v)) - B_#)/tau_Mg : 1
g_# = peak_#*(S_# + (capacity - S_#)*tonic_#)*B_# : siemens
"""
GATE = "s_# : 1\njump_# : 1\n"
SPIKE = "x = 1 - (1 - x*(1 - use))*exp(-(t - t_last)/tau_refill)\n"
GATE_SPIKE = "s_# = s_#*exp(-(t - t_last)/tau_#)\njump_# = bound_#*x*(1 - s_#)\ns_# += jump_#\n"
BACKGROUND = "g_ampa += w_exc*n_exc\ng_gaba += w_inh*n_inh\n"
BACKGROUND_NMDA = "S_# += w_exc*bound_#*n_exc*(1 - S_#/capacity)\n"


def each(text: str, subunits: str) -> str:
    """The text once per subunit."""
    return "".join(text.replace("#", s) for s in subunits)


def constants(x: dict[str, np.ndarray], subunits: str) -> dict[str, object]:
    """Numbers that all cells of a class share, as constants of its equations."""
    def one(name: str) -> float:
        return float(x[name][0])

    found: dict[str, object] = {name: one(name) * volt for name in ("E_K", "E_Na", "E_Cl", "E_ampa", "E_nmda")}
    found |= {"tau_ampa": one("tau_ampa") * second, "tau_gaba": one("tau_gaba_a") * second, "use": one("use"),
              "tau_refill": one("tau_refill") * second, "tau_Mg": one("tau_magnesium") * second, "Mg": one("Mg_e"),
              "w_exc": one("w_excitatory") * siemens, "w_inh": one("w_inhibitory") * siemens, "speed": one("speed"),
              "I_applied": one("I_applied") * amp, "threshold_v": one("spike_threshold") * volt}
    if "tau_M_max" in x:
        found["tau_max"] = one("tau_M_max") * second
    for s in subunits:
        found |= {f"tau_{s}": one(f"tau_GluN2{s}") * second, f"bound_{s}": one(f"bound_GluN2{s}")}
        if f"fraction_GluN2{s}" in x:
            found |= {f"K_Mg_{s}": one(f"K_Mg_GluN2{s}"), f"k_Mg_{s}": one(f"slope_Mg_GluN2{s}") / volt,
                      f"tonic_{s}": one(f"tonic_GluN2{s}"),
                      f"peak_{s}": one("nmda_ratio") * one(f"fraction_GluN2{s}") * one(f"gate_nmda_GluN2{s}")}
    return found


def population(name: str, x: dict[str, np.ndarray]) -> list[b.BrianObject]:
    """One class of cells with its background input and monitors."""
    own = "".join(s for s in "ABCD" if f"fraction_GluN2{s}" in x)
    sent = "".join(s for s in "ABCD" if f"jump_GluN2{s}" in x)
    equations = CELL + each(NMDA, own) + each(GATE, sent)
    equations += f"I_nmda = ({' + '.join(f'g_{s}' for s in own)})*(v - E_nmda) : amp\n"
    if "g_M" in x:
        equations += SLOW_POTASSIUM
    else:
        equations = equations.replace(" - I_M", "")
    cells = b.NeuronGroup(
        int(x["cells"]), equations, method="exponential_euler", threshold="v > threshold_v", refractory="v > threshold_v",
        reset=SPIKE + each(GATE_SPIKE, sent) + "t_last = t\n", namespace=constants(x, own + sent), name=name)
    cells.C = x["capacitance"] * x["area"] * farad
    for ours, theirs in {"g_lK": "g_leak_K", "g_lNa": "g_leak_Na", "g_lCl": "g_leak_Cl", "g_Na": "g_Na", "g_Kd": "g_Kd",
                         "g_M": "g_M"}.items():
        if theirs in x:
            setattr(cells, ours, x[theirs] * x["area"] * siemens)
    cells.V_T, cells.capacity, cells.v = x["V_T"] * volt, x["capacity"] * siemens, x["v"] * volt
    for gate in ("m", "h", "n", *(["p"] if "g_M" in x else [])):
        setattr(cells, gate, x[gate])
    for s in own:
        setattr(cells, f"B_{s}", x[f"unblocked_GluN2{s}"])
        setattr(cells, f"S_{s}", x[f"S_GluN2{s}"] * siemens)
    cells.g_ampa, cells.g_gaba = x["g_ampa"] * siemens, x["g_gaba_a"] * siemens
    cells.x, cells.t_last = 1, -1000 * second
    arrivals = [b.PoissonInput(cells, f"n_{kind[:3]}", N=int(x[f"n_{kind}"][0]), rate=float(x[f"rate_{kind}"][0]) * Hz,
                               weight=1, when="start") for kind in ("excitatory", "inhibitory")]
    cells.run_regularly(BACKGROUND + each(BACKGROUND_NMDA, own) + "n_exc = 0\nn_inh = 0", when="before_groups")
    return [cells, *arrivals, b.SpikeMonitor(cells), b.PopulationRateMonitor(cells)]


def projection(x: dict[str, np.ndarray], source: b.NeuronGroup, target: b.NeuronGroup) -> b.Synapses:
    """All synapses from one class to another."""
    if source.name == "pyramidal":
        own = "".join(s for s in "ABCD" if f"S_{s}" in target.variables)
        arrival = "g_ampa_post += w*x_pre\n" + each("S_#_post += w*jump_#_pre\n", own)
    else:
        arrival = "g_gaba_post += w*x_pre"
    synapses = b.Synapses(source, target, "w : siemens (constant)", on_pre=arrival, delay=float(x["delay"]) * second)
    synapses.connect(i=x["source_index"], j=x["target_index"])
    synapses.w = x["weight"] * siemens
    return synapses


def main(path: str, folder: str) -> None:
    """Write, compile and run the program; print the seconds."""
    with np.load(path) as file:
        data = dict(file)
    part = {name: {key.removeprefix(f"{name}."): value for key, value in data.items() if key.startswith(f"{name}.")}
            for name in {key.partition(".")[0] for key in data if "." in key}}
    b.set_device("cpp_standalone", directory=folder)
    b.defaultclock.dt = float(data["dt"]) * second
    parts = {name: population(name, part[name]) for name in ("pyramidal", "interneuron")}
    paths = [projection(part[name], parts[name.partition("_to_")[0]][0], parts[name.partition("_to_")[2]][0])
             for name in part if "_to_" in name]
    b.Network(*parts.values(), *paths).run(float(data["duration"]) * second)
    total, timers = time.perf_counter() - started, b.get_device().timers
    compiled, ran = timers["compile"]["make"], timers["run_binary"]
    spikes = sum(int(group[-2].num_spikes) for group in parts.values())
    print(json.dumps({"import": imported - started, "generate": total - (imported - started) - compiled - ran,
                      "compile": compiled, "run": ran, "total": total, "spikes": spikes}))


if __name__ == "__main__":
    main(*sys.argv[1:])
