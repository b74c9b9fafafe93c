"""Sealing the children that are asked about by the private OR, so that nothing but their number shows."""

import rfc8785
from nacl.bindings import sodium_pad, sodium_unpad
from nacl.exceptions import CryptoError as PaddingError

from keys.crypto.errors import OpenError
from keys.crypto.sealing import open_sealed, seal
from schemas.base64url import decode_base64url, encode_base64url
from schemas.message import MessageError
from schemas.messages.private_or_question import MAX_SEALED_CHILDREN_BYTES, AskedChild, AskedChildren
from schemas.randomness import RandomSource

_FRAME_BYTES = 64
_BYTES_A_CHILD = 480
"""A number, and a name in several readings."""

Binding = tuple[str, str, str]
"""Agreement digest, request id and recipient: opened anywhere else, for anything else, it does not open."""


class ChildrenTooLongError(Exception):
    """A child has more readings of its name than fit the size to which all are padded; nothing is sealed."""


def seal_children(
    children: tuple[AskedChild, ...], recipient_key: bytes, binding: Binding, random: RandomSource
) -> str:
    """Return the children, padded and sealed to the resolver's opening key, as base64url.

    Raises:
        ChildrenTooLongError: they do not fit.
    """
    size, plaintext = _padded_bytes(len(children)), AskedChildren(children=children).to_bytes()
    if len(plaintext) >= size:
        raise ChildrenTooLongError
    return encode_base64url(seal(recipient_key, sodium_pad(plaintext, size), _associated(binding), random))


def open_children(sealed: str, count: int, opening_key: bytes, binding: Binding) -> tuple[AskedChild, ...]:
    """Return the children that were sealed for this resolver and request.

    Raises:
        OpenError: sealed for somebody or something else, another number of them, or malformed.
    """
    padded = open_sealed(opening_key, decode_base64url(sealed), _associated(binding))
    if len(padded) != _padded_bytes(count):
        raise OpenError("the children are not padded to the size of the question")
    try:
        plaintext = sodium_unpad(padded, len(padded))
        children = AskedChildren.from_bytes(plaintext, MAX_SEALED_CHILDREN_BYTES).children
    except (PaddingError, MessageError):
        raise OpenError("the children are malformed") from None
    if len(children) != count:
        raise OpenError("the children are not as many as stated")
    return children


def _padded_bytes(count: int) -> int:
    return _FRAME_BYTES + count * _BYTES_A_CHILD


def _associated(binding: Binding) -> bytes:
    return b"tongxin/asked-children/v1\x00" + rfc8785.dumps(list(binding))
