"""One commit for what several requests leave behind at the same time: each is durable when its caller goes on.

Whoever comes first writes for all who wait behind it, or come while it does. A commit waits for the disk, and alone
each would wait for all before it. A change that fails is undone alone, and its own caller hears of it.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine

from connectors.state.database import writing
from hosting.database.attempt import SavepointAttempt

T = TypeVar("T")

MAX_CHANGES: Final = 32
"""In one commit, so that nobody waits for very many."""


class JointCommitError(RuntimeError):
    """The transaction that held a change failed; the cause is that of the transaction."""


@dataclass(slots=True, eq=False)
class _Pending:
    """A change that waits to be written, and then how that went."""

    change: Callable[[Connection], Any]
    value: Any = None
    error: BaseException | None = None
    is_settled: bool = False


@dataclass(frozen=True)
class JointCommit:
    """Writes changes to one database; threads share it."""

    _turn: Lock = field(default_factory=Lock)
    _waiting: deque[_Pending] = field(default_factory=deque)

    @property
    def waiting(self) -> int:
        """How many changes nobody has begun to write."""
        return len(self._waiting)

    def write(self, engine: Engine, change: Callable[[Connection], T]) -> T:
        """Run `change` under the write lock; return what it returns when that is durable.

        `change` is quick, may run in another thread, and opens no transaction.

        Raises:
            JointCommitError: nothing of it is known to be durable. Whatever `change` raises; then it is undone.
        """
        pending = _Pending(change)
        self._waiting.append(pending)
        with self._turn:
            while not pending.is_settled:
                self._write_those_waiting(engine)
        if pending.error is not None:
            raise pending.error
        value: T = pending.value
        return value

    def _write_those_waiting(self, engine: Engine) -> None:
        """Write the changes that wait longest, and those that come meanwhile; at most `MAX_CHANGES`."""
        group = [self._waiting.popleft()]
        try:
            with writing(engine) as connection:
                _make(group[0], connection)
                while self._waiting and len(group) < MAX_CHANGES:
                    group.append(self._waiting.popleft())
                    _make(group[-1], connection)
        except BaseException as error:
            for pending in group:
                if pending.error is None:
                    pending.error = _failure(error)
            if not isinstance(error, Exception):
                raise
        finally:
            for pending in group:
                pending.is_settled = True


def _make(pending: _Pending, connection: Connection) -> None:
    with SavepointAttempt(connection) as attempt:
        pending.value = pending.change(connection)
    pending.error = attempt.error


def _failure(cause: BaseException) -> JointCommitError:
    failure = JointCommitError("the transaction could not be committed")
    failure.__cause__ = cause
    return failure
