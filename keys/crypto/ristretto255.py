"""The prime-order group ristretto255 (RFC 9496) on bytes: elements and scalars are 32 bytes each.

Every function hands its bytes to libsodium, which works in constant time and without the interpreter's lock.
"""

import ctypes
from collections.abc import Callable
from functools import cache
from typing import NamedTuple, NewType

from keys.crypto.errors import DeserializeError, InvalidInputError, InverseError
from keys.crypto.libsodium import load_libsodium

Element = NewType("Element", bytes)
"""The canonical form of a group element other than the identity."""
Scalar = NewType("Scalar", bytes)
"""An integer below `ORDER`, little-endian."""

ELEMENT_BYTES = 32
SCALAR_BYTES = 32
UNIFORM_BYTES = 64
ORDER = 2**252 + 27742317777372353535851937790883648493
IDENTITY = bytes(ELEMENT_BYTES)
ZERO = bytes(SCALAR_BYTES)

Function = Callable[..., int]
"""A function of libsodium; it takes bytes, and addresses of memory that is long enough."""

_Buffer = ctypes.c_char * 32


class Functions(NamedTuple):
    """What this package uses of libsodium; those that can fail return something else than 0."""

    from_hash: Function
    is_valid: Function
    multiply: Function
    multiply_base: Function
    add: Function
    subtract: Function
    reduce: Function
    scalar_add: Function
    scalar_subtract: Function
    scalar_multiply: Function


@cache
def functions() -> Functions:
    """Return the functions of libsodium, which is loaded at the first call; raises LibsodiumError."""
    library = load_libsodium()

    def bind(name: str, arguments: int) -> Function:
        function = getattr(library, name)
        function.argtypes = [ctypes.c_void_p] * arguments
        return function  # type: ignore[no-any-return]  # a foreign function has no static type

    return Functions(
        from_hash=bind("crypto_core_ristretto255_from_hash", 2),
        is_valid=bind("crypto_core_ristretto255_is_valid_point", 1),
        multiply=bind("crypto_scalarmult_ristretto255", 3),
        multiply_base=bind("crypto_scalarmult_ristretto255_base", 2),
        add=bind("crypto_core_ristretto255_add", 3),
        subtract=bind("crypto_core_ristretto255_sub", 3),
        reduce=bind("crypto_core_ristretto255_scalar_reduce", 2),
        scalar_add=bind("crypto_core_ristretto255_scalar_add", 3),
        scalar_subtract=bind("crypto_core_ristretto255_scalar_sub", 3),
        scalar_multiply=bind("crypto_core_ristretto255_scalar_mul", 3),
    )


def is_valid_element(data: bytes) -> bool:
    """Tell whether `data` is the canonical form of an element other than the identity."""
    return len(data) == ELEMENT_BYTES and data != IDENTITY and functions().is_valid(data) == 1


def decode_element(data: bytes) -> Element:
    """Return `data` as an element (RFC 9497 section 4.1, DeserializeElement).

    Raises:
        DeserializeError: wrong length, not canonical, or the identity.
    """
    if not is_valid_element(data):
        raise DeserializeError("not the canonical form of a ristretto255 element, or the identity")
    return Element(data)


def decode_scalar(data: bytes) -> Scalar:
    """Return `data` as a scalar (RFC 9497 section 4.1, DeserializeScalar); zero is refused as well.

    Raises:
        DeserializeError: wrong length, zero, or not below the group's order.
    """
    if len(data) != SCALAR_BYTES or not 0 < int.from_bytes(data, "little") < ORDER:
        raise DeserializeError("not a scalar between 1 and the group's order")
    return Scalar(data)


def element_from_uniform(uniform: bytes) -> Element:
    """Map 64 uniform bytes to an element (RFC 9496 section 4.3.4). The identity comes with negligible probability.

    Raises:
        InvalidInputError: not 64 bytes.
    """
    _require_length(uniform, UNIFORM_BYTES)
    result = _Buffer()
    functions().from_hash(result, uniform)
    return Element(result.raw)


def multiply(scalar: Scalar, element: Element) -> Element:
    """Return `scalar` times `element`.

    Raises:
        DeserializeError: `element` is not canonical, or the product is the identity.
    """
    if len(scalar) != SCALAR_BYTES or len(element) != ELEMENT_BYTES:
        raise DeserializeError("scalars and elements are 32 bytes long")
    result = _Buffer()
    if functions().multiply(result, scalar, element) != 0:
        raise DeserializeError("not the canonical form of a ristretto255 element, or the product is the identity")
    return Element(result.raw)


def multiply_base(scalar: Scalar) -> Element:
    """Return `scalar` times the group's generator.

    Raises:
        InverseError: `scalar` is zero.
    """
    _require_length(scalar, SCALAR_BYTES)
    result = _Buffer()
    if functions().multiply_base(result, scalar) != 0:
        raise InverseError("zero times the generator is the identity")
    return Element(result.raw)


def add(left: Element, right: Element) -> Element:
    """Return the sum of two elements. Raises `DeserializeError` where one is not canonical."""
    return _combine_elements(functions().add, left, right)


def subtract(left: Element, right: Element) -> Element:
    """Return `left` minus `right`. Raises `DeserializeError` where one is not canonical."""
    return _combine_elements(functions().subtract, left, right)


def _combine_elements(function: Function, left: Element, right: Element) -> Element:
    result = _Buffer()
    if len(left) != ELEMENT_BYTES or len(right) != ELEMENT_BYTES or function(result, left, right) != 0:
        raise DeserializeError("not the canonical form of a ristretto255 element")
    return Element(result.raw)


def reduce_scalar(uniform: bytes) -> Scalar:
    """Return the 64-byte little-endian integer `uniform` modulo the group's order; zero is possible.

    Raises:
        InvalidInputError: not 64 bytes.
    """
    _require_length(uniform, UNIFORM_BYTES)
    result = _Buffer()
    functions().reduce(result, uniform)
    return Scalar(result.raw)


def add_scalars(left: Scalar, right: Scalar) -> Scalar:
    """Return the sum modulo the group's order."""
    return _combine_scalars(functions().scalar_add, left, right)


def subtract_scalars(left: Scalar, right: Scalar) -> Scalar:
    """Return `left` minus `right` modulo the group's order."""
    return _combine_scalars(functions().scalar_subtract, left, right)


def multiply_scalars(left: Scalar, right: Scalar) -> Scalar:
    """Return the product modulo the group's order."""
    return _combine_scalars(functions().scalar_multiply, left, right)


def _combine_scalars(function: Function, left: Scalar, right: Scalar) -> Scalar:
    _require_length(left, SCALAR_BYTES)
    _require_length(right, SCALAR_BYTES)
    result = _Buffer()
    function(result, left, right)
    return Scalar(result.raw)


def _require_length(data: bytes, length: int) -> None:
    if len(data) != length:
        raise InvalidInputError(f"{length} bytes are needed, not {len(data)}")
