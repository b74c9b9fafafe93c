"""Fixtures for every folder of tests."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.postgresql import PostgresqlServer, postgresql_server

settings.register_profile("tongxin", deadline=None)  # no test is about how fast this machine is just now
settings.load_profile("tongxin")


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
