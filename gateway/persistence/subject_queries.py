"""The subject index: from tags to places in the log, and deleting its rows."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, Index, delete, func, select

from gateway.persistence.audit_tables import audit_leaf, audit_subject_index

# The primary key begins with the tag; erasure comes from the other side, with places.
subject_place_index = Index("ix_audit_subject_index_shard_idx", audit_subject_index.c.shard, audit_subject_index.c.idx)


class Place(NamedTuple):
    """Where an entry stands in the log: the year of its tree, and its index there from 0."""

    shard: int
    idx: int


def find_tagged(connection: Connection, tags: Iterable[bytes]) -> list[Place]:
    """Return the places of the entries that stand under any of `tags`, oldest first, each once."""
    columns = audit_subject_index.c
    query = select(columns.shard, columns.idx).where(columns.tag.in_(list(tags))).distinct()
    return [Place(row.shard, row.idx) for row in connection.execute(query.order_by(columns.shard, columns.idx))]


def delete_index_of_shard(connection: Connection, shard: int) -> int:
    """Delete the index of a whole year; return how many rows there were."""
    return connection.execute(delete(audit_subject_index).where(audit_subject_index.c.shard == shard)).rowcount


def count_lost_tags(connection: Connection) -> int:
    """Return how many rows of the index lead to no entry."""
    tag, leaf = audit_subject_index.c, audit_leaf.c
    found = select(leaf.idx).where(leaf.shard == tag.shard, leaf.idx == tag.idx).exists()
    return connection.scalar(select(func.count()).select_from(audit_subject_index).where(~found)) or 0
