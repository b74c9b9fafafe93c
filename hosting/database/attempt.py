"""A block of code whose failure is told to whoever waits for it, and does not undo what others did before it."""

from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection


class Attempt(AbstractContextManager["Attempt"]):
    """Keeps whatever exception its block raises: it may fail in any way, and its caller is to hear of it.

    Attributes:
        error: what the block raised; None as long as it did not.
    """

    error: Exception | None = None

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, Exception):
            return False
        self.error = error
        return True


class SavepointAttempt(Attempt):
    """An attempt in a transaction that others share: what it did before it failed is undone, and nothing else.

    An error of the savepoint itself is raised, to whom the transaction belongs: it is gone.
    """

    def __init__(self, connection: Connection) -> None:
        # Said to the driver's connection itself: by way of SQLAlchemy it costs as much again as a small change.
        self._driver: Any = connection.connection.driver_connection

    def __enter__(self) -> Self:
        self._driver.execute("SAVEPOINT attempt")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        is_kept = super().__exit__(kind, error, trace)
        if error is None or is_kept:
            if is_kept:
                self._driver.execute("ROLLBACK TO SAVEPOINT attempt")
            self._driver.execute("RELEASE SAVEPOINT attempt")
        return is_kept
