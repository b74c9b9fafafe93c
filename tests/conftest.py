"""Fixtures for every folder of tests, and which tests stay together where several processes share the work."""

from collections.abc import Iterator
from pathlib import PurePath
from typing import Final

import pytest
from flask import Flask
from hypothesis import settings

from tests.lighter_apps import KeptTemplates, LateRule
from tests.postgresql import PostgresqlServer, postgresql_server

settings.register_profile("tongxin", deadline=None)  # no test is about how fast this machine is just now
settings.load_profile("tongxin")

COSTLY: Final = {
    "scene": frozenset({"scene"}),
    "consoles": frozenset({"browser", "console"}),
    "population": frozenset({"population"}),
}
"""Groups of test files by the fixtures that make them one: what takes long to set up is set up in one process alone."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let a file of tests be played in one process, and all files with the same costly fixtures in the same one."""
    wanted: dict[PurePath, set[str]] = {}
    for item in items:
        wanted.setdefault(item.path, set()).update(getattr(item, "fixturenames", ()))
    for item in items:
        groups = (name for name, fixtures in COSTLY.items() if fixtures <= wanted[item.path])
        item.add_marker(pytest.mark.xdist_group(next(groups, str(item.path))))


@pytest.fixture(scope="session", autouse=True)
def _lighter_apps() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(Flask.jinja_options, "bytecode_cache", KeptTemplates())
        patch.setattr(Flask, "url_rule_class", LateRule)
        yield


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
