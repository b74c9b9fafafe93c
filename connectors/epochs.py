"""Key epochs of an agreement: a new one begins with a new index, old ones end after an overlap and are destroyed.

When the agreement's own period is over, all its epochs are. A requester destroys what it obtained under an epoch too.
"""

from datetime import datetime, timedelta
from functools import partial

from connectors.context import Connector
from connectors.evaluation import destroy_evaluation_keys, get_evaluation_key, older_salts
from connectors.gateway_client import GatewayClient
from connectors.key_statements import publish_evaluation_key
from connectors.state.agreements import find_agreement, list_agreements
from connectors.state.evaluated_keys import forget_evaluated, list_evaluated
from connectors.state.index_records import forget_agreement, forget_epoch
from connectors.trust import TrustStore
from keys.custody.key_ring import KeyKind, KeyRing, KeyState
from keys.protocol.key_chain import UntrustedKeyError
from schemas.agreement import Agreement, AgreementState
from schemas.problem import ProblemError


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
        is_replaced = copy.standing.state is AgreementState.REPLACED
        if is_replaced or copy.agreement.valid_until <= connector.seconds():
            destroy_evaluation_keys(connector, copy.standing.digest)
            forget_agreement(connector.state, copy.standing.digest)
            forget_evaluated(connector.state, copy.standing.digest)


def destroy_ended_evaluations(connector: Connector, trust: TrustStore) -> None:
    """Destroy the evaluated keys that were obtained under other agencies' key epochs which are over.

    What can't be told, since there is no registry to be believed, is left to the next time.
    """
    for digest in {agreement for agreement, _ in list_evaluated(connector.state)}:
        copy = find_agreement(connector.state, digest)
        if copy is None:
            forget_evaluated(connector.state, digest)
            continue
        try:
            going_on = epochs_not_over(trust, copy.agreement, connector.now())
        except (ProblemError, UntrustedKeyError):
            continue
        forget_evaluated(connector.state, digest, keep_epochs=going_on)


def epochs_not_over(trust: TrustStore, agreement: Agreement, now: datetime) -> set[int]:
    """Return the key epochs in which the provider of an agreement evaluates, or will by its own clock.

    Where this agency's clock is slow, an epoch that has begun seems to lie ahead: what was obtained in it stays.

    Raises:
        ProblemError: registry_expired.
        UntrustedKeyError: no chain of statements ties the provider's keys to the pinned one.
    """
    keys = trust.keys_of(agreement.provider.agency, agreement.provider.signing_key, now)
    return keys.evaluation_epochs(agreement.digest(), now)


def _deactivate(key_id: str, now: datetime, overlap: timedelta, ring: KeyRing) -> KeyRing:
    return ring.deactivate(key_id, now, overlap)


def _destroy(key_id: str, now: datetime, ring: KeyRing) -> KeyRing:
    return ring.destroy(key_id, now)
