"""Finds a leaf of the log by its hash, which is what a connector's promise names."""

from sqlalchemy import Connection, Index, select

from gateway.persistence.audit_tables import audit_leaf

leaf_hash_index = Index("ix_audit_leaf_leaf_hash", audit_leaf.c.leaf_hash)


def find_leaf_index(connection: Connection, leaf_hash: bytes) -> int | None:
    """Return the place of the leaf in the log, or None."""
    place: int | None = connection.scalar(select(audit_leaf.c.idx).where(audit_leaf.c.leaf_hash == leaf_hash))
    return place
