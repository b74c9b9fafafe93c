"""Tables for statistics: releases as they were made, the noise spent on them, whom they counted, releases received.

True counts are nowhere kept: what was withheld, or hidden by noise, is gone when a release is made.
"""

from typing import Final

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, String, Table

from connectors.state.tables import AGENCY, DIGEST, metadata

TABLE_ID: Final = String(41)
QUARTER: Final = String(7)
SUBSET: Final = String(43)
"""Which matched children were counted; empty for a whole register."""

statistics_release = Table(
    "statistics_release",
    metadata,
    Column("table_id", TABLE_ID, primary_key=True),
    Column("quarter", QUARTER, primary_key=True),
    Column("subset", SUBSET, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("made_on", String(10), nullable=False),
)

statistics_noise = Table(
    "statistics_noise",
    metadata,
    Column("table_id", TABLE_ID, primary_key=True),
    Column("quarter", QUARTER, primary_key=True),
    Column("subset", SUBSET, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("epsilon_thousandths", Integer, nullable=False),
)

statistics_copy = Table(
    "statistics_copy",
    metadata,
    Column("provider", AGENCY, primary_key=True),
    Column("table_id", TABLE_ID, primary_key=True),
    Column("quarter", QUARTER, primary_key=True),
    Column("subset", SUBSET, primary_key=True),
    Column("region", String(12), primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("agreement", DIGEST, nullable=False),
    Column("received_at", BigInteger, nullable=False),
)

statistics_member = Table(
    "statistics_member",
    metadata,
    Column("subset", SUBSET, primary_key=True),
    Column("child", LargeBinary(16), primary_key=True),
)
