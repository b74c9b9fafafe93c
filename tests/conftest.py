"""Fixtures for every folder of tests, and which tests stay together where several processes share the work."""

import gc
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from flask import Flask
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from tests.ended_stages import end_stages
from tests.lighter_accounts import lighten_passwords
from tests.lighter_apps import KeptTemplates, LateRule
from tests.lighter_databases import keep_statements
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

MEMORY: Final = Path("/dev/shm")
"""A folder in memory, where there is one."""

MEMORY_BYTES: Final = 8 * 1024**3
"""What must be free there; a whole run takes up a third of it at most."""


class Together(LoadFileScheduling):
    """Gives each file of tests to one process, and all files with the same costly fixtures to the same one."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return _costly(self.config.rootpath / file) or file


def pytest_configure() -> None:
    """Let the programs that tests start make key files that open at the least cost, and compile modules once."""
    folders = (str(LIGHTER_PROGRAMS), *filter(None, [os.environ.get("PYTHONPATH")]))
    os.environ["PYTHONPATH"] = os.pathsep.join(folders)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    _keep_files_in_memory()
    gc.disable()


def pytest_collection_finish() -> None:
    """Spare the collector of garbage what was collected, which stays: it would walk through all of it each time."""
    gc.freeze()
    gc.enable()


def _keep_files_in_memory() -> None:
    """Put the files of tests where nothing waits for a disk, unless TMPDIR says where they go.

    Each acknowledged write waits for the disk, as it must; of a test's own database nobody needs that. A process that
    is killed loses nothing either way, for what it wrote is the system's.
    """
    if "TMPDIR" in os.environ or not MEMORY.is_dir():
        return
    machine_bytes = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if min(shutil.disk_usage(MEMORY).free, machine_bytes // 2) < MEMORY_BYTES:
        return
    os.environ |= {"TMPDIR": str(MEMORY), "PYTEST_DEBUG_TEMPROOT": str(MEMORY)}
    tempfile.tempdir = None  # what was looked up before


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    """Tell pytest-xdist how to share the tests out."""
    return Together(config, log)


@cache
def _costly(file: Path) -> str | None:
    """Return which costly fixtures a file uses, if any."""
    text = file.read_text("utf-8")
    return next((name for name, sign in COSTLY.items() if sign.search(text)), None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """End what files share that are played one after another, where they are, after the last of them."""
    try:
        return (yield)
    finally:
        is_shared_out = hasattr(item.config, "workerinput")
        if is_shared_out and nextitem is not None and isinstance(item, pytest.Function):
            end_stages(item, nextitem, is_last=_costly(item.path) != _costly(nextitem.path))


@pytest.fixture(scope="session", autouse=True)
def _lighter_apps() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(Flask.jinja_options, "bytecode_cache", KeptTemplates())
        patch.setattr(Flask, "url_rule_class", LateRule)
        lighten_passwords(patch)
        keep_statements(patch)
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
