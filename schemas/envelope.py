"""The signed claims that travel beside a body, in the header `Exchange-Envelope` (JWS, RFC 7515).

An envelope holds no personal value: it can be kept and checked after the body is gone.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from schemas.emergency import EmergencyClaim
from schemas.formats import (
    AgencyId,
    Digest,
    PurposeId,
    Reference,
    RegionScope,
    Shard,
    UnixSeconds,
    Uuid,
    digest_of,
)
from schemas.message import Message

ENVELOPE_HEADER = "Exchange-Envelope"
RELAY_HEADER = "Exchange-Relay"
ENVELOPE_TOKEN_TYPE = "tongxin-envelope"  # noqa: S105 - a media type, not a secret
RELAY_TOKEN_TYPE = "tongxin-relay"  # noqa: S105 - a media type, not a secret
MAX_LIFETIME = timedelta(seconds=120)
MAX_CLOCK_SKEW = timedelta(seconds=30)


class MessageType(StrEnum):
    """What an envelope's body is; the answer to `x` is `x.answer`."""

    EVALUATE = "evaluate"
    EVALUATE_ANSWER = "evaluate.answer"
    MATCH_PART = "match.part"
    MATCH_PART_ANSWER = "match.part.answer"
    MATCH = "match"
    MATCH_ANSWER = "match.answer"
    MATCH_REVIEW = "match.review"
    MATCH_REVIEW_ANSWER = "match.review.answer"
    EXCHANGE = "exchange"
    EXCHANGE_ANSWER = "exchange.answer"
    RECEIPT = "receipt"
    RECEIPT_ANSWER = "receipt.answer"
    INDEX_BEGIN = "index.begin"
    INDEX_PART = "index.part"
    INDEX_ACTIVATE = "index.activate"
    INDEX_STATUS = "index.status"
    INDEX_ANSWER = "index.answer"
    AGREEMENT_PROPOSE = "agreement.propose"
    AGREEMENT_REVIEW = "agreement.review"
    AGREEMENT_SIGN = "agreement.sign"
    AGREEMENT_COUNTERSIGN = "agreement.countersign"
    AGREEMENT_END = "agreement.end"
    AGREEMENT_LIST = "agreement.list"
    AGREEMENT_ANSWER = "agreement.answer"
    KEY_PUBLISH = "key.publish"
    KEY_ANSWER = "key.answer"
    LOG_ENTRIES = "log.entries"
    LOG_ENTRIES_ANSWER = "log.entries.answer"
    ITEM_SUBMIT = "item.submit"
    ITEM_SUBMIT_ANSWER = "item.submit.answer"
    ITEM_FEED = "item.feed"
    ITEM_FEED_ANSWER = "item.feed.answer"
    ITEM_READ = "item.read"
    ITEM_READ_ANSWER = "item.read.answer"
    STATISTICS = "statistics"
    STATISTICS_ANSWER = "statistics.answer"
    BOARD_OPEN = "board.open"
    BOARD_SHARE = "board.share"
    BOARD_PART = "board.part"
    BOARD_TURN = "board.turn"
    BOARD_ACTIVATE = "board.activate"
    BOARD_LIST = "board.list"
    BOARD_ANSWER = "board.answer"
    BOARD_READ = "board.read"
    BOARD_READ_ANSWER = "board.read.answer"
    BOARD_EVALUATE = "board.evaluate"
    BOARD_EVALUATE_ANSWER = "board.evaluate.answer"
    PARENTS_RESOLVE = "parents.resolve"
    PARENTS_RESOLVE_ANSWER = "parents.resolve.answer"
    PARENTS_OPEN = "parents.open"
    PARENTS_OPEN_ANSWER = "parents.open.answer"
    EMERGENCY_REVIEW = "emergency.review"
    EMERGENCY_REVIEW_ANSWER = "emergency.review.answer"
    EMERGENCY_LIFTED = "emergency.lifted"
    EMERGENCY_LIFTED_ANSWER = "emergency.lifted.answer"


ANSWER_TO: dict[MessageType, MessageType] = {
    MessageType.EVALUATE: MessageType.EVALUATE_ANSWER,
    MessageType.MATCH_PART: MessageType.MATCH_PART_ANSWER,
    MessageType.MATCH: MessageType.MATCH_ANSWER,
    MessageType.MATCH_REVIEW: MessageType.MATCH_REVIEW_ANSWER,
    MessageType.EXCHANGE: MessageType.EXCHANGE_ANSWER,
    MessageType.RECEIPT: MessageType.RECEIPT_ANSWER,
    MessageType.INDEX_BEGIN: MessageType.INDEX_ANSWER,
    MessageType.INDEX_PART: MessageType.INDEX_ANSWER,
    MessageType.INDEX_ACTIVATE: MessageType.INDEX_ANSWER,
    MessageType.INDEX_STATUS: MessageType.INDEX_ANSWER,
    MessageType.AGREEMENT_PROPOSE: MessageType.AGREEMENT_ANSWER,
    MessageType.AGREEMENT_REVIEW: MessageType.AGREEMENT_ANSWER,
    MessageType.AGREEMENT_SIGN: MessageType.AGREEMENT_ANSWER,
    MessageType.AGREEMENT_COUNTERSIGN: MessageType.AGREEMENT_ANSWER,
    MessageType.AGREEMENT_END: MessageType.AGREEMENT_ANSWER,
    MessageType.AGREEMENT_LIST: MessageType.AGREEMENT_ANSWER,
    MessageType.KEY_PUBLISH: MessageType.KEY_ANSWER,
    MessageType.LOG_ENTRIES: MessageType.LOG_ENTRIES_ANSWER,
    MessageType.ITEM_SUBMIT: MessageType.ITEM_SUBMIT_ANSWER,
    MessageType.ITEM_FEED: MessageType.ITEM_FEED_ANSWER,
    MessageType.ITEM_READ: MessageType.ITEM_READ_ANSWER,
    MessageType.STATISTICS: MessageType.STATISTICS_ANSWER,
    MessageType.BOARD_OPEN: MessageType.BOARD_ANSWER,
    MessageType.BOARD_SHARE: MessageType.BOARD_ANSWER,
    MessageType.BOARD_PART: MessageType.BOARD_ANSWER,
    MessageType.BOARD_TURN: MessageType.BOARD_ANSWER,
    MessageType.BOARD_ACTIVATE: MessageType.BOARD_ANSWER,
    MessageType.BOARD_LIST: MessageType.BOARD_ANSWER,
    MessageType.BOARD_READ: MessageType.BOARD_READ_ANSWER,
    MessageType.BOARD_EVALUATE: MessageType.BOARD_EVALUATE_ANSWER,
    MessageType.PARENTS_RESOLVE: MessageType.PARENTS_RESOLVE_ANSWER,
    MessageType.PARENTS_OPEN: MessageType.PARENTS_OPEN_ANSWER,
    MessageType.EMERGENCY_REVIEW: MessageType.EMERGENCY_REVIEW_ANSWER,
    MessageType.EMERGENCY_LIFTED: MessageType.EMERGENCY_LIFTED_ANSWER,
}


class EnvelopeClaims(Message):
    """Who asks whom for what, when, on which ground; and the digest that binds the body.

    `region` is the subtree whose children are asked about. `emergency` is stated where nobody approved before, because
    a child can't wait. `answers` names the envelope of the request
    and stands in answers only.
    """

    type: MessageType
    issuer: AgencyId
    audience: AgencyId
    id: Uuid
    issued_at: UnixSeconds
    expires_at: UnixSeconds
    body: Digest
    agreement: Digest | None = None
    purpose: PurposeId | None = None
    region: RegionScope | None = None
    case: Reference | None = None
    officer: Reference | None = None
    approver: Reference | None = None
    emergency: EmergencyClaim | None = None
    answers: Digest | None = None


class RelayClaims(Message):
    """The gateway's word that a message is in its log: the promise that a connector checks and keeps.

    `envelope` is the digest of the relayed envelope, `leaf` the RFC 6962 leaf hash of its log entry, `leaf_index` its
    place in the tree of the year `shard`.
    """

    issuer: AgencyId
    audience: AgencyId
    envelope: Digest
    leaf: Digest
    shard: Shard
    leaf_index: Annotated[int, Field(ge=0)]
    issued_at: UnixSeconds
    expires_at: UnixSeconds


class EnvelopeError(ValueError):
    """An envelope does not fit its message.

    Attributes:
        reason: a stable word: `wrong_type`, `wrong_audience`, `expired`, `not_yet_valid`, `lifetime_too_long`,
            `body_digest_differs`, `answers_another_request`, `wrong_issuer`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def check_lifetime(issued_at: int, expires_at: int, now: datetime) -> None:
    """Check that `now` lies in the stated lifetime and that the lifetime is at most 120 seconds.

    Raises:
        EnvelopeError: expired, not yet valid (beyond 30 s of clock skew) or too long.
    """
    seconds = now.timestamp()
    if not 0 < expires_at - issued_at <= MAX_LIFETIME.total_seconds():
        raise EnvelopeError("lifetime_too_long")
    if issued_at > seconds + MAX_CLOCK_SKEW.total_seconds():
        raise EnvelopeError("not_yet_valid")
    if expires_at < seconds:
        raise EnvelopeError("expired")


def check_request(claims: EnvelopeClaims, expected: MessageType, audience: str, body: bytes, now: datetime) -> None:
    """Check that `claims` are for this message, this reader, this body and this moment.

    Raises:
        EnvelopeError: the first thing that differs.
    """
    _check_common(claims, expected, audience, body, now)
    if claims.answers is not None:
        raise EnvelopeError("answers_another_request")


def check_answer(
    claims: EnvelopeClaims,
    request: EnvelopeClaims,
    request_digest: str,
    issuer: str,
    body: bytes,
    now: datetime,
) -> None:
    """Check that `claims` answer the very request whose envelope has `request_digest`.

    Raises:
        EnvelopeError: the first thing that differs.
    """
    _check_common(claims, ANSWER_TO[request.type], request.issuer, body, now)
    if claims.issuer != issuer:
        raise EnvelopeError("wrong_issuer")
    if claims.answers != request_digest or claims.agreement != request.agreement:
        raise EnvelopeError("answers_another_request")


def _check_common(claims: EnvelopeClaims, expected: MessageType, audience: str, body: bytes, now: datetime) -> None:
    if claims.type is not expected:
        raise EnvelopeError("wrong_type")
    if claims.audience != audience:
        raise EnvelopeError("wrong_audience")
    check_lifetime(claims.issued_at, claims.expires_at, now)
    if claims.body != digest_of(body):
        raise EnvelopeError("body_digest_differs")
