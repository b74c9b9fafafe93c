import importlib
import pkgutil
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text

import gateway.persistence
from gateway.persistence.engine import create_database_engine, read_transaction, write_transaction
from gateway.persistence.metadata import metadata
from gateway.persistence.migrate import NewerSchemaError, current_head, migrate_database, migration_config

for module in pkgutil.iter_modules(gateway.persistence.__path__, "gateway.persistence."):
    importlib.import_module(module.name)


def _schema(engine: Engine) -> dict[str, object]:
    catalogue = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE name <> 'alembic_version' ORDER BY name",
        "postgresql": "SELECT event_object_table, trigger_name, event_manipulation"
        " FROM information_schema.triggers ORDER BY 1, 2, 3",
    }
    with read_transaction(engine) as connection:
        names = sorted(inspect(connection).get_table_names())  # PostgreSQL gives them in no order
        columns = {name: inspect(connection).get_columns(name) for name in names}
        rows = connection.execute(text(catalogue[engine.dialect.name])).all()
    return {"columns": repr(columns), "rows": rows}


def _migrate(url: str) -> None:
    engine = create_database_engine(url)
    migrate_database(engine)
    engine.dispose()


def test_head_file_names_the_only_head(engine: Engine) -> None:
    with read_transaction(engine) as connection:
        scripts = ScriptDirectory.from_config(migration_config(connection))
        assert scripts.get_heads() == [current_head()]
        assert MigrationContext.configure(connection).get_current_revision() == current_head()


def test_a_database_of_a_newer_version_is_refused_and_stays_as_it_is(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = _schema(engine)
    with pytest.raises(NewerSchemaError, match="newer version"):
        migrate_database(engine)
    assert _schema(engine) == before


def test_migrations_are_numbered_by_hand_in_one_line(engine: Engine) -> None:
    with read_transaction(engine) as connection:
        scripts = ScriptDirectory.from_config(migration_config(connection))
    revisions = [script.revision for script in scripts.walk_revisions()][::-1]
    assert revisions == [f"{number:04}" for number in range(1, len(revisions) + 1)]


def test_tables_in_code_equal_the_migrated_schema(engine: Engine) -> None:
    with read_transaction(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_up_down_up_ends_in_the_same_schema(engine: Engine) -> None:
    first = _schema(engine)
    with write_transaction(engine) as connection:
        command.downgrade(migration_config(connection), "base")
    with read_transaction(engine) as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    migrate_database(engine)
    assert _schema(engine) == first


def test_a_log_with_entries_is_never_dropped(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        connection.execute(
            text(
                "INSERT INTO audit_leaf (shard, idx, event_id, entry, leaf_hash, type, time)"
                " VALUES (2026, 0, :id, :entry, :hash, 'log.start', '')"
            ),
            {"id": bytes(16), "entry": b"{}", "hash": bytes(32)},
        )
    with pytest.raises(RuntimeError, match="holds entries"), write_transaction(engine) as connection:
        command.downgrade(migration_config(connection), "base")
    with read_transaction(engine) as connection:
        assert "audit_leaf" in inspect(connection).get_table_names()


def test_workers_may_migrate_side_by_side(empty_database_url: str) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as workers:
        list(workers.map(_migrate, [empty_database_url] * 4))


def _migrate_to(engine: Engine, revision: str) -> None:
    with write_transaction(engine) as connection:
        step = command.upgrade if revision > _revision(connection) else command.downgrade
        step(migration_config(connection), revision)


def _revision(connection: Connection) -> str:
    return MigrationContext.configure(connection).get_current_revision() or ""


def _rows(engine: Engine, query: str) -> list[tuple[object, ...]]:
    with read_transaction(engine) as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_0003_keeps_indexes_and_tells_their_entries_from_flagged_ones(empty_engine: Engine) -> None:
    _migrate_to(empty_engine, "0002")
    with write_transaction(empty_engine) as connection:
        connection.execute(
            text(
                "INSERT INTO agreement (digest, id, requester, provider, document, requester_signature, state,"
                " valid_until) VALUES ('d', 'i', 'r', 'p', :document, 's', 'active', 1)"
            ),
            {"document": b"{}"},
        )
        connection.execute(
            text("INSERT INTO active_index (agreement, epoch, volume, generation, index_id) VALUES ('d', 1, 1, 1, 'x')")
        )
        entry = "INSERT INTO index_entry VALUES (1, 1, :hash, :handle, 1, 0, 2)"
        connection.execute(text(entry), {"hash": bytes(16), "handle": bytes(16)})
    _migrate_to(empty_engine, "0003")
    assert _rows(empty_engine, "SELECT key_type_code, key_types, is_flagged FROM index_entry") == [(1, 2, 0)]
    assert _rows(empty_engine, "SELECT index_id, profile FROM active_index") == [("x", None)]
    with write_transaction(empty_engine) as connection:
        flagged = (
            "INSERT INTO index_entry (volume, key_type_code, index_hash, handle, generation, county, key_types,"
            " is_flagged) VALUES (1, 1, :hash, :handle, 1, 0, 2, :flag)"
        )
        connection.execute(text(flagged), {"hash": b"1" * 16, "handle": b"1" * 16, "flag": True})
    _migrate_to(empty_engine, "0002")
    assert _rows(empty_engine, "SELECT key_type_code, key_types FROM index_entry") == [(1, 2)]
    assert _rows(empty_engine, "SELECT index_id FROM active_index") == [("x",)]
