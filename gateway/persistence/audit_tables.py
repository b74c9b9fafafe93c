"""Tables of the audit log: leaves, tiles, checkpoints and cosignatures are only ever added to.

`shard` is the year whose tree a row belongs to. Partial tiles and the tree's frontier are derived, never stored. The
triggers that refuse UPDATE and DELETE stand in migration 0001; they are seat belts, the evidence is the witnessed root.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from gateway.persistence.metadata import metadata

_Count = BigInteger().with_variant(Integer(), "sqlite")  # strict tables know no BIGINT

audit_leaf = Table(
    "audit_leaf",
    metadata,
    Column("shard", Integer, nullable=False),
    Column("idx", _Count, nullable=False),
    Column("event_id", LargeBinary, nullable=False),
    Column("entry", LargeBinary, nullable=False),
    Column("leaf_hash", LargeBinary, nullable=False),
    # Copies of members of the entry, to filter by. What counts as evidence is the entry.
    Column("type", Text, nullable=False),
    Column("time", Text, nullable=False),
    Column("actor_org", Text),
    Column("peer_org", Text),
    Column("purpose", Text),
    Column("decision", Text),
    Column("reason", Text),
    Column("policy", Text),
    Column("corr", Text),
    Column("ref", Text),
    PrimaryKeyConstraint("shard", "idx"),
    UniqueConstraint("event_id"),
    CheckConstraint("idx >= 0", name="idx"),
    CheckConstraint("length(event_id) = 16", name="event_id"),
    CheckConstraint("length(entry) BETWEEN 1 AND 65535", name="entry"),
    CheckConstraint("length(leaf_hash) = 32", name="leaf_hash"),
    Index(None, "time"),
    Index(None, "actor_org", "shard", "idx"),
    Index(None, "peer_org", "shard", "idx"),
    Index(None, "corr"),
    Index(None, "ref"),
    sqlite_strict=True,
)

audit_tile = Table(
    "audit_tile",
    metadata,
    Column("shard", Integer, nullable=False),
    Column("level", Integer, nullable=False),
    Column("n", _Count, nullable=False),
    Column("data", LargeBinary, nullable=False),
    PrimaryKeyConstraint("shard", "level", "n"),
    CheckConstraint("level >= 0 AND n >= 0", name="place"),
    CheckConstraint("length(data) = 8192", name="data"),
    sqlite_strict=True,
)

audit_checkpoint = Table(
    "audit_checkpoint",
    metadata,
    Column("shard", Integer, nullable=False),
    Column("size", _Count, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("note", LargeBinary, nullable=False),
    Column("time", Text, nullable=False),
    PrimaryKeyConstraint("shard", "size"),
    CheckConstraint("size >= 0", name="size"),
    CheckConstraint("length(root) = 32", name="root"),
    sqlite_strict=True,
)

audit_cosignature = Table(
    "audit_cosignature",
    metadata,
    Column("shard", Integer, nullable=False),
    Column("size", _Count, nullable=False),
    Column("witness", Text, nullable=False),
    Column("time", Text, nullable=False),
    Column("line", Text, nullable=False),
    PrimaryKeyConstraint("shard", "size", "witness"),
    ForeignKeyConstraint(["shard", "size"], ["audit_checkpoint.shard", "audit_checkpoint.size"]),
    sqlite_strict=True,
)

audit_disclosure = Table(
    "audit_disclosure",
    metadata,
    Column("shard", Integer, nullable=False),
    Column("idx", _Count, nullable=False),
    Column("field", Text, nullable=False),
    Column("disclosure", Text, nullable=False),
    PrimaryKeyConstraint("shard", "idx", "field"),
    ForeignKeyConstraint(["shard", "idx"], ["audit_leaf.shard", "audit_leaf.idx"]),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

# By whom an entry is about: a keyed digest of the identity number, kept apart so that it can be erased.
audit_subject_index = Table(
    "audit_subject_index",
    metadata,
    Column("tag", LargeBinary, nullable=False),
    Column("shard", Integer, nullable=False),
    Column("idx", _Count, nullable=False),
    PrimaryKeyConstraint("tag", "shard", "idx"),
    ForeignKeyConstraint(["shard", "idx"], ["audit_leaf.shard", "audit_leaf.idx"]),
    CheckConstraint("length(tag) = 32", name="tag"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
