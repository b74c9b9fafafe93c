"""Officers whose emergency calls were not reviewed in time, or were a misuse: the log says so, and who lifts it.

That they are refused follows from the calls alone, at once and without this job; the job makes it known.
"""

from functools import partial

from sqlalchemy import Connection

from gateway.domain.account import Account
from gateway.domain.budgets import budget_day
from gateway.log.events import Actor, Event, EventType, PersonalField, PolicyRef
from gateway.log.journal import Draft
from gateway.persistence.agreement_queries import find_agreement
from gateway.persistence.emergency_queries import (
    StoredCall,
    find_call,
    forget_officer_use,
    list_of_call,
    list_unsettled,
    set_call,
)
from gateway.persistence.engine import read_transaction, write_transaction
from gateway.services.console_events import console_event
from gateway.services.context import Gateway
from gateway.services.index_subjects import current_index_key
from schemas.emergency import CallState, state_of, suspends


class NotLiftableError(ValueError):
    """A suspension can't be lifted, or not by this account.

    Attributes:
        reason: `not_suspended`, `not_proposed` or `same_person`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def suspend_officers(gateway: Gateway) -> int:
    """Log every suspension that is not in the log yet, and return how many there were; forget yesterday's budgets."""
    with read_transaction(gateway.engine) as connection:
        calls = list_unsettled(connection)
    new = [call for call in calls if call.suspended_at is None and suspends(call.facts, gateway.seconds())]
    for call in new:
        gateway.journal.write(partial(_suspend, gateway, call))
    with write_transaction(gateway.engine) as connection:
        forget_officer_use(connection, budget_day(gateway.now()))
    return len(new)


def list_suspensions(gateway: Gateway) -> list[StoredCall]:
    """Return the calls that suspend their officer now."""
    with read_transaction(gateway.engine) as connection:
        calls = list_unsettled(connection)
    return [call for call in calls if suspends(call.facts, gateway.seconds())]


def propose_lift(gateway: Gateway, account: Account, requester: str, call: str, reason: str) -> None:
    """Propose to lift what a call led to; it stands until a second person agrees.

    Raises:
        NotLiftableError: the call suspends nobody.
    """

    def change(connection: Connection) -> Draft[None]:
        found = _list_suspending(gateway, connection, requester, call)
        for one in found:
            set_call(connection, one, lift_proposed_by=account.id, lift_proposed_at=gateway.seconds())
        return Draft(None, (_lift_event(gateway, account, found[0], EventType.OFFICER_RESTORE_PROPOSE, reason),))

    gateway.journal.write(change)


def confirm_lift(gateway: Gateway, account: Account, requester: str, call: str, reason: str) -> None:
    """Lift what a call led to, as somebody else proposed.

    Raises:
        NotLiftableError: the call suspends nobody, nobody proposed it, or the same account did.
    """

    def change(connection: Connection) -> Draft[None]:
        found = _list_suspending(gateway, connection, requester, call)
        proposers = {one.lift_proposed_by for one in found}
        if None in proposers:
            raise NotLiftableError("not_proposed")
        if account.id in proposers:
            raise NotLiftableError("same_person")
        for one in found:
            set_call(connection, one, lifted_by=account.id, lifted_at=gateway.seconds())
        return Draft(None, (_lift_event(gateway, account, found[0], EventType.OFFICER_RESTORE, reason),))

    gateway.journal.write(change)


def _list_suspending(gateway: Gateway, connection: Connection, requester: str, call: str) -> list[StoredCall]:
    found = list_of_call(connection, requester, call)
    suspending = [one for one in found if suspends(one.facts, gateway.seconds())]
    if not suspending:
        raise NotLiftableError("not_suspended")
    return suspending


def _suspend(gateway: Gateway, call: StoredCall, connection: Connection) -> Draft[None]:
    """Do it once, whichever worker comes first."""
    known = find_call(connection, call.agreement, call.call)
    if known is None or known.suspended_at is not None or not suspends(known.facts, gateway.seconds()):
        return Draft(None, ())
    set_call(connection, known, suspended_at=gateway.seconds())
    stored = find_agreement(connection, call.agreement)
    document = None if stored is None else stored.standing.agreement
    is_misuse = state_of(known.facts, gateway.seconds()) is CallState.MISUSE
    event = Event(
        type=EventType.OFFICER_SUSPEND,
        actor=Actor(org=gateway.id),
        peer=known.requester,
        purpose=None if document is None else document.purpose,
        policy=None if document is None else PolicyRef(document.id, known.agreement),
        reason="misuse" if is_misuse else "review_overdue",
        correlation_id=known.call,
        personal={PersonalField.OFFICER: known.officer},
        subject_tags=(current_index_key(gateway).officer(known.requester, known.officer),),
    )
    return Draft(None, (event,))


def _lift_event(gateway: Gateway, account: Account, call: StoredCall, kind: EventType, reason: str) -> Event:
    return console_event(
        gateway, account, kind, peer=call.requester, correlation_id=call.call, note=reason, other_account=call.officer
    )
