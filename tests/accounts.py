"""Accounts past their first day, with a password of the owner's own: made without what that day asks for."""

import os
from dataclasses import replace
from functools import cache

from hosting.accounts.account_queries import find_credential, replace_credential
from hosting.accounts.accounts import open_account
from hosting.accounts.book import A, AccountBook, seconds
from hosting.accounts.sessions import begin_session_in
from hosting.web.secret_cookie import new_secret
from keys.crypto.password import hash_password
from tests.lighter_accounts import LEAST_COST


def add_settled_account(book: AccountBook[A], account: A, password: str) -> str:
    """Add an account whose owner has put `password` in the place of the one-time password; return its TOTP secret.

    The owner's password is hashed once for all accounts that have it.
    """
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
    return hash_password(password, LEAST_COST, os.urandom)
