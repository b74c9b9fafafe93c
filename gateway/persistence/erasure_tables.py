"""Tables of erasure: what was proposed, entry by entry; who decided on it; and the legal holds that stand against it.

They say where something was erased, never what: places in the log, names of fields, reasons.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from gateway.persistence.metadata import metadata

_Number = BigInteger().with_variant(Integer(), "sqlite")  # INTEGER, so that it can be SQLite's rowid

erasure = Table(
    "erasure",
    metadata,
    Column("id", _Number, nullable=False),
    Column("state", Text, nullable=False),
    Column("proposed_by", Text),  # an account; NULL for the gateway's own retention job
    Column("proposed_at", BigInteger, nullable=False),
    Column("basis", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("case_ref", Text),
    Column("purpose", Text),  # of which purpose the entries are, where that was how they were chosen
    Column("fields", Text, nullable=False),  # names with a comma between them
    Column("entries", _Number, nullable=False),
    Column("content", Text, nullable=False),  # digest of the list of entries, as in the leaf
    Column("event_id", Text, nullable=False),
    Column("ended_at", BigInteger),
    Column("erased_disclosures", _Number),
    Column("erased_tags", _Number),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("event_id"),
    Index(None, "state"),
    sqlite_autoincrement=True,
)

erasure_entry = Table(
    "erasure_entry",
    metadata,
    Column("erasure", _Number, ForeignKey("erasure.id"), nullable=False),
    Column("shard", Integer, nullable=False),
    Column("idx", _Number, nullable=False),
    PrimaryKeyConstraint("erasure", "shard", "idx"),
    sqlite_with_rowid=False,
)

erasure_decision = Table(
    "erasure_decision",
    metadata,
    Column("erasure", _Number, ForeignKey("erasure.id"), nullable=False),
    Column("account", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("approves", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("decided_at", BigInteger, nullable=False),
    Column("event_id", Text, nullable=False),
    PrimaryKeyConstraint("erasure", "account"),
)

legal_hold = Table(
    "legal_hold",
    metadata,
    Column("id", _Number, nullable=False),
    Column("agency", Text),  # all conditions that are there hold together
    Column("agreement", Text),
    Column("corr", Text),
    Column("from_on", Text),
    Column("to_on", Text),
    Column("case_ref", Text),
    Column("reason", Text, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("set_at", BigInteger, nullable=False),
    Column("lift_reason", Text),
    Column("lifted_by", Text),
    Column("lifted_at", BigInteger),
    PrimaryKeyConstraint("id"),
    sqlite_autoincrement=True,
)
