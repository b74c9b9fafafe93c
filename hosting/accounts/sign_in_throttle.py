"""Counting attempts to sign in, across processes and restarts, without keeping whose or from where in clear."""

import hashlib
from collections.abc import Iterable
from typing import Final

from hosting.accounts.book import A, AccountBook, seconds
from hosting.accounts.session_queries import (
    delete_attempts,
    delete_old_attempts,
    find_attempts,
    replace_attempts,
)
from hosting.accounts.sign_in_limits import ACCOUNT_FAILURES, ADDRESS_FAILURES, LOCK, charge, give_back
from keys.custody.key_ring import KeyKind

_USE: Final = b"tongxin/fail/v1"


class SignInLockedError(Exception):
    """Signing in failed too often and is refused, unseen, until `until` (POSIX seconds)."""

    def __init__(self, until: int) -> None:
        super().__init__(until)
        self.until = until


def charge_attempt(book: AccountBook[A], account_id: str, address: str) -> bool:
    """Count an attempt before it is looked at; return whether it is the last one before the lock.

    Raises:
        SignInLockedError: the account's name or the address is locked already; nothing was counted.
    """
    now = seconds(book)
    with book.writing() as connection:
        delete_old_attempts(connection, book.tables, now - int(LOCK.total_seconds()))
        before = [
            (subject, limit, find_attempts(connection, book.tables, subject))
            for subject, limit in _both(book, account_id, address)
        ]
        locked_until = max(attempts.locked_until for _, _, attempts in before)
        if now < locked_until:
            raise SignInLockedError(locked_until)
        after = [(subject, charge(attempts, limit, now)) for subject, limit, attempts in before]
        for subject, attempts in after:
            replace_attempts(connection, book.tables, subject, attempts)
    return any(attempts.is_locked(now) for _, attempts in after)


def forgive_attempt(book: AccountBook[A], account_id: str, address: str) -> None:
    """Take back what was counted for an attempt that succeeded; the account's earlier failures are forgotten."""
    (account, _), (caller, _) = _both(book, account_id, address)
    with book.writing() as connection:
        delete_attempts(connection, book.tables, account)
        replace_attempts(connection, book.tables, caller, give_back(find_attempts(connection, book.tables, caller)))


def _both(book: AccountBook[A], account_id: str, address: str) -> Iterable[tuple[bytes, int]]:
    """Return the keyed digests of both subjects (BLAKE2b, RFC 7693), each with its limit."""
    key = book.ring.current(KeyKind.STORAGE, book.now()).secret
    return [
        (hashlib.blake2b(text.encode(), digest_size=32, key=key, person=_USE).digest(), limit)
        for text, limit in ((f"account/{account_id}", ACCOUNT_FAILURES), (f"address/{address}", ADDRESS_FAILURES))
    ]
