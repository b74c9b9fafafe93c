"""An agency's own entries of the log: what it asks for, and the entries verbatim with the proof of each."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from schemas.formats import Digest, Shard, Uuid
from schemas.message import Message
from schemas.messages.log import MAX_PROOF_HASHES

MAX_LOG_CORRELATIONS = 8
MAX_LOG_ENTRIES = 64
MAX_LOG_ENTRIES_BYTES = 4 * 1024
MAX_LOG_ENTRIES_ANSWER_BYTES = 8 * 1024 * 1024
"""64 entries of at most 65,535 bytes each, as base64url, with their proofs."""

Note = Annotated[str, Field(min_length=1, max_length=8 * 1024)]
EntryBytes = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=87_380)]
DisclosureText = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=400)]


class LogPlace(Message):
    """A place in the log: the year's tree and the index of a leaf in it."""

    shard: Shard
    index: Annotated[int, Field(ge=0)]


class LogEntriesRequest(Message):
    """Which entries are asked for: those about requests with these ids, or those from a place on, in that year's tree.

    Shown are entries that name the asking agency as actor or peer, and the first and the seal of each year, which name
    nobody.
    """

    correlations: Annotated[tuple[Uuid, ...], Field(min_length=1, max_length=MAX_LOG_CORRELATIONS)] | None = None
    since: LogPlace | None = None

    @model_validator(mode="after")
    def _one_choice(self) -> Self:
        if (self.correlations is None) == (self.since is None):
            raise ValueError("either correlations or since")
        return self


class ShownEntry(Message):
    """An entry's bytes (base64url), where it stands, its audit path (RFC 6962) to the root of the year's checkpoint.

    `disclosures` (RFC 9901) are those of what the asking agency itself had stated: officer, approver, case.
    """

    place: LogPlace
    entry: EntryBytes
    proof: Annotated[tuple[Digest, ...], Field(max_length=MAX_PROOF_HASHES)]
    disclosures: Annotated[tuple[DisclosureText, ...], Field(max_length=3)]


class LogEntriesAnswer(Message):
    """Entries in the order of the log, and the newest checkpoint (C2SP note) of each year that was looked at.

    `next` is where to go on; without it, all that the checkpoint covers was looked through.
    """

    entries: Annotated[tuple[ShownEntry, ...], Field(max_length=MAX_LOG_ENTRIES)]
    checkpoints: Annotated[tuple[Note, ...], Field(max_length=MAX_LOG_ENTRIES)]
    next: LogPlace | None = None
