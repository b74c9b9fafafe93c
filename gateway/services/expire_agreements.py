"""What the clock does with agreements: their period ends, a newer version begins, an answer or an index overdue."""

from functools import partial

from sqlalchemy import Connection

from gateway.domain.agreement_states import IN_FORCE, UNDER_WAY
from gateway.log.events import Actor, Event, EventType, PolicyRef
from gateway.log.journal import Draft
from gateway.persistence.agreement_queries import (
    StoredAgreement,
    find_state,
    list_in_states,
    list_overdue,
    note_overdue,
)
from gateway.persistence.engine import read_transaction
from gateway.services.agreement_life import get_stored
from gateway.services.context import Gateway
from gateway.services.replace_agreements import end_by_clock, replace_earlier
from schemas.agreement import AgreementState
from schemas.agreement_steps import AgreementStep

_OPEN = UNDER_WAY | IN_FORCE


def expire_agreements(gateway: Gateway) -> int:
    """Note the end of every agreement whose period is over; return how many there were."""
    with read_transaction(gateway.engine) as connection:
        over = list_in_states(connection, _OPEN, over_at=gateway.seconds())
    for stored in over:
        gateway.journal.write(partial(_expire, gateway, stored))
    return len(over)


def replace_agreements(gateway: Gateway) -> None:
    """Let active versions whose period has begun take the place of the earlier ones."""
    with read_transaction(gateway.engine) as connection:
        active = list_in_states(connection, frozenset({AgreementState.ACTIVE}))
    for stored in active:
        if stored.standing.agreement.replaces is not None:
            gateway.journal.write(partial(_replace, gateway, stored))


def note_overdue_reviews(gateway: Gateway) -> int:
    """Write into the log, once each, that an answer to a proposal or an index is overdue; return how many."""
    with read_transaction(gateway.engine) as connection:
        overdue = list_overdue(connection, gateway.seconds())
    for stored in overdue:
        gateway.journal.write(partial(_note, gateway, stored))
    return len(overdue)


def _expire(gateway: Gateway, stored: StoredAgreement, connection: Connection) -> Draft[None]:
    """Do it once, whichever worker comes first."""
    if find_state(connection, stored.standing.digest) not in _OPEN:
        return Draft(None, ())
    end = (AgreementStep.EXPIRE, EventType.AGREEMENT_EXPIRE)
    return Draft(None, end_by_clock(connection, gateway, stored, end))


def _replace(gateway: Gateway, stored: StoredAgreement, connection: Connection) -> Draft[None]:
    now = get_stored(connection, stored.standing.digest)
    is_active = now.signed.state is AgreementState.ACTIVE
    return Draft(None, replace_earlier(connection, gateway, now) if is_active else ())


def _note(gateway: Gateway, stored: StoredAgreement, connection: Connection) -> Draft[None]:
    if not note_overdue(connection, stored.standing.digest, gateway.seconds()):
        return Draft(None, ())
    document = stored.standing.agreement
    event = Event(
        type=EventType.AGREEMENT_OVERDUE,
        actor=Actor(org=gateway.id),
        peer=document.provider.agency,
        policy=PolicyRef(document.id, stored.standing.digest),
        reason="delivery" if stored.signed.state is AgreementState.ACTIVE else "answer",
    )
    return Draft(None, (event,))
