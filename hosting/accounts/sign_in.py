"""Signing in at a console: password and one-time code together, counted, noted, and alike whatever was wrong."""

import unicodedata
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy import Connection

from hosting.accounts.account_queries import Credential, find_credential, find_row, replace_credential
from hosting.accounts.book import A, AccountBook, AccountEvent, AccountEventKind, AccountRow, seconds
from hosting.accounts.credentials import find_step, is_right_password
from hosting.accounts.sessions import begin_session_in
from hosting.accounts.sign_in_throttle import charge_attempt, forgive_attempt
from keys.crypto.password import STANDARD_PASSWORD_COST, hash_password, needs_rehash

MAX_TYPED_CHARACTERS: Final = 200


class SignInRefusedError(Exception):
    """Signing in failed; it never says by what."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What somebody typed, and from which address."""

    account: str = field(repr=False)
    password: str = field(repr=False)
    code: str = field(repr=False)
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Checked:
    """Whose account it is, and what was wrong with the attempt (None for nothing)."""

    row: AccountRow | None
    credential: Credential | None
    step: int
    fault: str | None


def sign_in(book: AccountBook[A], attempt: Attempt, token: str) -> None:
    """Begin a session for `token` (`hosting.web.secret_cookie.new_secret`), if all that was typed is right.

    Raises:
        SignInLockedError: it failed too often; nothing was looked at.
        SignInRefusedError: something is wrong, or the account is disabled.
        Exception: what `commit` raises where it could not be noted; then nobody was signed in.
    """
    account_id = _typed(attempt.account)
    is_last = charge_attempt(book, account_id, attempt.address)
    checked = _check(book, account_id, attempt)
    try:
        _begin(book, attempt, token, checked)
    except SignInRefusedError:
        _note_failure(book, attempt, checked.row, "locked" if is_last else checked.fault or "overtaken")
        raise
    forgive_attempt(book, account_id, attempt.address)


def _check(book: AccountBook[A], account_id: str, attempt: Attempt) -> _Checked:
    """Look at everything before judging anything: whatever is wrong, it takes about as long."""
    with book.reading() as connection:
        row = find_row(connection, book.tables, account_id)
        credential = find_credential(connection, book.tables, account_id)
    is_right = is_right_password(book, credential, attempt.password)
    step = find_step(book, account_id, credential, attempt.code)
    fault = None
    if row is None:
        fault = "unknown_account"
    elif row.is_disabled:
        fault = "disabled_account"
    elif not is_right:
        fault = "wrong_password"
    elif step is None:
        fault = "wrong_code"
    return _Checked(row, credential, step or 0, fault)


def _begin(book: AccountBook[A], attempt: Attempt, token: str, checked: _Checked) -> None:
    row, credential = checked.row, checked.credential
    if checked.fault is not None or row is None or credential is None:
        raise SignInRefusedError
    kept = replace(credential, totp_step=checked.step)
    if needs_rehash(credential.password_hash, STANDARD_PASSWORD_COST):
        kept = replace(kept, password_hash=hash_password(attempt.password, STANDARD_PASSWORD_COST, book.random))
    event = AccountEvent(AccountEventKind.SIGNED_IN, book.account_of(row), address=attempt.address)

    def change(connection: Connection) -> list[AccountEvent[A]]:
        # The code may have been used, the account changed or disabled, since they were looked at.
        now_there = (find_row(connection, book.tables, row.id), find_credential(connection, book.tables, row.id))
        if now_there != (row, credential):
            raise SignInRefusedError
        replace_credential(connection, book.tables, row.id, kept)
        begin_session_in(connection, book.tables, token, row.id, seconds(book))
        return [event]

    book.commit(change)


def _note_failure(book: AccountBook[A], attempt: Attempt, row: AccountRow | None, reason: str) -> None:
    """Note the failure; the name of an account that does not exist stays out of it: it may be a mistyped password."""
    account = None if row is None else book.account_of(row)
    event = AccountEvent(AccountEventKind.SIGN_IN_FAILED, account, reason, address=attempt.address)
    book.commit(lambda _: [event])


def _typed(account: str) -> str:
    return unicodedata.normalize("NFKC", account).strip().casefold()[:MAX_TYPED_CHARACTERS]
