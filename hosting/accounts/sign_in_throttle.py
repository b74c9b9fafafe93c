"""Counting attempts to sign in, across processes and restarts, without keeping whose or from where in clear."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class _Subject:
    """What attempts are counted for, and how often they may fail."""

    text: str = field(repr=False)
    limit: int


def charge_attempt(book: AccountBook[A], account_id: str, address: str) -> bool:
    """Count an attempt before it is looked at; return whether it is the last one before the lock.

    Raises:
        SignInLockedError: the account's name or the address is locked already; nothing was counted.
    """
    return _charge(book, (_account(account_id), _address(address)))


def charge_address(book: AccountBook[A], address: str) -> None:
    """Count an attempt that names no account; raises as `charge_attempt`."""
    _charge(book, (_address(address),))


def _charge(book: AccountBook[A], subjects: Iterable[_Subject]) -> bool:
    now = seconds(book)
    with book.writing() as connection:
        delete_old_attempts(connection, book.tables, now - int(LOCK.total_seconds()))
        digests = [(_digest(book, subject), subject.limit) for subject in subjects]
        before = [(digest, limit, find_attempts(connection, book.tables, digest)) for digest, limit in digests]
        locked_until = max(attempts.locked_until for _, _, attempts in before)
        if now < locked_until:
            raise SignInLockedError(locked_until)
        after = [(subject, charge(attempts, limit, now)) for subject, limit, attempts in before]
        for subject, attempts in after:
            replace_attempts(connection, book.tables, subject, attempts)
    return any(attempts.is_locked(now) for _, attempts in after)


def forgive_attempt(book: AccountBook[A], account_id: str, address: str) -> None:
    """Take back what was counted for an attempt that succeeded; the account's earlier failures are forgotten."""
    with book.writing() as connection:
        delete_attempts(connection, book.tables, _digest(book, _account(account_id)))
    forgive_address(book, address)


def forgive_address(book: AccountBook[A], address: str) -> None:
    """Take back what was counted for the address of an attempt that succeeded."""
    caller = _digest(book, _address(address))
    with book.writing() as connection:
        replace_attempts(connection, book.tables, caller, give_back(find_attempts(connection, book.tables, caller)))


def _account(account_id: str) -> _Subject:
    return _Subject(f"account/{account_id}", ACCOUNT_FAILURES)


def _address(address: str) -> _Subject:
    return _Subject(f"address/{address}", ADDRESS_FAILURES)


def _digest(book: AccountBook[A], subject: _Subject) -> bytes:
    """Return the keyed digest that is kept (BLAKE2b, RFC 7693)."""
    key = book.ring.current(KeyKind.STORAGE, book.now()).secret
    return hashlib.blake2b(subject.text.encode(), digest_size=32, key=key, person=_USE).digest()
