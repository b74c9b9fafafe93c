"""One commit for what several requests leave behind at the same time: each is durable when its caller goes on.

Whoever comes first writes for all who wait behind it, or come while it does, and then hands the lead to whoever waits
longest by then. A commit waits for the disk, and alone each would wait for all before it. A change that fails is undone
alone, and its own caller hears of it.

Each waits for a lock of its own: where all waited for one, those whose changes were durable long since stood in the way
of the next commit.
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


def _held() -> Lock:
    lock = Lock()
    lock.acquire()
    return lock


@dataclass(slots=True, eq=False)
class _Pending:
    """A change that waits to be written, and then how that went; `told` is let go of once its caller may go on."""

    change: Callable[[Connection], Any]
    value: Any = None
    error: BaseException | None = None
    is_settled: bool = False
    told: Lock = field(default_factory=_held)


@dataclass(frozen=True)
class JointCommit:
    """Writes changes to one database; threads share it.

    `_lead` is held as long as somebody writes or has been told to; `_guard` for a moment, where that may change.
    """

    _guard: Lock = field(default_factory=Lock)
    _lead: Lock = field(default_factory=Lock)
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
        with self._guard:
            self._waiting.append(pending)
            is_leader = self._lead.acquire(blocking=False)
        if not is_leader:
            pending.told.acquire()
        if not pending.is_settled:
            self._write_those_waiting(engine)
        if pending.error is not None:
            raise pending.error
        value: T = pending.value
        return value

    def _write_those_waiting(self, engine: Engine) -> None:
        """Write one's own change, which waits longest, with the others; then hand on the lead, and tell them."""
        group = [self._waiting.popleft()]
        try:
            self._write(engine, group)
        finally:
            self._hand_on()
            for other in group[1:]:
                other.told.release()

    def _hand_on(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting[0].told.release()
            else:
                self._lead.release()

    def _write(self, engine: Engine, group: list[_Pending]) -> None:
        """Write the first of `group` and those that come meanwhile, which join it; at most `MAX_CHANGES`."""
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
