"""Records that somebody above was told of an overdue item: signed by the gateway, chained and logged like any step."""

from datetime import datetime

from sqlalchemy import Connection

from gateway.domain.item_reasons import escalation_reason
from gateway.log.events import Actor, Event, EventType
from gateway.log.journal import Draft
from gateway.persistence.engine import read_transaction
from gateway.persistence.item_queries import StoredItem, find_event_digest, list_due, set_look_at
from gateway.services.context import Gateway
from gateway.services.held_items import (
    LOOK_AHEAD,
    HeldItem,
    WorkflowUnknownError,
    add_event_to_item,
    calendar_of,
    find_held_item,
    grow,
    next_look,
)
from keys.crypto.signing import SigningKey
from keys.protocol.envelopes import envelope_digest
from keys.protocol.item_events import ItemEvent, sign_item_event
from schemas.messages.items import EscalatedClaims, ItemEventClaims
from schemas.workflows.advance import record_escalation
from schemas.workflows.events import Escalated, History
from schemas.workflows.running import due_escalations

MAX_ITEMS_A_LOOK = 500


def escalate_items(gateway: Gateway) -> int:
    """Look at the items whose time has come and record what is due; return how many escalations were recorded.

    Any number of workers may look at the same time: whoever comes second finds the event there.
    """
    now = gateway.now().replace(microsecond=0)
    with read_transaction(gateway.engine) as connection:
        due = list_due(connection, int(now.timestamp()), MAX_ITEMS_A_LOOK)
    return sum(_look_at(gateway, stored, now) for stored in due)


def _look_at(gateway: Gateway, stored: StoredItem, now: datetime) -> int:
    held, recorded = _find(gateway, stored.item), 0
    while held is not None and (after := _record_next(gateway, held, now)) is not None:
        following = _add(gateway, held, after)
        if following is None:
            return recorded
        held, recorded = following, recorded + 1
    if not recorded:  # an item whose workflow is the gateway's no longer waits a day
        later = int((now + LOOK_AHEAD).timestamp()) if held is None else next_look(gateway, held.workflow, held.history)
        _look_again(gateway, stored, later)
    return recorded


def _find(gateway: Gateway, item: str) -> HeldItem | None:
    with read_transaction(gateway.engine) as connection:
        try:
            return find_held_item(connection, gateway, item)
        except WorkflowUnknownError:
            return None


def _look_again(gateway: Gateway, stored: StoredItem, look_at: int | None) -> None:
    def change(connection: Connection) -> Draft[None]:
        set_look_at(connection, stored.item, stored.events, look_at)
        return Draft(None, ())

    gateway.journal.write(change)


def _record_next(gateway: Gateway, held: HeldItem, now: datetime) -> History | None:
    """Return the history with the first escalation that is due, None where none can be recorded now."""
    calendar = calendar_of(gateway)
    for told in due_escalations(held.workflow, held.history, now, calendar):
        after = record_escalation(held.workflow, held.history, told, now, calendar)
        return after if isinstance(after, History) else None
    return None


def _add(gateway: Gateway, held: HeldItem, after: History) -> HeldItem | None:
    """Store the escalation; return the item with it, None where somebody else was first."""
    event = _sign(gateway, gateway.signing_key(), held, after)
    growth = grow(gateway, gateway.members.current(), held, event, after)

    def change(connection: Connection) -> Draft[HeldItem | None]:
        if find_event_digest(connection, event.claims.item, event.claims.number) is not None:
            return Draft(None, ())
        return Draft(add_event_to_item(connection, growth, ()), (_log_event(gateway, event, held),))

    return gateway.journal.write(change).value


def _sign(gateway: Gateway, key: SigningKey, held: HeldItem, after: History) -> ItemEvent:
    told = after.events[-1]
    if not isinstance(told, Escalated):
        raise TypeError("the last event is no escalation")
    claims = ItemEventClaims(
        issuer=gateway.id,
        item=held.stored.item,
        number=len(held.events),
        prior=held.events[-1].digest,
        at=int(told.at.timestamp()),
        escalated=EscalatedClaims(clock=told.clock, step=told.step, run=told.run, to=told.to, agency=told.agency),
    )
    token = sign_item_event(key, claims)
    return ItemEvent(token, claims, envelope_digest(token), key.verification_key.key_id)


def _log_event(gateway: Gateway, event: ItemEvent, held: HeldItem) -> Event:
    told = event.claims.escalated
    if told is None:
        raise TypeError("the event is no escalation")
    return Event(
        type=EventType.ITEM_ESCALATE,
        actor=Actor(org=gateway.id, kid=event.key_id),
        peer=told.agency,
        reason=escalation_reason(held.workflow.id, told.clock, told.step),
        content=event.digest,
        correlation_id=event.claims.item,
    )
