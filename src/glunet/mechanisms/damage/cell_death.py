"""Death of a cell: necrosis after too long without energy while swollen, apoptosis after too much oxidation and proteolysis.

Both injuries only grow. A cell dies when the first of them passes its limit, which differs between cells. It then makes no
ATP and fires no spike, its ions run down, and its glutamate leaks into its shell.
"""

from glunet.vocabulary.mechanism import Definition, Feed, Mechanism, Port, State
from glunet.vocabulary.parameter import Parameter, Source, assumed

_DELAYED = Source("cells that survive the insult die over the next hours to a day, by apoptosis where energy is back: "
                  "Ankarcrona et al. 1995, Neuron 15:961", "10.1016/0896-6273(95)90186-8", "memory")
_RUPTURE = Source("lactate dehydrogenase leaves dying neurones 25 min to 6 h after the insult (cultures, Neurochem "
                  "Int 1987) and stays in those of slices for hours (Izumi et al. 2001, J Neurosci Methods 108:49)",
                  "10.1016/0197-0186(87)90088-x", "read", "glutamate is smaller than that enzyme and may leave earlier")
_TENSION = assumed("a cell in arrest swells by a quarter to a third; a membrane gives way to tension steeply")

MECHANISM = Mechanism(
    name="cell_death",
    summary="Necrosis and apoptosis of single cells",
    tables=(("population", (
        Parameter("ATP_life", "mM", "0.2 mM", "ATP at which half of the repair fails", assumed("a tenth of rest"),
                  low="0.001 mM"),
        Parameter("swelling_half", "1", "0.25", "growth of the cell's volume at which necrosis goes at half of its speed",
                  _TENSION, low="0.001"),
        Parameter("hill_swelling", "1", "4", "steepness of that", _TENSION, low="1", high="16"),
        Parameter("necrosis_limit", "min", "45 min", "time without energy that a fully swollen cell survives", assumed(
            "flow below a tenth of normal kills within one to three hours, Jones et al. 1981"),
                  low="1 s"),
        Parameter("ROS_tolerated", "1", "3", "reactive oxygen species that do no harm, over those at rest", assumed(
            "glutathione copes with a few times the resting production"), low="1"),
        Parameter("tau_apoptosis", "h", "6 h", "time that apoptosis takes where all of calpain's targets are cut, "
                  "or oxidants are at twice what is tolerated", _DELAYED, low="1 s"),
        Parameter("apoptosis_limit", "1", "1", "that injury at which a cell dies", _DELAYED, low="0.01"),
        Parameter("tau_spill", "h", "6 h", "time constant with which a dead cell's glutamate leaks out", _RUPTURE,
                  low="1 s"),
    )),),
    requires=("ATP", "volume", "volume_rest", "ROS", "proteolysis", "n_Glu_i", "Glu_now", "moving"),
    ports=(Port("speed_injury", "product", "1", "1", "factor on the speed of both injuries, by temperature"),),
    states=(
        State("necrosis", "time without energy while swollen", unit="min", clock="slow", initial="0*second",
              change="moving*alive*speed_injury*lack*swollen"),
        State("apoptosis", "injury by oxidants and calpain", clock="slow", initial="0",
              change="moving*alive*speed_injury*(1 - lack)"
                     "*(clip(ROS/ROS_tolerated - 1, 0, 10) + proteolysis)/tau_apoptosis"),
    ),
    slow_definitions=(
        Definition("lack", "ATP_life**2/(ATP**2 + ATP_life**2)", "1", "lack of energy"),
        Definition("swelling", "clip(volume/volume_rest - 1, 1e-6, 10)", "1", "growth of the cell's volume"),
        Definition("swollen", "1/(1 + (swelling_half/swelling)**hill_swelling)", "1",
                   "speed of necrosis that swelling gives"),
        Definition("necrotic", "int(necrosis >= necrosis_limit)", "1", "whether the cell has died without energy"),
        Definition("apoptotic", "int(apoptosis >= apoptosis_limit)", "1", "whether it has died by apoptosis"),
        Definition("alive", "(1 - necrotic)*(1 - apoptotic)", "1", "whether the cell lives"),
        Definition("J_Glu_spilled", "(1 - alive)*(n_Glu_i - Glu_now*volume)/tau_spill", "fmol/s",
                   "glutamate that leaks out of a dead cell"),
    ),
    feeds=(
        Feed("gate_sodium", "alive"),
        Feed("gate_respiration", "alive"),
        Feed("gate_glycolysis", "alive"),
        Feed("J_Glu_in", "J_Glu_spilled"),
        Feed("J_Glu_made", "-J_Glu_spilled"),
    ),
)
