"""Tables of verification: the gateway's own runs over the whole log, and what verifiers outside have found."""

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from gateway.persistence.metadata import metadata

_Number = BigInteger().with_variant(Integer(), "sqlite")  # INTEGER, so that it can be SQLite's rowid

verification_run = Table(
    "verification_run",
    metadata,
    Column("id", _Number, nullable=False),
    Column("started_by", Text, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("seen_at", BigInteger, nullable=False),  # last sign of life of whoever does it
    Column("total", _Number, nullable=False),  # entries to verify, and how many are done
    Column("done", _Number, nullable=False),
    Column("ended_at", BigInteger),
    Column("result", Text),  # JSON: what was verified of each shard, and what was found wrong
    PrimaryKeyConstraint("id"),
    sqlite_autoincrement=True,
)

outside_verification = Table(
    "outside_verification",
    metadata,
    Column("id", _Number, nullable=False),
    Column("shard", Integer, nullable=False),
    Column("size", _Number, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("verified_by", Text, nullable=False),  # the office and the software, no person
    Column("verified_on", Text, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("agrees", Boolean, nullable=False),
    PrimaryKeyConstraint("id"),
    sqlite_autoincrement=True,
)
