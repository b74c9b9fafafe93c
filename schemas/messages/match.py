"""Match: a run of records is sent in parts, compared with the agreement's index as a whole, and answered in batches.

(1) `match.part`: the index hashes of `id` and `p.d`; the answer names the rows that they settle. (2) `match.part` again
with the other hashes of the rows that are left. (3) `match`: the first one has the gateway judge the run; each returns
the outcomes of some rows and a grant for the matches among them. (4) `match.review`: what a reviewer decided about a
possible match; the row can then be asked for again.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import Field

from schemas.agreement import MAX_BATCH_RECORDS
from schemas.attribute_catalogue import ReleasableId
from schemas.base64url import decode_base64url, encode_base64url
from schemas.formats import (
    ASKED_ENTRY_BYTES,
    AgencyId,
    County,
    Digest,
    Handle,
    PackedAskedEntries,
    PurposeId,
    Token,
    UnixSeconds,
    Uuid,
)
from schemas.message import Message
from schemas.messages.evaluate import Epoch

MAX_RUN_RECORDS = 50_000
MAX_RUN_PARTS = 1_000
MAX_MATCH_PART_BYTES = 512 * 1024
MAX_MATCH_PART_ANSWER_BYTES = 64 * 1024
MAX_MATCH_BYTES = 64 * 1024
MAX_MATCH_ANSWER_BYTES = 1024 * 1024
MAX_REVIEW_BYTES = 4 * 1024
MAX_GRANT_BYTES = 128 * 1024
MAX_HANDLES_A_ROW = 16
"""Records of one guardian's children; a number that more records name is not a guardian's: a possible match."""

GRANT_TOKEN_TYPE = "tongxin-grant"  # noqa: S105 - a media type, not a secret
PARTS_A_MILLION = 1_000_000

Attributes = Annotated[tuple[ReleasableId, ...], Field(min_length=1, max_length=32)]
Row = Annotated[int, Field(ge=0, lt=MAX_RUN_RECORDS)]
"""The place of a record in its run, drawn by the requester's connector."""

Probability = Annotated[int, Field(ge=0, le=PARTS_A_MILLION)]
"""In parts per million: messages hold whole numbers only."""


class SubjectKind(StrEnum):
    """Whom the asked identifiers name: the child itself, or the guardian of the children that are looked for."""

    CHILD = "child"
    GUARDIAN = "guardian"


class AskedEntry(NamedTuple):
    """One index hash of a row; bit 7 of `key_type_code` stands for the flagged form."""

    row: int
    key_type_code: int
    index_hash: bytes


class MatchRecord(Message):
    """One record of the requester: its row in the run, and its county, if known, which the agreement must cover."""

    row: Row
    county: County | None = None


class MatchPart(Message):
    """Part `number` of a run: records with their packed entries. Sending a part again changes nothing."""

    run: Uuid
    epoch: Epoch
    subject: SubjectKind = SubjectKind.CHILD
    number: Annotated[int, Field(ge=0, lt=MAX_RUN_PARTS)]
    records: Annotated[tuple[MatchRecord, ...], Field(min_length=1, max_length=MAX_BATCH_RECORDS)]
    entries: PackedAskedEntries


class MatchPartAnswer(Message):
    """`settled` lists the rows of the part for which no more hashes are needed."""

    run: Uuid
    number: int
    settled: tuple[Row, ...]


class MatchRequest(Message):
    """The outcomes of `rows`, and the attributes to be granted for matches; `parts` and `records` close the run."""

    run: Uuid
    parts: Annotated[int, Field(ge=1, le=MAX_RUN_PARTS)]
    records: Annotated[int, Field(ge=1, le=MAX_RUN_RECORDS)]
    attributes: Attributes
    rows: Annotated[tuple[Row, ...], Field(min_length=1, max_length=MAX_BATCH_RECORDS)]


class Outcome(StrEnum):
    """The classifier's three outcomes; "not held" and "held but no match" look the same."""

    MATCH = "match"
    POSSIBLE_MATCH = "possible_match"
    NON_MATCH = "non_match"


class Basis(StrEnum):
    """What the probabilities of a run rest on."""

    FITTED = "fitted"
    KEPT_MODEL = "kept_model"
    RULES = "rules"


class WithheldReason(StrEnum):
    """Why no pair of a run became a match by its probability."""

    LOW_PRECISION = "low_precision"
    TOO_FEW_PAIRS = "too_few_pairs"
    DUPLICATES = "duplicates"


class RunSummary(Message):
    """What judging a run came to, estimated without labels: for verification only."""

    basis: Basis
    key_set: Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,10}/[1-9][0-9]{0,5}$")]
    settled: int
    matches: int
    possible_matches: int
    non_matches: int
    threshold: Probability | None = None
    precision: Probability | None = None
    recall: Probability | None = None
    withheld: WithheldReason | None = None


class MatchOutcome(Message):
    """What became of one row.

    Handles stand for matches only; there are several only where a guardian's children are looked for. `agreed` names
    the agreeing keys, a flagged one as `type!flag`; `comparison` gives the level of each component that can be told.
    """

    row: Row
    outcome: Outcome
    handles: Annotated[tuple[Handle, ...], Field(max_length=MAX_HANDLES_A_ROW)] = ()
    probability: Probability | None = None
    agreed: tuple[str, ...] = ()
    comparison: dict[str, int] = Field(default_factory=dict)
    reviewed: bool = False


class MatchAnswer(Message):
    """Outcomes in the order of the rows asked and, when there is a match, the grant (JWS with `GrantClaims`)."""

    index: Uuid
    summary: RunSummary
    outcomes: tuple[MatchOutcome, ...]
    grant: Token | None = None


class Decision(StrEnum):
    """What a reviewer decides about a possible match."""

    MATCH = "match"
    NON_MATCH = "non_match"


class ReviewReason(StrEnum):
    """On what the reviewer's decision rests; a closed list, since words could name a child."""

    PAPERS_SEEN = "papers_seen"
    FAMILY_ASKED = "family_asked"
    OFFICE_ASKED = "office_asked"
    SAME_BY_COMPARISON = "same_by_comparison"
    OTHER_CHILD = "other_child"
    NOT_ENOUGH_EVIDENCE = "not_enough_evidence"


class MatchReview(Message):
    """A reviewer's decision about the possible match of one row; the reviewer is the envelope's officer."""

    run: Uuid
    row: Row
    decision: Decision
    reason: ReviewReason


class MatchReviewAnswer(Message):
    """The decision is in the log and in force."""

    run: Uuid
    row: Row
    outcome: Outcome


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


def pack_asked(entries: Iterable[AskedEntry]) -> str:
    """Return entries of 21 bytes each (row, key type code, index hash), one after the other, as base64url."""
    return encode_base64url(
        b"".join(row.to_bytes(4, "big") + bytes([code]) + index_hash for row, code, index_hash in entries)
    )


def unpack_asked(packed: str) -> Iterator[AskedEntry]:
    """Yield the entries of `packed`, which `MatchPart` has checked to be whole."""
    data = decode_base64url(packed)
    for start in range(0, len(data), ASKED_ENTRY_BYTES):
        row = data[start : start + ASKED_ENTRY_BYTES]
        yield AskedEntry(int.from_bytes(row[:4], "big"), row[4], row[5:])
