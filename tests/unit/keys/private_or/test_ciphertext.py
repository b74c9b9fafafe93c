"""Sums and multiples of hidden numbers, opened with both shares."""

import pytest

from keys.crypto.errors import DeserializeError
from keys.crypto.ristretto255 import IDENTITY, Element, Scalar, multiply_base
from keys.private_or.ciphertext import (
    PLAIN_ZERO,
    Ciphertext,
    minus_plain,
    plain,
    plus,
    plus_plain,
    refresh,
    remove_share,
    times,
)


def element(number: int) -> Element:
    return multiply_base(Scalar(number.to_bytes(32, "little"))) if number else Element(IDENTITY)


def opened(ciphertext: Ciphertext, sealing) -> Element:
    return remove_share(remove_share(ciphertext, sealing.keeper.secret), sealing.requester.secret).masked


@pytest.mark.parametrize("number", [0, 1, 2, 8])
def test_what_is_hidden_opens_with_both_shares_in_either_order(number, sealing, random):
    hidden = refresh(plain(element(number)), sealing.key, random)
    assert opened(hidden, sealing) == element(number)
    other_order = remove_share(remove_share(hidden, sealing.requester.secret), sealing.keeper.secret)
    assert other_order.masked == element(number)


def test_one_share_opens_nothing(sealing, random):
    hidden = refresh(plain(element(1)), sealing.key, random)
    for share in (sealing.keeper, sealing.requester):
        assert remove_share(hidden, share.secret).masked != element(1)


def test_refreshing_changes_both_parts_and_not_the_content(sealing, random):
    first = refresh(plain(element(3)), sealing.key, random)
    second = refresh(first, sealing.key, random)
    assert not set(first) & set(second)
    assert opened(second, sealing) == element(3)


def test_sums_differences_and_multiples(sealing, random):
    two, five = (refresh(plain(element(number)), sealing.key, random) for number in (2, 5))
    assert opened(plus(two, five), sealing) == element(7)
    assert opened(plus_plain(two, element(4)), sealing) == element(6)
    assert opened(minus_plain(five, element(5)), sealing) == element(0)
    assert opened(times(Scalar((3).to_bytes(32, "little")), five), sealing) == element(15)


def test_the_bytes_come_back(sealing, random):
    hidden = refresh(PLAIN_ZERO, sealing.key, random)
    assert Ciphertext.from_bytes(hidden.to_bytes()) == hidden


def test_what_hides_nothing_is_not_accepted_from_outside(sealing, random):
    hidden = refresh(PLAIN_ZERO, sealing.key, random).to_bytes()
    for data in (PLAIN_ZERO.to_bytes(), plain(element(1)).to_bytes(), hidden[:-1], hidden + b"\x00", b"\xff" * 64):
        with pytest.raises(DeserializeError):
            Ciphertext.from_bytes(data)
