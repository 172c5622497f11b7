"""Baths: what a drug adds to the fluid around the tissue, and how fast the shells of the populations exchange with it."""

from __future__ import annotations

from glunet.circuit.load import load_circuit, load_drug
from glunet.circuit.types import Circuit
from glunet.mechanisms.catalogue import mechanisms

_RATE = "bath_exchange"     # what a mechanism with a bath calls its rate of exchange


def exchange_rates(circuit: str, drug: str) -> dict[str, dict[str, float]]:
    """Rates at which populations exchange what a drug adds to the bath, as the circuit's file has them.

    Parameters
    ----------
    circuit, drug : str
        Names of their files.

    Returns
    -------
    dict of species to dict of parameter path to float
        1/s; empty for a drug that adds nothing to a bath.

    Raises
    ------
    InputError
    """
    loaded = load_circuit(circuit)
    return {act.species: _rates(loaded, f"{act.species}_bath") for act in load_drug(drug).acts
            if any(feed.port == "{x}_bath" for feed in mechanisms()[act.mechanism].feeds)}


def _rates(circuit: Circuit, port: str) -> dict[str, float]:
    """Rates of all mechanisms of the circuit that have a port for a concentration in the bath."""
    return {f"populations.{population.name}.{word}.{_RATE}": population.values[word][_RATE].si
            for population in circuit.populations.values() for word in population.mechanisms
            if _RATE in population.values[word] and port in {one.name for one in mechanisms()[word].ports}}
