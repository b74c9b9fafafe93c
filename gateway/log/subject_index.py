"""Tags of the subject index: keyed names of records and officers, kept beside the log and never in it (RFC 2104).

    tag = HMAC-SHA-256( key of the year, "tongxin/subject-index/v1" || 0x00 || kind || 0x00 || text )

A tag in a leaf could never be erased. In a table of its own it is deleted row by row, and all tags of a year mean
nothing to anybody once the key of that year is destroyed.
"""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

KEY_BYTES: Final = 32
HANDLE_KIND: Final = "handle"
OFFICER_KIND: Final = "officer"
KINDS: Final = frozenset({HANDLE_KIND, OFFICER_KIND})

_PREFIX: Final = b"tongxin/subject-index/v1\x00"


def subject_tag(key: bytes, kind: str, text: str) -> bytes:
    """Return the 32-byte tag of `text`, a value of this kind, under the key of a year (32 bytes).

    Raises:
        ValueError: another kind, or a key of another length.
    """
    if kind not in KINDS or len(key) != KEY_BYTES:
        raise ValueError("a tag is made of a known kind, under a key of 32 bytes")
    return hmac.digest(key, _PREFIX + kind.encode("ascii") + b"\x00" + text.encode(), "sha256")


def officer_tag(key: bytes, agency: str, officer: str) -> bytes:
    """Return the tag of an agency's officer: references of officers are unique within their agency alone."""
    return subject_tag(key, OFFICER_KIND, f"{agency}/{officer}")  # an agency's id holds no slash


def handle_tag(key: bytes, handle: str) -> bytes:
    """Return the tag of a record's handle (`schemas.formats.Handle`)."""
    return subject_tag(key, HANDLE_KIND, handle)


@dataclass(frozen=True, slots=True)
class IndexKey:
    """The key of one year, by which the tags of that year's entries are made."""

    year: int
    secret: bytes = field(repr=False)

    def officer(self, agency: str, officer: str) -> bytes:
        """Return the tag of an officer in this year."""
        return officer_tag(self.secret, agency, officer)

    def handle(self, handle: str) -> bytes:
        """Return the tag of a record in this year."""
        return handle_tag(self.secret, handle)

    def handles(self, handles: Iterable[str]) -> tuple[bytes, ...]:
        """Return the tags of records in this year, each once."""
        return tuple(self.handle(handle) for handle in dict.fromkeys(handles))
