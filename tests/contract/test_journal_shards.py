import os
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select, text

from gateway.log.checkpoints import find_checkpoint, latest_checkpoint
from gateway.log.events import Event, EventType
from gateway.log.journal import Journal, LogDamagedError
from gateway.log.leaf import Leaf, parse_leaf
from gateway.log.shards import EmptyLogError, current_shard, list_shards
from gateway.log.tree_store import TreeStore
from gateway.persistence.audit_tables import audit_leaf, audit_subject_index
from gateway.persistence.engine import create_database_engine, read_transaction, write_transaction
from gateway.persistence.migrate import migrate_database
from keys.crypto.log_shards import shard_origin
from keys.crypto.note import NoteSigner, parse_note
from schemas.formats import digest_of
from tests.audit_log import LOG_NAME, NOW, log_events, query_event, sign, start_journal

NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)
DATES = st.datetimes(datetime(2025, 12, 30), datetime(2029, 1, 2))  # noqa: DTZ001 - made aware where it is used
TICK = timedelta(milliseconds=1)


class _Clock:
    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment


def _journal(engine: Engine, clock: _Clock) -> Journal:
    journal = Journal(engine, LOG_NAME, clock, os.urandom)
    journal.start()
    return journal


def _sign(engine: Engine, shard: int) -> bytes:
    return sign(engine, shard, NoteSigner(shard_origin(LOG_NAME, shard), b"\x01" * 32))


def _leaves(engine: Engine, shard: int) -> list[Leaf]:
    with read_transaction(engine) as connection:
        store = TreeStore(connection, shard)
        return [parse_leaf(entry) for entry in store.entries(0, store.size())]


def _shards(engine: Engine) -> list[int]:
    with read_transaction(engine) as connection:
        return list_shards(connection)


def test_the_first_write_of_a_year_seals_the_old_shard_and_starts_the_new_one(engine: Engine) -> None:
    clock = _Clock(NEW_YEAR - TICK)
    journal = _journal(engine, clock)
    journal.write(log_events(query_event(), query_event()))
    note = _sign(engine, 2026)
    clock.moment = NEW_YEAR
    receipt = journal.write(log_events(query_event())).receipts[0]
    journal.stop()
    assert (receipt.shard, receipt.index) == (2027, 1)
    *_, seal = _leaves(engine, 2026)
    start, _ = _leaves(engine, 2027)
    assert (seal.event, seal.origin) == (Event(type=EventType.LOG_SEAL, records=3), f"{LOG_NAME}/2026")
    signed = Event(type=EventType.LOG_START, records=2, content=digest_of(parse_note(note).text))
    assert (start.event, start.origin) == (signed, f"{LOG_NAME}/2027")


def test_the_year_is_that_of_utc(engine: Engine) -> None:
    beijing = timezone(timedelta(hours=8))
    clock = _Clock(datetime(2027, 1, 1, 7, 59, tzinfo=beijing))
    journal = _journal(engine, clock)
    assert journal.write(log_events(query_event())).receipts[0].shard == 2026
    clock.moment = datetime(2027, 1, 1, 8, 0, tzinfo=beijing)
    assert journal.write(log_events(query_event())).receipts[0].shard == 2027
    journal.stop()


def test_a_clock_that_jumps_back_appends_to_the_newest_shard(engine: Engine) -> None:
    clock = _Clock(NEW_YEAR)
    journal = _journal(engine, clock)
    journal.write(log_events(query_event()))
    clock.moment = NEW_YEAR - timedelta(days=400)
    receipt = journal.write(log_events(query_event())).receipts[0]
    journal.stop()
    assert (receipt.shard, receipt.index, _shards(engine)) == (2027, 1, [2027])
    assert _leaves(engine, 2027)[1].at == clock.moment


def test_years_without_a_write_have_no_shard(engine: Engine) -> None:
    clock = _Clock(NEW_YEAR)
    journal = _journal(engine, clock)
    journal.write(log_events(query_event()))
    clock.moment = NEW_YEAR.replace(year=2031)
    journal.write(log_events())
    journal.stop()
    assert _shards(engine) == [2027, 2031]
    assert _leaves(engine, 2031)[0].event == Event(type=EventType.LOG_START)  # nothing had been signed


def test_a_sealed_shard_is_signed_to_its_end(engine: Engine) -> None:
    clock = _Clock(NEW_YEAR - TICK)
    journal = _journal(engine, clock)
    journal.write(log_events(query_event()))
    _sign(engine, 2026)
    clock.moment = NEW_YEAR
    journal.write(log_events(query_event()))
    journal.stop()
    _sign(engine, 2026)
    latest = latest_checkpoint(engine)
    assert latest is not None
    assert (latest.shard, latest.size) == (2026, 2)
    _sign(engine, 2027)
    with read_transaction(engine) as connection:
        assert [found.size for shard in (2026, 2027) if (found := find_checkpoint(connection, shard))] == [2, 2]
        assert find_checkpoint(connection, 2026, 1) is not None
        assert find_checkpoint(connection, 2027, 1) is None
        assert current_shard(connection) == 2027
    _journal(engine, clock).stop()


def test_an_empty_log_has_no_shard(engine: Engine) -> None:
    with read_transaction(engine) as connection, pytest.raises(EmptyLogError):
        current_shard(connection)


def test_two_processes_turn_the_year_once(engine: Engine) -> None:
    clock = _Clock(NEW_YEAR - TICK)
    journals = [_journal(engine, clock), Journal(engine, LOG_NAME, clock, os.urandom)]
    journals[1].start()
    journals[0].write(log_events(query_event()))
    journals[1].write(log_events(query_event()))
    clock.moment = NEW_YEAR
    places = [journal.write(log_events(query_event())).receipts[0].index for journal in journals]
    for journal in journals:
        journal.stop()
    assert places == [1, 2]
    assert [leaf.event.type for leaf in _leaves(engine, 2026)].count(EventType.LOG_SEAL) == 1
    assert [leaf.event.type for leaf in _leaves(engine, 2027)].count(EventType.LOG_START) == 1


def test_a_change_that_fails_first_in_the_year_leaves_the_turn_whole(engine: Engine) -> None:
    clock = _Clock(NEW_YEAR - TICK)
    journal = _journal(engine, clock)
    journal.write(log_events(query_event()))
    clock.moment = NEW_YEAR
    with pytest.raises(ZeroDivisionError):
        journal.write(lambda _: 1 // 0)  # type: ignore[arg-type,return-value]
    journal.write(log_events(query_event()))
    journal.stop()
    assert [len(_leaves(engine, shard)) for shard in (2026, 2027)] == [2, 2]
    _journal(engine, clock).stop()


def test_subject_tags_are_kept_with_their_leaf_and_not_in_it(engine: Engine) -> None:
    journal = _journal(engine, _Clock(NEW_YEAR))
    tags = (b"\x11" * 32, b"\x22" * 32)
    journal.write(log_events(query_event(), query_event(subject_tags=tags)))
    journal.stop()
    with write_transaction(engine) as connection:
        rows = connection.execute(select(audit_subject_index).order_by(audit_subject_index.c.tag)).all()
        assert [tuple(row) for row in rows] == [(tag, 2027, 1) for tag in tags]
        connection.execute(audit_subject_index.delete())
    assert b"\x11" * 32 not in b"".join(str(leaf).encode() for leaf in _leaves(engine, 2027))
    _journal(engine, _Clock(NEW_YEAR)).stop()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ("DELETE FROM audit_leaf WHERE shard = 2026 AND idx = 2", "2026 .* signed|2026 does not end"),
        ("DELETE FROM audit_leaf WHERE shard = 2026", "signed"),
        (
            "UPDATE audit_checkpoint SET note = CAST(replace(note, '/2026', '/2025') AS BLOB) WHERE shard = 2026",
            "does not continue",
        ),
        ("DELETE FROM audit_leaf WHERE shard = 2027", "signed"),
    ],
    ids=["seal", "old shard", "checkpoint", "new shard"],
)
def test_a_broken_turn_is_not_continued(engine: Engine, damage: str, message: str) -> None:
    clock = _Clock(NEW_YEAR - TICK)
    journal = _journal(engine, clock)
    journal.write(log_events(query_event(personal={}), query_event(personal={})))
    _sign(engine, 2026)
    clock.moment = NEW_YEAR
    journal.write(log_events(query_event(personal={})))
    journal.stop()
    _sign(engine, 2027)
    with write_transaction(engine) as connection:
        for trigger in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            connection.execute(text(f"DROP TRIGGER {trigger}"))
        connection.execute(text(damage))
    with pytest.raises(LogDamagedError, match=message):
        start_journal(engine)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moments=st.lists(st.tuples(DATES, st.integers(0, 3), st.booleans()), min_size=1, max_size=8))
def test_whatever_the_clock_does_every_shard_is_whole(
    moments: list[tuple[datetime, int, bool]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each leaf bears its shard's origin, years only rise, a sealed shard never grows, each leads to the one before."""
    path = Path(tmp_path_factory.mktemp("shards")) / "log.db"
    engine = create_database_engine(f"sqlite:///{path}")
    migrate_database(engine)
    clock = _Clock(NOW)
    journal = None
    last = 0
    for moment, count, restarts in moments:
        clock.moment = moment.replace(tzinfo=UTC)
        if journal is None or restarts:
            journal = _restarted(engine, clock, journal)
        written = journal.write(log_events(*(query_event() for _ in range(count))))
        assert all(receipt.shard == max(last, moment.year) for receipt in written.receipts)
        shards = _shards(engine)
        if count or shards:
            last = shards[-1]
            _sign(engine, last)
    _restarted(engine, clock, journal).stop()
    shards = _shards(engine)
    for shard in shards:
        leaves = _leaves(engine, shard)
        assert {leaf.origin for leaf in leaves} == {f"{LOG_NAME}/{shard}"}
        assert (leaves[-1].event.type is EventType.LOG_SEAL) == (shard != shards[-1])
        assert [leaf.event.type for leaf in leaves].count(EventType.LOG_SEAL) == (shard != shards[-1])
    with read_transaction(engine) as connection:
        total = connection.scalar(select(func.count()).select_from(audit_leaf))
    assert total == sum(count for _, count, _ in moments) + 2 * max(0, len(shards) - 1)
    engine.dispose()


def _restarted(engine: Engine, clock: _Clock, journal: Journal | None) -> Journal:
    if journal is not None:
        journal.stop()
    return _journal(engine, clock)
