"""Connections that are kept open between transactions: taking one from the pool costs more than a small look-up."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event

from hosting.database.driver_call import call_driver


class KeptConnections:
    """Connections of one SQLite engine; as many stay open as were in use at once. Threads may share it.

    Args:
        engine: whose connections they are; `begin_through_driver` was called for it.
        begin: the statement that begins a transaction.
    """

    def __init__(self, engine: Engine, begin: str) -> None:
        self._engine = engine
        self._begin = begin
        self._idle: deque[Connection] = deque()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Open a transaction on the connection that was used last; one whose transaction failed is not kept.

        Through the driver: what SQLAlchemy does around a transaction costs more than a look-up in it.
        """
        with self.lent() as connection:
            call_driver(connection, self._begin)
            try:
                yield connection
                if connection.in_transaction():
                    connection.commit()
                else:
                    call_driver(connection, "COMMIT")
            except BaseException:
                _roll_back(connection)
                raise

    @contextmanager
    def undone(self) -> Iterator[Connection]:
        """As `transaction`, but all is undone when it is left."""
        with self.lent() as connection:
            call_driver(connection, self._begin)
            try:
                yield connection
            finally:
                _roll_back(connection)

    @contextmanager
    def lent(self) -> Iterator[Connection]:
        """Lend a connection without a transaction: for one statement through the driver, and nothing else."""
        connection = self._take() or self._engine.connect()
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


def begin_through_driver(engine: Engine) -> None:
    """Let SQLAlchemy begin the transactions of a SQLite engine by a statement, or find the one that is open already."""
    event.listen(engine, "begin", _begin_or_join)


def _roll_back(connection: Connection) -> None:
    driver: Any = connection.connection.driver_connection
    connection.rollback()
    driver.rollback()


def _begin_or_join(connection: Connection) -> None:
    driver: Any = connection.connection.driver_connection
    if not driver.in_transaction:
        call_driver(connection, "BEGIN")
