"""Tables of match runs: what was asked until it is judged, what became of each row, and the models that runs left."""

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
    UniqueConstraint,
)

from gateway.persistence.metadata import metadata

_Number = BigInteger().with_variant(Integer(), "sqlite")  # INTEGER, so that it can be SQLite's rowid

match_run = Table(
    "match_run",
    metadata,
    Column("id", _Number, nullable=False),
    Column("run_id", Text, nullable=False),  # the requester's name for it, a UUID
    Column("agreement", Text, ForeignKey("agreement.digest"), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("requester", Text, nullable=False),
    Column("officer", LargeBinary),  # the tag of the officer who began it, under the key of that year
    Column("subject", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("parts", Integer),  # how many parts and records the requester closed it with
    Column("records", Integer),
    Column("judge", Text),  # the claim of the process that judges it, and how long that holds
    Column("judge_until", BigInteger),
    Column("index_id", Text),  # the index that it was judged against
    Column("summary", LargeBinary),  # RunSummary, canonical
    PrimaryKeyConstraint("id"),
    UniqueConstraint("agreement", "run_id"),
    Index(None, "state"),
    Index(None, "expires_at"),
    sqlite_autoincrement=True,  # a number is never used twice: rows of an ended run are deleted by it
)

match_run_part = Table(
    "match_run_part",
    metadata,
    Column("run", _Number, nullable=False),
    Column("number", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("rows", LargeBinary, nullable=False),  # 4 bytes each, big-endian
    Column("entries", LargeBinary, nullable=False),  # as `schemas.messages.match.pack_asked` packs them
    PrimaryKeyConstraint("run", "number"),
)

match_outcome = Table(
    "match_outcome",
    metadata,
    Column("run", _Number, nullable=False),
    Column("row", Integer, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("handles", LargeBinary, nullable=False),  # of the matches, or of the one possible match; 16 bytes each
    Column("probability", Integer),  # parts per million
    Column("agreed", BigInteger, nullable=False),  # bit `code`, and bit `32 + code` for a flagged agreement
    Column("comparison", LargeBinary, nullable=False),  # int8 for each component of the key set, or nothing
    Column("decision", Text),  # a reviewer's
    PrimaryKeyConstraint("run", "row"),
    CheckConstraint("length(handles) % 16 = 0", name="handles"),
    sqlite_with_rowid=False,
)

linkage_model = Table(
    "linkage_model",
    metadata,
    Column("requester", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("key_set", Text, nullable=False),
    Column("fitted_at", BigInteger, nullable=False),
    Column("asked_records", BigInteger, nullable=False),
    Column("index_records", BigInteger, nullable=False),
    Column("expected_matches", BigInteger, nullable=False),
    Column("model", LargeBinary, nullable=False),  # canonical JSON
    PrimaryKeyConstraint("requester", "provider", "purpose", "key_set"),
)
