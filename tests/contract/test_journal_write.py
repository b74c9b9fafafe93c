import json

import pytest
from sqlalchemy import Connection, Engine, func, insert, select, text
from sqlalchemy.exc import IntegrityError

from gateway.log.disclosure import disclosure_digest, parse_disclosure
from gateway.log.events import Event, EventType, PersonalField
from gateway.log.journal import Draft, DuplicateEventError, Journal, JournalMisuseError, LogDamagedError
from gateway.log.leaf import LeafError, parse_leaf
from gateway.log.tree_store import TreeStore
from gateway.persistence.audit_tables import audit_disclosure, audit_leaf, audit_tile
from gateway.persistence.engine import read_transaction, write_transaction
from keys.crypto.merkle import leaf_hash
from tests.audit_log import LOG_NAME, NOW, SHARD, fill, log_events, query_event, repeatable_random, start_journal

EVENT_ID = "01900000-0000-7000-8000-00000000000a"


def _size(engine: Engine) -> int:
    with read_transaction(engine) as connection:
        return TreeStore(connection, SHARD).size()


def test_receipt_names_the_stored_leaf(engine: Engine, journal: Journal) -> None:
    written = journal.write(lambda _connection: Draft("value", (query_event(), query_event(event_id=EVENT_ID))))
    assert written.value == "value"
    assert [receipt.index for receipt in written.receipts] == [0, 1]
    assert written.receipts[1].event_id == EVENT_ID
    with read_transaction(engine) as connection:
        entries = list(TreeStore(connection, SHARD).entries(0, 2))
    assert [leaf_hash(entry) for entry in entries] == [receipt.leaf_hash for receipt in written.receipts]
    assert [parse_leaf(entry).event_id for entry in entries] == [receipt.event_id for receipt in written.receipts]
    assert parse_leaf(entries[0]).event == query_event(personal={})


def test_columns_to_filter_by_repeat_the_entry(engine: Engine, journal: Journal) -> None:
    intent = journal.write(log_events(query_event())).receipts[0].event_id
    journal.write(log_events(query_event(type=EventType.MATCH_RESULT, ref=intent, reason="none", personal={})))
    with read_transaction(engine) as connection:
        row = connection.execute(select(audit_leaf).where(audit_leaf.c.ref == intent)).one()
    entry = json.loads(row.entry)
    assert (row.shard, row.reason, row.policy) == (SHARD, entry["reason"], entry["policy"]["id"])
    assert (row.idx, row.event_id.hex()) == (1, entry["id"].replace("-", ""))
    assert (row.type, row.time, row.purpose, row.decision) == tuple(
        entry[name] for name in ("type", "time", "purpose", "decision")
    )
    assert (row.actor_org, row.peer_org, row.corr, row.ref) == (
        entry["actor"]["org"],
        entry["peer"]["org"],
        entry["corr"],
        entry["ref"],
    )


def test_disclosures_are_kept_apart_and_can_go(engine: Engine, journal: Journal) -> None:
    receipt = journal.write(log_events(query_event(personal={PersonalField.OFFICER: "o-7"}))).receipts[0]
    with write_transaction(engine) as connection:
        row = connection.execute(select(audit_disclosure)).one()
        entry = next(TreeStore(connection, SHARD).entries(0, 1))
        root = TreeStore(connection, SHARD).root(1)
        connection.execute(audit_disclosure.delete())
        assert TreeStore(connection, SHARD).root(1) == root == receipt.leaf_hash
    assert (row.idx, row.field, parse_disclosure(row.disclosure).value) == (0, "officer", "o-7")
    assert disclosure_digest(row.disclosure) in parse_leaf(entry).digests


def test_change_and_event_land_together(engine: Engine, journal: Journal) -> None:
    def change(connection: Connection) -> Draft[int]:
        connection.execute(insert(audit_tile), {"shard": SHARD, "level": 9, "n": 9, "data": bytes(8192)})
        return Draft(7, (query_event(),))

    assert journal.write(change).value == 7
    with read_transaction(engine) as connection:
        assert connection.scalar(select(audit_tile.c.n).where(audit_tile.c.level == 9)) == 9


def test_change_without_event_is_written_too(engine: Engine, journal: Journal) -> None:
    assert journal.write(log_events()).receipts == ()
    assert _size(engine) == 0


class _RefusedError(Exception):
    pass


def _fail_after_writing(connection: Connection) -> Draft[None]:
    connection.execute(text("CREATE TABLE half_done (a INTEGER)"))
    raise _RefusedError


def test_failing_change_is_rolled_back_and_its_error_comes_back(engine: Engine, journal: Journal) -> None:
    with pytest.raises(_RefusedError):
        journal.write(_fail_after_writing)
    journal.write(log_events(query_event()))
    assert _size(engine) == 1
    with read_transaction(engine) as connection:
        assert not connection.dialect.has_table(connection, "half_done")


def test_database_error_of_a_change_is_its_own(engine: Engine, journal: Journal) -> None:
    with pytest.raises(IntegrityError):
        journal.write(
            lambda connection: connection.execute(
                insert(audit_tile), {"shard": SHARD, "level": -1, "n": 0, "data": b""}
            )
        )  # type: ignore[arg-type,return-value]
    journal.write(log_events(query_event()))
    assert _size(engine) == 1


def test_event_id_is_accepted_once(engine: Engine, journal: Journal) -> None:
    event = query_event(event_id=EVENT_ID)
    with pytest.raises(DuplicateEventError):
        journal.write(log_events(event, event))
    journal.write(log_events(event))
    with pytest.raises(DuplicateEventError):
        journal.write(log_events(query_event(), event))
    assert _size(engine) == 1


def test_event_that_fits_no_leaf_is_refused_alone(engine: Engine, journal: Journal) -> None:
    large = query_event(fields=tuple(f"a{'b' * 190}{number}" for number in range(400)))
    with pytest.raises(LeafError):
        journal.write(log_events(query_event(), large))
    assert _size(engine) == 0


def test_change_may_use_savepoints_of_its_own(engine: Engine, journal: Journal) -> None:
    def change(connection: Connection) -> Draft[None]:
        with connection.begin_nested():
            connection.execute(insert(audit_tile), {"shard": SHARD, "level": 9, "n": 0, "data": bytes(8192)})
        savepoint = connection.begin_nested()
        connection.execute(insert(audit_tile), {"shard": SHARD, "level": 9, "n": 1, "data": bytes(8192)})
        savepoint.rollback()
        return Draft(None, (query_event(),))

    journal.write(change)
    with read_transaction(engine) as connection:
        assert list(connection.scalars(select(audit_tile.c.n).where(audit_tile.c.level == 9))) == [0]


def test_log_goes_on_after_a_restart(engine: Engine) -> None:
    for _ in range(3):
        journal = start_journal(engine)
        journal.write(log_events(*(query_event() for _ in range(100))))
        journal.stop()
    with read_transaction(engine) as connection:
        store = TreeStore(connection, SHARD)
        assert store.size() == 300
        assert connection.scalar(select(func.count()).select_from(audit_tile)) == 1
        assert store.edge().size == 300


def test_journal_is_started_once(journal: Journal) -> None:
    with pytest.raises(JournalMisuseError, match="started before"):
        journal.start()


def test_change_may_not_write_itself(journal: Journal) -> None:
    with pytest.raises(JournalMisuseError, match="return its events"):
        journal.write(lambda _connection: Draft(journal.write(log_events()), ()))


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ("DELETE FROM audit_leaf WHERE idx = 100", "gap"),
        ("DELETE FROM audit_tile", "tiles"),
        ("UPDATE audit_tile SET n = 1", "tiles"),
        ("UPDATE audit_leaf SET entry = x'7b7d' WHERE idx = 0", "entry 0"),
    ],
)
def test_damaged_log_is_not_continued(engine: Engine, damage: str, message: str) -> None:
    fill(engine, 300)
    _damage(engine, damage)
    with pytest.raises(LogDamagedError, match=message):
        start_journal(engine)


def test_log_of_another_name_is_not_continued(engine: Engine) -> None:
    fill(engine, 1)
    journal = Journal(engine, "other.example/audit", lambda: NOW, repeatable_random())
    with pytest.raises(LogDamagedError, match=f"{LOG_NAME}/2026, not other.example/audit/2026"):
        journal.start()


def _damage(engine: Engine, statement: str) -> None:
    """Change rows as somebody could who owns the file."""
    with write_transaction(engine) as connection:
        triggers = connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
        for trigger in triggers:
            connection.execute(text(f"DROP TRIGGER {trigger}"))
        connection.execute(text("DELETE FROM audit_disclosure"))
        connection.execute(text(statement))


def test_event_ids_are_made_from_the_journals_clock(engine: Engine) -> None:
    journal = Journal(engine, LOG_NAME, lambda: NOW, repeatable_random())
    journal.start()
    receipt = journal.write(log_events(Event(type=EventType.LOG_START))).receipts[0]
    journal.stop()
    assert int(receipt.event_id.replace("-", "")[:12], 16) == NOW.timestamp() * 1000
