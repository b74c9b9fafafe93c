"""Equal keys of the types that repeat share a place; every other key has one of its own."""

import pytest

from connectors.publisher import repeated_keys
from connectors.publisher.mix_entries import LEFT_OUT
from connectors.publisher.repeated_keys import RepeatedKeys
from schemas.linkage_keys import KeyType
from schemas.messages.index import KEY_TYPE_CODES

ID, SHARED = KEY_TYPE_CODES[KeyType.ID], KEY_TYPE_CODES[KeyType.R6_D_X]


def test_an_equal_key_has_the_place_of_the_first() -> None:
    keys = RepeatedKeys(bytes)
    assert keys.find_new([b"a", b"s", b"t"], bytes([ID, SHARED, SHARED])) == ([b"a", b"s", b"t"], [0, 1, 2])
    assert keys.find_new([b"b", b"t"], bytes([ID, SHARED])) == ([b"b"], [3, 2])
    assert keys.find_new([b"s", b"u"], bytes([SHARED, SHARED])) == ([b"u"], [1, 4])


def test_other_types_are_not_compared() -> None:
    keys = RepeatedKeys(bytes)
    keys.find_new([b"a"], bytes([ID]))
    assert keys.find_new([b"a"], bytes([ID])) == ([b"a"], [1])


def test_a_key_that_is_left_out_has_no_place() -> None:
    keys = RepeatedKeys(bytes)
    assert keys.find_new([b"a", b"s"], bytes([LEFT_OUT, SHARED])) == ([b"s"], [0])


def test_no_more_are_remembered_than_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeated_keys, "MOST_REMEMBERED", 1)
    keys = RepeatedKeys(bytes)
    assert keys.find_new([b"s", b"t"], bytes([SHARED, SHARED])) == ([b"s", b"t"], [0, 1])
    assert keys.find_new([b"s", b"t"], bytes([SHARED, SHARED])) == ([b"t"], [0, 2])
