"""The ciphersuite ristretto255-SHA512 of RFC 9497 section 4.1: contexts, hashing to group and to scalar."""

import hashlib
from collections.abc import Callable
from enum import IntEnum
from functools import cache

from keys.crypto.errors import InvalidInputError, InverseError
from keys.crypto.ristretto255 import (
    UNIFORM_BYTES,
    ZERO,
    Element,
    Scalar,
    element_from_uniform,
    reduce_scalar,
)
from schemas.randomness import RandomSource

MAX_INPUT_BYTES = 2**16 - 1
OUTPUT_BYTES = 64

_SHA512_BLOCK_BYTES = 128


class Mode(IntEnum):
    """The protocol variant (RFC 9497 section 3.1)."""

    OPRF = 0
    VOPRF = 1


def context_string(mode: Mode) -> bytes:
    """Return what keeps modes and suites apart (RFC 9497 section 3.1)."""
    return b"OPRFV1-" + bytes([mode]) + b"-ristretto255-SHA512"


@cache
def message_expander(tag: bytes) -> Callable[[bytes], bytes]:
    """Return expand_message_xmd over SHA-512 to 64 bytes (RFC 9380 section 5.3.1) under the domain separation `tag`.

    A function is returned, and the state after the leading zero block kept, because evaluating an index calls
    it millions of times.
    """
    suffix = tag + bytes([len(tag)])
    length_and_zero = UNIFORM_BYTES.to_bytes(2, "big") + b"\x00" + suffix
    first_index = b"\x01" + suffix
    sha512 = hashlib.sha512
    copy_padded = sha512(bytes(_SHA512_BLOCK_BYTES)).copy

    def expand(message: bytes) -> bytes:
        state = copy_padded()
        state.update(message + length_and_zero)
        return sha512(state.digest() + first_index).digest()

    return expand


def input_expander(mode: Mode) -> Callable[[bytes], bytes]:
    """Return the first half of HashToGroup: input to the 64 uniform bytes that are mapped to an element."""
    return message_expander(b"HashToGroup-" + context_string(mode))


def hash_to_group(message: bytes, mode: Mode) -> Element:
    """Return the element of `message` (HashToGroup)."""
    return element_from_uniform(input_expander(mode)(message))


def hash_to_scalar(message: bytes, tag: bytes) -> Scalar:
    """Return the scalar of `message` under the domain separation `tag` (HashToScalar); zero is possible."""
    return reduce_scalar(message_expander(tag)(message))


def hash_output(message: bytes, element: Element) -> bytes:
    """Return the 64-byte output for an input and its evaluated element (the last lines of Finalize)."""
    return hashlib.sha512(len(message).to_bytes(2, "big") + message + b"\x00\x20" + element + b"Finalize").digest()


def random_scalar(random: RandomSource) -> Scalar:
    """Return a uniform scalar other than zero, from 64 random bytes (RFC 9497 section 4.7.2).

    Raises:
        InverseError: the bytes reduce to zero, which only a broken source gives.
    """
    scalar = reduce_scalar(random(UNIFORM_BYTES))
    if scalar == ZERO:
        raise InverseError("the source of randomness gave zero; it is broken")
    return scalar


def length_prefixed(data: bytes) -> bytes:
    """Return `data` behind its length in two bytes, big-endian.

    Raises:
        InvalidInputError: longer than 65535 bytes.
    """
    if len(data) > MAX_INPUT_BYTES:
        raise InvalidInputError(f"at most {MAX_INPUT_BYTES} bytes are allowed, not {len(data)}")
    return len(data).to_bytes(2, "big") + data
