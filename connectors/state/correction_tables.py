"""Table of requests for correction (校核申请): what is said in them rests sealed, dates and outcome do not."""

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, String, Table

from connectors.state.tables import UUID, metadata

correction = Table(
    "correction",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("source", String(10), nullable=False),
    Column("said", LargeBinary, nullable=False),
    Column("received_on", String(10), nullable=False),
    Column("due_on", String(10), nullable=False),
    Column("is_provisional", Boolean, nullable=False),  # a year on the way to `due_on` had no holiday notice yet
    Column("recorded_by", String(40), nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("outcome", String(10)),
    Column("reason", LargeBinary),
    Column("decided_by", String(40)),
    Column("decided_at", BigInteger),
    Index("ix_correction_outcome", "outcome", "due_on"),
)
