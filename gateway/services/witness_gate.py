"""What waits for the witnesses: exchange while the log goes unwitnessed for too long, and acts that matter most."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Engine

from gateway.log.shards import find_current_shard
from gateway.log.tree_store import TreeStore
from gateway.persistence.engine import read_transaction
from gateway.persistence.witness_queries import find_policy, find_witnessed
from gateway.services.context import Gateway
from gateway.services.witness_status import is_overdue, unwitnessed_seconds
from schemas.problem import ProblemCode, ProblemError

READ_SECONDS = 1
WAIT_SECONDS = 30.0
POLL_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class _Witnessing:
    """Whether there is a policy, and how long the log had been unwitnessed at a moment (POSIX seconds)."""

    has_policy: bool
    seconds: int
    read_at: int


def require_witnessed(gateway: Gateway) -> None:
    """Check that the log was witnessed lately enough to answer requests (`unwitnessed_hours`).

    Reads the database at most once a second. With 0 hours it waits until the log as it stands is witnessed.

    Raises:
        ProblemError: log_not_witnessed.
    """
    found = _read(gateway.engine, gateway.seconds, int(time.monotonic() / READ_SECONDS))
    seconds = found.seconds + max(0, gateway.seconds() - found.read_at)
    if is_overdue(gateway, found.has_policy, seconds):
        raise ProblemError(ProblemCode.LOG_NOT_WITNESSED)
    if gateway.settings.unwitnessed_hours == 0:
        wait_until_witnessed(gateway, WAIT_SECONDS)


def require_witnessed_history(gateway: Gateway) -> None:
    """Wait until all that the log holds now is witnessed, where a policy is in force.

    For what is hard to undo: an agreement's activation, an erasure, another policy. What led to it, proposals and
    approvals, can't be rewritten then.

    Raises:
        ProblemError: log_not_witnessed, if that takes longer than `WAIT_SECONDS`.
    """
    with read_transaction(gateway.engine) as connection:
        has_policy = find_policy(connection) is not None
    if has_policy:
        wait_until_witnessed(gateway, WAIT_SECONDS)


def wait_until_witnessed(gateway: Gateway, wait_seconds: float, sleep: Callable[[float], None] = time.sleep) -> None:
    """Wait until a quorum has cosigned a tree that holds every leaf of now.

    Raises:
        ProblemError: log_not_witnessed, if it has not after `wait_seconds`.
    """
    with read_transaction(gateway.engine) as connection:
        shard = find_current_shard(connection)
        wanted = (0, 0) if shard is None else (shard, TreeStore(connection, shard).size())
    for _ in range(int(wait_seconds / POLL_SECONDS) + 1):
        with read_transaction(gateway.engine) as connection:
            tree = find_witnessed(connection)
        if tree is not None and (tree.shard, tree.size) >= wanted:
            return
        sleep(POLL_SECONDS)
    raise ProblemError(ProblemCode.LOG_NOT_WITNESSED)


@lru_cache(maxsize=4)
def _read(engine: Engine, now_seconds: Callable[[], int], _moment: int) -> _Witnessing:
    """Read once a moment, not once a request."""
    at = now_seconds()
    with read_transaction(engine) as connection:
        seconds = unwitnessed_seconds(connection, find_witnessed(connection), at)
        return _Witnessing(find_policy(connection) is not None, seconds, at)
