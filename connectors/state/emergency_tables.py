"""Tables of emergency access: the calls that this agency made, the calls made to it, and each officer's daily use.

What a call's officer wrote rests sealed; the child whom it is about stands in a ledger, the answer with its question.
"""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, LargeBinary, String, Table

from connectors.state.tables import AGENCY, DIGEST, UUID, metadata

# Calls that this agency made.

emergency_call = Table(
    "emergency_call",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("officer", String(40), nullable=False),
    Column("reason", String(30), nullable=False),
    Column("note", LargeBinary),
    Column("ledger", UUID, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("is_provisional", Boolean, nullable=False),
    Column("reviewer", String(40)),
    Column("verdict", String(12)),
    Column("reviewed_at", BigInteger),
    Column("lifted_at", BigInteger),
    Column("destroyed_at", BigInteger),
    Index("ix_emergency_call_officer", "officer"),
)

emergency_question = Table(
    "emergency_question",
    metadata,
    Column("question", UUID, primary_key=True),
    Column("call", UUID, ForeignKey("emergency_call.id"), nullable=False),
    Column("agreement", DIGEST, nullable=False),
    Column("region", String(12), nullable=False),
    Column("is_answered", Boolean, nullable=False, default=False),
    Column("failure", String(40)),
    Column("told_at", BigInteger),  # when the gateway and the provider had the review
    Index("ix_emergency_question_call", "call"),
)

# Calls made to this agency.

emergency_notice = Table(
    "emergency_notice",
    metadata,
    Column("agreement", DIGEST, primary_key=True),
    Column("call", UUID, primary_key=True),
    Column("requester", AGENCY, nullable=False),
    Column("officer", String(40), nullable=False),
    Column("reason", String(30), nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("evaluations", BigInteger, nullable=False),
    Column("handle", LargeBinary(16)),
    Column("released_at", BigInteger),
    Column("verdict", String(12)),
    Column("reviewed_at", BigInteger),
    Column("lifted_at", BigInteger),
    Column("seen_at", BigInteger),
    Index("ix_emergency_notice_requester_officer", "requester", "officer"),
)

officer_budget_use = Table(
    "officer_budget_use",
    metadata,
    Column("agreement", DIGEST, primary_key=True),
    Column("officer", String(40), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("kind", String(12), primary_key=True),
    Column("used", BigInteger, nullable=False),
)
