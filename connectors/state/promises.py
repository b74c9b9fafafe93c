"""The gateway's signed promises that a message is in its log: kept as evidence, checked against the log later."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select, update

from connectors.state.database import reading, writing
from connectors.state.tables import promise
from hosting.database.prepared import Prepared
from schemas.envelope import RelayClaims

_KEEP = Prepared(insert(promise).prefix_with("OR IGNORE"))


def keep_promise(state: Engine, claims: RelayClaims, token: str, at_seconds: int, *, is_own_request: bool) -> None:
    """Keep a verified promise; the first for an envelope counts."""
    with writing(state) as connection:
        note_promise(connection, claims, token, at_seconds, is_own_request=is_own_request)


def note_promise(
    connection: Connection, claims: RelayClaims, token: str, at_seconds: int, *, is_own_request: bool
) -> None:
    """As `keep_promise`, in a transaction that is open."""
    values = {
        "envelope": claims.envelope,
        "leaf": claims.leaf,
        "shard": claims.shard,
        "leaf_index": claims.leaf_index,
        "token": token,
        "received_at": at_seconds,
        "is_own_request": is_own_request,
    }
    _KEEP.execute(connection, values)


@dataclass(frozen=True, slots=True)
class Promise:
    """A kept promise: digest of the envelope concerned, leaf hash, year and place, POSIX seconds of receipt.

    `token` is the promise as the gateway signed it.
    """

    envelope: str
    leaf: str
    shard: int
    leaf_index: int
    received_at: int
    token: str


def list_unchecked(state: Engine, limit: int) -> list[Promise]:
    """Return the oldest promises that were neither proven nor found broken."""
    is_open = (promise.c.proven_at.is_(None), promise.c.broken_at.is_(None))
    query = select(promise).where(*is_open).order_by(promise.c.received_at, promise.c.shard, promise.c.leaf_index)
    with reading(state) as connection:
        rows = connection.execute(query.limit(limit))
        return [promise_of(row) for row in rows]


def promise_of(row: Row[Any]) -> Promise:
    """Return the promise of a row."""
    return Promise(row.envelope, row.leaf, row.shard, row.leaf_index, row.received_at, row.token)


def mark_kept(state: Engine, envelope: str, at_seconds: int) -> None:
    """Note that the log was shown to hold what was promised."""
    with writing(state) as connection:
        connection.execute(update(promise).where(promise.c.envelope == envelope).values(proven_at=at_seconds))


def mark_broken(state: Engine, envelope: str, at_seconds: int) -> None:
    """Note that the log did not hold in time what was promised; the promise itself stays as evidence."""
    with writing(state) as connection:
        connection.execute(update(promise).where(promise.c.envelope == envelope).values(broken_at=at_seconds))


def list_promises(state: Engine) -> list[Promise]:
    """Return every promise, by its place in the log."""
    with reading(state) as connection:
        rows = connection.execute(select(promise).order_by(promise.c.shard, promise.c.leaf_index))
        return [promise_of(row) for row in rows]
