"""Sessions at a console: begun by signing in, over after 15 idle minutes or 8 hours, ended by any change of rights.

The token is 256 random bits that only the browser has; its SHA-256 is kept (OWASP session management).
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Generic

from sqlalchemy import Connection

from hosting.accounts.account_queries import find_credential, find_row
from hosting.accounts.book import A, AccountBook, seconds
from hosting.accounts.session_queries import (
    StoredSession,
    add_session,
    delete_over_sessions,
    delete_session,
    find_session,
    touch_session,
)
from hosting.accounts.tables import AccountTables

IDLE: Final = timedelta(minutes=15)
LONGEST: Final = timedelta(hours=8)
TOUCH: Final = timedelta(seconds=30)
"""How exactly the time of last use is kept, so that not every page writes."""


@dataclass(frozen=True, slots=True)
class OpenSession(Generic[A]):
    """A session that is not over. With a one-time password nothing may be done but replace it."""

    account: A
    is_one_time: bool


def begin_session_in(connection: Connection, tables: AccountTables, token: str, account_id: str, now: int) -> None:
    """Store a session for `token` (`hosting.web.secret_cookie.new_secret`), and delete those that are over."""
    delete_over_sessions(connection, tables, now - int(LONGEST.total_seconds()), now - int(IDLE.total_seconds()))
    add_session(connection, tables, StoredSession(token_digest(token), account_id, now, now))


def open_session(book: AccountBook[A], token: str) -> OpenSession[A] | None:
    """Return whose session it is, as their rights are now; None if it is over, was ended or never was."""
    now = seconds(book)
    with book.reading() as connection:
        session = find_session(connection, book.tables, token_digest(token))
        if session is None or is_over(session, now):
            return None
        row = find_row(connection, book.tables, session.account)
        credential = find_credential(connection, book.tables, session.account)
    if row is None or row.is_disabled or credential is None:
        return None
    if now - session.seen_at >= TOUCH.total_seconds():
        with book.writing() as connection:
            touch_session(connection, book.tables, session.token_digest, now)
    return OpenSession(book.account_of(row), credential.is_one_time)


def is_over(session: StoredSession, now: int) -> bool:
    """Return whether a session is over at `now` (POSIX seconds)."""
    return now - session.seen_at >= IDLE.total_seconds() or now - session.began_at >= LONGEST.total_seconds()


def end_session(book: AccountBook[A], token: str) -> None:
    """End a session, at sign-out."""
    with book.writing() as connection:
        delete_session(connection, book.tables, token_digest(token))


def token_digest(token: str) -> bytes:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).digest()
