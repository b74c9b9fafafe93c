"""Sessions at the console: begun by signing in, over after 15 idle minutes or 8 hours, ended by any change of rights.

The token is 256 random bits that only the browser has; its SHA-256 is kept (OWASP session management).
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection

from gateway.domain.account import Account
from gateway.persistence.account_queries import find_account, find_credential
from gateway.persistence.engine import read_transaction, write_transaction
from gateway.persistence.session_queries import (
    StoredSession,
    add_session,
    delete_over_sessions,
    delete_session,
    find_session,
    touch_session,
)
from gateway.services.context import Gateway

IDLE: Final = timedelta(minutes=15)
LONGEST: Final = timedelta(hours=8)
TOUCH: Final = timedelta(seconds=30)
"""How exactly the time of last use is kept, so that not every page writes."""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that is not over. With a one-time password nothing may be done but replace it."""

    account: Account
    is_one_time: bool


def begin_session_in(connection: Connection, token: str, account_id: str, now: int) -> None:
    """Store a session for `token` (`hosting.web.secret_cookie.new_secret`), and delete those that are over."""
    delete_over_sessions(connection, now - int(LONGEST.total_seconds()), now - int(IDLE.total_seconds()))
    add_session(connection, StoredSession(token_digest(token), account_id, now, now))


def open_session(gateway: Gateway, token: str) -> OpenSession | None:
    """Return whose session it is, as their rights are now; None if it is over, was ended or never was."""
    now = gateway.seconds()
    with read_transaction(gateway.engine) as connection:
        session = find_session(connection, token_digest(token))
        if session is None or is_over(session, now):
            return None
        stored = find_account(connection, session.account)
        credential = find_credential(connection, session.account)
    if stored is None or stored.is_disabled or credential is None:
        return None
    if now - session.seen_at >= TOUCH.total_seconds():
        with write_transaction(gateway.engine) as connection:
            touch_session(connection, session.token_digest, now)
    return OpenSession(stored.account, credential.is_one_time)


def is_over(session: StoredSession, now: int) -> bool:
    """Return whether a session is over at `now` (POSIX seconds)."""
    return now - session.seen_at >= IDLE.total_seconds() or now - session.began_at >= LONGEST.total_seconds()


def end_session(gateway: Gateway, token: str) -> None:
    """End a session, at sign-out."""
    with write_transaction(gateway.engine) as connection:
        delete_session(connection, token_digest(token))


def token_digest(token: str) -> bytes:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).digest()
