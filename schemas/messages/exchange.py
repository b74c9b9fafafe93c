"""Exchange: the provider answers about granted handles, sealed to the requester; then the requester's receipt."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from schemas.agreement import MAX_BATCH_RECORDS
from schemas.attribute_catalogue import ReleasableId
from schemas.formats import Digest, Handle, Mac, Sealed, Token
from schemas.linkage_keys import KeyType
from schemas.message import Message
from schemas.messages.match import Attributes

MAX_EXCHANGE_BYTES = 1024 * 1024
MAX_EXCHANGE_ANSWER_BYTES = 4 * 1024 * 1024
MAX_RECEIPT_BYTES = 4 * 1024
MAX_PROVEN_KEY_TYPES = 2
MAX_MACS_PER_KEY_TYPE = 8

ReceiptNumber = Annotated[str, Field(pattern=r"^TX-[A-Z2-7]{10}$")]
AsOf = Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
"""The month of the provider's data."""


class ExchangeRequest(Message):
    """Ask for `attributes` of `handles` under a grant.

    `possession` is sealed to the provider: `PossessionProofs`, one for each handle in order.
    """

    grant: Token
    attributes: Attributes
    handles: Annotated[tuple[Handle, ...], Field(min_length=1, max_length=MAX_BATCH_RECORDS)]
    possession: Sealed


class PossessionMacs(Message):
    """MACs of this request under the possession keys of one agreed key type; one good MAC proves that type."""

    key_type: KeyType
    macs: Annotated[tuple[Mac, ...], Field(min_length=1, max_length=MAX_MACS_PER_KEY_TYPE)]


class PossessionProof(Message):
    """What proves possession of one record: a key type that proves alone, or two that prove together."""

    keys: Annotated[tuple[PossessionMacs, ...], Field(min_length=1, max_length=MAX_PROVEN_KEY_TYPES)]


class PossessionProofs(Message):
    """What `ExchangeRequest.possession` seals."""

    proofs: Annotated[tuple[PossessionProof, ...], Field(min_length=1, max_length=MAX_BATCH_RECORDS)]


class Refusal(StrEnum):
    """Why one record of an exchange was not released."""

    POSSESSION_NOT_PROVEN = "possession_not_proven"
    NO_LONGER_HELD = "no_longer_held"
    OUTSIDE_REGION = "outside_region"
    UNDERIVABLE = "underivable"


class Answer(Message):
    """The released values of one handle, or the reason why there are none."""

    values: dict[ReleasableId, bool | int | str | None] = Field(default_factory=dict)
    refused: Refusal | None = None


class SealedAnswers(Message):
    """What `ExchangeAnswer.sealed` seals: answers in the order of the handles, for verification only."""

    as_of: AsOf
    answers: tuple[Answer, ...]
    expires_on: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    decision_support_only: Literal[True] = True


class ExchangeAnswer(Message):
    """What the gateway may see of an answer: how many records were released, how many were refused and why."""

    receipt_number: ReceiptNumber
    attributes: Attributes
    released: Annotated[int, Field(ge=0, le=MAX_BATCH_RECORDS)]
    refused: dict[Refusal, int]
    sealed: Sealed


class ReceiptRequest(Message):
    """The requester's word that it opened the answer: `answer` is the digest of the provider's envelope."""

    receipt_number: ReceiptNumber
    answer: Digest
    opened: bool


class ReceiptAnswer(Message):
    """The provider has noted the receipt."""

    receipt_number: ReceiptNumber
