"""Index: a provider publishes the index hashes of its records for one agreement, in resumable parts."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from schemas.base64url import decode_base64url, encode_base64url
from schemas.formats import ENTRY_BYTES, HANDLE_BYTES, Digest, PackedHandles, PackedIndexEntries, Uuid
from schemas.key_set import load_key_set
from schemas.linkage_keys import KeyType
from schemas.message import Message
from schemas.messages.evaluate import Epoch

MAX_PART_ENTRIES = 10_000
MAX_PART_REMOVALS = 20_000
MAX_PARTS = 100_000
MAX_INDEX_PART_BYTES = 1024 * 1024
MAX_INDEX_MESSAGE_BYTES = 4 * 1024

KEY_TYPE_CODES: dict[KeyType, int] = {KeyType(d.name): d.code for d in load_key_set("G").key_types}
KEY_TYPES_BY_CODE = {code: key_type for key_type, code in KEY_TYPE_CODES.items()}
FLAGGED = 0x80
"""The bit of a key type code that says that the key was flagged (`schemas.linkage_keys.LinkageKey`)."""

UNKNOWN_COUNTY = 0


class IndexEntry(NamedTuple):
    """One row of an index: handle (16 bytes), county (0 if unknown), key type code, index hash (16 bytes)."""

    handle: bytes
    county: int
    key_type_code: int
    index_hash: bytes


class IndexBegin(Message):
    """Announce an index of `parts` parts. `base` names the active index that `changes` apply to."""

    index: Uuid
    epoch: Epoch
    key_id: Digest
    mode: Literal["full", "changes"]
    base: Uuid | None = None
    parts: Annotated[int, Field(ge=1, le=MAX_PARTS)]
    records: Annotated[int, Field(ge=0)]


class IndexPart(Message):
    """Part `number` (from 0): entries to add and handles to remove. Sending a part again changes nothing."""

    index: Uuid
    number: Annotated[int, Field(ge=0, lt=MAX_PARTS)]
    entries: PackedIndexEntries = ""
    removals: PackedHandles = ""


class IndexActivate(Message):
    """Make the index active as a whole; `manifest` is the digest over the digests of all parts in order."""

    index: Uuid
    manifest: Digest


class IndexStatusRequest(Message):
    """Ask what the gateway holds of the index of an epoch, and of a publication under way.

    The requester of the agreement names no index; it is told which one is active, and nothing of what is under way.
    """

    epoch: Epoch
    index: Uuid | None = None


class IndexStatus(Message):
    """`received` lists the parts that the gateway holds of `index`; `active` names the active index, if any."""

    index: Uuid | None = None
    state: Literal["none", "receiving", "active", "destroyed"]
    received: tuple[int, ...] = ()
    active: Uuid | None = None


def pack_entry(entry: IndexEntry) -> bytes:
    """Return the 36 bytes of one entry."""
    return entry.handle + entry.county.to_bytes(3, "big") + bytes([entry.key_type_code]) + entry.index_hash


def pack_entries(entries: Iterable[IndexEntry]) -> str:
    """Return entries of 36 bytes each, one after the other, as base64url."""
    return encode_base64url(b"".join(map(pack_entry, entries)))


def unpack_entries(packed: str) -> Iterator[IndexEntry]:
    """Yield the entries of `packed`, which `IndexPart` has checked to be whole."""
    data = decode_base64url(packed)
    for start in range(0, len(data), ENTRY_BYTES):
        row = data[start : start + ENTRY_BYTES]
        yield IndexEntry(row[:16], int.from_bytes(row[16:19], "big"), row[19], row[20:])


def pack_handles(handles: Iterable[bytes]) -> str:
    """Return handles of 16 bytes, one after the other, as base64url."""
    return encode_base64url(b"".join(handles))


def unpack_handles(packed: str) -> list[bytes]:
    """Return the handles of `packed`, which `IndexPart` has checked to be whole."""
    data = decode_base64url(packed)
    return [data[start : start + HANDLE_BYTES] for start in range(0, len(data), HANDLE_BYTES)]


def manifest_of(part_digests: Iterable[str]) -> bytes:
    """Return the bytes whose digest is an index's manifest: the part digests, one a line."""
    return "".join(f"{digest}\n" for digest in part_digests).encode("ascii")
