"""Agreements whose period is over: their end is logged and their indexes are destroyed."""

from functools import partial

from sqlalchemy import Connection

from gateway.log.events import Actor, Event, EventType, PolicyRef
from gateway.log.journal import Draft
from gateway.persistence.agreement_queries import StoredAgreement, list_newly_expired, note_expiry
from gateway.persistence.engine import read_transaction
from gateway.services.context import Gateway
from gateway.services.destroy_index import end_indexes


def expire_agreements(gateway: Gateway) -> int:
    """Note the end of every agreement whose period is over; return how many there were."""
    with read_transaction(gateway.engine) as connection:
        expired = list_newly_expired(connection, gateway.seconds())
    for stored in expired:
        gateway.journal.write(partial(_expire, gateway, stored))
    return len(expired)


def _expire(gateway: Gateway, stored: StoredAgreement, connection: Connection) -> Draft[None]:
    """Do it once, whichever worker comes first."""
    if not note_expiry(connection, stored.standing.digest, gateway.seconds()):
        return Draft(None, ())
    types = [EventType.AGREEMENT_EXPIRE]
    if end_indexes(connection, stored.standing.digest):
        types.append(EventType.INDEX_DESTROY)
    document = stored.standing.agreement
    policy = PolicyRef(document.id, stored.standing.digest)
    peer = document.provider.agency
    return Draft(None, tuple(Event(type=kind, actor=Actor(org=gateway.id), peer=peer, policy=policy) for kind in types))
