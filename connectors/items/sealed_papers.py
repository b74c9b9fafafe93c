"""Sealing papers to the office that they go to, and at rest; bound to item, event, sender and recipient.

A paper is padded to whole blocks before it is sealed, so that its length tells the gateway little of what is in it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import rfc8785
from nacl.bindings import sodium_pad, sodium_unpad
from nacl.exceptions import CryptoError as PaddingError

from connectors.items.papers import MAX_PAPER_BYTES, Paper, parse_paper, without_reporter
from keys.crypto.errors import OpenError
from keys.crypto.sealing import open_sealed, seal
from schemas.base64url import Base64Error, decode_base64url, encode_base64url
from schemas.formats import digest_of
from schemas.message import MessageError
from schemas.messages.items import PaperRef
from schemas.randomness import RandomSource

PADDED_BYTES: Final = 4 * 1024
_LONGEST_SEALED: Final = MAX_PAPER_BYTES + PADDED_BYTES + 1024


class PaperTooLongError(ValueError):
    """A paper is longer than what is carried."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a paper belongs: to the event `event` of an item, from one office to another."""

    item: str
    event: int
    sender: str
    recipient: str

    def binding(self) -> bytes:
        """Return the associated data: opened at any other place, the paper does not open."""
        return b"tongxin/item-paper/v1\x00" + rfc8785.dumps([self.item, self.event, self.sender, self.recipient])


@dataclass(frozen=True, slots=True)
class SealedPaper:
    """A sealed paper: for whom it is, and its bytes as base64url."""

    to: str
    text: str = field(repr=False)

    @property
    def ref(self) -> PaperRef:
        """What the event says of it."""
        return PaperRef(to=self.to, content=digest_of(decode_base64url(self.text)))


def seal_paper(paper: Paper, place: Place, opening_key: bytes, random: RandomSource) -> SealedPaper:
    """Return the paper without a reporter, padded and sealed to the recipient's public opening key (32 bytes).

    Raises:
        PaperTooLongError: longer than 16 KiB.
        InvalidInputError: the opening key is none.
    """
    body = without_reporter(paper).to_bytes()
    if len(body) > MAX_PAPER_BYTES:
        raise PaperTooLongError
    sealed = seal(opening_key, sodium_pad(body, PADDED_BYTES), place.binding(), random)
    return SealedPaper(place.recipient, encode_base64url(sealed))


def open_paper(sealed: str, place: Place, opening_keys: Iterable[bytes]) -> Paper:
    """Return the paper in `sealed` (base64url), opened with whichever of the secret keys (32 bytes each) fits.

    Raises:
        OpenError: sealed for somebody or something else, or not padded as it must be.
        MessageError: no paper, or one that names a reporter.
    """
    try:
        data = decode_base64url(sealed)
    except Base64Error:
        raise OpenError("the paper is not base64url") from None
    if len(data) > _LONGEST_SEALED:
        raise OpenError("the paper is too large")
    paper = parse_paper(_unpadded(_opened(data, place, opening_keys)))
    if without_reporter(paper) != paper:
        raise MessageError("malformed", "/reporter")
    return paper


def _opened(data: bytes, place: Place, opening_keys: Iterable[bytes]) -> bytes:
    for key in opening_keys:
        try:
            return open_sealed(key, data, place.binding())
        except OpenError:
            continue
    raise OpenError("the paper can't be opened")


def _unpadded(padded: bytes) -> bytes:
    if not padded or len(padded) % PADDED_BYTES:
        raise OpenError("the paper is not padded to whole blocks")
    try:
        return sodium_unpad(padded, PADDED_BYTES)
    except PaddingError:
        raise OpenError("the padding is malformed") from None
