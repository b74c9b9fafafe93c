"""Tables of the indexes: which one is active, what is being published, and the entries that matching looks up.

A full publication gets a volume of its own, changes go into the volume of the active index as a new generation. An
entry is visible when its generation is at most the active one and no later removal of its handle is.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
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
    false,
)

from gateway.persistence.metadata import metadata

_Number = BigInteger().with_variant(Integer(), "sqlite")  # INTEGER, so that it can be SQLite's rowid

publication = Table(
    "publication",
    metadata,
    Column("id", _Number, nullable=False),
    Column("index_id", Text, nullable=False),  # the provider's name for it, a UUID
    Column("agreement", Text, ForeignKey("agreement.digest"), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("mode", Text, nullable=False),
    Column("volume", _Number, nullable=False),
    Column("parts", Integer, nullable=False),
    Column("records", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("agreement", "epoch", "index_id"),
    Index(None, "state"),
    sqlite_autoincrement=True,  # a number is never used twice: it is the generation of the entries
)

active_index = Table(
    "active_index",
    metadata,
    Column("agreement", Text, ForeignKey("agreement.digest"), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("volume", _Number, nullable=False),
    Column("generation", _Number, nullable=False),
    Column("index_id", Text, nullable=False),
    Column("profile", LargeBinary),  # what matching must know of this generation as a whole, canonical JSON
    PrimaryKeyConstraint("agreement", "epoch"),
)

index_part = Table(
    "index_part",
    metadata,
    Column("publication", _Number, nullable=False),
    Column("number", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("entries", LargeBinary, nullable=False),
    Column("removals", LargeBinary, nullable=False),
    PrimaryKeyConstraint("publication", "number"),
)

index_entry = Table(
    "index_entry",
    metadata,
    Column("volume", _Number, nullable=False),
    Column("key_type_code", Integer, nullable=False),
    Column("index_hash", LargeBinary, nullable=False),
    Column("handle", LargeBinary, nullable=False),
    Column("generation", _Number, nullable=False),
    Column("county", Integer, nullable=False),
    Column("key_types", Integer, nullable=False),  # one bit for each key type that this record has an entry of
    Column("is_flagged", Boolean, nullable=False, server_default=false()),
    # The order of this key is the order on disk: entries are looked up by hash and by nothing else.
    PrimaryKeyConstraint("volume", "key_type_code", "index_hash", "handle", "generation"),
    CheckConstraint("length(index_hash) = 16", name="index_hash"),
    CheckConstraint("length(handle) = 16", name="handle"),
    sqlite_with_rowid=False,
)

index_removal = Table(
    "index_removal",
    metadata,
    Column("volume", _Number, nullable=False),
    Column("handle", LargeBinary, nullable=False),
    Column("generation", _Number, nullable=False),
    PrimaryKeyConstraint("volume", "handle", "generation"),
    sqlite_with_rowid=False,
)
