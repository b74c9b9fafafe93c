"""Takes the next event of an item: verified, judged by the workflow's own rules, and stored with its sealed papers.

(1) the token is the sender's own word; (2) each paper is the one that the token states; (3) the event is the item's
next one; (4) the workflow allows it now; (5) every office named is a fitting member, and papers go to seats alone;
(6) under the write lock: still the next one. Event, papers, change and log entry are one transaction.

An unwitnessed log stops no item: a child may be waiting, and the chain of signed events shows what the log would.
"""

from sqlalchemy import Connection

from gateway.domain.item_offices import find_peer
from gateway.domain.item_reasons import step_reason
from gateway.log.events import Actor, Event, EventType, PersonalField
from gateway.log.journal import Draft
from gateway.persistence.engine import read_transaction
from gateway.persistence.item_queries import find_event_digest, find_item, is_party
from gateway.services.answers import Reply, reply_with, sign_answer
from gateway.services.authorise import accept_once
from gateway.services.context import Gateway
from gateway.services.held_items import (
    Growth,
    HeldItem,
    WorkflowUnknownError,
    add_event_to_item,
    find_held_item,
    grow,
)
from gateway.services.judge_item_event import NextStep, judge_submitted, read_papers, refuse_step, verify_submitted
from gateway.services.request_events import request_ref
from gateway.services.request_trail import Received
from keys.protocol.item_events import ItemEvent
from schemas.messages.items import ItemSubmit, ItemSubmitAnswer
from schemas.problem import ProblemCode, ProblemError
from schemas.workflows.refusal import RefusalCode


def submit_item_event(gateway: Gateway, received: Received[ItemSubmit]) -> Reply:
    """Add an event to its item; the same event again is answered and changes nothing.

    Raises:
        ProblemError: bad_signature, unknown_key or malformed for a token that is not the sender's; body_digest_differs
            for a paper that is not the stated one; no_item, item_changed; item_refused with the workflow's code.
    """
    event = verify_submitted(received)
    papers = read_papers(received.message, event)
    held = _find_held(gateway, received, event)
    known = 0 if held is None else len(held.events)
    is_repeated = event.claims.number < known
    step = None if is_repeated else judge_submitted(gateway, received.members, event, papers, held)
    new = None if step is None else _prepare(gateway, received, step)

    def change(connection: Connection) -> Draft[int]:
        accept_once(connection, received)
        standing = find_event_digest(connection, event.claims.item, event.claims.number)
        if new is None or standing == event.digest:
            return Draft(max(known, event.claims.number + 1), ())
        if standing is not None:
            raise ProblemError(ProblemCode.ITEM_CHANGED, "/event")
        growth, logged = new
        return Draft(add_event_to_item(connection, growth, papers).stored.events, (logged,))

    written = gateway.journal.write(change)
    answer = sign_answer(gateway, received, ItemSubmitAnswer(item=event.claims.item, events=written.value))
    return reply_with(gateway, received, answer, written.receipts[0]) if written.receipts else Reply(answer)


def _prepare(gateway: Gateway, received: Received[ItemSubmit], step: NextStep) -> tuple[Growth, Event]:
    growth = grow(gateway, received.members, step.held, step.event, step.after)
    return growth, _log_event(gateway, received, step)


def _find_held(gateway: Gateway, received: Received[ItemSubmit], event: ItemEvent) -> HeldItem | None:
    """Return the item that the event belongs to, as the next one or as one that stands already; None if it opens it."""
    claims, sender = event.claims, received.claims.issuer
    with read_transaction(gateway.engine) as connection:
        if claims.number == 0 and find_item(connection, claims.item) is None:
            return None
        if not is_party(connection, claims.item, sender):
            raise ProblemError(ProblemCode.NO_ITEM, "/event")
        try:
            held = find_held_item(connection, gateway, claims.item)
        except WorkflowUnknownError:
            raise refuse_step(RefusalCode.WORKFLOW_UNKNOWN) from None
    if held is None:
        raise ProblemError(ProblemCode.NO_ITEM, "/event")
    standing = [known.digest for known in held.events]
    is_repeated = claims.number < len(standing) and standing[claims.number] == event.digest
    is_next = claims.number == len(standing) and claims.prior == standing[-1]
    if not is_repeated and not is_next:
        raise ProblemError(ProblemCode.ITEM_CHANGED, "/event")
    return held


def _log_event(gateway: Gateway, received: Received[ItemSubmit], step: NextStep) -> Event:
    claims, envelope = step.event.claims, received.envelope
    officer, key = claims.officer or "", received.trail.index_key
    return Event(
        type=EventType.ITEM_ACT if claims.act is not None else EventType.ITEM_OPEN,
        actor=Actor(org=claims.issuer, kid=envelope.key_id),
        peer=find_peer(step.workflow, step.after) or gateway.id,
        reason=step_reason(step.workflow.id, None if claims.act is None else claims.act.transition),
        request=request_ref(envelope),
        content=step.event.digest,
        correlation_id=claims.item,
        personal={PersonalField.OFFICER: officer},
        subject_tags=() if key is None else (key.officer(claims.issuer, officer),),
    )
