"""Blood flow is lost: all over the sheet alike, or less and less towards its middle, where collaterals keep a part of it.

``from_edge`` is a cell's distance from the sheet's edge, 0 to 1 in its middle; the left and the right edge meet. With
collaterals the edge is the core of a stroke and the middle its penumbra.
"""

from glunet.vocabulary.mechanism import Feed, Mechanism
from glunet.vocabulary.parameter import Parameter, assumed

MECHANISM = Mechanism(
    name="flow_loss",
    summary="Takes the share of the blood flow that the level names, less towards the middle of the sheet",
    per=("condition", "port"),
    tables=(("condition", (
        Parameter("collaterals_{c}", "1", None, "share of the lost flow that collaterals make good in the sheet's middle",
                  assumed("0 makes the loss the same everywhere"), low="0", high="1"),
    )),),
    requires=("level_{c}", "from_edge"),
    feeds=(Feed("{p}", "clip(1 - level_{c}*(1 - collaterals_{c}*from_edge), 0, 1)"),),
)
