from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from gateway.persistence.engine import create_database_engine, read_transaction, write_transaction

LEAF = (
    "INSERT {or_replace} INTO audit_leaf (shard, idx, event_id, entry, leaf_hash, type, time)"
    " VALUES ({shard}, {idx}, :event_id, :entry, :hash, 'log.start', '')"
)
ERASABLE = ["audit_disclosure", "audit_subject_index"]
TABLES = ["audit_leaf", "audit_tile", "audit_checkpoint", "audit_cosignature"]
COLUMNS = {
    "audit_leaf": "type",
    "audit_tile": "level",
    "audit_checkpoint": "size",
    "audit_cosignature": "witness",
    "audit_disclosure": "field",
    "audit_subject_index": "tag",
}


sqlite_only = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
postgresql_only = pytest.mark.parametrize("backend", ["postgresql"], indirect=True)


def _insert_leaf(connection: Connection, idx: int, event: int, or_replace: str = "", shard: int = 2026) -> None:
    parameters = {"event_id": bytes([event]) * 16, "entry": b"{}", "hash": bytes(32)}
    connection.execute(text(LEAF.format(shard=shard, idx=idx, or_replace=or_replace)), parameters)


@pytest.fixture
def filled(engine: Engine) -> Engine:
    """Give a database with one row in each table of the log."""
    with write_transaction(engine) as connection:
        _insert_leaf(connection, 0, 0)
        connection.execute(text("INSERT INTO audit_tile VALUES (2026, 0, 0, :data)"), {"data": bytes(8192)})
        connection.execute(text("INSERT INTO audit_checkpoint VALUES (2026, 1, :root, :root, '')"), {"root": bytes(32)})
        connection.execute(text("INSERT INTO audit_cosignature VALUES (2026, 1, 'w', '', '')"))
        connection.execute(text("INSERT INTO audit_disclosure VALUES (2026, 0, 'officer', 'd')"))
        connection.execute(text("INSERT INTO audit_subject_index VALUES (:tag, 2026, 0)"), {"tag": bytes(32)})
    return engine


@pytest.mark.parametrize("table", [*TABLES, *ERASABLE])
def test_no_row_is_changed(filled: Engine, table: str) -> None:
    with pytest.raises(IntegrityError, match="refuses UPDATE"), write_transaction(filled) as connection:
        connection.execute(text(f"UPDATE {table} SET {COLUMNS[table]} = {COLUMNS[table]}"))


@pytest.mark.parametrize("table", TABLES)
def test_no_row_is_deleted(filled: Engine, table: str) -> None:
    with pytest.raises(IntegrityError, match="refuses DELETE"), write_transaction(filled) as connection:
        connection.execute(text(f"DELETE FROM {table}"))


@pytest.mark.parametrize("table", ERASABLE)
def test_what_tells_of_a_person_can_be_erased(filled: Engine, table: str) -> None:
    with write_transaction(filled) as connection:
        assert connection.execute(text(f"DELETE FROM {table}")).rowcount == 1


@postgresql_only
@pytest.mark.parametrize("table", [*TABLES, *ERASABLE])
def test_no_table_is_truncated(filled: Engine, table: str) -> None:
    with pytest.raises(IntegrityError, match="refuses TRUNCATE"), write_transaction(filled) as connection:
        connection.execute(text(f"TRUNCATE {table} CASCADE"))


@pytest.mark.parametrize(("idx", "event"), [(0, 1), (1, 0)], ids=["same index", "same event"])
def test_no_leaf_takes_the_place_of_another(filled: Engine, idx: int, event: int) -> None:
    with pytest.raises(IntegrityError), write_transaction(filled) as connection:
        _insert_leaf(connection, idx, event)


@sqlite_only
@pytest.mark.parametrize("recursive_triggers", ["ON", "OFF"])
@pytest.mark.parametrize(("idx", "event"), [(0, 1), (1, 0)], ids=["same index", "same event"])
def test_insert_or_replace_is_refused(filled: Engine, idx: int, event: int, recursive_triggers: str) -> None:
    """Also on a connection that someone else opened, without the pragma that makes delete triggers run."""
    # PostgreSQL has no INSERT OR REPLACE, and its ON CONFLICT DO UPDATE is an update.
    with filled.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql(f"PRAGMA recursive_triggers={recursive_triggers}")
        connection.exec_driver_sql("BEGIN")
        with pytest.raises(IntegrityError, match="refuses"):
            _insert_leaf(connection, idx, event, "OR REPLACE")
        connection.rollback()
        connection.exec_driver_sql("PRAGMA recursive_triggers=ON")


@sqlite_only
@pytest.mark.parametrize(
    "row",
    [
        "audit_tile VALUES (2026, 0, 0, zeroblob(8192))",
        "audit_checkpoint VALUES (2026, 1, zeroblob(32), x'00', '')",
        "audit_checkpoint VALUES (2026, 0, zeroblob(32), x'00', '')",
        "audit_cosignature VALUES (2026, 1, 'w', '', 'other')",
        "audit_disclosure VALUES (2026, 0, 'officer', 'other')",
        "audit_subject_index VALUES (zeroblob(32), 2026, 0)",
    ],
)
def test_insert_or_replace_is_refused_elsewhere_too(filled: Engine, row: str) -> None:
    with pytest.raises(IntegrityError, match="refuses INSERT"), write_transaction(filled) as connection:
        connection.execute(text(f"INSERT OR REPLACE INTO {row}"))


@sqlite_only
def test_a_gap_is_refused(filled: Engine) -> None:
    # On PostgreSQL the journal alone sees to it.
    with pytest.raises(IntegrityError, match="refuses INSERT"), write_transaction(filled) as connection:
        _insert_leaf(connection, 2, 1)


def test_each_shard_begins_at_nought(filled: Engine) -> None:
    with write_transaction(filled) as connection:
        _insert_leaf(connection, 0, 1, shard=2027)
        connection.execute(text("INSERT INTO audit_tile VALUES (2027, 0, 0, :data)"), {"data": bytes(8192)})
        connection.execute(text("INSERT INTO audit_checkpoint VALUES (2027, 0, :root, :root, '')"), {"root": bytes(32)})


@sqlite_only
def test_a_shard_does_not_grow_after_a_newer_one_has_begun(filled: Engine) -> None:
    # On PostgreSQL the journal alone sees to it.
    with write_transaction(filled) as connection:
        _insert_leaf(connection, 0, 1, shard=2027)
    with pytest.raises(IntegrityError, match="refuses INSERT"), write_transaction(filled) as connection:
        _insert_leaf(connection, 1, 2)


@pytest.mark.parametrize(
    "row",
    [
        "audit_tile VALUES (2026, 0, 1, '')",
        "audit_checkpoint VALUES (2026, 2, '', '', '')",
        "audit_cosignature VALUES (2026, 9, 'w', '', '')",
        "audit_cosignature VALUES (2027, 1, 'w', '', '')",
        "audit_disclosure VALUES (2026, 9, 'officer', 'd')",
        "audit_disclosure VALUES (2027, 0, 'officer', 'd')",
        "audit_subject_index VALUES ('', 2026, 0)",
    ],
    ids=[
        "short tile",
        "short root",
        "cosignature without checkpoint",
        "cosignature of another shard",
        "disclosure without leaf",
        "disclosure of another shard",
        "short tag",
    ],
)
def test_malformed_rows_are_refused(filled: Engine, row: str) -> None:
    with pytest.raises(DBAPIError), write_transaction(filled) as connection:
        connection.execute(text(f"INSERT INTO {row}"))


@sqlite_only
def test_erased_disclosure_leaves_the_file(filled: Engine, database_url: str) -> None:
    # PostgreSQL forgets by VACUUM, on its own schedule.
    with write_transaction(filled) as connection:
        _insert_leaf(connection, 1, 1)
        connection.execute(text("INSERT INTO audit_disclosure VALUES (2026, 1, 'note', 'canary-77d1')"))
    with write_transaction(filled) as connection:
        connection.execute(text("DELETE FROM audit_disclosure WHERE idx = 1"))
    filled.dispose()
    other = create_database_engine(database_url)
    with read_transaction(other) as connection:
        assert connection.scalar(text("SELECT count(*) FROM audit_disclosure")) == 1
    with other.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    path = Path(str(other.url.database))
    other.dispose()
    files = [path, path.with_name(f"{path.name}-wal")]
    assert not any(b"canary-77d1" in file.read_bytes() for file in files if file.exists())
