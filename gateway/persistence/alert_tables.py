"""Tables of alerts: what was raised about which entries, how far each rule has read, and requests by officer's tag.

Nothing personal stands in an alert: its cause is a digest, and officers are named by the entries alone.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from gateway.persistence.audit_tables import audit_leaf
from gateway.persistence.metadata import metadata

_Number = BigInteger().with_variant(Integer(), "sqlite")  # strict tables know no BIGINT

alert = Table(
    "alert",
    metadata,
    Column("id", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("cause", LargeBinary, nullable=False),
    Column("raised_at", Text, nullable=False),
    Column("first_at", Text, nullable=False),
    Column("last_at", Text, nullable=False),
    Column("counted", _Number, nullable=False),
    Column("finding", Text),
    Column("closed_at", Text),
    PrimaryKeyConstraint("id"),
    CheckConstraint("length(cause) = 32", name="cause"),
    Index(None, "rule", "cause"),
    Index(None, "closed_at"),
    sqlite_strict=True,
)

alert_agency = Table(
    "alert_agency",
    metadata,
    Column("alert", Text, ForeignKey("alert.id"), nullable=False),
    Column("agency", Text, nullable=False),
    PrimaryKeyConstraint("alert", "agency"),
    sqlite_strict=True,
)

alert_entry = Table(
    "alert_entry",
    metadata,
    Column("alert", Text, ForeignKey("alert.id"), nullable=False),
    Column("shard", Integer, nullable=False),
    Column("idx", _Number, nullable=False),
    PrimaryKeyConstraint("alert", "shard", "idx"),
    sqlite_strict=True,
)

alert_place = Table(
    "alert_place",
    metadata,
    Column("rule", Text, nullable=False),
    Column("shard", Integer, nullable=False),
    Column("idx", _Number, nullable=False),
    PrimaryKeyConstraint("rule"),
    sqlite_strict=True,
)

officer_hour = Table(
    "officer_hour",
    metadata,
    Column("agency", Text, nullable=False),
    Column("day", Text, nullable=False),  # of the office's zone, ISO 8601
    Column("officer", LargeBinary, nullable=False),
    Column("hour", Integer, nullable=False),
    Column("requests", _Number, nullable=False),
    PrimaryKeyConstraint("agency", "day", "officer", "hour"),
    CheckConstraint("length(officer) = 32", name="officer"),
    CheckConstraint("hour BETWEEN 0 AND 23", name="hour"),
    sqlite_strict=True,
)

# Holds all that the overview counts by, so that counting a month reads no entry.
overview_index = Index(
    "ix_audit_leaf_overview",
    audit_leaf.c.type,
    audit_leaf.c.time,
    audit_leaf.c.actor_org,
    audit_leaf.c.peer_org,
    audit_leaf.c.purpose,
    audit_leaf.c.decision,
    audit_leaf.c.reason,
)
# From a type to the entries after a place: how rules read on.
type_index = Index("ix_audit_leaf_type_shard_idx", audit_leaf.c.type, audit_leaf.c.shard, audit_leaf.c.idx)
