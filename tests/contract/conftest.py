"""Every contract test runs on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from gateway.log.journal import Journal
from gateway.persistence.engine import create_database_engine
from tests.audit_log import start_journal
from tests.migrated_database import migrate_url, place_migrated_sqlite
from tests.postgresql import PostgresqlServer


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    """Name the database a test runs on."""
    return str(request.param)


@pytest.fixture
def empty_database_url(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """Give the URL of an empty database."""
    if backend == "sqlite":
        return f"sqlite:///{tmp_path / 'gateway.db'}"
    return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture
def database_url(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """Give the URL of a database with the newest schema."""
    if backend == "sqlite":
        place_migrated_sqlite(tmp_path / "gateway.db")
        return f"sqlite:///{tmp_path / 'gateway.db'}"
    return str(request.getfixturevalue("migrated_postgresql_url"))


@pytest.fixture(scope="session", name="migrated_template")
def _migrated_template(postgresql: PostgresqlServer) -> str:
    """Name a PostgreSQL database with the newest schema, to be copied."""
    postgresql.execute("CREATE DATABASE migrated")
    migrate_url(postgresql.url("migrated"))
    return "migrated"


@pytest.fixture
def migrated_postgresql_url(postgresql: PostgresqlServer, migrated_template: str) -> Iterator[str]:
    """Give the URL of a PostgreSQL database with the newest schema that no other test sees."""
    with postgresql.database(migrated_template) as url:
        yield url


@pytest.fixture
def empty_engine(empty_database_url: str) -> Iterator[Engine]:
    """Give an engine on a database without tables."""
    engine = create_database_engine(empty_database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Give an engine on a database with the newest schema."""
    engine = create_database_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def journal(engine: Engine) -> Iterator[Journal]:
    """Give a running journal."""
    running = start_journal(engine)
    yield running
    running.stop()
