"""Appends to the audit log per second, against bare commits of the same bytes to SQLite by one thread."""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, text

from bench.harness import Comparison, Contest, Tell, compare, timed
from bench.scale import Scale
from gateway.log.events import Actor, Event, EventType, PersonalField, PolicyRef, RequestRef
from gateway.log.journal import Draft, Journal
from gateway.persistence.engine import create_database_engine, read_transaction
from gateway.persistence.migrate import migrate_database
from schemas.formats import digest_of

THREADS = (1, 16, 64)


def run(scale: Scale, tell: Tell) -> Iterator[Comparison]:
    """Append match queries from 1, 16 and 64 threads to a log on disk."""
    with tempfile.TemporaryDirectory(prefix="tongxin-bench-") as folder, open_journal(Path(folder)) as journal:
        entry = first_entry(journal, Path(folder))
        with closing(open_bare_table(Path(folder) / "bare.sqlite3")) as bare:
            for threads in THREADS:
                yield compare(_contest(journal, bare, entry, threads, scale.appends), scale.rounds, tell)


def _contest(journal: Journal, bare: sqlite3.Connection, entry: bytes, threads: int, times: int) -> Contest:
    return Contest(
        name=f"Journal.write, {threads} threads",
        unit="appends",
        peer="SQLite INSERT + COMMIT, synchronous=FULL, 1 thread",
        ours=lambda: timed(threads * times, lambda: append(journal, threads, times)),
        theirs=lambda: timed(times, lambda: insert_bare(bare, entry, times)),
    )


@contextmanager
def open_journal(folder: Path) -> Iterator[Journal]:
    """Open the journal of a new log in `folder`."""
    engine = create_database_engine(_database_url(folder))
    migrate_database(engine)
    journal = Journal(engine, "gateway.990000/audit", lambda: datetime.now(UTC), os.urandom)
    journal.start()
    yield journal
    journal.stop()
    engine.dispose()


def append(journal: Journal, threads: int, times: int) -> None:
    """Append a match query `times` from each of `threads` threads, each waiting until its own is durable."""

    def work(_: int) -> None:
        for _ in range(times):
            journal.write(_log_query)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, range(threads)))


def first_entry(journal: Journal, folder: Path) -> bytes:
    """Append one event and return its entry: the bytes that both contenders make durable."""
    append(journal, 1, 1)
    engine = create_database_engine(_database_url(folder))
    with read_transaction(engine) as connection:
        entry = bytes(connection.execute(text("SELECT entry FROM audit_leaf WHERE idx = 0")).scalar_one())
    engine.dispose()
    return entry


def open_bare_table(path: Path) -> sqlite3.Connection:
    """Open a new database with a table for entries and nothing else."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE entry (idx INTEGER PRIMARY KEY, entry BLOB NOT NULL)")
    return connection


def insert_bare(connection: sqlite3.Connection, entry: bytes, times: int) -> None:
    """Insert `entry` in a transaction of its own, `times`."""
    for _ in range(times):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO entry (entry) VALUES (?)", (entry,))
        connection.execute("COMMIT")


def _database_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'log.sqlite3'}"


def _log_query(_: Connection) -> Draft[None]:
    return Draft(None, (match_query(),))


def match_query() -> Event:
    """Return a match query as the gateway logs it."""
    return Event(
        type=EventType.MATCH_QUERY,
        actor=Actor("civil_affairs.990000", kid=digest_of(b"signing key")),
        peer="public_security.990000",
        purpose="P14",
        policy=PolicyRef("01900000-0000-7000-8000-000000000001", digest_of(b"agreement")),
        decision="permit",
        fields=("life_status", "status_since", "moved_to_county"),
        records=1,
        request=RequestRef(digest_of(b"envelope"), digest_of(b"signature")),
        correlation_id="01900000-0000-4000-8000-000000000002",
        personal={PersonalField.OFFICER: "officer-07", PersonalField.CASE_REF: "TA-2026-0415"},
    )
