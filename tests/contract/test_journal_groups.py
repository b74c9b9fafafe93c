import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing import get_context

import pytest
from sqlalchemy import Connection, Engine, text

from gateway.log.journal import (
    AuditOutcomeUnknownError,
    AuditUnavailableError,
    Draft,
    DuplicateEventError,
    Journal,
    JournalFullError,
    JournalMisuseError,
    Written,
)
from gateway.log.tree_store import TreeStore
from gateway.persistence.engine import create_database_engine, read_transaction
from tests.audit_log import SHARD, log_events, query_event, start_journal

EVENT_ID = "01900000-0000-7000-8000-00000000000a"


class _Gate:
    """A change that holds the sequencer until it is told to go on, so that others queue and join its group."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.opened = threading.Event()

    def __call__(self, _connection: Connection) -> Draft[None]:
        self.entered.set()
        assert self.opened.wait(30)
        return Draft(None, (query_event(),))


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    """Give threads to call the journal from."""
    with ThreadPoolExecutor(8) as executor:
        yield executor


def _size(engine: Engine) -> int:
    with read_transaction(engine) as connection:
        return TreeStore(connection, SHARD).size()


def _write_as_one_group(
    journal: Journal, threads: ThreadPoolExecutor, changes: list[Callable[[Connection], Draft[None]]]
) -> list[Future[Written[None]]]:
    gate = _Gate()
    first = threads.submit(journal.write, gate)
    assert gate.entered.wait(30)
    futures = [first]
    for change in changes:
        futures.append(threads.submit(journal.write, change))
        while journal._queue.qsize() < len(futures) - 1:
            pass
    gate.opened.set()
    return futures


def test_group_fails_apart_and_commits_together(engine: Engine, journal: Journal, threads: ThreadPoolExecutor) -> None:
    def fail(connection: Connection) -> Draft[None]:
        connection.execute(text("CREATE TABLE half_done (a INTEGER)"))
        raise KeyError

    futures = _write_as_one_group(journal, threads, [log_events(query_event()), fail, log_events(query_event())])
    assert sorted(future.result().receipts[0].index for future in (futures[1], futures[3])) == [1, 2]
    with pytest.raises(KeyError):
        futures[2].result()
    assert _size(engine) == 3
    with read_transaction(engine) as connection:
        assert not connection.dialect.has_table(connection, "half_done")


def test_one_event_id_twice_in_a_group_lands_once(
    engine: Engine, journal: Journal, threads: ThreadPoolExecutor
) -> None:
    twice = [log_events(query_event(event_id=EVENT_ID))] * 2
    errors = [future.exception() for future in _write_as_one_group(journal, threads, twice)]
    assert [type(error) for error in errors if error] == [DuplicateEventError]
    assert _size(engine) == 2


def _break_the_commit(connection: Connection) -> Draft[None]:
    """Do what the database objects to at COMMIT only."""
    connection.execute(text("CREATE TABLE parent (id INTEGER PRIMARY KEY)"))
    reference = "INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED"
    connection.execute(text(f"CREATE TABLE child (parent {reference})"))
    connection.execute(text("INSERT INTO child VALUES (1)"))
    return Draft(None, (query_event(),))


def test_failed_commit_fails_every_caller(engine: Engine, journal: Journal, threads: ThreadPoolExecutor) -> None:
    futures = _write_as_one_group(journal, threads, [log_events(query_event()), _break_the_commit])
    for future in futures:
        assert type(future.exception()) is AuditOutcomeUnknownError
    assert _size(engine) == 0
    assert journal.write(log_events(query_event())).receipts[0].index == 0


def test_tree_grows_from_what_was_committed(engine: Engine, journal: Journal) -> None:
    """Another process fills the very places that a failed group would have taken."""
    acknowledged = [journal.write(log_events(query_event())).receipts[0]]
    with pytest.raises(AuditOutcomeUnknownError):
        journal.write(_break_the_commit)
    other = start_journal(engine)
    acknowledged += other.write(log_events(query_event())).receipts
    other.stop()
    acknowledged += journal.write(log_events(*(query_event() for _ in range(300)))).receipts
    _require_whole(engine, [(receipt.index, receipt.leaf_hash) for receipt in acknowledged])


@pytest.mark.parametrize("statement", ["ROLLBACK", "COMMIT"])
def test_change_that_ends_the_transaction_fails_the_group(
    journal: Journal, threads: ThreadPoolExecutor, statement: str
) -> None:
    def end_it(connection: Connection) -> Draft[None]:
        connection.exec_driver_sql(statement)
        return Draft(None, (query_event(),))

    futures = _write_as_one_group(journal, threads, [log_events(query_event()), end_it, log_events(query_event())])
    assert [type(future.exception()) for future in futures[:3]] == [AuditUnavailableError] * 3
    futures[3].result()  # was not taken yet, and begins a group of its own


def test_full_queue_refuses_at_once(engine: Engine, threads: ThreadPoolExecutor) -> None:
    journal, gate = start_journal(engine, max_queue=1), _Gate()
    first = threads.submit(journal.write, gate)
    assert gate.entered.wait(30)
    second = threads.submit(journal.write, log_events(query_event()))
    while journal._queue.empty():
        pass
    with pytest.raises(JournalFullError):
        journal.write(log_events(query_event()))
    gate.opened.set()
    assert [future.result().receipts[0].index for future in (first, second)] == [0, 1]
    journal.stop()


def test_write_not_begun_in_time_is_not_written(engine: Engine, journal: Journal, threads: ThreadPoolExecutor) -> None:
    gate = _Gate()
    first = threads.submit(journal.write, gate)
    assert gate.entered.wait(30)
    with pytest.raises(AuditUnavailableError) as error:
        journal.write(log_events(query_event()), 0.01)
    gate.opened.set()
    first.result()
    journal.write(log_events())
    assert type(error.value) is AuditUnavailableError
    assert _size(engine) == 1


def test_write_under_way_too_long_may_still_land(engine: Engine, journal: Journal, threads: ThreadPoolExecutor) -> None:
    gate = _Gate()
    with pytest.raises(AuditOutcomeUnknownError):
        journal.write(gate, 1)
    gate.opened.set()
    journal.write(log_events())
    assert _size(engine) == 1


def test_small_groups_keep_the_order(engine: Engine, threads: ThreadPoolExecutor) -> None:
    journal = start_journal(engine, max_group=2)
    futures = _write_as_one_group(journal, threads, [log_events(query_event()) for _ in range(7)])
    assert sorted(future.result().receipts[0].index for future in futures) == list(range(8))
    journal.stop()


def test_who_finds_a_group_full_is_written_in_the_next_one(engine: Engine, threads: ThreadPoolExecutor) -> None:
    journal = start_journal(engine, max_group=2)
    changes = [_break_the_commit, log_events(query_event()), log_events(query_event())]
    first, broken, *others = _write_as_one_group(journal, threads, changes)
    assert [type(future.exception()) for future in (first, broken)] == [AuditOutcomeUnknownError] * 2
    assert [future.result().receipts[0].index for future in others] == [0, 1]
    journal.stop()


def test_stop_writes_what_has_queued_and_refuses_the_rest(engine: Engine, threads: ThreadPoolExecutor) -> None:
    journal, gate = start_journal(engine), _Gate()
    first = threads.submit(journal.write, gate)
    assert gate.entered.wait(30)
    second = threads.submit(journal.write, log_events(query_event()))
    while journal._queue.empty():
        pass
    stopping = threads.submit(journal.stop)
    while journal._queue.qsize() < 2:
        pass
    with pytest.raises(AuditUnavailableError):
        journal.write(log_events(query_event()))
    gate.opened.set()
    stopping.result()
    journal.stop()
    assert [future.result().receipts[0].index for future in (first, second)] == [0, 1]


def test_journal_that_was_not_started_says_so(engine: Engine) -> None:
    journal = start_journal(engine)
    journal.stop()
    with pytest.raises(AuditUnavailableError, match="stopped"):
        journal.write(log_events())


def test_journal_does_not_survive_a_fork(journal: Journal) -> None:
    errors = get_context("fork").SimpleQueue()

    def use_it() -> None:
        for use in (lambda: journal.write(log_events(), 0.1), journal.start, journal.stop):
            try:
                use()
            except RuntimeError as error:
                errors.put((type(error), "fork" in str(error)))

    child = get_context("fork").Process(target=use_it)
    child.start()
    child.join(30)
    child.kill()
    assert [errors.get() for _ in range(3) if not errors.empty()] == [(JournalMisuseError, True)] * 3


def test_threads_share_one_log(engine: Engine, journal: Journal) -> None:
    with ThreadPoolExecutor(16) as executor:
        written = list(executor.map(lambda _: journal.write(log_events(query_event())), range(400)))
    _require_whole(engine, [(item.receipts[0].index, item.receipts[0].leaf_hash) for item in written])


def _append_in_a_process(url: str) -> list[tuple[int, bytes]]:
    engine = create_database_engine(url)
    journal = start_journal(engine)
    with ThreadPoolExecutor(4) as executor:
        written = list(executor.map(lambda _: journal.write(log_events(query_event()), 60), range(100)))
    journal.stop()
    engine.dispose()
    return [(item.receipts[0].index, item.receipts[0].leaf_hash) for item in written]


def test_processes_share_one_log(engine: Engine, database_url: str) -> None:
    with get_context("spawn").Pool(3) as pool:
        acknowledged = [receipt for part in pool.map(_append_in_a_process, [database_url] * 3) for receipt in part]
    _require_whole(engine, acknowledged)


def _require_whole(engine: Engine, acknowledged: list[tuple[int, bytes]]) -> None:
    """Every acknowledged leaf stands at its index, there is no other, and a new journal starts on the log."""
    with read_transaction(engine) as connection:
        store = TreeStore(connection, SHARD)
        assert list(enumerate(store.hashes(0, 0, store.size()))) == sorted(acknowledged)
    start_journal(engine).stop()
