"""Tables of the officer's desk: ledgers that were uploaded, and questions on their way. Cells rest sealed only."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from connectors.state.tables import DIGEST, UUID, metadata

# Ledgers.

ledger = Table(
    "ledger",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("owner", String(40), nullable=False),
    Column("state", String(10), nullable=False),
    Column("card", LargeBinary, nullable=False),
    Column("data_set", String(60)),
    Column("subject", String(10)),
    Column("rows", Integer, nullable=False, default=0),
    Column("usable_rows", Integer, nullable=False, default=0),
    Column("marked_rows", Integer, nullable=False, default=0),
    Column("rows_done", Integer, nullable=False, default=0),
    Column("rows_total", Integer, nullable=False, default=0),
    Column("begun_at", BigInteger),
    Column("revision", Integer, nullable=False, default=0),
    Column("is_asked", Boolean, nullable=False, default=False),
    Column("uploaded_at", BigInteger, nullable=False),
    Column("expires_on", String(10), nullable=False),
    Index("ix_ledger_owner", "owner"),
)

ledger_part = Table(
    "ledger_part",
    metadata,
    Column("ledger", UUID, ForeignKey("ledger.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

ledger_row = Table(
    "ledger_row",
    metadata,
    Column("ledger", UUID, ForeignKey("ledger.id", ondelete="CASCADE"), primary_key=True),
    Column("row_number", Integer, primary_key=True),
    Column("cells", LargeBinary, nullable=False),
    Column("is_usable", Boolean, nullable=False),
    Column("number_tag", LargeBinary(12)),
    Index("ix_ledger_row_number_tag", "ledger", "number_tag"),
)

ledger_finding = Table(
    "ledger_finding",
    metadata,
    Column("ledger", UUID, ForeignKey("ledger.id", ondelete="CASCADE"), primary_key=True),
    Column("row_number", Integer, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("position", Integer),
    Column("code", String(60), nullable=False),
    Column("severity", String(7), nullable=False),
    Index("ix_ledger_finding_code", "ledger", "code"),
)

ledger_repair = Table(
    "ledger_repair",
    metadata,
    Column("ledger", UUID, ForeignKey("ledger.id", ondelete="CASCADE"), primary_key=True),
    Column("row_number", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("text", LargeBinary, nullable=False),
)

# What somebody said that the columns of a header mean, for the next file that has it; a header is nobody's data.
ledger_choice = Table(
    "ledger_choice",
    metadata,
    Column("header", DIGEST, primary_key=True),
    Column("data_set", String(60), nullable=False),
    Column("columns", Text, nullable=False),
    Column("chosen_at", BigInteger, nullable=False),
)

# ---------------------------------------------------------------- Questions: tables of drafts and asking go below.

question_draft = Table(
    "question_draft",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("state", String(20), nullable=False),
    Column("author", String(40), nullable=False),
    Column("approver", String(40)),
    Column("needs_approval", Boolean, nullable=False),
    Column("agreement", DIGEST, nullable=False),
    Column("attributes", Text, nullable=False),
    Column("ledger", UUID),
    Column("region", String(12)),
    Column("case", String(40)),
    Column("roster_version", String(100)),
    Column("children", Integer),
    Column("hashes", Integer),
    Column("outside_rows", Text),
    Column("prepared_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("asked_at", BigInteger),
    Column("undecided", Integer, nullable=False, default=0),
    Column("step", String(20)),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("step_at", BigInteger),
    Column("failure", String(60)),
    Column("clause", String(40)),
    Column("decline_reason", String(30)),
    Index("ix_question_draft_state", "state"),
    Index("ix_question_draft_author", "author"),
)

match_review = Table(
    "match_review",
    metadata,
    Column("question", UUID, ForeignKey("question_draft.id", ondelete="CASCADE"), primary_key=True),
    Column("row_number", Integer, primary_key=True),
    Column("state", String(10), nullable=False),
    Column("decision", String(12), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("officer", String(40), nullable=False),
    Column("approver", String(40)),
    Column("decided_at", BigInteger, nullable=False),
    Column("failure", String(60)),
)

# Counts and row numbers alone: what a report says of the agency's register.
register_check = Table(
    "register_check",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("state", String(10), nullable=False),
    Column("account", String(40), nullable=False),
    Column("begun_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("rows", Integer, nullable=False, default=0),
    Column("report", Text),
    Column("failure", String(60)),
)
