"""Fixtures for every folder of tests, and which tests stay together where several processes share the work."""

from collections.abc import Iterator
from pathlib import PurePath
from typing import Final

import pytest
from flask import Flask
from hypothesis import settings
from jinja2.bccache import Bucket, BytecodeCache

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


class KeptTemplates(BytecodeCache):
    """Templates as they were translated once: many tests make a console of their own, all with the same pages."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


@pytest.fixture(scope="session", autouse=True)
def _kept_templates() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(Flask.jinja_options, "bytecode_cache", KeptTemplates())
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
