"""Finds a leaf of the log by its hash, which is what a connector's promise names."""

from dataclasses import dataclass

from sqlalchemy import Connection, Index, select

from gateway.persistence.audit_tables import audit_leaf

leaf_hash_index = Index("ix_audit_leaf_leaf_hash", audit_leaf.c.leaf_hash)


@dataclass(frozen=True, slots=True)
class LeafPlace:
    """Where a leaf stands: its shard, and its index there."""

    shard: int
    index: int


def find_leaf(connection: Connection, leaf_hash: bytes) -> LeafPlace | None:
    """Return the place of the leaf in the log, or None."""
    query = select(audit_leaf.c.shard, audit_leaf.c.idx).where(audit_leaf.c.leaf_hash == leaf_hash)
    row = connection.execute(query).first()
    return None if row is None else LeafPlace(row.shard, row.idx)


def list_latest_leaves(connection: Connection, count: int) -> list[dict[str, object]]:
    """Return what the last `count` leaves say in the columns to filter by, oldest first."""
    columns = audit_leaf.c
    query = select(
        columns.shard,
        columns.idx,
        columns.time,
        columns.type,
        columns.actor_org,
        columns.peer_org,
        columns.purpose,
        columns.decision,
    )
    rows = connection.execute(query.order_by(columns.shard.desc(), columns.idx.desc()).limit(count))
    return [dict(row._mapping) for row in rows][::-1]  # noqa: SLF001 - the public name of SQLAlchemy
