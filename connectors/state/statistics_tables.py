"""Tables for statistics: releases as they were made, the noise spent on them, and releases that this agency received.

True counts are nowhere kept: what was withheld, or hidden by noise, is gone when a release is made.
"""

from typing import Final

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, String, Table

from connectors.state.tables import AGENCY, DIGEST, metadata

TABLE_ID: Final = String(41)
QUARTER: Final = String(7)

statistics_release = Table(
    "statistics_release",
    metadata,
    Column("table_id", TABLE_ID, primary_key=True),
    Column("quarter", QUARTER, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("made_on", String(10), nullable=False),
)

statistics_noise = Table(
    "statistics_noise",
    metadata,
    Column("table_id", TABLE_ID, primary_key=True),
    Column("quarter", QUARTER, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("epsilon_thousandths", Integer, nullable=False),
)

statistics_copy = Table(
    "statistics_copy",
    metadata,
    Column("provider", AGENCY, primary_key=True),
    Column("table_id", TABLE_ID, primary_key=True),
    Column("quarter", QUARTER, primary_key=True),
    Column("region", String(12), primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("agreement", DIGEST, nullable=False),
    Column("received_at", BigInteger, nullable=False),
)
