"""The journal: changes and the events that tell of them become durable together, one group a transaction.

One sequencer thread a process opens one write transaction, runs each change that has queued, or does meanwhile, in a
savepoint of its own, and once none waits (no linger) appends all events as leaves, and commits. Only then do the
callers go on. So nothing can be done that is not logged, and nothing is acknowledged that could be lost.
Several processes may share a database: the size of the log is read again inside each transaction.
"""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import datetime
from queue import Empty, SimpleQueue
from typing import Final, TypeVar

from sqlalchemy import Connection, Engine

from gateway.log.group_writer import Draft, GroupWriter, PendingWrite, Written
from gateway.log.leaf_batch import DuplicateEventError, LeafReceipt
from gateway.log.log_check import check_log
from gateway.log.tree_store import LogDamagedError
from gateway.log.write_errors import (
    AuditOutcomeUnknownError,
    AuditUnavailableError,
    JournalFullError,
    JournalMisuseError,
)
from gateway.log.write_outcome import AwaitedOutcome
from gateway.persistence.engine import read_transaction
from schemas.randomness import RandomSource

__all__ = [
    "AuditOutcomeUnknownError",
    "AuditUnavailableError",
    "Draft",
    "DuplicateEventError",
    "Journal",
    "JournalFullError",
    "JournalMisuseError",
    "LeafReceipt",
    "LogDamagedError",
    "Written",
]

MAX_QUEUE: Final = 4_096
MAX_GROUP: Final = 1_000
TIMEOUT_SECONDS: Final = 10.0

T = TypeVar("T")


class Journal:
    """Writes changes with their events; the only way into the log.

    Start it in the process that writes, after any fork. `now` gives aware UTC; its year decides the shard.
    """

    def __init__(
        self,
        engine: Engine,
        log_name: str,
        now: Callable[[], datetime],
        random: RandomSource,
        *,
        max_queue: int = MAX_QUEUE,
        max_group: int = MAX_GROUP,
    ) -> None:
        self._engine = engine
        self._log_name = log_name
        self._writer = GroupWriter(engine, log_name, now, random)
        self._max_group = max_group
        self._max_queue = max_queue
        self._queue: SimpleQueue[PendingWrite | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._process_id: int | None = None

    @property
    def waiting(self) -> int:
        """How many writes wait in this process, about."""
        return self._queue.qsize()

    def start(self) -> None:
        """Check the log and start the sequencer.

        Raises:
            LogDamagedError: the log has a gap, is shorter than its last checkpoint, or bears another name.
            JournalMisuseError: it was started before, here or in the process that this one was forked from.
        """
        if self._process_id is not None:
            raise JournalMisuseError("the journal was started before; make one in each process, after the fork")
        with read_transaction(self._engine) as connection:
            check_log(connection, self._log_name)
        self._process_id = os.getpid()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Refuse what comes from now on, write what has queued, and end the sequencer."""
        self._require_own_process()
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._queue.put(None)
        thread.join()
        self._refuse_late()

    def write(self, change: Callable[[Connection], Draft[T]], timeout_seconds: float = TIMEOUT_SECONDS) -> Written[T]:
        """Run `change` in a transaction, log its events in the same one, and return once both are durable.

        `change` runs in the sequencer's thread, in a savepoint; it must be quick and neither commit nor roll back.

        Raises:
            JournalFullError: at once, when the queue is full.
            AuditOutcomeUnknownError: COMMIT failed or the time ran out under way: the write may still land.
            AuditUnavailableError: nothing was written.
            DuplicateEventError: an event's id is in the log already.
            JournalMisuseError: not started in this process, or called from within a change.
            Exception: whatever `change` itself raised; it was rolled back alone.
        """
        outcome: AwaitedOutcome[Written[T]] = AwaitedOutcome()
        self._queue_up(PendingWrite(change, outcome))
        if outcome.is_told(timeout_seconds):
            return outcome.result()
        if outcome.cancel():
            raise AuditUnavailableError("the write was not begun in time; nothing was written")
        if outcome.is_told(0):  # it has only just come
            return outcome.result()
        raise AuditOutcomeUnknownError("the write took too long; it may still land")

    def submit(self, change: Callable[[Connection], Draft[T]]) -> Future[Written[T]]:
        """Queue `change` and return at once; the future gives what `write` returns or raises.

        Raises:
            JournalFullError: the queue is full.
            AuditUnavailableError: the journal was stopped.
            JournalMisuseError: not started in this process, or called from within a change.
        """
        future: Future[Written[T]] = Future()
        self._queue_up(PendingWrite(change, future))
        return future

    def _queue_up(self, pending: PendingWrite) -> None:
        self._require_writable()
        if self._queue.qsize() >= self._max_queue:  # threads at the same moment may go over it by one each
            raise JournalFullError("too many writes are waiting")
        self._queue.put(pending)

    def _refuse_late(self) -> None:
        """Refuse the writes that slipped in behind the word to stop."""
        while not self._queue.empty():
            late = self._queue.get()
            if late is not None and late.outcome.set_running_or_notify_cancel():
                late.outcome.set_exception(AuditUnavailableError("the journal was stopped"))

    def _require_own_process(self) -> None:
        if self._process_id != os.getpid():
            raise JournalMisuseError("the journal was not started in this process; start it after the fork")

    def _require_writable(self) -> None:
        self._require_own_process()
        if self._thread is None:
            raise AuditUnavailableError("the journal was stopped")
        if self._thread is threading.current_thread():
            raise JournalMisuseError("a change may not write to the journal itself; return its events in the draft")

    def _run(self) -> None:
        while (pending := self._queue.get()) is not None:
            if pending.outcome.set_running_or_notify_cancel():
                self._writer.write(pending, self._others())

    def _others(self) -> Iterator[PendingWrite]:
        """Yield what else has queued, until nothing has or the group is full; more may queue while one is run."""
        for _ in range(self._max_group - 1):
            try:
                pending = self._queue.get_nowait()
            except Empty:
                return
            if pending is None:
                self._queue.put(None)  # the word to stop is for after the group
                return
            if pending.outcome.set_running_or_notify_cancel():
                yield pending
