"""The group laws, strict decoding, and the vectors of RFC 9496."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.crypto import ristretto255 as group
from keys.crypto.errors import DeserializeError, InvalidInputError, InverseError
from keys.crypto.ristretto255 import ORDER, Element, Scalar

GENERATOR_HEX = "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76"
TWICE_HEX = "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919"
# RFC 9496 appendix A.2, one of each kind, and the identity, which RFC 9497 refuses as well.
REFUSED_ELEMENTS = {
    "identity": "00" * 32,
    "field element not reduced": "ed" + "ff" * 30 + "7f",
    "high bit set": "ff" * 32,
    "negative": "01" + "00" * 31,
    "negative and large": "01" + "ff" * 30 + "7f",
    "not a square": "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
    "short": GENERATOR_HEX[2:],
    "long": GENERATOR_HEX + "00",
    "empty": "",
}

uniform = st.binary(min_size=64, max_size=64)
scalars = st.integers(1, ORDER - 1).map(lambda value: Scalar(value.to_bytes(32, "little")))


def number(scalar: bytes) -> int:
    return int.from_bytes(scalar, "little")


def scalar_of(value: int) -> Scalar:
    return Scalar(value.to_bytes(32, "little"))


def test_small_multiples_of_the_generator() -> None:
    assert group.multiply_base(scalar_of(1)).hex() == GENERATOR_HEX
    assert group.multiply_base(scalar_of(2)).hex() == TWICE_HEX


@pytest.mark.parametrize("encoded", REFUSED_ELEMENTS.values(), ids=REFUSED_ELEMENTS.keys())
def test_malformed_elements_are_refused(encoded: str) -> None:
    data = bytes.fromhex(encoded)
    assert not group.is_valid_element(data)
    with pytest.raises(DeserializeError):
        group.decode_element(data)
    with pytest.raises(DeserializeError):
        group.multiply(scalar_of(3), Element(data))


@pytest.mark.parametrize("value", [0, ORDER, ORDER + 1, 2**256 - 1])
def test_scalars_out_of_range_are_refused(value: int) -> None:
    with pytest.raises(DeserializeError):
        group.decode_scalar(scalar_of(value))


@pytest.mark.parametrize("length", [0, 31, 33])
def test_wrong_lengths_are_refused_before_they_reach_the_library(length: int) -> None:
    data, element, scalar = bytes(length), group.multiply_base(scalar_of(1)), scalar_of(1)
    for call in (
        lambda: group.multiply(Scalar(data), element),
        lambda: group.add(element, Element(data)),
        lambda: group.subtract(Element(data), element),
        lambda: group.decode_scalar(data),
    ):
        with pytest.raises(DeserializeError):
            call()
    for call in (
        lambda: group.element_from_uniform(data),
        lambda: group.reduce_scalar(data),
        lambda: group.multiply_base(Scalar(data)),
        lambda: group.add_scalars(scalar, Scalar(data)),
    ):
        with pytest.raises(InvalidInputError):
            call()


@given(scalars)
def test_scalars_in_range_decode_to_themselves(scalar: Scalar) -> None:
    assert group.decode_scalar(bytes(scalar)) == scalar


@given(uniform)
def test_reduction_is_modulo_the_order(data: bytes) -> None:
    assert number(group.reduce_scalar(data)) == number(data) % ORDER


@given(scalars, scalars)
def test_scalar_arithmetic_is_modular(left: Scalar, right: Scalar) -> None:
    assert number(group.add_scalars(left, right)) == (number(left) + number(right)) % ORDER
    assert number(group.subtract_scalars(left, right)) == (number(left) - number(right)) % ORDER
    assert number(group.multiply_scalars(left, right)) == number(left) * number(right) % ORDER


@given(scalars, scalars, scalars)
def test_multiplication_distributes_over_addition(left: Scalar, right: Scalar, factor: Scalar) -> None:
    element = group.multiply_base(factor)
    right_product = group.multiply(right, element)
    total = group.add(group.multiply(left, element), right_product)
    combined = group.add_scalars(left, right)
    assert total == (group.multiply(combined, element) if number(combined) else group.IDENTITY)
    assert group.subtract(total, right_product) == group.multiply(left, element)
    assert group.multiply(left, group.multiply_base(scalar_of(1))) == group.multiply_base(left)


@given(uniform)
def test_uniform_bytes_map_to_an_element_or_the_identity(data: bytes) -> None:
    element = group.element_from_uniform(data)
    assert element == group.IDENTITY or group.decode_element(element) == element


def test_products_that_are_the_identity_are_refused() -> None:
    with pytest.raises(InverseError):
        group.multiply_base(Scalar(group.ZERO))
    with pytest.raises(DeserializeError):
        group.multiply(Scalar(group.ZERO), group.multiply_base(scalar_of(1)))
