"""What an office is shown of items: which have changed for it, and a whole item for those who may see it now."""

from sqlalchemy import Connection

from gateway.domain.item_offices import may_see
from gateway.domain.item_reasons import step_reason
from gateway.log.events import Actor, Event, EventType
from gateway.log.journal import Draft
from gateway.persistence.engine import read_transaction
from gateway.persistence.item_queries import list_changes, list_papers
from gateway.services.answers import Reply, reply_with, sign_answer
from gateway.services.authorise import accept_once
from gateway.services.context import Gateway
from gateway.services.held_items import HeldItem, WorkflowUnknownError, calendar_of, find_held_item, offices_of
from gateway.services.request_events import request_ref
from gateway.services.request_trail import Received
from schemas.base64url import encode_base64url
from schemas.messages.items import (
    MAX_FEED_ITEMS,
    HeldPaper,
    ItemChange,
    ItemDocument,
    ItemFeedAnswer,
    ItemFeedRequest,
    ItemReadRequest,
)
from schemas.problem import ProblemCode, ProblemError
from schemas.workflows.position import position_of


def feed_items(gateway: Gateway, received: Received[ItemFeedRequest]) -> Reply:
    """Return the items that have changed for the asking office; ids and numbers alone, so nothing is logged.

    An office that has passed an item on hears of the change by which it left, and of later ones while it still sits in
    one of the item's seats; whether it may read the item is asked when it does.
    """
    agency, after = received.claims.issuer, received.message.after

    def change(connection: Connection) -> Draft[None]:
        accept_once(connection, received)
        return Draft(None, ())

    gateway.journal.write(change)
    with read_transaction(gateway.engine) as connection:
        found = list_changes(connection, agency, after, MAX_FEED_ITEMS + 1)
    items = tuple(ItemChange(item=one.item, events=one.events, change=one.change) for one in found[:MAX_FEED_ITEMS])
    return Reply(sign_answer(gateway, received, ItemFeedAnswer(items=items, more=len(found) > MAX_FEED_ITEMS)))


def read_item(gateway: Gateway, received: Received[ItemReadRequest]) -> Reply:
    """Return all events of an item and the papers sealed to the asking office; that it looked is logged first.

    Raises:
        ProblemError: no_item, both where there is none and where the office may not see it.
    """
    agency = received.claims.issuer
    with read_transaction(gateway.engine) as connection:
        held = _find_visible(connection, gateway, received)
        if held is None:
            raise ProblemError(ProblemCode.NO_ITEM, "/item")
        papers = list_papers(connection, received.message.item, agency)
    document = ItemDocument(
        item=received.message.item,
        events=tuple(event.token for event in held.events),
        papers=tuple(HeldPaper(event=one.event, sealed=encode_base64url(one.sealed)) for one in papers),
    )

    def change(connection: Connection) -> Draft[None]:
        accept_once(connection, received)
        return Draft(None, (_log_event(gateway, received, held),))

    answer = sign_answer(gateway, received, document)
    (receipt,) = gateway.journal.write(change).receipts
    return reply_with(gateway, received, answer, receipt)


def _find_visible(connection: Connection, gateway: Gateway, received: Received[ItemReadRequest]) -> HeldItem | None:
    try:
        held = find_held_item(connection, gateway, received.message.item)
    except WorkflowUnknownError:
        return None
    if held is None:
        return None
    offices, agency = offices_of(gateway, received.members), received.claims.issuer
    is_visible = may_see(offices, held.workflow, held.history, agency, gateway.now(), calendar_of(gateway))
    return held if is_visible else None


def _log_event(gateway: Gateway, received: Received[ItemReadRequest], held: HeldItem) -> Event:
    agency, owner = received.claims.issuer, position_of(held.workflow, held.history).owner.agency
    return Event(
        type=EventType.ITEM_READ,
        actor=Actor(org=agency, kid=received.envelope.key_id),
        peer=owner if owner != agency else gateway.id,
        reason=step_reason(held.workflow.id),
        request=request_ref(received.envelope),
        correlation_id=held.stored.item,
    )
