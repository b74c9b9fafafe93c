"""The ways by which attributes may be learnt now, as the agreements say that the gateway holds."""

from gateway.domain.who_can import Way, open_ways
from gateway.persistence.agreement_queries import list_agreements
from gateway.persistence.engine import read_transaction
from gateway.services.context import Gateway
from schemas.attribute_catalogue import never_released
from schemas.purpose_catalogue import load_purposes


def list_ways(gateway: Gateway, party: str | None = None) -> tuple[Way, ...]:
    """Return all open ways, or those of the agreements to which `party` is one."""
    with read_transaction(gateway.engine) as connection:
        standings = [stored.standing for stored in list_agreements(connection, party)]
    return open_ways(standings, load_purposes(), never_released(), gateway.now())
