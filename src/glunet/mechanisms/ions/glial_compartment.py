"""The inside of an astrocyte: sodium and potassium of its whole domain, from the ledgers of the cells that it serves."""

from glunet.vocabulary.mechanism import Definition, Feed, Link, Mechanism, Port
from glunet.vocabulary.parameter import Parameter, Source

_REST = Source(
    "astrocytes in culture and slice: sodium 10-17 mM, potassium 100-140 mM; Rose & Verkhratsky 2016, Glia 64:1611",
    "",
    "memory",
)
_IONS = (("Na", "sodium", "15 mM"), ("K", "potassium", "130 mM"))
_SUMS = (
    ("volume", "volume_glia_share", "um**3", "volume of the astrocyte's share at cells of {n}"),
    *((f"{ion}", f"{ion}_to_glia", "fmol", f"{word} received at cells of {{n}}") for ion, word, _ in _IONS),
    ("use", "ATP_use_glia", "fmol/s", "ATP of the pump at cells of {n}"),
    ("use_rest", "ATP_use_glia_rest", "fmol/s", "the same at rest"),
)

MECHANISM = Mechanism(
    name="glial_compartment",
    summary="Sodium, potassium and volume of an astrocyte",
    per=("domain",),
    tables=(
        (
            "population",
            tuple(
                Parameter(f"{ion}_in_rest", "mM", value, f"{word} in the astrocyte at rest", _REST, low="0.1 mM")
                for ion, word, value in _IONS
            ),
        ),
    ),
    ports=(
        Port("ATP", "sum", "ATP_rest", "mM", "intracellular ATP"),
        # what a domain without cells would have, so that nothing is divided by zero
        Port("volume_domain", "sum", "1e-24*meter**3", "um**3", "volume of the astrocyte"),
        *(Port(f"received_{ion}", "sum", "0*mole", "fmol", f"{word} received since the start") for ion, word, _ in _IONS),
    ),
    sums=tuple(Link(f"{name}_{{n}}", variable, unit, meaning) for name, variable, unit, meaning in _SUMS),
    slow_definitions=(
        # links carry variables, not parameters
        Definition("ATP_resting", "ATP_rest", "mM", "intracellular ATP at rest"),
        *(
            Definition(f"{ion}_resting", f"{ion}_in_rest", "mM", f"{word} in the astrocyte at rest")
            for ion, word, _ in _IONS
        ),
        Definition("volume_rest", "volume_domain", "um**3", "volume of the astrocyte"),
        *(
            Definition(
                f"{ion}_in",
                f"clip({ion}_in_rest + received_{ion}/volume_domain, 0.1*mM, 1e3*mM)",
                "mM",
                f"{word} in the astrocyte",
            )
            for ion, word, _ in _IONS
        ),
    ),
    feeds=(
        Feed("volume_domain", "volume_{n}"),
        *(Feed(f"received_{ion}", f"{ion}_{{n}}") for ion, _, _ in _IONS),
        Feed("ATP_use", "use_{n}", optional=True),
        Feed("ATP_use_rest", "use_rest_{n}", optional=True),
    ),
)
