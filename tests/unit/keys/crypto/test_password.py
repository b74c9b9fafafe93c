"""Argon2id against RFC 9106's own implementation by way of libsodium, and against what else writes PHC strings."""

import os
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.pwhash import argon2id

from keys.crypto.errors import InvalidInputError
from keys.crypto.password import (
    MAX_PASSWORD_CHARACTERS,
    STANDARD_PASSWORD_COST,
    PasswordCost,
    hash_password,
    needs_rehash,
    verify_password,
)

CHEAP = PasswordCost(passes=1, memory_bytes=8 * 1024)
PRINTABLE = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=40).filter(
    lambda text: text.isprintable()
)


@settings(max_examples=60)
@given(password=PRINTABLE, other=PRINTABLE)
def test_the_password_verifies_and_others_do_not(password: str, other: str) -> None:
    stored = hash_password(password, CHEAP, os.urandom)
    assert verify_password(stored, password)
    assert verify_password(stored, other) == (normalize("NFKC", other) == normalize("NFKC", password))


def test_the_string_is_what_libsodium_writes() -> None:
    theirs = argon2id.str(b"correct horse", opslimit=1, memlimit=8 * 1024).decode("ascii").rstrip("\0")
    assert verify_password(theirs, "correct horse")
    assert not verify_password(theirs, "correct horsf")
    assert argon2id.verify(hash_password("correct horse", CHEAP, os.urandom).encode(), b"correct horse")


def test_full_width_letters_are_the_same_password() -> None:
    assert verify_password(hash_password("ａｂｃ１２３ 木", CHEAP, os.urandom), "abc123 木")


def test_the_salt_is_fresh() -> None:
    assert hash_password("one", CHEAP, os.urandom) != hash_password("one", CHEAP, os.urandom)


def test_the_standard_cost_is_above_what_owasp_asks_for() -> None:
    assert STANDARD_PASSWORD_COST.memory_bytes >= 19 * 2**20
    assert STANDARD_PASSWORD_COST.passes >= 2


def test_another_cost_asks_for_a_new_hash() -> None:
    stored = hash_password("one", CHEAP, os.urandom)
    assert not needs_rehash(stored, CHEAP)
    assert needs_rehash(stored, PasswordCost(passes=2, memory_bytes=8 * 1024))


@pytest.mark.parametrize("password", ["", "x" * (MAX_PASSWORD_CHARACTERS + 1), "tab\tin it", "nul\0"])
def test_what_is_no_password_is_neither_hashed_nor_verified(password: str) -> None:
    stored = hash_password("one", CHEAP, os.urandom)
    assert not verify_password(stored, password)
    with pytest.raises(InvalidInputError) as caught:
        hash_password(password, CHEAP, os.urandom)
    assert not password.strip() or password not in str(caught.value)


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "$argon2i$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=16$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=08,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA\n",
    ],
)
def test_another_form_of_hash_is_refused(stored: str) -> None:
    with pytest.raises(InvalidInputError):
        verify_password(stored, "one")
