import threading

import pytest
from sqlalchemy import Engine, QueuePool, func, insert, select, text
from sqlalchemy.exc import DBAPIError

from gateway.persistence.audit_tables import audit_tile
from gateway.persistence.engine import (
    DatabaseUrlError,
    DurabilityError,
    create_database_engine,
    read_transaction,
    single_read,
    write_transaction,
)
from hosting.database.prepared import Prepared

NUMBERS = Prepared(select(audit_tile.c.n).order_by(audit_tile.c.n))
ADD = Prepared(insert(audit_tile))
TILE = {"shard": 2026, "level": 0, "data": bytes(8192)}


def _tiles(engine: Engine) -> list[int]:
    with read_transaction(engine) as connection:
        return list(connection.scalars(select(audit_tile.c.n).order_by(audit_tile.c.n)))


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory&uri=true"])
def test_refuses_sqlite_without_a_file(url: str) -> None:
    with pytest.raises(DatabaseUrlError, match="database file"):
        create_database_engine(url)


@pytest.mark.parametrize("url", ["mysql://h/d", "postgresql://h/d", "sqlite+aiosqlite:///x"])
def test_refuses_other_drivers_without_quoting_the_url(url: str) -> None:
    with pytest.raises(DatabaseUrlError) as error:
        create_database_engine(url)
    assert url not in str(error.value)


def test_refuses_postgresql_that_acknowledges_early(postgresql_url: str) -> None:
    engine = create_database_engine(f"{postgresql_url}&options=-csynchronous_commit%3Doff")
    with pytest.raises(DurabilityError), engine.connect():
        pass


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_sqlite_is_configured_to_be_durable_and_to_forget(engine: Engine) -> None:
    names = ["journal_mode", "synchronous", "secure_delete", "recursive_triggers", "foreign_keys", "busy_timeout"]
    with read_transaction(engine) as connection:
        values = [connection.scalar(text(f"PRAGMA {name}")) for name in names]
    assert values == ["wal", 2, 1, 1, 1, 30_000]


def test_savepoint_rolls_back_alone(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        connection.execute(insert(audit_tile), TILE | {"n": 0})
        savepoint = connection.begin_nested()
        connection.execute(insert(audit_tile), TILE | {"n": 1})
        savepoint.rollback()
        with connection.begin_nested():
            connection.execute(insert(audit_tile), TILE | {"n": 2})
    assert _tiles(engine) == [0, 2]


def test_exception_rolls_everything_back_released_savepoints_too(engine: Engine) -> None:
    def insert_and_fail() -> None:
        with write_transaction(engine) as connection:
            with connection.begin_nested():
                connection.execute(insert(audit_tile), TILE | {"n": 0})
            raise KeyError

    with pytest.raises(KeyError):
        insert_and_fail()
    assert _tiles(engine) == []


def test_ddl_rolls_back_with_its_transaction(engine: Engine) -> None:
    def create_and_fail() -> None:
        with write_transaction(engine) as connection:
            connection.execute(text("CREATE TABLE passing (a INTEGER)"))
            raise KeyError

    with pytest.raises(KeyError):
        create_and_fail()
    with write_transaction(engine) as connection:
        connection.execute(text("CREATE TABLE passing (a INTEGER)"))


def test_read_transaction_cannot_write_and_leaves_the_connection_usable(engine: Engine) -> None:
    with pytest.raises(DBAPIError), read_transaction(engine) as connection:
        connection.execute(insert(audit_tile), TILE | {"n": 0})
    with write_transaction(engine) as connection:
        connection.execute(insert(audit_tile), TILE | {"n": 0})
    assert _tiles(engine) == [0]


def test_read_transaction_sees_one_snapshot(engine: Engine) -> None:
    count = select(func.count()).select_from(audit_tile)
    with read_transaction(engine) as reader:
        assert reader.scalar(count) == 0
        with write_transaction(engine) as writer:
            writer.execute(insert(audit_tile), TILE | {"n": 0})
        assert reader.scalar(count) == 0
    assert _tiles(engine) == [0]


def test_write_transactions_run_one_at_a_time(engine: Engine) -> None:
    """Read the highest number, then write the next: only a lock from the first statement on gets this right."""

    def append() -> None:
        for _ in range(5):
            with write_transaction(engine) as connection:
                last = connection.scalar(select(func.max(audit_tile.c.n)))
                connection.execute(insert(audit_tile), TILE | {"n": 0 if last is None else last + 1})

    threads = [threading.Thread(target=append) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _tiles(engine) == list(range(20))


def test_errors_do_not_quote_parameters(engine: Engine) -> None:
    with pytest.raises(DBAPIError) as error, write_transaction(engine) as connection:
        connection.execute(text("SELECT * FROM nowhere WHERE a = :value"), {"value": "canary-1093"})
    assert "canary-1093" not in str(error.value)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_sqlite_keeps_reading_and_writing_connections_apart_and_lets_go_of_both(engine: Engine) -> None:
    """A connection that changed its mind would have each of its statements compiled anew."""
    kept = set()
    for _ in range(3):
        with read_transaction(engine) as reader, write_transaction(engine) as writer:
            assert (reader.scalar(text("PRAGMA query_only")), writer.scalar(text("PRAGMA query_only"))) == (1, 0)
            kept |= {reader, writer}
    assert len(kept) == 2
    engine.dispose()
    assert (reader.closed, writer.closed) == (True, True)
    pools = [connections.pool for connections in (engine, reader.engine)]
    assert [pool.checkedin() for pool in pools if isinstance(pool, QueuePool)] == [0, 0]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_sqlite_lets_go_of_a_reading_connection_whose_transaction_failed(engine: Engine) -> None:
    with pytest.raises(KeyError), read_transaction(engine) as failed:
        raise KeyError
    assert failed.closed
    with read_transaction(engine) as outer, read_transaction(engine) as inner:
        assert outer is not inner
    assert _tiles(engine) == []


def test_a_single_read_sees_what_is_committed_and_cannot_write(engine: Engine) -> None:
    for number in range(3):
        with single_read(engine) as connection:
            assert NUMBERS.all(connection, {}) == [(known,) for known in range(number)]
        with write_transaction(engine) as connection:
            connection.execute(insert(audit_tile), TILE | {"n": number})
    with pytest.raises(DBAPIError), single_read(engine) as connection:
        ADD.execute(connection, TILE | {"n": 9})
    assert _tiles(engine) == [0, 1, 2]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_single_read_leaves_no_snapshot_behind(engine: Engine) -> None:
    """It would keep what was deleted in the write-ahead log, and have that grow without end."""
    with write_transaction(engine) as connection:
        connection.execute(insert(audit_tile), [TILE | {"n": number} for number in range(3)])
    with single_read(engine) as connection:
        assert NUMBERS.first(connection, {}) == (0,)  # there are more rows, which nobody fetched
        assert not connection.in_transaction()
    with write_transaction(engine) as connection:
        connection.execute(insert(audit_tile), TILE | {"n": 3})
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA busy_timeout=0")
        busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert busy == 0
