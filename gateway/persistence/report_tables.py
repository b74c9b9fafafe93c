"""The table of reports: what was asked for, and the file that was made."""

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, Table, Text

from gateway.persistence.metadata import metadata

report = Table(
    "report",
    metadata,
    Column("id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("from_on", Text, nullable=False),  # days of the office's zone, ISO 8601
    Column("to_on", Text, nullable=False),
    Column("agency", Text),
    Column("account", Text),  # who asked for it; nobody, where the calendar did
    Column("agency_of_account", Text),
    Column("asked_at", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("made_at", Text),
    Column("file", Text),
    Column("bytes", BigInteger().with_variant(Integer(), "sqlite")),
    Column("digest", Text),
    PrimaryKeyConstraint("id"),
    Index(None, "state"),
    sqlite_strict=True,
)
