"""Create what statistics needs: which release of a table, quarter and region a provider gave first.

Revision ID: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "statistics_release",
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("table_id", sa.Text, nullable=False),
        sa.Column("quarter", sa.Text, nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("first_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("provider", "table_id", "quarter", "region", name="pk_statistics_release"),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("statistics_release")
