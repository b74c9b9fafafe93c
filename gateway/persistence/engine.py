"""Database engines and the two kinds of transaction: read (cannot write) and write (one at a time).

SQLite and PostgreSQL behave alike behind this file. A write transaction holds the database's one write lock from
its first statement, so whoever reads the size of the log inside it may append; a read transaction sees one snapshot.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url

from hosting.database.driver_call import call_driver
from hosting.database.kept_connections import KeptConnections, begin_through_driver

SQLITE_DRIVERS: Final = frozenset({"sqlite", "sqlite+pysqlite"})
POSTGRESQL_DRIVER: Final = "postgresql+psycopg"
BUSY_TIMEOUT_MS: Final = 30_000
POOL_SIZE: Final = 32
"""Connections kept for each process, of SQLite for reading and for writing each: none waits for another's."""

WRITE_LOCK_ID: Final = 0x746F6E6778696E  # "tongxin": the key of the advisory lock, one for the whole database

_READERS: Final = "tongxin_readers"  # execution option of an SQLite engine: its connections that can't write
_WRITERS: Final = "tongxin_writers"  # and those that can

_SQLITE_PRAGMAS: Final = (
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA secure_delete=ON",  # an erased disclosure must not stay readable in the file
    "PRAGMA recursive_triggers=ON",  # else INSERT OR REPLACE slips past the append-only triggers
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",  # what a savepoint may have to undo: quicker there, and in no other file
)
_READ_ONLY: Final = "PRAGMA query_only=ON"


class DatabaseUrlError(ValueError):
    """The database URL names something that can't keep a durable log."""


class DurabilityError(RuntimeError):
    """The database answers COMMIT before the data is on disk."""


def create_database_engine(url: str) -> Engine:
    """Return the engine for `url`: `sqlite:////path` or `postgresql+psycopg://…`.

    Create it in the process that uses it: neither driver's connections survive a fork.

    Raises:
        DatabaseUrlError: another driver, or an SQLite database without a file of its own.
    """
    parsed = make_url(url)
    if parsed.drivername in SQLITE_DRIVERS:
        return _create_sqlite_engine(parsed)
    if parsed.drivername == POSTGRESQL_DRIVER:
        return _create_postgresql_engine(parsed)
    raise DatabaseUrlError(f"use sqlite:////path or {POSTGRESQL_DRIVER}://…, not {parsed.drivername}://")


@contextmanager
def write_transaction(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that holds the database's write lock; commits on leaving, rolls back on an exception.

    Raises:
        sqlalchemy.exc.OperationalError: SQLite's lock was not free within `BUSY_TIMEOUT_MS`.
    """
    writers: KeptConnections | None = engine.get_execution_options().get(_WRITERS)
    if writers is not None:
        with writers.transaction() as connection:
            yield connection
        return
    with engine.connect() as connection, connection.begin():
        call_driver(connection, "SELECT pg_advisory_xact_lock(%s)", (WRITE_LOCK_ID,))
        yield connection


@contextmanager
def read_transaction(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that sees one snapshot of the database and can't change it."""
    readers: KeptConnections | None = engine.get_execution_options().get(_READERS)
    if readers is not None:
        with readers.transaction() as connection:
            yield connection
        return
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


@contextmanager
def single_read(engine: Engine) -> Iterator[Connection]:
    """Lend a connection that can't write for one `Prepared` SELECT, which is a snapshot of its own.

    In SQLite BEGIN and COMMIT would cost as much as two further look-ups.
    """
    readers: KeptConnections | None = engine.get_execution_options().get(_READERS)
    with read_transaction(engine) if readers is None else readers.lent() as connection:
        yield connection


def forget_deleted(engine: Engine) -> None:
    """Make what was deleted unreadable in SQLite's write-ahead log too; PostgreSQL vacuums on its own schedule.

    Where somebody reads for longer than `BUSY_TIMEOUT_MS`, that is left to the next time.
    """
    if engine.dialect.name != "sqlite":
        return
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        raw.close()


def _create_sqlite_engine(url: URL) -> Engine:
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise DatabaseUrlError("the log needs a database file: sqlite:////path/to/file.db")
    engine = _sqlite_connections(url, *_SQLITE_PRAGMAS)
    reading = _sqlite_connections(url, *_SQLITE_PRAGMAS, _READ_ONLY)
    # A deferred transaction that turns into a writing one fails at once when another process wrote in between.
    readers, writers = KeptConnections(reading, "BEGIN"), KeptConnections(engine, "BEGIN IMMEDIATE")
    engine.update_execution_options(**{_READERS: readers, _WRITERS: writers})

    def close(_engine: Engine) -> None:
        readers.dispose()
        reading.dispose()
        writers.dispose()

    event.listen(engine, "engine_disposed", close)
    return engine


def _sqlite_connections(url: URL, *pragmas: str) -> Engine:
    """Return the engine of connections with these pragmas for good: SQLite compiles all statements anew at a change."""

    def configure(connection: sqlite3.Connection, _record: Any) -> None:
        """Take transaction control away from the driver, which knows no savepoints."""
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(pragma).close()

    # Parameters by name, as psycopg has them: rows can go to either driver as they are.
    connections = create_engine(url, hide_parameters=True, pool_size=POOL_SIZE, paramstyle="named")
    event.listen(connections, "connect", configure)
    begin_through_driver(connections)
    return connections


def _create_postgresql_engine(url: URL) -> Engine:
    engine = create_engine(url, hide_parameters=True, pool_size=POOL_SIZE)
    event.listen(engine, "connect", _require_durable_commit)
    return engine


def _require_durable_commit(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        (setting,) = cursor.execute("SHOW synchronous_commit").fetchone()
    connection.rollback()
    if setting == "off":
        raise DurabilityError("synchronous_commit is off: an acknowledged entry of the log could be lost")
