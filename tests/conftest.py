"""Fixtures for every folder of tests, and which tests stay together where several processes share the work."""

import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from flask import Flask
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from tests.lighter_apps import KeptTemplates, LateRule
from tests.postgresql import PostgresqlServer, postgresql_server

settings.register_profile("tongxin", deadline=None)  # no test is about how fast this machine is just now
settings.load_profile("tongxin")

COSTLY: Final = {
    "scene": re.compile(r"\bscene: Scene\b"),
    "circle": re.compile(r"\bcircle: Circle\b"),
    "consoles": re.compile(r"\b(new_page|page_as|office_page|office_page_as): Callable\b"),
    "population": re.compile(r"\bpopulation\b.*\bSeen\b"),
}
"""How files tell that they use what takes long to set up: such files are played in one process, one after another."""


LIGHTER_PROGRAMS: Final = Path(__file__).with_name("lighter_programs")


class Together(LoadFileScheduling):
    """Gives each file of tests to one process, and all files with the same costly fixtures to the same one."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        text = _text_of(self.config.rootpath / file)
        return next((name for name, sign in COSTLY.items() if sign.search(text)), file)


def pytest_configure() -> None:
    """Let the programs that tests start make key files that open at the least cost, and compile modules once."""
    folders = (str(LIGHTER_PROGRAMS), *filter(None, [os.environ.get("PYTHONPATH")]))
    os.environ["PYTHONPATH"] = os.pathsep.join(folders)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    """Tell pytest-xdist how to share the tests out."""
    return Together(config, log)


@cache
def _text_of(file: Path) -> str:
    return file.read_text("utf-8")


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
