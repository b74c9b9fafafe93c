"""Fixtures for every folder of tests."""

from collections.abc import Iterator

import pytest

from tests.postgresql import PostgresqlServer, postgresql_server


@pytest.fixture(scope="session", name="postgresql")
def _postgresql() -> Iterator[PostgresqlServer]:
    """Give one PostgreSQL server for the whole run."""
    with postgresql_server() as server:
        yield server


@pytest.fixture
def postgresql_url(postgresql: PostgresqlServer) -> Iterator[str]:
    """Give the URL of an empty PostgreSQL database that no other test sees."""
    with postgresql.database() as url:
        yield url
