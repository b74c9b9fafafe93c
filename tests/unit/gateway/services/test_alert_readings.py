"""Rules that read on from the same place read the log once; no reading is taken for that of another place or kind."""

from functools import partial
from pathlib import Path

from gateway.alerts.facts import REQUESTS, Place
from gateway.log.event_names import EventType
from gateway.persistence.alert_entry_queries import START
from gateway.persistence.engine import create_database_engine, read_transaction
from gateway.persistence.migrate import migrate_database
from gateway.services.alert_readings import MAX_KEPT, Readings
from tests.audit_log import SHARD, log_events, query_event, start_journal

REFUSALS = frozenset({EventType.REFUSAL})


def test_a_reading_and_the_newest_place_are_of_one_snapshot(tmp_path: Path) -> None:
    engine = create_database_engine(f"sqlite:///{tmp_path / 'gateway.sqlite3'}")
    migrate_database(engine)
    journal, readings = start_journal(engine), Readings()
    journal.write(log_events(query_event()))
    with read_transaction(engine) as connection:
        rows, last = readings.entries(connection, REQUESTS, START)
    journal.write(log_events(query_event()))
    with read_transaction(engine) as connection:
        assert readings.entries(connection, REQUESTS, START) == (rows, last)
        assert last == rows[-1].place == Place(SHARD, 0)
        newer, newest = readings.entries(connection, REQUESTS, last)
        assert [row.place for row in newer] == [newest] == [Place(SHARD, 1)]
        assert readings.entries(connection, REFUSALS, START) == ((), newest)
        assert readings.entries(connection, frozenset(), START) == ((), newest)
    journal.stop()
    engine.dispose()


def test_few_readings_are_kept() -> None:
    readings, read = Readings(), list[int]()

    def look(number: int) -> int:
        read.append(number)
        return number

    for number in [*range(MAX_KEPT + 1), 1, 0]:
        assert readings.shared(number, partial(look, number)) == number
    assert read == [*range(MAX_KEPT + 1), 0]
