"""Key epochs that have ended: without the provider's evaluation key in force, their index and runs are destroyed."""

from functools import partial

from sqlalchemy import Connection

from gateway.log.events import Actor, Event, EventType, PolicyRef
from gateway.log.journal import Draft
from gateway.persistence.agreement_queries import find_agreement
from gateway.persistence.engine import read_transaction
from gateway.persistence.publication_queries import (
    ActiveIndex,
    delete_active,
    end_publications,
    find_active,
    list_active,
)
from gateway.persistence.run_queries import end_runs
from gateway.services.authorise import keys_of_party
from gateway.services.context import Gateway
from keys.protocol.key_chain import UntrustedKeyError
from schemas.agreement import Agreement


def end_epochs(gateway: Gateway) -> int:
    """Destroy the indexes of epochs whose key is no longer in force; return how many there were."""
    with read_transaction(gateway.engine) as connection:
        indexes = [(index, find_agreement(connection, index.agreement)) for index in list_active(connection)]
    ended = [
        (index, stored.standing.agreement)
        for index, stored in indexes
        if stored is not None and not _is_in_force(gateway, stored.standing.agreement, index)
    ]
    for index, agreement in ended:
        gateway.journal.write(partial(_end, gateway, index, agreement))
    return len(ended)


def _is_in_force(gateway: Gateway, agreement: Agreement, index: ActiveIndex) -> bool:
    try:
        keys = keys_of_party(gateway.members.current(), agreement.provider)
        keys.evaluation_key(index.agreement, index.epoch, gateway.now())
    except UntrustedKeyError:
        return False
    return True


def _end(gateway: Gateway, index: ActiveIndex, agreement: Agreement, connection: Connection) -> Draft[None]:
    """Do it once, whichever worker comes first."""
    if find_active(connection, index.agreement, index.epoch) != index:
        return Draft(None, ())
    delete_active(connection, index.agreement, index.epoch)
    end_publications(connection, index.agreement, index.epoch)
    end_runs(connection, index.agreement, index.epoch)
    policy = PolicyRef(agreement.id, index.agreement)
    actor = Actor(org=gateway.id)
    return Draft(
        None, (Event(type=EventType.INDEX_DESTROY, actor=actor, peer=agreement.provider.agency, policy=policy),)
    )
