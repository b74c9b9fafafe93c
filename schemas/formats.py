"""The text formats that messages are made of: each a pattern with a size, named once."""

import hashlib
import re
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from schemas.base64url import Base64Error, decode_base64url, encode_base64url

DIGEST_BYTES = 32
HANDLE_BYTES = 16
INDEX_HASH_BYTES = 16
ELEMENT_BYTES = 32
PROOF_BYTES = 64
MAC_BYTES = 32

MAX_TOKEN_CHARACTERS = 1024 * 1024
MAX_ENVELOPE_CHARACTERS = 4096

_LONG_DIGIT_RUN = re.compile(r"[0-9]{14,}")


_LAST_CHARACTER = {0: "[A-Za-z0-9_-]", 2: "[AQgw]", 4: "[AEIMQUYcgkosw048]"}
"""What the last character of base64url may be, by how many of its six bits belong to the bytes; the rest are zero."""


def base64url_pattern(length: int) -> str:
    """Return the pattern of the one base64url text of so many bytes: nothing else matches, and each such text does."""
    bits = length * 8
    return f"^[A-Za-z0-9_-]{{{(bits - 1) // 6}}}{_LAST_CHARACTER[bits % 6]}$"


def _packed(unit_bytes: int) -> AfterValidator:
    def check(text: str) -> str:
        try:
            data = decode_base64url(text)
        except Base64Error:
            raise ValueError("not base64url") from None
        if len(data) % unit_bytes:
            raise ValueError("not a whole number of units")
        return text

    return AfterValidator(check)


def _not_an_identifier(text: str) -> str:
    """Refuse what could be an ID number: 14 digits in a row carry a region and a birth date."""
    if _LONG_DIGIT_RUN.search(text):
        raise ValueError("looks like an identifier")
    return text


AgencyId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.-]{2,62}$"), AfterValidator(_not_an_identifier)]
"""Identifies a member or the gateway, e.g. `civil_affairs.990101`."""

PurposeId = Annotated[str, StringConstraints(pattern=r"^P[0-9]{2}$")]
AttributeId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,63}$"), AfterValidator(_not_an_identifier)]
RegionScope = Annotated[
    str, StringConstraints(pattern=r"^[0-9]{2}(?:[0-9]{2}(?:[0-9]{2}(?:[0-9]{3}(?:[0-9]{3})?)?)?)?$")
]
"""A subtree of GB/T 2260 (2, 4 or 6 digits), a township (9) or a village (12)."""

County = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
Reference = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{1,39}$"), AfterValidator(_not_an_identifier)
]
"""An agency's own reference to an officer or a case; never an identifier of a person."""

Uuid = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Digest = Annotated[str, StringConstraints(pattern=base64url_pattern(DIGEST_BYTES))]
"""SHA-256 as base64url; also RFC 7638 thumbprints."""

Handle = Annotated[str, StringConstraints(pattern=base64url_pattern(HANDLE_BYTES))]
Mac = Annotated[str, StringConstraints(pattern=base64url_pattern(MAC_BYTES))]
ENTRY_BYTES = HANDLE_BYTES + 3 + 1 + INDEX_HASH_BYTES
"""An index entry: handle, county, key type code, index hash."""

ASKED_ENTRY_BYTES = 4 + 1 + INDEX_HASH_BYTES
"""An entry of a question: row, key type code, index hash."""

PackedAskedEntries = Annotated[str, StringConstraints(max_length=280_000), _packed(ASKED_ENTRY_BYTES)]
"""At most 10,000 entries."""

PackedIndexEntries = Annotated[str, StringConstraints(max_length=480_000), _packed(ENTRY_BYTES)]
PackedHandles = Annotated[str, StringConstraints(max_length=426_667), _packed(HANDLE_BYTES)]
"""At most 20,000 handles."""

Proof = Annotated[str, StringConstraints(pattern=base64url_pattern(PROOF_BYTES))]
PackedElements = Annotated[str, StringConstraints(min_length=1, max_length=426_667), _packed(ELEMENT_BYTES)]
"""Group elements of 32 bytes, one after the other, as base64url; at most 10,000."""

ElementText = Annotated[str, StringConstraints(pattern=base64url_pattern(ELEMENT_BYTES))]
"""One group element."""

BOARD_ROW_BYTES = INDEX_HASH_BYTES + 3
"""A row of a board: index hash and county."""

MARKS_BYTES = 4 * ELEMENT_BYTES
"""A row's two marks, two elements each."""

CONCEALED_BYTES = 9 * 2 * ELEMENT_BYTES
"""A concealed answer: nine ciphertexts of two elements each."""

PackedBoardRows = Annotated[str, StringConstraints(max_length=101_334), _packed(BOARD_ROW_BYTES)]
PackedRowHashes = Annotated[str, StringConstraints(max_length=85_334), _packed(INDEX_HASH_BYTES)]
PackedMarks = Annotated[str, StringConstraints(min_length=1, max_length=682_667), _packed(MARKS_BYTES)]
"""Rows, their hashes alone, and their marks: at most 4,000 each."""

PackedConcealed = Annotated[str, StringConstraints(min_length=1, max_length=768_000), _packed(CONCEALED_BYTES)]
"""At most 1,000 concealed answers."""

Sealed = Annotated[str, StringConstraints(min_length=1, max_length=4 * 1024 * 1024), _packed(1)]
Token = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$", max_length=MAX_TOKEN_CHARACTERS),
]
"""A JWS in compact form (RFC 7515 section 3.1)."""

Shard = Annotated[int, Field(ge=1970, le=9999)]
"""The year (UTC) whose tree of the log a leaf stands in."""

MAX_UNIX_SECONDS = 253_370_764_800
"""The beginning of the year 9999 (UTC): beyond it there is no date to show, in any zone."""

UnixSeconds = Annotated[int, Field(ge=0, le=MAX_UNIX_SECONDS)]
"""POSIX seconds."""


def digest_of(data: bytes) -> str:
    """Return the SHA-256 of `data` as a `Digest`."""
    return encode_base64url(hashlib.sha256(data).digest())
