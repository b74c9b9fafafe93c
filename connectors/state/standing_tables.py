"""Tables of standing questions: what is asked when, each run of it, the last answers, and what has changed since."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from connectors.state.tables import DIGEST, UUID, metadata

standing_question = Table(
    "standing_question",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("state", String(20), nullable=False),
    Column("author", String(40), nullable=False),
    Column("approver", String(40)),
    Column("agreement", DIGEST, nullable=False),
    Column("attributes", Text, nullable=False),
    Column("region", String(12), nullable=False),
    Column("case", String(40)),
    Column("ledger", UUID, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("rhythm", String(10), nullable=False),
    Column("day", Integer, nullable=False),
    Column("until_on", String(10), nullable=False),
    Column("next_at", BigInteger, nullable=False),
    Column("asked_through", String(7)),
    Column("failure", String(60)),
    Column("clause", String(40)),
    Column("ended_by", String(40)),
    Column("ended_reason", String(40)),
    Column("prepared_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Index("ix_standing_question_state_next_at", "state", "next_at"),
)

# Its id is that of the question which it asks; that is destroyed once what has changed is told.
standing_run = Table(
    "standing_run",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("standing", UUID, ForeignKey("standing_question.id", ondelete="CASCADE"), nullable=False),
    Column("ledger", UUID, nullable=False),
    Column("asked_through", String(7)),
    Column("index_id", UUID),
    Column("begun_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("rows", Integer, nullable=False),
    Column("changes", Integer, nullable=False, default=0),
    Column("seen_at", BigInteger),
    Index("ix_standing_run_standing", "standing", "begun_at"),
)

standing_answer = Table(
    "standing_answer",
    metadata,
    Column("standing", UUID, ForeignKey("standing_question.id", ondelete="CASCADE"), primary_key=True),
    Column("tag", LargeBinary(16), primary_key=True),
    Column("answer", LargeBinary, nullable=False),
    Column("expires_on", String(10), nullable=False),
)

standing_change = Table(
    "standing_change",
    metadata,
    Column("run", UUID, ForeignKey("standing_run.id", ondelete="CASCADE"), primary_key=True),
    Column("row_number", Integer, primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("change", LargeBinary, nullable=False),
    Column("expires_on", String(10), nullable=False),
)
