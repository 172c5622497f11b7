"""The extracellular matrix resists its compression, and keeps the space between cells open when they swell."""

from glunet.vocabulary.mechanism import Feed, Mechanism, State
from glunet.vocabulary.parameter import Parameter, assumed

MECHANISM = Mechanism(
    name="matrix",
    summary="Osmotic resistance of the extracellular matrix to compression",
    tables=(("population", (
        Parameter("matrix", "mM", "7 mM", "osmotic pressure of the matrix at rest; it grows with the square of its density",
                  assumed("extracellular space falls from 20 to 4-10 % in anoxia, and not further (Hossmann 1977: 8.5 %)"),
                  low="0 mM"),
        Parameter("tau_matrix", "s", "2 s", "time in which water follows it", assumed("fast beside the swelling of cells"),
                  low="0.1 s"),
    )),),
    requires=("volume_shell", "volume_shell_rest"),
    states=(State("crowding", "square of the density of the matrix, over that at rest", clock="slow", initial="1",
                  change="((volume_shell_rest/volume_shell)**2 - crowding)/tau_matrix"),),
    feeds=(Feed("osmolytes_e", "matrix*volume_shell_rest*(crowding - 1)"),),
)
