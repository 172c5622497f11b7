"""Creatine that cells have taken up: phosphocreatine at rest rises with it, as creatine kinase keeps their ratio."""

from glunet.vocabulary.mechanism import Feed, Mechanism
from glunet.vocabulary.parameter import Parameter, assumed

MECHANISM = Mechanism(
    name="creatine_loading",
    summary="Creatine taken up from the bath or the blood",
    per=("drug",),
    tables=(("drug", (
        Parameter("accumulation_{a}", "1", None, "creatine taken up over that in the bath, after hours", assumed(
            "the drug's file gives the measured rise"), low="0"),
    )),),
    requires=("concentration_{d}",),
    feeds=(Feed("creatine_loaded", "accumulation_{a}*concentration_{d}"),),
)
