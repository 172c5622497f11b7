"""KCC2: potassium and chloride leave together, driven by both gradients; it turns round where potassium rises outside.

A cell has as much of it as its own resting activity needs: at resting concentrations it carries out the chloride that
leak and GABA-A receptors let in.
"""

from glunet.vocabulary.mechanism import Definition, Feed, Mechanism

MECHANISM = Mechanism(
    name="kcc2",
    summary="Potassium-chloride cotransport out of the cell",
    requires=("load_Cl", "K_i", "K_e", "Cl_i", "Cl_e", "moving"),
    slow_definitions=(
        # the logarithm of both gradients is the free energy of the transport (Payne 1997, Am J Physiol 273:C1516)
        Definition("J_kcc2", "moving*load_Cl/(96485.33*coulomb/mole)*log((K_i*Cl_i)/(K_e*Cl_e))"
                   "/log((K_i_rest*Cl_i_rest)/(K_e_rest*Cl_e_rest))", "fmol/s", "potassium and chloride carried out"),
    ),
    feeds=(Feed("J_K_out", "J_kcc2"), Feed("J_Cl_out", "J_kcc2")),
)
