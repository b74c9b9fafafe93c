"""Writes a group of changes with their events in one transaction: the changes apart, the commit together."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import Connection, Engine

from gateway.log.events import Event
from gateway.log.leaf_batch import LeafBatch, LeafReceipt
from gateway.log.shard_turn import seal_event, start_event
from gateway.log.shards import find_end, shard_at
from gateway.log.tiles import TreeEdge
from gateway.log.tree_store import TreeStore
from gateway.log.write_errors import AuditOutcomeUnknownError, AuditUnavailableError
from gateway.log.write_outcome import Outcome
from gateway.persistence.engine import write_transaction
from hosting.database.attempt import Attempt, SavepointAttempt
from schemas.randomness import RandomSource

_FAILED: Final = "the audit log could not be written"
_logger = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Draft(Generic[T]):
    """What a change made: the value for its caller, and the events that tell of it."""

    value: T
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Written(Generic[T]):
    """A change that is durable, and where each of its events stands in the log, in their order."""

    value: T
    receipts: tuple[LeafReceipt, ...]


@dataclass(frozen=True, slots=True, eq=False)
class PendingWrite:
    """A change that waits to be written; `outcome` tells its caller how that went."""

    change: Callable[[Connection], Draft[Any]]
    outcome: Outcome


class GroupWriter:
    """Appends to one log. Not to be used by two threads at once; other processes may append to the same log."""

    def __init__(self, engine: Engine, log_name: str, now: Callable[[], datetime], random: RandomSource) -> None:
        self._engine = engine
        self._log_name = log_name
        self._now = now
        self._random = random
        self._shard: int | None = None
        self._edge = TreeEdge()

    def write(self, first: PendingWrite, others: Iterator[PendingWrite]) -> None:
        """Run the changes of a group, log their events, commit, and only then tell how that went.

        `others` are taken one by one, each when the change before it was run. A change that raises is rolled back alone
        and its caller is told the same. Where the group itself fails, all that were taken are told
        `AuditUnavailableError`, or `AuditOutcomeUnknownError` from COMMIT on.
        """
        outcomes: dict[PendingWrite, Written[Any] | Exception] = {first: _unavailable()}
        failure = AuditUnavailableError
        with Attempt() as attempt:
            with write_transaction(self._engine) as connection:
                batch = self._batch_in(connection)
                for pending in chain((first,), others):
                    outcomes[pending] = _unavailable()
                    outcomes[pending] = _run_change(connection, batch, pending)
                batch.insert(connection)
                failure = AuditOutcomeUnknownError
            self._shard, self._edge = batch.shard, batch.edge
        if attempt.error is not None:
            _logger.error("the audit log could not be written: %s", type(attempt.error).__name__)
            outcomes = {pending: _failed(outcome, failure) for pending, outcome in outcomes.items()}
        for pending, outcome in outcomes.items():
            _tell(pending.outcome, outcome)

    def _batch_in(self, connection: Connection) -> LeafBatch:
        """Return the batch for the newest shard; the first one of a year seals the old shard and starts the new one.

        A clock that is behind the newest shard does not matter: a sealed shard never grows again.
        """
        at = self._now()
        end, shard = find_end(connection), shard_at(at)
        if end is None:
            return self._batch(shard, TreeEdge(), at)
        newest, size = end
        batch = self._batch(newest, self._edge_in(connection, newest, size), at)
        if shard <= newest:
            return batch
        batch.add(batch.prepare(connection, [seal_event(batch.edge.size + 1)]))
        batch.insert(connection)
        started = self._batch(shard, TreeEdge(), at)
        started.add(started.prepare(connection, [start_event(connection, newest)]))
        return started

    def _batch(self, shard: int, edge: TreeEdge, at: datetime) -> LeafBatch:
        return LeafBatch(self._log_name, shard, edge, at, self._random)

    def _edge_in(self, connection: Connection, shard: int, size: int) -> TreeEdge:
        """Return the edge of the tree as it is under the write lock; another process may have appended."""
        if (self._shard, self._edge.size) != (shard, size):
            return TreeStore(connection, shard).edge()
        return self._edge.copy()


def _run_change(connection: Connection, batch: LeafBatch, pending: PendingWrite) -> Written[Any] | Exception:
    """Run one change; one that fails is undone alone."""
    with SavepointAttempt(connection) as attempt:
        draft = pending.change(connection)
        prepared = batch.prepare(connection, draft.events)
    if attempt.error is not None:
        return attempt.error
    return Written(draft.value, batch.add(prepared))


def _failed(outcome: Written[Any] | Exception, failure: type[AuditUnavailableError]) -> Exception:
    """Return what a caller is told when the group failed: its own change's error first."""
    return outcome if isinstance(outcome, Exception) else failure(_FAILED)


def _unavailable() -> AuditUnavailableError:
    """Return what a caller is told whose change was taken, and not run before the group failed."""
    return AuditUnavailableError(_FAILED)


def _tell(waiting: Outcome, outcome: Written[Any] | Exception) -> None:
    if isinstance(outcome, Exception):
        waiting.set_exception(outcome)
    else:
        waiting.set_result(outcome)
