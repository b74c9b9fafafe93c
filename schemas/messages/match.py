"""Match: the gateway compares index hashes and grants what may be asked about the matches."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from schemas.agreement import MAX_BATCH_RECORDS
from schemas.formats import (
    AgencyId,
    AttributeId,
    County,
    Digest,
    Handle,
    IndexHash,
    PurposeId,
    Token,
    UnixSeconds,
    Uuid,
)
from schemas.linkage_keys import KeyType
from schemas.message import Message
from schemas.messages.evaluate import Epoch

MAX_MATCH_BYTES = 1024 * 1024
MAX_MATCH_ANSWER_BYTES = 512 * 1024
MAX_HASHES_PER_KEY_TYPE = 8
MAX_GRANT_BYTES = 128 * 1024
GRANT_TOKEN_TYPE = "tongxin-grant"  # noqa: S105 - a media type, not a secret

Attributes = Annotated[tuple[AttributeId, ...], Field(min_length=1, max_length=32)]
Hashes = Annotated[tuple[IndexHash, ...], Field(min_length=1, max_length=MAX_HASHES_PER_KEY_TYPE)]


class MatchRecord(Message):
    """One record of the requester: its index hashes by key type and its county, if known."""

    hashes: Annotated[dict[KeyType, Hashes], Field(min_length=1)]
    county: County | None = None


class MatchRequest(Message):
    """Records to find in the agreement's index of `epoch`, and the attributes to be granted for matches."""

    epoch: Epoch
    attributes: Attributes
    records: Annotated[tuple[MatchRecord, ...], Field(min_length=1, max_length=MAX_BATCH_RECORDS)]


class Outcome(StrEnum):
    """The classifier's three outcomes; "not held" and "held but no match" look the same."""

    MATCH = "match"
    POSSIBLE_MATCH = "possible_match"
    NON_MATCH = "non_match"


class MatchOutcome(Message):
    """What became of one record; a handle stands for a match only, `agreed` names the key types that agree."""

    outcome: Outcome
    handle: Handle | None = None
    agreed: tuple[KeyType, ...] = ()


class MatchAnswer(Message):
    """Outcomes in the order asked and, when there is a match, the grant (JWS with `GrantClaims`)."""

    index: Uuid
    outcomes: tuple[MatchOutcome, ...]
    grant: Token | None = None


class GrantClaims(Message):
    """The gateway's word that these handles matched: it lets the requester ask, it makes nobody answer."""

    issuer: AgencyId
    requester: AgencyId
    provider: AgencyId
    agreement: Digest
    purpose: PurposeId
    epoch: Epoch
    attributes: Attributes
    handles: Annotated[tuple[Handle, ...], Field(min_length=1, max_length=MAX_BATCH_RECORDS)]
    request: Digest
    id: Uuid
    issued_at: UnixSeconds
    expires_at: UnixSeconds
