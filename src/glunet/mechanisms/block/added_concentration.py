"""A substance that is itself a species of the extracellular fluid, such as magnesium: it adds to that species."""

from glunet.vocabulary.mechanism import Feed, Mechanism

MECHANISM = Mechanism(
    name="added_concentration",
    summary="Adds the applied concentration to an extracellular species",
    per=("drug", "species"),
    requires=("concentration_{d}",),
    feeds=(Feed("{x}", "concentration_{d}"),),
)
