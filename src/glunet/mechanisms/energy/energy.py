"""Energy of a cell: blood brings oxygen and glucose, which make ATP; phosphocreatine keeps it up; pumps and upkeep use it.

Oxygen and glucose are shares of what arterial blood and resting tissue hold. At rest blood gives up a part of its
oxygen, and can give up nearly all of it before the cell lacks any. Respiration follows ADP; glycolysis goes on without
oxygen while glucose lasts. Creatine kinase is at equilibrium, so phosphocreatine falls first and ATP last: of the
phosphates together, ATP is the root of a quadratic. Nothing here knows of a stroke but the blood flow.
"""

from glunet.vocabulary.mechanism import Definition, Feed, Mechanism, Port, State
from glunet.vocabulary.parameter import Parameter, Source, assumed

_TISSUE = Source("Erecinska & Silver 1989, J Cereb Blood Flow Metab 9:2", "10.1038/jcbfm.1989.2", "memory")
_KINASE = Source("creatine kinase at pH 7.1 and 1 mM magnesium: Lawson & Veech 1979, J Biol Chem 254:6528", "", "memory")
_BLOOD = Source(
    "oxygen extraction of 0.4 at rest in man and rat, close to one where flow fails, e.g. Baron 1999, Cerebrovasc Dis 9:193",
    "",
    "memory",
)
_YIELD = Source("28-30 beside the two of glycolysis: Rich 2003, Biochem Soc Trans 31:1095", "10.1042/bst0311095", "memory")
_LOWRY = Source(
    "Lowry et al. 1964, J Biol Chem 239:18: stores and their use in the brain of the decapitated mouse", "", "memory"
)


MECHANISM = Mechanism(
    name="energy",
    summary="Oxygen, glucose, phosphocreatine and ATP",
    tables=(
        (
            "population",
            (
                Parameter(
                    "upkeep",
                    "mM/s",
                    "0.1 mM/s",
                    "use of ATP by all but ion pumps and transporters",
                    assumed("about half of the turnover of 0.3-0.5 mM/s (Erecinska & Silver 1989)"),
                    low="0 mM/s",
                ),
                Parameter(
                    "ATP_upkeep",
                    "mM",
                    "0.05 mM",
                    "ATP for half of that",
                    assumed("most of it goes on while there is any ATP"),
                    low="0.001 mM",
                ),
                Parameter("creatine_total", "mM", "10.5 mM", "creatine and phosphocreatine", _TISSUE, low="0.1 mM"),
                Parameter("PCr_rest", "mM", "5 mM", "phosphocreatine at rest", _TISSUE, low="0 mM"),
                Parameter(
                    "kinase",
                    "1",
                    "160",
                    "ATP times creatine over ADP times phosphocreatine at equilibrium",
                    _KINASE,
                    low="1",
                ),
                Parameter(
                    "oxygen_store",
                    "mM",
                    "0.2 mM",
                    "oxygen of tissue and its blood, if all of it were arterial",
                    assumed("blood is 4 % of the tissue and holds 8 mM; half of it is arterial or capillary"),
                    low="0.001 mM",
                ),
                Parameter(
                    "extraction",
                    "1",
                    "0.4",
                    "share of its oxygen that blood gives up at rest",
                    _BLOOD,
                    low="0.05",
                    high="0.9",
                ),
                Parameter(
                    "oxygen_half",
                    "1",
                    "0.03",
                    "oxygen at half of the speed of respiration, as a share of arterial",
                    assumed("tissue falls to a few mmHg before respiration slows"),
                    low="0.001",
                ),
                Parameter(
                    "reserve",
                    "1",
                    "2",
                    "fastest respiration, in units of that at rest",
                    assumed("oxygen use doubles to triples in seizures"),
                    low="1.01",
                ),
                Parameter(
                    "glucose_rest",
                    "mM",
                    "6 mM",
                    "glucose of the tissue, and its glycogen, which gives half as much again",
                    _LOWRY,
                    low="0 mM",
                ),
                Parameter(
                    "glucose_extraction",
                    "1",
                    "0.1",
                    "share of its glucose that blood gives up at rest",
                    _BLOOD,
                    low="0.01",
                    high="0.9",
                ),
                Parameter(
                    "glucose_half",
                    "mM",
                    "0.3 mM",
                    "glucose at half of the speed of glycolysis",
                    assumed("hexokinase is saturated until little is left"),
                    low="0.001 mM",
                ),
                Parameter(
                    "glycolysis_rest",
                    "mM/s",
                    "0.03 mM/s",
                    "ATP that glycolysis makes at rest",
                    assumed("two of about thirty per glucose"),
                    low="0 mM/s",
                ),
                Parameter(
                    "ATP_glucose",
                    "1",
                    "30",
                    "ATP that respiration makes of a glucose's two pyruvates and six oxygen",
                    _YIELD,
                    low="1",
                    high="38",
                ),
                Parameter(
                    "tau_lactate",
                    "s",
                    "100 s",
                    "time constant of lactate's removal by blood",
                    assumed("some minutes after ischaemia"),
                    low="1 s",
                ),
                Parameter(
                    "glycolysis_reserve", "1", "15", "fastest glycolysis, in units of that at rest", _LOWRY, low="1.01"
                ),
            ),
        ),
    ),
    requires=("ATP_rest", "volume_rest"),
    ports=(
        Port("perfusion", "product", "1", "1", "blood flow, as a share of normal"),
        Port("ATP_use", "sum", "0*mole/second", "fmol/s", "use of ATP by pumps and transporters"),
        Port("ATP_use_rest", "sum", "0*mole/second", "fmol/s", "the same at rest"),
        Port("gate_upkeep", "product", "1", "1", "factor on the use of ATP for upkeep, by temperature"),
        Port("creatine_loaded", "sum", "0*mM", "mM", "creatine that was taken up beside the cell's own"),
        Port("gate_respiration", "product", "1", "1", "factor on the speed of respiration by damage and drugs"),
        Port("gate_glycolysis", "product", "1", "1", "factor on the speed of glycolysis by damage and drugs"),
        Port("arterial_oxygen", "product", "1", "1", "oxygen of the blood or bath, as a share of normal"),
    ),
    states=(
        State(
            "phosphates",
            "ATP and phosphocreatine",
            unit="mM",
            clock="slow",
            initial="ATP_rest + PCr_full",
            change="respiration + glycolysis - turnover",
        ),
        State(
            "oxygen",
            "oxygen of the tissue's blood, as a share of arterial",
            clock="slow",
            initial="1 - extraction",
            change="(perfusion*respiration_rest*(arterial_oxygen - oxygen)/extraction - respiration)"
            "/(ATP_glucose/6*oxygen_store)",
        ),
        State(
            "glucose",
            "glucose and glycogen",
            unit="mM",
            clock="slow",
            initial="glucose_rest",
            change="perfusion*glucose_rest_use/glucose_extraction*(1 - (1 - glucose_extraction)*glucose/glucose_rest)"
            " - glucose_use",
        ),
        State(
            "lactate",
            "lactate above rest",
            unit="mM",
            clock="slow",
            initial="0*mM",
            # glycolysis makes a pyruvate with every ATP; respiration burns it, blood carries off the rest
            change="glycolysis - respiration*2/ATP_glucose - perfusion*(lactate_rest + lactate/tau_lactate)",
        ),
    ),
    slow_definitions=(
        Definition("ADP_rest", "ATP_rest*(creatine_total - PCr_rest)/(kinase*PCr_rest)", "mM", "free ADP at rest"),
        Definition("adenine", "ATP_rest + ADP_rest", "mM", "ATP and ADP"),
        Definition("creatine", "creatine_total + creatine_loaded", "mM", "creatine with phosphocreatine and what was given"),
        Definition("PCr_full", "PCr_rest*(1 + creatine_loaded/creatine_total)", "mM", "phosphocreatine of this at rest"),
        # ATP*(creatine - PCr) = kinase*(adenine - ATP)*PCr with PCr = phosphates - ATP
        # a step may take a little more than there is
        Definition("phosphates_left", "clip(phosphates, 1e-9*mM, 1e3*mM)", "mM", "ATP and phosphocreatine"),
        Definition(
            "kinase_b", "creatine - phosphates_left + kinase*(adenine + phosphates_left)", "mM", "of the quadratic"
        ),
        Definition(
            "ATP_kinase",
            "2*kinase*adenine*phosphates_left/(kinase_b + sqrt(clip(kinase_b**2"
            " - 4*(kinase - 1)*kinase*adenine*phosphates_left, 0*mM**2, 1e12*mM**2)))",
            "mM",
            "ATP",
        ),
        Definition(
            "phosphates_lost",
            "clip(1 - phosphates/(ATP_rest + PCr_full), 0, 1)",
            "1",
            "share of the energy-rich phosphates that is split",
        ),
        Definition("PCr", "phosphates_left - ATP_kinase", "mM", "phosphocreatine"),
        Definition("ADP", "adenine - ATP_kinase", "mM", "free ADP"),
        Definition("turnover_rest", "upkeep + ATP_use_rest/volume_rest", "mM/s", "use of ATP at rest"),
        Definition(
            "turnover",
            "upkeep*gate_upkeep*(ATP_kinase/(ATP_kinase + ATP_upkeep))"
            "*((ATP_rest + ATP_upkeep)/ATP_rest) + ATP_use/volume_rest",
            "mM/s",
            "use of ATP",
        ),
        Definition("respiration_rest", "turnover_rest - glycolysis_rest", "mM/s", "ATP from respiration at rest"),
        # half of the free range is used at an ADP that leaves the reserve
        Definition(
            "respiration",
            "respiration_rest*gate_respiration*reserve*ADP/(ADP + (reserve - 1)*ADP_rest)"
            "*oxygen/(oxygen + oxygen_half)*(1 - extraction + oxygen_half)/(1 - extraction)",
            "mM/s",
            "ATP from respiration",
        ),
        Definition(
            "glycolysis",
            "glycolysis_rest*gate_glycolysis*glycolysis_reserve*ADP/(ADP + (glycolysis_reserve - 1)*ADP_rest)"
            "*glucose/(glucose + glucose_half)*(glucose_rest + glucose_half)/glucose_rest",
            "mM/s",
            "ATP from glycolysis",
        ),
        Definition("lactate_rest", "glycolysis_rest - respiration_rest*2/ATP_glucose", "mM/s", "lactate made at rest"),
        Definition("glucose_rest_use", "glycolysis_rest/2", "mM/s", "use of glucose at rest"),
        Definition("glucose_use", "glycolysis/2", "mM/s", "use of glucose"),
    ),
    feeds=(Feed("ATP", "ATP_kinase - ATP_rest"),),
)
