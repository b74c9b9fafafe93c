"""Key epochs of an agreement: a new one begins with a new index, old ones end after an overlap and are destroyed.

When the agreement's own period is over, all its epochs are.
"""

from datetime import datetime, timedelta
from functools import partial

from connectors.context import Connector
from connectors.evaluation import destroy_evaluation_keys, get_evaluation_key, older_salts
from connectors.gateway_client import GatewayClient
from connectors.key_statements import publish_evaluation_key
from connectors.state.agreements import list_agreements
from connectors.state.index_records import forget_agreement, forget_epoch
from keys.custody.key_ring import KeyKind, KeyRing, KeyState


def end_older_epochs(
    connector: Connector, client: GatewayClient, agreement: str, epoch: int, overlap: timedelta
) -> None:
    """State the end of every epoch before `epoch` and accept it for `overlap` more; doing it again changes nothing.

    Raises:
        ProblemError, GatewayUnreachableError: the gateway did not take a statement; done again, it goes on.
    """
    now = connector.now()
    for older, salt in older_salts(connector, agreement, epoch):
        if salt.state is not KeyState.ACTIVE:
            continue
        key_pair = get_evaluation_key(connector, agreement, older)
        until = int((now + overlap).timestamp())
        publish_evaluation_key(connector, client, agreement, older, key_pair, accept_until=until)
        connector.keys.update(partial(_deactivate, salt.key_id, now, overlap))


def destroy_ended_epochs(connector: Connector) -> int:
    """Destroy the salts and handles of epochs whose overlap is over; returns how many."""
    now = connector.now()
    ended = [
        record
        for record in connector.keys.ring.records
        if record.kind is KeyKind.AGREEMENT_SALT
        and record.state is KeyState.DEACTIVATED
        and not record.is_accepted(now)
    ]
    for record in ended:
        connector.keys.update(partial(_destroy, record.key_id, now))
        agreement, epoch = record.scope.rsplit("/", 1)
        forget_epoch(connector.state, agreement, int(epoch))
    return len(ended)


def destroy_ended_agreements(connector: Connector) -> None:
    """Destroy the keys and handles of agreements whose period is over; doing it again changes nothing."""
    for copy in list_agreements(connector.state):
        if copy.agreement.valid_until <= connector.seconds():
            destroy_evaluation_keys(connector, copy.standing.digest)
            forget_agreement(connector.state, copy.standing.digest)


def _deactivate(key_id: str, now: datetime, overlap: timedelta, ring: KeyRing) -> KeyRing:
    return ring.deactivate(key_id, now, overlap)


def _destroy(key_id: str, now: datetime, ring: KeyRing) -> KeyRing:
    return ring.destroy(key_id, now)
