"""Judges an event that an office submits: is it the sender's own word, and does the item's workflow allow it now?"""

from dataclasses import dataclass, field

from gateway.domain.item_offices import Offices
from gateway.persistence.engine import read_transaction
from gateway.persistence.item_queries import StoredPaper, count_papers
from gateway.services.context import Gateway
from gateway.services.held_items import HeldItem, WorkflowUnknownError, calendar_of, offices_of, workflow_of
from gateway.services.members import Members
from gateway.services.request_trail import Received
from keys.crypto.signing import BadSignatureError, SignatureError
from keys.protocol.item_events import ItemEvent, engine_event, verify_item_event
from keys.protocol.key_chain import UntrustedKeyError
from schemas.base64url import decode_base64url
from schemas.envelope import MAX_CLOCK_SKEW
from schemas.formats import digest_of
from schemas.message import MessageError
from schemas.messages.items import ItemSubmit
from schemas.problem import ProblemCode, ProblemError
from schemas.workflows.advance import advance, open_item
from schemas.workflows.events import Act, History, Opened
from schemas.workflows.position import position_of
from schemas.workflows.refusal import Refusal, RefusalCode
from schemas.workflows.rule_pack import Workflow

MAX_PAPERS_OF_OFFICE = 128
"""Most papers of one item that are sealed to one office; with all events they fit into an `ItemDocument`."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """An event that may be added: what it is added to, and the history that follows."""

    event: ItemEvent
    papers: tuple[StoredPaper, ...] = field(repr=False)
    workflow: Workflow
    held: HeldItem | None
    after: History


def verify_submitted(received: Received[ItemSubmit]) -> ItemEvent:
    """Return the event if the sender signed it.

    Raises:
        ProblemError: bad_signature, unknown_key, malformed; item_refused for an event that is not the sender's to make.
    """
    members = received.members
    try:
        event = verify_item_event(
            received.message.event, lambda agency, key_id, at: members.keys_of(agency).verification_key(key_id, at)
        )
    except BadSignatureError:
        raise ProblemError(ProblemCode.BAD_SIGNATURE, "/event") from None
    except (SignatureError, MessageError):
        raise ProblemError(ProblemCode.MALFORMED, "/event") from None
    except UntrustedKeyError:
        raise ProblemError(ProblemCode.UNKNOWN_KEY, "/event") from None
    if event.claims.issuer != received.claims.issuer or event.claims.escalated is not None:
        raise refuse_step(RefusalCode.NOT_YOU)
    return event


def read_papers(message: ItemSubmit, event: ItemEvent) -> tuple[StoredPaper, ...]:
    """Return the papers if they are those that the event states; raises ProblemError."""
    stated = event.claims.papers
    if len(message.papers) != len(stated):
        raise ProblemError(ProblemCode.MALFORMED, "/papers")
    papers = []
    for place, (text, reference) in enumerate(zip(message.papers, stated, strict=True)):
        sealed = decode_base64url(text)
        if digest_of(sealed) != reference.content:
            raise ProblemError(ProblemCode.BODY_DIGEST_DIFFERS, f"/papers/{place}")
        papers.append(StoredPaper(event.claims.number, reference.to, sealed))
    return tuple(papers)


def judge_submitted(
    gateway: Gateway,
    members: Members,
    event: ItemEvent,
    papers: tuple[StoredPaper, ...],
    held: HeldItem | None,
) -> NextStep:
    """Return the step if the workflow allows it now, all who sit in seats are members, and papers go to them alone.

    Raises:
        ProblemError: item_refused with the workflow's own code, no_item, malformed.
    """
    now = gateway.now() + MAX_CLOCK_SKEW
    told = _told(event)
    workflow = _workflow(event) if held is None else held.workflow
    judged: History | Refusal = Refusal(RefusalCode.NOT_NOW)
    if held is None and isinstance(told, Opened):
        judged = open_item(workflow, told, now)
    elif held is not None and isinstance(told, Act):
        judged = advance(workflow, held.history, told, now, calendar_of(gateway))
    if isinstance(judged, Refusal):
        raise refuse_step(judged.code)
    step = NextStep(event, papers, workflow, held, judged)
    _require_members(offices_of(gateway, members), step)
    _require_seats(gateway, step)
    return step


def refuse_step(code: RefusalCode) -> ProblemError:
    """Return the problem that says why the workflow refuses: in the pointer to people, as the clause to the log."""
    return ProblemError(ProblemCode.ITEM_REFUSED, f"/act/{code.value}", code.value)


def _told(event: ItemEvent) -> Opened | Act:
    try:
        told = engine_event(event.claims)
    except MessageError:
        raise ProblemError(ProblemCode.MALFORMED, "/event") from None
    if not isinstance(told, Opened | Act):
        raise refuse_step(RefusalCode.NOT_YOU)
    return told


def _workflow(event: ItemEvent) -> Workflow:
    opened = event.claims.opened
    if opened is None:
        raise ProblemError(ProblemCode.NO_ITEM, "/event")
    try:
        return workflow_of(opened)
    except WorkflowUnknownError:
        raise refuse_step(RefusalCode.WORKFLOW_UNKNOWN) from None


def _require_members(offices: Offices, step: NextStep) -> None:
    """Check that whoever sits in a seat after the step is a member of a kind that fits."""
    for seat, agency in position_of(step.workflow, step.after).seats.items():
        if not offices.fits(agency, step.workflow.seat(seat).kinds):
            raise refuse_step(RefusalCode.OFFICE_UNKNOWN)


def _require_seats(gateway: Gateway, step: NextStep) -> None:
    """Check that papers go to offices that sit in a seat after the step, never to the sender, and not too many."""
    others = set(position_of(step.workflow, step.after).seats.values()) - {step.event.claims.issuer}
    with read_transaction(gateway.engine) as connection:
        for paper in step.papers:
            if paper.recipient not in others:
                raise refuse_step(RefusalCode.PAPER_WITHOUT_SEAT)
            held = count_papers(connection, step.event.claims.item, paper.recipient)
            if held + len(step.papers) > MAX_PAPERS_OF_OFFICE:
                raise refuse_step(RefusalCode.FULL)
