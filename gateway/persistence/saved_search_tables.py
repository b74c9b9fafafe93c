"""Tables of the search pages: searches that somebody keeps, and large exports that wait for a second person.

Times are POSIX seconds. A search is kept as the query parameters of its filter, which hold nothing personal.
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

from gateway.persistence.metadata import metadata

saved_search = Table(
    "saved_search",
    metadata,
    Column("account", Text, ForeignKey("console_account.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("account", "name"),
)

export_request = Table(
    "export_request",
    metadata,
    Column("id", Text, nullable=False),
    Column("account", Text, ForeignKey("console_account.id"), nullable=False),
    Column("query", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("records", Integer, nullable=False),  # as many of the oldest entries found as were approved, and no more
    Column("reason", Text, nullable=False),
    Column("reason_text", Text, nullable=False),  # for the approver to read; goes with the row
    Column("case_ref", Text, nullable=False),
    Column("nonce", LargeBinary, nullable=False),  # without it the approval's digest could be guessed
    Column("requested_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("approver", Text, ForeignKey("console_account.id")),
    Column("approved_at", BigInteger),
    PrimaryKeyConstraint("id"),
    CheckConstraint("length(nonce) = 16", name="nonce"),
    CheckConstraint("approver IS NULL OR approver <> account", name="second_person"),
    Index(None, "expires_at"),
)
