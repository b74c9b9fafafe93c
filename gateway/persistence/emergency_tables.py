"""Tables of emergency calls, with what became of their review, and of what each officer was charged on a day.

Officers stand here by the reference that their agency gives them, as in the envelopes that named them.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, PrimaryKeyConstraint, Table, Text

from gateway.persistence.metadata import metadata

emergency_call = Table(
    "emergency_call",
    metadata,
    Column("agreement", Text, ForeignKey("agreement.digest"), nullable=False),
    Column("call", Text, nullable=False),
    Column("requester", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("officer", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("evaluations", BigInteger, nullable=False),
    Column("run", Text),  # the one run of the call
    Column("verdict", Text),
    Column("reviewed_at", BigInteger),
    Column("suspended_at", BigInteger),  # when it was logged that its officer is suspended
    Column("lift_proposed_by", Text),
    Column("lift_proposed_at", BigInteger),
    Column("lifted_by", Text),
    Column("lifted_at", BigInteger),
    PrimaryKeyConstraint("agreement", "call"),
    Index(None, "requester", "officer"),
    Index(None, "due_at"),
    Index(None, "lifted_at"),
)

officer_budget_use = Table(
    "officer_budget_use",
    metadata,
    Column("agreement", Text, nullable=False),
    Column("officer", Text, nullable=False),
    Column("day", Text, nullable=False),  # ISO 8601 date of the legal clock
    Column("kind", Text, nullable=False),
    Column("used", BigInteger, nullable=False),
    PrimaryKeyConstraint("agreement", "officer", "day", "kind"),
    Index(None, "day"),
)
