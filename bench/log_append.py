"""Appends to the log with one commit an event and with group commit, proofs and verification, against pymerkle.

pymerkle's `SqliteTree` keeps the same entries in a table of entries and hashes: no tiles, no filters, no disclosures.
"""

import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from pymerkle import SqliteTree  # type: ignore[import-untyped]
from sqlalchemy import Connection, Engine

from bench.harness import Comparison, Contest, Figure, Tell, compare, percentile, timed
from bench.log import match_query
from bench.scale import Scale
from gateway.log.journal import Draft, Journal, Written
from gateway.log.shards import current_shard
from gateway.log.tree_store import TreeStore
from gateway.persistence.engine import create_database_engine, read_transaction
from gateway.persistence.migrate import migrate_database
from hosting.http_server import spare_the_collector
from tests.postgresql import postgresql_server

THREADS: Final = 64
UNDER_WAY: Final = 256
"""Appends that are under way at the same time where no thread waits for each of them."""

LOG_NAME: Final = "gateway.990000/audit"
WAIT_SECONDS: Final = 120


def run(scale: Scale, tell: Tell) -> Iterator[Comparison | Figure]:
    """Append one by one, from 64 threads and 256 under way, on both databases; the peer takes its turns on SQLite."""
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="tongxin-bench-")))
        peer = opened.enter_context(SqliteTree(str(folder / "peer.sqlite3")))
        urls = {
            "SQLite": f"sqlite:///{folder / 'log.sqlite3'}",
            "PostgreSQL": opened.enter_context(durable_postgresql()),
        }
        for database, url in urls.items():
            with open_log(url) as (journal, engine):
                entry = first_entry(journal, engine)
                yield compare(_single(database, journal, peer, entry, scale.appends), scale.rounds, tell)
                yield compare(_grouped(database, journal, peer, entry, scale.appends), scale.rounds, tell)
                under_way = compare(_under_way(database, journal, peer, entry, scale.appends), scale.rounds, tell)
                yield under_way
                yield compare(_bulk(database, journal, peer, entry, scale.appends), scale.rounds, tell)
                yield from _latencies(database, journal, under_way.median_ours / 2, scale, tell)


def _single(database: str, journal: Journal, peer: SqliteTree, entry: bytes, times: int) -> Contest:
    return Contest(
        name=f"{database}, one commit an event",
        unit="appends",
        peer="pymerkle SqliteTree.append_entry",
        ours=lambda: timed(times, lambda: _append(journal, times)),
        theirs=lambda: timed(times, lambda: _append_to_peer(peer, entry, times)),
    )


def _grouped(database: str, journal: Journal, peer: SqliteTree, entry: bytes, times: int) -> Contest:
    return Contest(
        name=f"{database}, group commit, {THREADS} threads",
        unit="appends",
        peer=f"pymerkle SqliteTree.append_entry, {THREADS} threads",
        ours=lambda: timed(THREADS * times, lambda: _from_threads(lambda: _append(journal, times))),
        theirs=lambda: timed(THREADS * times, lambda: _from_threads(lambda: _append_to_peer(peer, entry, times))),
    )


def _under_way(database: str, journal: Journal, peer: SqliteTree, entry: bytes, times: int) -> Contest:
    count = THREADS * times
    return Contest(
        name=f"{database}, group commit, {UNDER_WAY} under way",
        unit="appends",
        peer="pymerkle SqliteTree.append_entry",
        ours=lambda: timed(count, lambda: _append_under_way(journal, count)),
        theirs=lambda: timed(count, lambda: _append_to_peer(peer, entry, count)),
    )


def _bulk(database: str, journal: Journal, peer: SqliteTree, entry: bytes, times: int) -> Contest:
    count = THREADS * times
    return Contest(
        name=f"{database}, {count} at a time",
        unit="appends",
        peer=f"pymerkle SqliteTree.append_entries, {count} at a time",
        ours=lambda: timed(count, lambda: journal.write(lambda _: Draft(None, (_QUERY,) * count), WAIT_SECONDS)),
        theirs=lambda: timed(count, lambda: peer.append_entries([entry] * count)),
    )


@contextmanager
def open_log(url: str) -> Iterator[tuple[Journal, Engine]]:
    """Open a new log with a running journal."""
    engine = create_database_engine(url)
    migrate_database(engine)
    journal = Journal(engine, LOG_NAME, lambda: datetime.now(UTC), os.urandom)
    journal.start()
    spare_the_collector()  # as the server does
    yield journal, engine
    journal.stop()
    engine.dispose()


@contextmanager
def durable_postgresql() -> Iterator[str]:
    """Start a server that waits for the disk at each commit, and give an empty database's URL."""
    with postgresql_server() as server, server.database() as url:
        server.execute("ALTER SYSTEM SET fsync = on")
        server.execute("SELECT pg_reload_conf()")
        yield url


def first_entry(journal: Journal, engine: Engine) -> bytes:
    """Append one event and return its entry: the bytes that both contenders keep."""
    _append(journal, 1)
    with read_transaction(engine) as connection:
        return next(TreeStore(connection, current_shard(connection)).entries(0, 1))


def _append(journal: Journal, times: int) -> None:
    for _ in range(times):
        journal.write(_log_query, WAIT_SECONDS)


def _append_to_peer(peer: SqliteTree, entry: bytes, times: int) -> None:
    for _ in range(times):
        peer.append_entry(entry)


def _from_threads(work: Callable[[], None]) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda _: work(), range(THREADS)))


def _log_query(_: Connection) -> Draft[None]:
    return Draft(None, (_QUERY,))


def _append_under_way(journal: Journal, count: int) -> None:
    """Append single events, each a change of its own, without a thread for each that waits."""
    free = threading.Semaphore(UNDER_WAY)
    for _ in range(count):
        free.acquire()
        journal.submit(_log_query).add_done_callback(lambda _: free.release())
    for _ in range(UNDER_WAY):
        free.acquire()


def _latencies(database: str, journal: Journal, rate: float, scale: Scale, tell: Tell) -> Iterator[Figure]:
    """Append at a fixed rate, whatever the log does, and take the time from the planned moment to the answer."""
    tell(f"{database}: {rate:,.0f} appends a second")
    latencies = append_at_rate(journal, rate, THREADS * scale.appends)
    for percent in (50, 99):
        yield Figure(f"{database}, at {rate:,.0f} appends/s: p{percent}", 1_000 * percentile(latencies, percent), "ms")


def append_at_rate(journal: Journal, rate: float, count: int) -> list[float]:
    """Return the seconds from each append's planned moment to its end."""
    latencies: list[float] = []
    ended = threading.Semaphore(0)

    def note(planned: float, outcome: Future[Written[None]]) -> None:
        if outcome.exception() is None:
            latencies.append(time.perf_counter() - planned)
        ended.release()

    began = time.perf_counter()
    for planned in (began + place / rate for place in range(count)):
        time.sleep(max(0.0, planned - time.perf_counter()))
        journal.submit(_log_query).add_done_callback(partial(note, planned))
    for _ in range(count):
        ended.acquire()
    if len(latencies) != count:
        raise RuntimeError(f"{count - len(latencies)} appends failed")
    return latencies


_QUERY = match_query()
