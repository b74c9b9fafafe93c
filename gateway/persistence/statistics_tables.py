"""The table of released statistics: by digest alone, so that a provider can't tell two requesters two stories."""

from sqlalchemy import BigInteger, Column, PrimaryKeyConstraint, Table, Text

from gateway.persistence.metadata import metadata

statistics_release = Table(
    "statistics_release",
    metadata,
    Column("provider", Text, nullable=False),
    Column("table_id", Text, nullable=False),
    Column("quarter", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("first_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("provider", "table_id", "quarter", "region"),
)
