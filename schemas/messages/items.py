"""Items of a workflow (referral, dropout flag, mandatory report, notification): signed events, sealed papers.

Each event is a token (JWS) of the office that acted, chained to the one before, so that every office can check the
whole history without believing the gateway. What offices tell each other about a child is in sealed papers.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from schemas.formats import AgencyId, Digest, Reference, RegionScope, Sealed, Token, UnixSeconds, Uuid
from schemas.message import Message
from schemas.workflows.clock import Above, Name
from schemas.workflows.events import MAX_EVENTS
from schemas.workflows.roles import WorkflowRole

ITEM_EVENT_TOKEN_TYPE = "tongxin-item-event"  # noqa: S105 - a media type, not a secret
MAX_ITEM_EVENT_CHARACTERS = 8 * 1024
MAX_ITEM_SUBMIT_BYTES = 512 * 1024
MAX_ITEM_REQUEST_BYTES = 4 * 1024
MAX_ITEM_FEED_BYTES = 256 * 1024
MAX_ITEM_DOCUMENT_BYTES = 16 * 1024 * 1024
MAX_PAPERS_OF_EVENT = 8
MAX_SEALED_PAPER_CHARACTERS = 48 * 1024
MAX_FEED_ITEMS = 500

SealedPaperText = Annotated[Sealed, StringConstraints(max_length=MAX_SEALED_PAPER_CHARACTERS)]
EventNumber = Annotated[int, Field(ge=0, lt=MAX_EVENTS)]
WorkflowId = Annotated[str, StringConstraints(pattern=r"^[WP][0-9]{1,2}$")]


class PaperRef(Message):
    """A paper that belongs to an event: for whom it is sealed, and the SHA-256 of the sealed bytes."""

    to: AgencyId
    content: Digest


class OpenedClaims(Message):
    """The item was opened under this workflow; `seats` names the offices that take part from the beginning."""

    workflow: WorkflowId
    version: Annotated[int, Field(ge=1)]
    region: RegionScope | Literal["00"]
    seats: dict[Name, AgencyId]


class ActClaims(Message):
    """A step of the workflow was taken, with what it wants beside and nothing else."""

    transition: Name
    reason: Name | None = None
    next_office: AgencyId | None = None
    proof: Reference | None = None


class EscalatedClaims(Message):
    """Somebody above `agency` was told that `clock`, which began with event `run`, has run out. The gateway says so."""

    clock: Name
    step: Name
    run: EventNumber
    to: Above
    agency: AgencyId


class ItemEventClaims(Message):
    """One event of an item, signed by `issuer`. Exactly one of `opened`, `act`, `escalated` is there.

    `number` counts from 0; `prior` is the digest of the token of the event before and is absent in the first.
    `role` and `officer` are absent in an escalation. No name, no reporter, nothing about the child: that is in papers.
    """

    issuer: AgencyId
    item: Uuid
    number: EventNumber
    prior: Digest | None = None
    at: UnixSeconds
    role: WorkflowRole | None = None
    officer: Reference | None = None
    opened: OpenedClaims | None = None
    act: ActClaims | None = None
    escalated: EscalatedClaims | None = None
    papers: Annotated[tuple[PaperRef, ...], Field(max_length=MAX_PAPERS_OF_EVENT)] = ()

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        if sum(part is not None for part in (self.opened, self.act, self.escalated)) != 1:
            raise ValueError("exactly one of opened, act and escalated")
        if (self.number == 0) != (self.opened is not None) or (self.number == 0) != (self.prior is None):
            raise ValueError("the first event opens the item, and each other names the one before")
        is_by_officer = self.escalated is None
        if (self.role is not None) != is_by_officer or (self.officer is not None) != is_by_officer:
            raise ValueError("an officer in a role, but for an escalation")
        return self


class ItemSubmit(Message):
    """Add an event to an item: its token, and the sealed papers in the order of `ItemEventClaims.papers`."""

    event: Annotated[Token, StringConstraints(max_length=MAX_ITEM_EVENT_CHARACTERS)]
    papers: Annotated[tuple[SealedPaperText, ...], Field(max_length=MAX_PAPERS_OF_EVENT)] = ()


class ItemSubmitAnswer(Message):
    """The event stands; the item has `events` events now."""

    item: Uuid
    events: Annotated[int, Field(ge=1, le=MAX_EVENTS)]


class ItemFeedRequest(Message):
    """Which items that concern the asking office have changed after this change?"""

    after: Annotated[int, Field(ge=0)]


class ItemChange(Message):
    """An item that changed: how many events it has, and the number of its last change (it grows at the gateway)."""

    item: Uuid
    events: Annotated[int, Field(ge=1, le=MAX_EVENTS)]
    change: Annotated[int, Field(ge=1)]


class ItemFeedAnswer(Message):
    """Changed items, oldest change first, each once. If `more`, ask again after the last of them."""

    items: Annotated[tuple[ItemChange, ...], Field(max_length=MAX_FEED_ITEMS)]
    more: bool


class ItemReadRequest(Message):
    """The whole item, for an office that may see it now."""

    item: Uuid


class HeldPaper(Message):
    """A paper of event `event` that is sealed to the asking office."""

    event: EventNumber
    sealed: SealedPaperText


class ItemDocument(Message):
    """All events of an item as their tokens, oldest first, and the papers that are sealed to the asking office."""

    item: Uuid
    events: Annotated[tuple[Token, ...], Field(min_length=1, max_length=MAX_EVENTS)]
    papers: Annotated[tuple[HeldPaper, ...], Field(max_length=MAX_EVENTS * MAX_PAPERS_OF_EVENT)]
