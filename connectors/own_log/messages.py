"""Keeps what this agency asks and what it answers to others: the envelopes, and what the log should say of them.

No body is kept: envelopes, counts and the names of attributes are what a comparison needs.
"""

import json
from collections.abc import Sized
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, bindparam, delete, insert, select, update
from sqlalchemy.dialects.sqlite import Insert
from sqlalchemy.dialects.sqlite import insert as upsert

from connectors.own_log.evidence_document import AgreementRecord, ItemRecord
from connectors.own_log.tables import own_message
from connectors.state.agreements import find_agreement
from connectors.state.database import reading, writing
from hosting.database.prepared import Prepared
from keys.crypto.signing import SignatureError, read_header
from keys.protocol.envelopes import VerifiedEnvelope, envelope_digest, read_unverified
from schemas.agreement import Agreement, AgreementSignature
from schemas.base64url import decode_base64url
from schemas.envelope import EnvelopeClaims, MessageType
from schemas.formats import CONCEALED_BYTES, ELEMENT_BYTES, MAX_ENVELOPE_CHARACTERS
from schemas.message import Message, MessageError
from schemas.messages.agreements import (
    AgreementCountersign,
    AgreementEnd,
    AgreementPropose,
    AgreementReview,
    AgreementSign,
)
from schemas.messages.evaluate import EvaluateRequest
from schemas.messages.exchange import ExchangeAnswer, ExchangeRequest
from schemas.messages.index import IndexBegin
from schemas.messages.items import MAX_ITEM_EVENT_CHARACTERS, ItemEventClaims, ItemReadRequest, ItemSubmit
from schemas.messages.match import MatchAnswer, MatchPart, MatchRequest, MatchReview
from schemas.messages.private_or import BoardEvaluate
from schemas.messages.private_or_question import ParentsOpen, ParentsResolve
from schemas.messages.statistics import StatisticsRequest
from schemas.statistics.tables import load_tables

MAX_ITEM_RECORD_BYTES = 1024
MAX_AGREEMENT_RECORD_BYTES = 1024
LEAVES_NOTHING = frozenset(
    {
        MessageType.AGREEMENT_LIST,
        MessageType.INDEX_PART,
        MessageType.INDEX_STATUS,
        MessageType.ITEM_FEED,
        MessageType.EMERGENCY_LIFTED,
        MessageType.BOARD_PART,
        MessageType.BOARD_LIST,
    }
)
"""What the gateway answers without an entry."""

_ANSWER_COLUMNS: Final = ("answer", "answer_digest", "answered_at", "answered_records")


def _upsert_answered() -> Insert:
    statement = upsert(own_message)
    answered = {name: statement.excluded[name] for name in _ANSWER_COLUMNS}
    return statement.on_conflict_do_update(index_elements=[own_message.c.envelope], set_=answered)


_KEEP: Final = Prepared(insert(own_message).prefix_with("OR IGNORE"))
_KEEP_ANSWERED: Final = Prepared(_upsert_answered())
_ANSWER: Final = Prepared(
    update(own_message)
    .where(own_message.c.envelope == bindparam("asked"))
    .values({name: bindparam(name) for name in _ANSWER_COLUMNS})
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the log is to say that a message asks: under which agreement, about how many records, which attributes.

    `peer` is the other party, where the message itself is what names it; `item` the item that it is about;
    `agreement_step` what it does in an agreement's life.
    """

    policy: str | None = None
    records: int | None = None
    fields: tuple[str, ...] = ()
    peer: str | None = None
    item: ItemRecord | None = None
    agreement_step: AgreementRecord | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """How a message was answered: by which envelope, about how many records, when (POSIX seconds)."""

    token: str
    records: int | None
    at_seconds: int

    def columns(self) -> dict[str, str | int | None]:
        """Return what stands of it beside the message."""
        return {
            "answer": self.token,
            "answer_digest": envelope_digest(self.token),
            "answered_at": self.at_seconds,
            "answered_records": self.records,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnMessage:
    """A request with what became of it. `token` and `answer` are envelopes; times are POSIX seconds.

    `seen_at` is when it was sent, or when it came in; `refused` the code of the problem that answered it.
    """

    type: MessageType
    token: str
    peer: str
    asked: Asked
    seen_at: int
    answer: str | None = None
    answered_at: int | None = None
    answered_records: int | None = None
    refused: str | None = None

    @property
    def claims(self) -> EnvelopeClaims:
        """The claims of the request; the envelope was verified, or made here, before it was kept."""
        return read_unverified(EnvelopeClaims, self.token, MAX_ENVELOPE_CHARACTERS)

    @property
    def correlation(self) -> str:
        """The id by which the log's entries about it belong together: its item's, else its own."""
        return self.claims.id if self.asked.item is None else self.asked.item.item

    @property
    def envelope(self) -> str:
        """The digest of the request's envelope."""
        return envelope_digest(self.token)

    @property
    def key_id(self) -> str:
        """The id of the key that signed the request."""
        return read_header(self.token, MAX_ENVELOPE_CHARACTERS).key_id


def asked_of(message: Message, claims: EnvelopeClaims) -> Asked:
    """Return what the log is to say of a message."""
    match message:
        case AgreementPropose() | AgreementSign() | AgreementCountersign() | AgreementReview() | AgreementEnd():
            return _asked_of_agreement(message)
        case MatchRequest() | ExchangeRequest() | ParentsOpen():
            return Asked(claims.agreement, _records_of(message), message.attributes)
        case StatisticsRequest():
            table = load_tables().get(message.table)
            return Asked(claims.agreement, fields=() if table is None else (table.attribute,))
        case ItemSubmit() | ItemReadRequest():
            return Asked(item=_item_of(message))
        case _:
            return Asked(claims.agreement, _records_of(message))


def answered_of(message: Message, asked: Asked) -> int | None:
    """Return how many records the log is to say that an answer is about."""
    match message:
        case ExchangeAnswer():
            return message.released
        case MatchAnswer():
            return len(message.outcomes)
        case _:
            return asked.records


def keep_message(state: Engine, token: str, asked: Asked, at_seconds: int) -> None:
    """Keep a request that is about to be sent; once."""
    claims = read_unverified(EnvelopeClaims, token, MAX_ENVELOPE_CHARACTERS)
    copy = find_agreement(state, asked.policy) if asked.policy and not asked.peer else None
    peer = asked.peer or peer_of(claims, None if copy is None else copy.agreement)
    with writing(state) as connection:
        note_message(connection, VerifiedEnvelope(token, claims, envelope_digest(token), ""), asked, peer, at_seconds)


def note_message(
    connection: Connection,
    envelope: VerifiedEnvelope,
    asked: Asked,
    peer: str,
    at_seconds: int,
    answered: Answered | None = None,
) -> None:
    """Note a request that is about to be sent, or that has come in and was verified, in an open transaction; once.

    `answered` is noted beside it where it is given, also beside a request that is known already.
    """
    claims = envelope.claims
    values = {
        "envelope": envelope.digest,
        "correlation": claims.id,
        "type": claims.type.value,
        "requester": claims.issuer,
        "token": envelope.token,
        "peer": peer,
        "policy": asked.policy,
        "records": asked.records,
        "fields": json.dumps(asked.fields),
        "item": None if asked.item is None else asked.item.to_bytes().decode("ascii"),
        "agreement_step": None if asked.agreement_step is None else asked.agreement_step.to_bytes().decode(),
        "expires_at": claims.expires_at,
        "seen_at": at_seconds,
    }
    if answered is None:
        _KEEP.execute(connection, values)
    else:
        _KEEP_ANSWERED.execute(connection, {**values, **answered.columns()})


def note_answered(connection: Connection, envelope: str, answered: Answered) -> None:
    """Note in an open transaction that the request of this digest was answered."""
    _ANSWER.execute(connection, {"asked": envelope, **answered.columns()})


def note_answer(state: Engine, envelope: str, answer: str, message: Message, at_seconds: int) -> None:
    """Note the answer's envelope; a message that leaves nothing in the log when it is answered is forgotten."""
    with writing(state) as connection:
        row = connection.execute(select(own_message).where(own_message.c.envelope == envelope)).one_or_none()
        if row is None:
            return
        if row.type in LEAVES_NOTHING:
            connection.execute(delete(own_message).where(own_message.c.envelope == envelope))
            return
        note_answered(connection, envelope, Answered(answer, answered_of(message, _asked(row)), at_seconds))


def note_refusal(state: Engine, envelope: str, code: str, at_seconds: int) -> None:
    """Note that a request was refused, and why."""
    with writing(state) as connection:
        connection.execute(
            update(own_message).where(own_message.c.envelope == envelope).values(refused=code, answered_at=at_seconds)
        )


def find_message(state: Engine, correlation: str, requester: str) -> OwnMessage | None:
    """Return what `requester` asked with this id, or None if nothing is known of it."""
    where = (own_message.c.correlation == correlation, own_message.c.requester == requester)
    return _find(state, *where)


def find_request(state: Engine, envelope: str, requester: str) -> OwnMessage | None:
    """Return what `requester` asked with this envelope, or None if nothing is known of it."""
    return _find(state, own_message.c.envelope == envelope, own_message.c.requester == requester)


def find_promised(state: Engine, envelope: str) -> OwnMessage | None:
    """Return the message whose request or answer has this envelope, which a promise is about; None if unknown."""
    return _find(state, (own_message.c.envelope == envelope) | (own_message.c.answer_digest == envelope))


def forget_unlogged(state: Engine, before_seconds: int) -> None:
    """Forget messages that got no answer and leave nothing in the log, once their entries would have been seen."""
    gone = (
        own_message.c.type.in_([message_type.value for message_type in LEAVES_NOTHING]),
        own_message.c.answer.is_(None),
        own_message.c.refused.is_(None),
        own_message.c.expires_at < before_seconds,
    )
    with writing(state) as connection:
        connection.execute(delete(own_message).where(*gone))


def first_seen_at(state: Engine) -> int | None:
    """Return when the first message was kept (POSIX seconds), None before it."""
    with reading(state) as connection:
        found: int | None = connection.scalar(select(own_message.c.seen_at).order_by(own_message.c.seen_at).limit(1))
    return found


def _find(state: Engine, *where: Any) -> OwnMessage | None:
    with reading(state) as connection:
        row = connection.execute(select(own_message).where(*where).limit(1)).one_or_none()
    if row is None:
        return None
    return OwnMessage(
        type=MessageType(row.type),
        token=row.token,
        peer=row.peer,
        asked=_asked(row),
        seen_at=row.seen_at,
        answer=row.answer,
        answered_at=row.answered_at,
        answered_records=row.answered_records,
        refused=row.refused,
    )


def _asked(row: Row[Any]) -> Asked:
    item = None if row.item is None else ItemRecord.from_bytes(row.item.encode("ascii"), MAX_ITEM_RECORD_BYTES)
    step = (
        None
        if row.agreement_step is None
        else AgreementRecord.from_bytes(row.agreement_step.encode(), MAX_AGREEMENT_RECORD_BYTES)
    )
    return Asked(row.policy, row.records, tuple(json.loads(row.fields)), item=item, agreement_step=step)


def _asked_of_agreement(
    message: AgreementPropose | AgreementSign | AgreementCountersign | AgreementReview | AgreementEnd,
) -> Asked:
    match message:
        case AgreementPropose():
            policy, peer = message.agreement.digest(), message.agreement.provider.agency
            return Asked(policy, peer=peer, agreement_step=_signed_by_two(message.signature))
        case AgreementReview():
            code = ".".join([message.step, "+".join(message.reasons)]) if message.reasons else message.step
            return Asked(message.agreement, agreement_step=AgreementRecord(code=code))
        case AgreementEnd():
            return Asked(message.agreement)
        case _:
            return Asked(message.agreement, agreement_step=_signed_by_two(message.signature))


def _signed_by_two(signature: str) -> AgreementRecord | None:
    """Return who signed; None for what is no signature, which the gateway refuses."""
    try:
        officer, approver = read_unverified(AgreementSignature, signature, MAX_ENVELOPE_CHARACTERS).signatories
    except (MessageError, SignatureError):
        return None
    return AgreementRecord(officer=officer, approver=approver)


def _item_of(message: ItemSubmit | ItemReadRequest) -> ItemRecord:
    if isinstance(message, ItemReadRequest):
        return ItemRecord(item=message.item)
    event = read_unverified(ItemEventClaims, message.event, MAX_ITEM_EVENT_CHARACTERS)
    step = (
        event.act.transition if event.act is not None else event.opened.workflow if event.opened is not None else None
    )
    return ItemRecord(item=event.item, step=step, content=envelope_digest(message.event), officer=event.officer)


def _records_of(message: Message) -> int | None:
    match message:
        case MatchReview():
            return 1
        case ParentsResolve():
            return message.children
        case IndexBegin():
            return message.records
        case MatchPart() | MatchRequest() | ExchangeRequest():
            return len(_listed(message))
        case EvaluateRequest() | BoardEvaluate() | ParentsOpen():
            packed, unit_bytes = _packed(message)
            return len(decode_base64url(packed)) // unit_bytes
        case _:
            return None


def _listed(message: MatchPart | MatchRequest | ExchangeRequest) -> Sized:
    match message:
        case MatchPart():
            return message.records
        case MatchRequest():
            return message.rows
        case ExchangeRequest():
            return message.handles


def _packed(message: EvaluateRequest | BoardEvaluate | ParentsOpen) -> tuple[str, int]:
    """Return what a message packs, and the bytes of each."""
    return (
        (message.concealed, CONCEALED_BYTES) if isinstance(message, ParentsOpen) else (message.blinded, ELEMENT_BYTES)
    )


def peer_of(claims: EnvelopeClaims, agreement: Agreement | None) -> str:
    """Return the other party: of the agreement where there is one, else whom the envelope is addressed to."""
    # An office has its persons evaluated by an agency that is no party of the agreement that it acts under.
    if agreement is None or claims.type is MessageType.BOARD_EVALUATE:
        return claims.audience
    parties = (agreement.requester.agency, agreement.provider.agency)
    return next((party for party in parties if party != claims.issuer), claims.audience)
