"""Shards of the log: one tree for each year of UTC, in which a leaf's time is stated."""

from datetime import UTC, datetime

from sqlalchemy import Column, Connection, func, select

from gateway.persistence.audit_tables import audit_checkpoint, audit_leaf
from hosting.database.prepared import Prepared

_NEWEST = Prepared(
    select(audit_leaf.c.shard, audit_leaf.c.idx).order_by(audit_leaf.c.shard.desc(), audit_leaf.c.idx.desc()).limit(1)
)


class EmptyLogError(LookupError):
    """The log has no leaf yet, so it has no shard."""


def shard_at(moment: datetime) -> int:
    """Return the shard into which a leaf of this aware time belongs, unless a newer one has begun."""
    return moment.astimezone(UTC).year


def find_end(connection: Connection) -> tuple[int, int] | None:
    """Return the newest shard and its size, from one look-up; None before the first leaf."""
    row = _NEWEST.first(connection, {})
    return None if row is None else (row[0], row[1] + 1)


def find_current_shard(connection: Connection) -> int | None:
    """Return the newest shard, the only one that grows; None before the first leaf."""
    shard: int | None = connection.scalar(select(func.max(audit_leaf.c.shard)))
    return shard


def current_shard(connection: Connection) -> int:
    """Return the newest shard, the only one that grows.

    Raises:
        EmptyLogError: there is none before the first leaf.
    """
    shard = find_current_shard(connection)
    if shard is None:
        raise EmptyLogError("the log has no leaf yet")
    return shard


def list_shards(connection: Connection) -> list[int]:
    """Return all shards that have leaves, oldest first."""
    return _list(connection, audit_leaf.c.shard)


def list_signed_shards(connection: Connection) -> list[int]:
    """Return all shards that have checkpoints, oldest first."""
    return _list(connection, audit_checkpoint.c.shard)


def _list(connection: Connection, column: Column[int]) -> list[int]:
    """Look each year up: DISTINCT would read every row."""
    shards: list[int] = []
    shard = connection.scalar(select(func.max(column)))
    while shard is not None:
        shards.insert(0, shard)
        shard = connection.scalar(select(func.max(column)).where(column < shard))
    return shards
