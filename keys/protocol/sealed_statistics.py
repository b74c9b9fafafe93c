"""Sealing a release of statistics to its requester, padded: its length tells how many rows it has only roughly."""

import rfc8785
from nacl.bindings import sodium_pad, sodium_unpad
from nacl.exceptions import CryptoError as PaddingError

from keys.crypto.errors import OpenError
from keys.crypto.sealing import open_sealed, seal
from schemas.base64url import decode_base64url, encode_base64url
from schemas.randomness import RandomSource
from schemas.statistics.release import MAX_RELEASE_BYTES, StatisticsRelease

PADDED_TO_BYTES = 4 * 1024


def seal_release(release: StatisticsRelease, recipient_key: bytes, binding: bytes, random: RandomSource) -> str:
    """Return `release`, padded and sealed to the requester's opening key, as base64url."""
    padded = sodium_pad(release.to_bytes(), PADDED_TO_BYTES)
    return encode_base64url(seal(recipient_key, padded, binding, random))


def open_release(sealed: str, opening_key: bytes, binding: bytes) -> StatisticsRelease:
    """Return what was sealed for this requester and request.

    Raises:
        OpenError: sealed for somebody or something else, or badly padded.
        MessageError: the release is malformed, or holds a number that may not be released.
    """
    padded = open_sealed(opening_key, decode_base64url(sealed), binding)
    try:
        plaintext = sodium_unpad(padded, PADDED_TO_BYTES)
    except PaddingError:
        raise OpenError("the padding is malformed") from None
    return StatisticsRelease.from_bytes(plaintext, MAX_RELEASE_BYTES)


def statistics_binding(agreement: str, request: str, recipient: str) -> bytes:
    """Return the associated data: agreement digest, request envelope digest and recipient."""
    return b"tongxin/statistics/v1\x00" + rfc8785.dumps([agreement, request, recipient])
