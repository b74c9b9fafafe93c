"""Tables of agreements and of what is counted against them: daily budgets and the envelopes that were accepted."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from gateway.persistence.metadata import metadata

agreement = Table(
    "agreement",
    metadata,
    Column("digest", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("requester", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("document", LargeBinary, nullable=False),  # the canonical bytes that both agencies signed
    Column("requester_signature", Text, nullable=False),
    Column("provider_signature", Text),
    Column("state", Text, nullable=False),
    Column("valid_until", BigInteger, nullable=False),
    Column("expired_at", BigInteger),  # when its end was noted and its index destroyed
    PrimaryKeyConstraint("digest"),
    UniqueConstraint("id"),
    Index(None, "requester"),
    Index(None, "provider"),
)

budget_use = Table(
    "budget_use",
    metadata,
    Column("agreement", Text, nullable=False),
    Column("day", Text, nullable=False),  # ISO 8601 date of the legal clock
    Column("kind", Text, nullable=False),
    Column("used", BigInteger, nullable=False),
    PrimaryKeyConstraint("agreement", "day", "kind"),
)

seen_envelope = Table(
    "seen_envelope",
    metadata,
    Column("id", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("id"),
    Index(None, "expires_at"),
)
