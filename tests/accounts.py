"""Accounts past their first day, with a password of the owner's own: made without the costly hashes of that day."""

import os
from dataclasses import replace
from functools import cache
from typing import Final

import pytest

from hosting.accounts import credentials
from hosting.accounts.account_queries import find_credential, replace_credential
from hosting.accounts.accounts import open_account
from hosting.accounts.book import A, AccountBook, seconds
from hosting.accounts.sessions import begin_session_in
from hosting.web.secret_cookie import new_secret
from keys.crypto.password import STANDARD_PASSWORD_COST, PasswordCost, hash_password

_LEAST_COST: Final = PasswordCost(passes=1, memory_bytes=8 * 1024)


def add_settled_account(book: AccountBook[A], account: A, password: str) -> str:
    """Add an account whose owner has put `password` in the place of the one-time password; return its TOTP secret.

    The owner's password has the product's cost, and is hashed once for all accounts that have it.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(credentials, "STANDARD_PASSWORD_COST", _LEAST_COST)  # of the one-time password, which is gone
        new = open_account(book, None, account)
    with book.writing() as connection:
        given = find_credential(connection, book.tables, account.id)
        assert given is not None
        own = replace(given, password_hash=_hash_of(password), password_set_at=seconds(book), is_one_time=False)
        replace_credential(connection, book.tables, account.id, own)
    return new.totp_secret


def begin_session(book: AccountBook[A], account: A) -> str:
    """Return the token of a session of this account, as if its owner had just signed in."""
    token = new_secret(os.urandom)
    with book.writing() as connection:
        begin_session_in(connection, book.tables, token, account.id, seconds(book))
    return token


def forget_used_codes(book: AccountBook[A], account_id: str) -> None:
    """Let a code be accepted that was used before, so that nobody who signs in again waits for the next one."""
    with book.writing() as connection:
        kept = find_credential(connection, book.tables, account_id)
        assert kept is not None
        replace_credential(connection, book.tables, account_id, replace(kept, totp_step=0))


@cache
def _hash_of(password: str) -> str:
    return hash_password(password, STANDARD_PASSWORD_COST, os.urandom)
