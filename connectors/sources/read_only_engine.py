"""Engines that can read and not write, whatever statement reaches them."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from connectors.sources.errors import SourceError
from connectors.sources.files import find_file

CONNECT_TIMEOUT_SECONDS: Final = 10

_SQLITE = "sqlite"
_POSTGRESQL = "postgresql"
_OPENER = "tongxin_opener"

Opener = Callable[[], sqlite3.Connection]


def parse_url(written: str) -> URL:
    """Return the database address.

    Raises:
        SourceError: `url_invalid`.
    """
    try:
        return make_url(written)
    except (ArgumentError, ValueError):
        raise SourceError("url_invalid") from None


def open_read_only(url: URL, base_folder: Path) -> Engine:
    """Return an engine that the database itself holds to reading.

    SQLite files are opened with `mode=ro`. PostgreSQL sessions start with `default_transaction_read_only=on`;
    since a statement could change that, every transaction is begun READ ONLY too. Of other databases it is not
    known how to hold them to reading, so they are refused.

    Raises:
        SourceError: `database_not_read_only`, `url_invalid`, `file_missing`, `path_outside_folder`.
    """
    if url.get_backend_name() == _SQLITE:
        return _open_sqlite(url, base_folder)
    if url.get_backend_name() == _POSTGRESQL:
        return _open_postgresql(url)
    raise SourceError("database_not_read_only")


def _open_sqlite(url: URL, base_folder: Path) -> Engine:
    if not url.database or url.query:
        raise SourceError("url_invalid")
    address = f"{find_file(base_folder, url.database).as_uri()}?mode=ro"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(address, uri=True, timeout=CONNECT_TIMEOUT_SECONDS)

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)
    engine.update_execution_options(**{_OPENER: connect})
    return engine


def find_opener(engine: Engine) -> Opener | None:
    """Return what opens a SQLite file for `engine`, for reading alone as well; None for another database."""
    opener: Opener | None = engine.get_execution_options().get(_OPENER)
    return opener


def _open_postgresql(url: URL) -> Engine:
    if "options" in url.query:
        # They could switch reading-only off again.
        raise SourceError("url_invalid")
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args={
            "options": "-c default_transaction_read_only=on",
            "connect_timeout": CONNECT_TIMEOUT_SECONDS,
        },
        execution_options={"postgresql_readonly": True},
        poolclass=NullPool,
        hide_parameters=True,
    )
