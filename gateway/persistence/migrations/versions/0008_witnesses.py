"""Create the tables of witnesses.

Revision ID: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "witness_policy",
        sa.Column("id", _number(), nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("policy", sa.LargeBinary, nullable=False),
        sa.Column("adopted_at", _number(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_witness_policy"),
        sqlite_strict=True,
    )
    op.create_table(
        "witness_state",
        sa.Column("shard", sa.Integer, nullable=False),
        sa.Column("witness", sa.Text, nullable=False),
        sa.Column("size", _number(), nullable=False),
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("signed_at", _number(), nullable=False),
        sa.PrimaryKeyConstraint("shard", "witness", name="pk_witness_state"),
        sqlite_strict=True,
    )
    op.create_table(
        "witness_fault",
        sa.Column("witness", sa.Text, nullable=False),
        sa.Column("fault", sa.Text, nullable=False),
        sa.Column("since", _number(), nullable=False),
        sa.Column("asked_at", _number(), nullable=False),
        sa.PrimaryKeyConstraint("witness", name="pk_witness_fault"),
        sqlite_strict=True,
    )
    op.create_table(
        "witnessed_shard",
        sa.Column("shard", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("size", _number(), nullable=False),
        sa.Column("witnessed_at", _number(), nullable=False),
        sa.PrimaryKeyConstraint("shard", name="pk_witnessed_shard"),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in ("witnessed_shard", "witness_fault", "witness_state", "witness_policy"):
        op.drop_table(table)


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")
