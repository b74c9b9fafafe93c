"""ElGamal encryption in the exponent over ristretto255 (RFC 9496): sums and multiples work on what is hidden.

Enc(m) = (r G, r P + m G)    G the generator, P the sealing key, r random
"""

from typing import Final, NamedTuple, Self

from keys.crypto.ciphersuite import random_scalar
from keys.crypto.errors import DeserializeError
from keys.crypto.ristretto255 import (
    ELEMENT_BYTES,
    IDENTITY,
    Element,
    Scalar,
    add,
    decode_element,
    multiply,
    multiply_base,
    subtract,
)
from schemas.randomness import RandomSource

CIPHERTEXT_BYTES: Final = 2 * ELEMENT_BYTES


class Ciphertext(NamedTuple):
    """Two elements, 32 bytes each: the nonce's, and the one that hides the content."""

    nonce: Element
    masked: Element

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Return the ciphertext in 64 bytes.

        Raises:
            DeserializeError: wrong length, or not two elements.
        """
        if len(data) != CIPHERTEXT_BYTES:
            raise DeserializeError(f"a ciphertext has {CIPHERTEXT_BYTES} bytes, not {len(data)}")
        return cls(decode_element(data[:ELEMENT_BYTES]), decode_element(data[ELEMENT_BYTES:]))

    def to_bytes(self) -> bytes:
        """Return the 64 bytes."""
        return self.nonce + self.masked


_IDENTITY: Final = Element(IDENTITY)


def plain(content: Element) -> Ciphertext:
    """Return a ciphertext that hides nothing yet: with the nonce zero, everybody can read it."""
    return Ciphertext(_IDENTITY, content)


PLAIN_ZERO: Final = plain(_IDENTITY)


def refresh(ciphertext: Ciphertext, sealing_key: Element, random: RandomSource) -> Ciphertext:
    """Return another ciphertext of the same content, which nobody without the opening key can tell from any other.

    Raises:
        DeserializeError: the sealing key is not an element.
    """
    nonce = random_scalar(random)
    return Ciphertext(add(ciphertext.nonce, multiply_base(nonce)), add(ciphertext.masked, multiply(nonce, sealing_key)))


def plus(left: Ciphertext, right: Ciphertext) -> Ciphertext:
    """Return a ciphertext of the sum."""
    return Ciphertext(add(left.nonce, right.nonce), add(left.masked, right.masked))


def plus_plain(ciphertext: Ciphertext, content: Element) -> Ciphertext:
    """Return a ciphertext of the sum with something known."""
    return Ciphertext(ciphertext.nonce, add(ciphertext.masked, content))


def minus_plain(ciphertext: Ciphertext, content: Element) -> Ciphertext:
    """Return a ciphertext of the difference to something known."""
    return Ciphertext(ciphertext.nonce, subtract(ciphertext.masked, content))


def times(scalar: Scalar, ciphertext: Ciphertext) -> Ciphertext:
    """Return a ciphertext of the multiple. The ciphertext must have been refreshed.

    Raises:
        DeserializeError: it is plain, or was not refreshed.
    """
    return Ciphertext(multiply(scalar, ciphertext.nonce), multiply(scalar, ciphertext.masked))


def remove_share(ciphertext: Ciphertext, secret: Scalar) -> Ciphertext:
    """Return the ciphertext as it is under the sealing key without this share; without the last one it is open.

    Raises:
        DeserializeError: the ciphertext is plain.
    """
    return Ciphertext(ciphertext.nonce, subtract(ciphertext.masked, multiply(secret, ciphertext.nonce)))
