"""Group elements end to end in one piece of memory (ristretto255, RFC 9496): what whole batches are computed on.

libsodium reads and writes them where they lie, without a copy of each and without the interpreter's lock. Threads
share a buffer: each works on the positions that it was given.
"""

import ctypes
from collections.abc import Iterable, Sequence

from keys.crypto.errors import DeserializeError, InvalidInputError
from keys.crypto.ristretto255 import (
    ELEMENT_BYTES,
    IDENTITY,
    SCALAR_BYTES,
    UNIFORM_BYTES,
    Element,
    Function,
    Scalar,
    functions,
)


class ElementBuffer:
    """Room for `count` elements of 32 bytes, zero at first, from `address` on. It never shows what it holds."""

    __slots__ = ("_memory", "address", "count")

    def __init__(self, count: int) -> None:
        self.count = count
        self._memory = ctypes.create_string_buffer(count * ELEMENT_BYTES)
        self.address = ctypes.addressof(self._memory)

    @classmethod
    def of(cls, elements: Sequence[bytes]) -> "ElementBuffer":
        """Return a buffer of these elements, as yet unchecked but for the identity, which nobody may send.

        Raises:
            DeserializeError: one is the identity or not 32 bytes long; the sentence names its position.
        """
        for position, element in enumerate(elements):
            if len(element) != ELEMENT_BYTES or element == IDENTITY:
                raise _malformed(position)
        buffer = cls(len(elements))
        ctypes.memmove(buffer.address, b"".join(elements), buffer.count * ELEMENT_BYTES)
        return buffer

    def elements(self, start: int = 0, end: int | None = None) -> list[Element]:
        """Return copies of the elements from `start` to before `end`, by default to the last."""
        stop = self.count if end is None else end
        taken = ctypes.string_at(self.address + start * ELEMENT_BYTES, (stop - start) * ELEMENT_BYTES)
        return [Element(taken[at : at + ELEMENT_BYTES]) for at in range(0, len(taken), ELEMENT_BYTES)]

    def map_uniform(self, start: int, uniforms: Iterable[bytes]) -> None:
        """Set the elements from `start` on to those that strings of 64 uniform bytes map to.

        Raises:
            InvalidInputError: a string is not 64 bytes long.
        """
        from_hash, address = functions().from_hash, self.address + start * ELEMENT_BYTES
        for uniform in uniforms:
            if len(uniform) != UNIFORM_BYTES:
                raise InvalidInputError(f"{UNIFORM_BYTES} bytes are needed, not {len(uniform)}")
            from_hash(address, uniform)
            address += ELEMENT_BYTES

    def multiply_each(self, scalar: Scalar, source: "ElementBuffer", start: int, end: int) -> None:
        """Set the elements from `start` to before `end` to `scalar` times those of `source`, which may be this one.

        Raises:
            DeserializeError: one is not canonical, or the product is the identity; the sentence names its position.
            InvalidInputError: the scalar is not 32 bytes long.
        """
        if len(scalar) != SCALAR_BYTES:
            raise InvalidInputError(f"{SCALAR_BYTES} bytes are needed, not {len(scalar)}")
        multiply, target, origin = functions().multiply, self.address, source.address
        for offset in range(start * ELEMENT_BYTES, end * ELEMENT_BYTES, ELEMENT_BYTES):
            if multiply(target + offset, scalar, origin + offset):
                raise _malformed(offset // ELEMENT_BYTES)

    def set_multiples(self, element: Element, start: int, scalars: Iterable[Scalar]) -> None:
        """Set the elements from `start` on to each of the scalars times `element`; raises as `multiply_each`."""
        multiply, address = functions().multiply, self.address
        for position, scalar in enumerate(scalars, start):
            if multiply(address + position * ELEMENT_BYTES, scalar, element):
                raise _malformed(position)

    def set_base_multiples(self, start: int, scalars: Iterable[Scalar]) -> None:
        """Set the elements from `start` on to each of the scalars, none of them zero, times the generator."""
        multiply_base, address = functions().multiply_base, self.address
        for position, scalar in enumerate(scalars, start):
            if multiply_base(address + position * ELEMENT_BYTES, scalar):
                raise _malformed(position)

    def add_each(self, summands: "ElementBuffer", start: int, end: int) -> None:
        """Add the other buffer's elements to those from `start` to before `end`; raises as `multiply_each`."""
        self._combine(functions().add, summands, start, end)

    def subtract_each(self, subtrahends: "ElementBuffer", start: int, end: int) -> None:
        """Subtract the other buffer's elements from those from `start` to before `end`; raises as `multiply_each`."""
        self._combine(functions().subtract, subtrahends, start, end)

    def take_over(self, place: int, source: "ElementBuffer", start: int, count: int) -> None:
        """Move `count` elements of `source` from `start` on to `place`, and wipe them where they were."""
        origin = source.address + start * ELEMENT_BYTES
        ctypes.memmove(self.address + place * ELEMENT_BYTES, origin, count * ELEMENT_BYTES)
        ctypes.memset(origin, 0, count * ELEMENT_BYTES)

    def wipe(self) -> None:
        """Overwrite all elements with zeros."""
        ctypes.memset(self.address, 0, self.count * ELEMENT_BYTES)

    def _combine(self, function: Function, other: "ElementBuffer", start: int, end: int) -> None:
        target, origin = self.address, other.address
        for offset in range(start * ELEMENT_BYTES, end * ELEMENT_BYTES, ELEMENT_BYTES):
            if function(target + offset, target + offset, origin + offset):
                raise _malformed(offset // ELEMENT_BYTES)


def _malformed(position: int) -> DeserializeError:
    return DeserializeError(f"element {position} of the batch is not a ristretto255 element")
