"""Tables of the witnesses: the policies in force one after the other, where each witness stands, what was witnessed.

The cosignatures themselves stand in `audit_cosignature` and are only ever added to; what stands here is newer than a
checkpoint: a heartbeat cosigns the same one again.
"""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from gateway.persistence.metadata import metadata

_Number = BigInteger().with_variant(Integer(), "sqlite")  # strict tables know no BIGINT

witness_policy = Table(
    "witness_policy",
    metadata,
    Column("id", _Number, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("policy", LargeBinary, nullable=False),
    Column("adopted_at", _Number, nullable=False),
    sqlite_strict=True,
)

witness_state = Table(
    "witness_state",
    metadata,
    Column("shard", Integer, nullable=False),
    Column("witness", Text, nullable=False),
    Column("size", _Number, nullable=False),
    Column("line", Text, nullable=False),
    Column("signed_at", _Number, nullable=False),
    PrimaryKeyConstraint("shard", "witness"),
    sqlite_strict=True,
)

# A witness that gives no cosignature: why, since when, and when it was asked last. Deleted when it cosigns again.
witness_fault = Table(
    "witness_fault",
    metadata,
    Column("witness", Text, primary_key=True),
    Column("fault", Text, nullable=False),
    Column("since", _Number, nullable=False),
    Column("asked_at", _Number, nullable=False),
    sqlite_strict=True,
)

witnessed_shard = Table(
    "witnessed_shard",
    metadata,
    Column("shard", Integer, primary_key=True, autoincrement=False),
    Column("size", _Number, nullable=False),
    Column("witnessed_at", _Number, nullable=False),
    sqlite_strict=True,
)
