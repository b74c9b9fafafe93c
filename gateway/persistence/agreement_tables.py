"""Tables of agreements, of their steps and of what is counted against them: daily budgets and accepted envelopes."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from gateway.persistence.metadata import metadata

agreement = Table(
    "agreement",
    metadata,
    Column("digest", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("requester", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("lead", Text),  # the lead body that countersigns
    Column("document", LargeBinary, nullable=False),  # the canonical bytes that all of them signed
    Column("requester_signature", Text, nullable=False),
    Column("provider_signature", Text),
    Column("lead_signature", Text),
    Column("state", Text, nullable=False),
    Column("valid_until", BigInteger, nullable=False),
    Column("first_version", Text),  # digest of the first version, in all further ones
    Column("review_due_at", BigInteger),  # while the provider has not answered
    Column("overdue_at", BigInteger),  # when it was noted that the answer is overdue
    PrimaryKeyConstraint("digest"),
    UniqueConstraint("id"),
    Index(None, "requester"),
    Index(None, "provider"),
    Index(None, "lead"),
    Index(None, "first_version"),
)

agreement_step = Table(
    "agreement_step",
    metadata,
    Column("agreement", Text, nullable=False),
    Column("number", BigInteger, nullable=False),  # counted from 1
    Column("step", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("taken_at", BigInteger, nullable=False),
    Column("reasons", Text, nullable=False),  # codes with blanks between them
    Column("note", Text),
    PrimaryKeyConstraint("agreement", "number"),
    ForeignKeyConstraint(["agreement"], ["agreement.digest"]),
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
