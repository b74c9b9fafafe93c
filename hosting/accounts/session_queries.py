"""Reading and writing who is signed in, and how often signing in failed."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from hosting.accounts.sign_in_limits import Attempts
from hosting.accounts.tables import AccountTables


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session; times are POSIX seconds."""

    token_digest: bytes
    account: str
    began_at: int
    seen_at: int


def add_session(connection: Connection, tables: AccountTables, session: StoredSession) -> None:
    """Store a session."""
    connection.execute(
        insert(tables.session).values(
            token_digest=session.token_digest,
            account=session.account,
            began_at=session.began_at,
            seen_at=session.seen_at,
        )
    )


def find_session(connection: Connection, tables: AccountTables, token_digest: bytes) -> StoredSession | None:
    """Return the session, whether or not it is over, or None."""
    row = connection.execute(select(tables.session).where(tables.session.c.token_digest == token_digest)).first()
    return None if row is None else StoredSession(row.token_digest, row.account, row.began_at, row.seen_at)


def touch_session(connection: Connection, tables: AccountTables, token_digest: bytes, seen_at: int) -> None:
    """Note when the session was last used."""
    connection.execute(
        update(tables.session).where(tables.session.c.token_digest == token_digest).values(seen_at=seen_at)
    )


def delete_session(connection: Connection, tables: AccountTables, token_digest: bytes) -> None:
    """End a session."""
    connection.execute(delete(tables.session).where(tables.session.c.token_digest == token_digest))


def delete_sessions_of(connection: Connection, tables: AccountTables, account: str) -> None:
    """End all sessions of an account."""
    connection.execute(delete(tables.session).where(tables.session.c.account == account))


def delete_over_sessions(connection: Connection, tables: AccountTables, began_before: int, seen_before: int) -> None:
    """Delete the sessions that are over."""
    columns = tables.session.c
    connection.execute(
        delete(tables.session).where((columns.began_at < began_before) | (columns.seen_at < seen_before))
    )


def find_attempts(connection: Connection, tables: AccountTables, subject: bytes) -> Attempts:
    """Return how often `subject` (a keyed digest) failed of late."""
    row = connection.execute(select(tables.attempt).where(tables.attempt.c.subject == subject)).first()
    return Attempts() if row is None else Attempts(row.failures, row.failed_at, row.locked_until)


def replace_attempts(connection: Connection, tables: AccountTables, subject: bytes, attempts: Attempts) -> None:
    """Keep how often `subject` failed of late."""
    delete_attempts(connection, tables, subject)
    connection.execute(
        insert(tables.attempt).values(
            subject=subject,
            failures=attempts.failures,
            failed_at=attempts.failed_at,
            locked_until=attempts.locked_until,
        )
    )


def delete_attempts(connection: Connection, tables: AccountTables, subject: bytes) -> None:
    """Forget that `subject` failed."""
    connection.execute(delete(tables.attempt).where(tables.attempt.c.subject == subject))


def delete_old_attempts(connection: Connection, tables: AccountTables, failed_before: int) -> None:
    """Forget what failed long ago."""
    connection.execute(delete(tables.attempt).where(tables.attempt.c.failed_at < failed_before))
