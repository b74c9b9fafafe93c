"""Evidence of a fault of the log, as a file that stands alone: what others signed, and what this agency says itself.

promise_not_in_log   the gateway signed that an entry is in its log, and shows no proof of it
entry_moved          … and it stands elsewhere than signed
entry_differs        an entry says something else than the request that it is about
entry_backdated      an entry's time lies before its request's; entry_postdated: after its answer's
entry_repeated       one step of a request has two entries
entry_not_proven     an entry was shown with a proof that does not lead to a signed checkpoint
entry_withheld       an entry that was promised and proven is not among those shown to its party
request_invented     an entry names a request that this agency never made
answer_invented      an entry names an answer that this agency never gave
turn_broken          the first entry of a year does not continue the log of the year before
log_shrunk           a later checkpoint is smaller than an earlier one
log_forked           two checkpoints that can't belong to one log
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from schemas.envelope import MessageType
from schemas.formats import AgencyId, Digest, Reference, Token, UnixSeconds, Uuid
from schemas.message import Message
from schemas.messages.log import InclusionDocument
from schemas.messages.log_entries import Note, ShownEntry
from schemas.messages.registry import GatewayPin

MAX_EVIDENCE_BYTES = 4 * 1024 * 1024
MAX_STATEMENTS = 1_000
MAX_SHOWN = 16

Name = Annotated[str, Field(max_length=40)]


class Fault(StrEnum):
    """What is wrong; also the code of the alert."""

    PROMISE_NOT_IN_LOG = "promise_not_in_log"
    ENTRY_MOVED = "entry_moved"
    ENTRY_DIFFERS = "entry_differs"
    ENTRY_BACKDATED = "entry_backdated"
    ENTRY_POSTDATED = "entry_postdated"
    ENTRY_REPEATED = "entry_repeated"
    ENTRY_NOT_PROVEN = "entry_not_proven"
    ENTRY_WITHHELD = "entry_withheld"
    REQUEST_INVENTED = "request_invented"
    ANSWER_INVENTED = "answer_invented"
    TURN_BROKEN = "turn_broken"
    LOG_SHRUNK = "log_shrunk"
    LOG_FORKED = "log_forked"


class ItemRecord(Message):
    """What a message says of an item: which step it is and the digest of its event, or neither where it only reads.

    `step` is the transition, or the workflow that an opening names; `officer` who did it.
    """

    item: Uuid
    step: Name | None = None
    content: Digest | None = None
    officer: Reference | None = None


class AgreementRecord(Message):
    """What a message says of an agreement's life: the two officers who sign for it, or a step's code.

    A step's note stays out: the envelope binds it, and the log shows it to nobody but auditors.
    """

    officer: Reference | None = None
    approver: Reference | None = None
    code: Annotated[str, Field(max_length=200)] | None = None


class OwnRecord(Message):
    """What the agency itself noted of a request: nobody else signed this."""

    type: MessageType
    peer: AgencyId
    policy: Digest | None = None
    records: int | None = None
    fields: Annotated[tuple[Name, ...], Field(max_length=100)]
    item: ItemRecord | None = None
    agreement_step: AgreementRecord | None = None
    seen_at: UnixSeconds
    answered_at: UnixSeconds | None = None
    answered_records: int | None = None
    refused: Name | None = None


class LogEvidence(Message):
    """One fault. Envelopes and promises are tokens (JWS); `statements` are the key statements of whoever signed them.

    `shown` are entries as the gateway handed them out, `checkpoints` signed notes, oldest first, `differs` the members
    that differ.
    """

    version: Literal[1]
    fault: Fault
    agency: AgencyId
    found_at: UnixSeconds
    pin: GatewayPin
    statements: Annotated[
        dict[AgencyId, Annotated[tuple[Token, ...], Field(max_length=MAX_STATEMENTS)]], Field(max_length=4)
    ]
    request: Token | None = None
    answer: Token | None = None
    record: OwnRecord | None = None
    promise: Token | None = None
    inclusion: InclusionDocument | None = None
    shown: Annotated[tuple[ShownEntry, ...], Field(max_length=MAX_SHOWN)]
    checkpoints: Annotated[tuple[Note, ...], Field(max_length=8)]
    differs: Annotated[tuple[Name, ...], Field(max_length=40)]
