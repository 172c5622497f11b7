"""A substance of the extracellular fluid given in the bath: cells see what shells exchange and carriers leave."""

from glunet.vocabulary.mechanism import Feed, Mechanism

MECHANISM = Mechanism(
    name="added_to_bath",
    summary="Adds the applied concentration to that of the bath",
    per=("drug", "species"),
    requires=("concentration_{d}",),
    feeds=(Feed("{x}_bath", "concentration_{d}"),),
)
