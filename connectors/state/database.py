"""The engine of a connector's database, and its kinds of transaction: reading, writing, trying, and destroying.

Connections that read and connections that write are different ones: the former can't write, and are kept open between
transactions, since the pool takes longer than a small look-up.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event

import connectors.own_log.tables
import connectors.state.agreement_draft_tables
import connectors.state.console_tables
import connectors.state.correction_tables
import connectors.state.desk_tables
import connectors.state.dropout_tables
import connectors.state.emergency_tables
import connectors.state.item_tables
import connectors.state.job_tables
import connectors.state.private_or_tables
import connectors.state.refresh_tables
import connectors.state.standing_tables
import connectors.state.statistics_tables
import connectors.state.witness_tables  # noqa: F401 - its tables belong to the metadata
from connectors.state.tables import metadata
from hosting.database.kept_connections import KeptConnections, begin_through_driver

BUSY_TIMEOUT_MS = 30_000
POOL_SIZE: Final = 32
"""Connections kept for each process: what a thread needs for one request is never opened for it anew."""

SCHEMA_VERSION = 9

_KEPT = "tongxin_kept"

_PRAGMAS = (
    f"busy_timeout={BUSY_TIMEOUT_MS}",
    "journal_mode=WAL",
    "synchronous=FULL",
    "secure_delete=ON",
    "foreign_keys=ON",
    "temp_store=MEMORY",  # what a savepoint may have to undo: quicker there, and in no other file
)


@dataclass(frozen=True)
class _Kept:
    """What an engine keeps for its transactions: open connections, and the lock that this process's writers take."""

    writers: KeptConnections
    readers: KeptConnections
    turn: threading.RLock = field(default_factory=threading.RLock)


class StateVersionError(RuntimeError):
    """The database was written by another version of the connector."""


def open_state(path: Path) -> Engine:
    """Open the database at `path`, making it (0600) if it is not there.

    Raises:
        StateVersionError: the file holds another schema version.
    """
    path.touch(mode=0o600, exist_ok=True)
    engine, reading_engine = _connections(path, *_PRAGMAS), _connections(path, *_PRAGMAS, "query_only=ON")
    kept = _Kept(KeptConnections(engine, "BEGIN IMMEDIATE"), KeptConnections(reading_engine, "BEGIN"))
    engine.update_execution_options(**{_KEPT: kept})

    def dispose(_engine: Engine) -> None:
        kept.readers.dispose()
        reading_engine.dispose()
        kept.writers.dispose()

    event.listen(engine, "engine_disposed", dispose)
    with writing(engine) as connection:
        found = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        if found == 0:
            metadata.create_all(connection)
            connection.exec_driver_sql(f"PRAGMA user_version={SCHEMA_VERSION}")
        elif found != SCHEMA_VERSION:
            raise StateVersionError(
                f"数据库是第{found}版，本程序需要第{SCHEMA_VERSION}版：请用原来的程序打开，或新建文件夹重新接入 / "
                f"the database has version {found}, this program needs {SCHEMA_VERSION}: "
                "use the program that wrote it, or enrol again from a new folder"
            )
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that holds the write lock from its start; commits on leaving, durable when left."""
    kept = _kept_of(engine)
    with _turn(kept), kept.writers.transaction() as connection:
        yield connection


@contextmanager
def trying(engine: Engine) -> Iterator[Connection]:
    """As `writing`, but all is undone when it is left: whether a change would be refused, by the change itself."""
    kept = _kept_of(engine)
    with _turn(kept), kept.writers.undone() as connection:
        yield connection


@contextmanager
def destroying(engine: Engine) -> Iterator[Connection]:
    """As `writing`; what was deleted is gone from the write-ahead log too when it is left.

    Where somebody reads for longer than `BUSY_TIMEOUT_MS`, that is left to the next time.
    """
    with writing(engine) as connection:
        yield connection
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        raw.close()


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that sees one snapshot and can't change it."""
    with _kept_of(engine).readers.transaction() as connection:
        yield connection


@contextmanager
def single_read(engine: Engine) -> Iterator[Connection]:
    """Lend a connection that can't write for one `Prepared` SELECT, which is a snapshot of its own."""
    with _kept_of(engine).readers.lent() as connection:
        yield connection


def _kept_of(engine: Engine) -> _Kept:
    kept: _Kept = engine.get_execution_options()[_KEPT]
    return kept


@contextmanager
def _turn(kept: _Kept) -> Iterator[None]:
    """Wait for this process's other writers: SQLite itself lets a waiting thread sleep on after the lock is free.

    Where that takes longer than `BUSY_TIMEOUT_MS`, SQLite has the last word.
    """
    is_ours = kept.turn.acquire(timeout=BUSY_TIMEOUT_MS / 1000)
    try:
        yield
    finally:
        if is_ours:
            kept.turn.release()


def _connections(path: Path, *pragmas: str) -> Engine:
    """Return the engine of connections with these pragmas for good: SQLite compiles all statements anew at a change."""

    def configure(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").close()

    engine = create_engine(
        f"sqlite:///{path}",
        hide_parameters=True,
        pool_size=POOL_SIZE,
        paramstyle="named",  # `Prepared` gives its values by name
    )
    event.listen(engine, "connect", configure)
    begin_through_driver(engine)
    return engine
