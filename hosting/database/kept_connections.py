"""Connections that are kept open between transactions: taking one from the pool costs more than a small look-up."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine


class KeptConnections:
    """Connections of one engine; as many stay open as were in use at once. Threads may share it.

    Args:
        engine: whose connections they are.
        options: execution options of each, for good.
    """

    def __init__(self, engine: Engine, **options: Any) -> None:
        self._engine = engine
        self._options = options
        self._idle: deque[Connection] = deque()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Open a transaction on the connection that was used last; one whose transaction failed is not kept."""
        with self.lent() as connection, connection.begin():
            yield connection

    @contextmanager
    def lent(self) -> Iterator[Connection]:
        """Lend a connection without a transaction: for one statement through the driver, and nothing else."""
        connection = self._take() or self._engine.connect().execution_options(**self._options)
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)

    def dispose(self) -> None:
        """Close the connections that are not in use: not back to the pool, which may have been disposed of already."""
        while (connection := self._take()) is not None:
            connection.detach()
            connection.close()

    def _take(self) -> Connection | None:
        try:
            return self._idle.pop()
        except IndexError:  # not asked before: another thread may be quicker
            return None
