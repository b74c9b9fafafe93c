"""The log as members read it: where a leaf stands and the proof that it does."""

from typing import Annotated

from pydantic import Field

from schemas.formats import Digest
from schemas.message import Message

MAX_INCLUSION_BYTES = 16 * 1024
MAX_PROOF_HASHES = 64


class ConsistencyDocument(Message):
    """The proof (RFC 6962, base64url) that a shard's tree of `old_size` leaves is a prefix of that of `new_size`."""

    old_size: Annotated[int, Field(ge=0)]
    new_size: Annotated[int, Field(ge=0)]
    proof: Annotated[tuple[Digest, ...], Field(max_length=MAX_PROOF_HASHES)]


class InclusionDocument(Message):
    """Where a leaf stands, its audit path (RFC 6962, base64url) to the root that `checkpoint` (C2SP note) signs."""

    index: Annotated[int, Field(ge=0)]
    size: Annotated[int, Field(ge=1)]
    proof: Annotated[tuple[Digest, ...], Field(max_length=MAX_PROOF_HASHES)]
    checkpoint: Annotated[str, Field(max_length=8 * 1024)]
