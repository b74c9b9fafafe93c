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
