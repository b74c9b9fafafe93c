"""Sealing answers so that nothing but their number shows: they are padded to a size that follows from the question.

Without padding the length of a sealed `true` and a sealed `false` differ, and the gateway would read the answer to a
question about a single child off the length.
"""

from collections.abc import Sequence

from nacl.bindings import sodium_pad, sodium_unpad
from nacl.exceptions import CryptoError as PaddingError

from keys.crypto.errors import OpenError
from keys.crypto.sealing import open_sealed, seal
from schemas.base64url import decode_base64url, encode_base64url
from schemas.messages.exchange import MAX_EXCHANGE_ANSWER_BYTES, SealedAnswers
from schemas.randomness import RandomSource

_FRAME_BYTES = 256
_BYTES_AN_ANSWER = 64
_BYTES_A_VALUE = 72


class AnswersTooLongError(Exception):
    """The answers do not fit the size to which they are padded; they are not sealed."""


def padded_bytes(attributes: Sequence[str], handles: int) -> int:
    """Return the size to which the answers about `handles` records are padded."""
    return _FRAME_BYTES + handles * (_BYTES_AN_ANSWER + sum(len(name) + _BYTES_A_VALUE for name in attributes))


def seal_answers(
    answers: SealedAnswers, attributes: Sequence[str], recipient_key: bytes, binding: bytes, random: RandomSource
) -> str:
    """Return `answers`, padded and sealed, as base64url.

    Args:
        answers: one for each handle.
        attributes: what was asked.
        recipient_key: the requester's opening key, public half.
        binding: from `sealed_for.answers_binding`.
        random: source of randomness.

    Raises:
        AnswersTooLongError: a value is longer than any transform makes one.
    """
    size = padded_bytes(attributes, len(answers.answers))
    plaintext = answers.to_bytes()
    if len(plaintext) >= size:
        raise AnswersTooLongError
    return encode_base64url(seal(recipient_key, sodium_pad(plaintext, size), binding, random))


def open_answers(
    sealed: str, attributes: Sequence[str], handles: int, opening_key: bytes, binding: bytes
) -> SealedAnswers:
    """Return what was sealed for this requester and request.

    Raises:
        OpenError: sealed for somebody or something else, or padded to another size.
        MessageError: the answers are malformed.
    """
    size = padded_bytes(attributes, handles)
    padded = open_sealed(opening_key, decode_base64url(sealed), binding)
    if len(padded) != size:
        raise OpenError("the answers are not padded to the size of the question")
    try:
        plaintext = sodium_unpad(padded, size)
    except PaddingError:
        raise OpenError("the padding is malformed") from None
    return SealedAnswers.from_bytes(plaintext, MAX_EXCHANGE_ANSWER_BYTES)
