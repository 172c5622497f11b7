"""Cells that are dead: without sodium channels they never fire, and so release nothing.

``rank`` orders the cells of a population at random, evenly from 0 to 1: at level 0.3 the same 30 % are dead that are also
among the dead at level 0.4.
"""

from glunet.vocabulary.mechanism import Feed, Mechanism

MECHANISM = Mechanism(
    name="death",
    summary="Silences the fraction of cells that the level names",
    per=("condition", "port"),
    requires=("level_{c}", "rank"),
    feeds=(Feed("{p}", "(1 - int(rank < level_{c}))"),),
)
