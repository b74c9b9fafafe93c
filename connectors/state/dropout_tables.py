"""Tables of keeping children in school: pupils who were flagged, what was asked and acknowledged, reports sent."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table

from connectors.state.tables import UUID, metadata

# One row of a ledger each; what the school knows of the pupil rests sealed in `entry`.
dropout_flag = Table(
    "dropout_flag",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("ledger", UUID, nullable=False),
    Column("row_number", Integer, nullable=False),
    Column("account", String(40), nullable=False),
    Column("school", String(200), nullable=False),
    Column("township", String(80), nullable=False),
    Column("pupil_tag", LargeBinary(12), nullable=False),
    Column("entry", LargeBinary, nullable=False),
    Column("item", UUID),
    Column("state", String(10), nullable=False),
    Column("failure", String(60)),
    Column("flagged_at", BigInteger, nullable=False),
    Index("ix_dropout_flag_row", "ledger", "row_number", unique=True),
    Index("ix_dropout_flag_pupil_tag", "pupil_tag"),
    Index("ix_dropout_flag_item", "item"),
)

# Which row of a question's ledger is which item's pupil.
dropout_question_row = Table(
    "dropout_question_row",
    metadata,
    Column("ledger", UUID, primary_key=True),
    Column("row_number", Integer, primary_key=True),
    Column("item", UUID, nullable=False),
    Index("ix_dropout_question_row_item", "item"),
)

# Reports of schools that an officer acknowledges many at once, in the background.
dropout_acknowledgement = Table(
    "dropout_acknowledgement",
    metadata,
    Column("batch", UUID, primary_key=True),
    Column("item", UUID, primary_key=True),
    Column("place", Integer, nullable=False),
    Column("account", String(40), nullable=False),
    Column("state", String(10), nullable=False),
    Column("failure", String(60)),
    Column("asked_at", BigInteger, nullable=False),
    Index("ix_dropout_acknowledgement_state", "state", "account"),
)

dropout_report = Table(
    "dropout_report",
    metadata,
    Column("duty", String(40), primary_key=True),
    Column("first_on", String(10), primary_key=True),
    Column("school", String(200), primary_key=True),
    Column("account", String(40), nullable=False),
    Column("reference", String(40), nullable=False),
    Column("sent_at", BigInteger, nullable=False),
)
