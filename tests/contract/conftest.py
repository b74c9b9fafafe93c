"""Every contract test runs on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from gateway.log.journal import Journal
from gateway.persistence.engine import create_database_engine
from gateway.persistence.migrate import migrate_database
from tests.audit_log import start_journal


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    """Name the database a test runs on."""
    return str(request.param)


@pytest.fixture
def database_url(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """Give the URL of an empty database."""
    if backend == "sqlite":
        return f"sqlite:///{tmp_path / 'gateway.db'}"
    return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture
def empty_engine(database_url: str) -> Iterator[Engine]:
    """Give an engine on a database without tables."""
    engine = create_database_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def engine(empty_engine: Engine) -> Engine:
    """Give an engine on a database with the newest schema."""
    migrate_database(empty_engine)
    return empty_engine


@pytest.fixture
def journal(engine: Engine) -> Iterator[Journal]:
    """Give a running journal."""
    running = start_journal(engine)
    yield running
    running.stop()
