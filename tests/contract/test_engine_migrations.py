import importlib
import pkgutil
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

import gateway.persistence
from gateway.persistence.engine import create_database_engine, read_transaction, write_transaction
from gateway.persistence.metadata import metadata
from gateway.persistence.migrate import current_head, migrate_database, migration_config

for module in pkgutil.iter_modules(gateway.persistence.__path__, "gateway.persistence."):
    importlib.import_module(module.name)


def _schema(engine: Engine) -> dict[str, object]:
    catalogue = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE name <> 'alembic_version' ORDER BY name",
        "postgresql": "SELECT event_object_table, trigger_name, event_manipulation"
        " FROM information_schema.triggers ORDER BY 1, 2, 3",
    }
    with read_transaction(engine) as connection:
        columns = {name: inspect(connection).get_columns(name) for name in inspect(connection).get_table_names()}
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
                "INSERT INTO audit_leaf (idx, event_id, entry, leaf_hash, type, time)"
                " VALUES (0, :id, :entry, :hash, 'log.start', '')"
            ),
            {"id": bytes(16), "entry": b"{}", "hash": bytes(32)},
        )
    with pytest.raises(RuntimeError, match="holds entries"), write_transaction(engine) as connection:
        command.downgrade(migration_config(connection), "base")
    with read_transaction(engine) as connection:
        assert "audit_leaf" in inspect(connection).get_table_names()


def test_workers_may_migrate_side_by_side(database_url: str) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as workers:
        list(workers.map(_migrate, [database_url] * 4))
