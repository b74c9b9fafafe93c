"""Create what agreements' life cycle needs: versions, the lead body's signature, the answer's due date, all steps.

Revision ID: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_COLUMNS = (
    ("lead", sa.Text),
    ("lead_signature", sa.Text),
    ("first_version", sa.Text),
    ("review_due_at", sa.BigInteger),
    ("overdue_at", sa.BigInteger),
)


def upgrade() -> None:
    """Create the table and the columns; an end that was noted becomes a state."""
    op.create_table(
        "agreement_step",
        sa.Column("agreement", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("taken_at", sa.BigInteger, nullable=False),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.Column("note", sa.Text),
        sa.PrimaryKeyConstraint("agreement", "number", name="pk_agreement_step"),
        sa.ForeignKeyConstraint(["agreement"], ["agreement.digest"], name="fk_agreement_step_agreement_agreement"),
    )
    for name, kind in _COLUMNS:
        op.add_column("agreement", sa.Column(name, kind))
    op.create_index("ix_agreement_lead", "agreement", ["lead"])
    op.create_index("ix_agreement_first_version", "agreement", ["first_version"])
    op.execute("UPDATE agreement SET state = 'expired' WHERE expired_at IS NOT NULL AND state <> 'revoked'")
    op.drop_column("agreement", "expired_at")


def downgrade() -> None:
    """Drop the table and the columns."""
    op.add_column("agreement", sa.Column("expired_at", sa.BigInteger))
    op.drop_index("ix_agreement_first_version", "agreement")
    op.drop_index("ix_agreement_lead", "agreement")
    for name, _ in reversed(_COLUMNS):
        op.drop_column("agreement", name)
    op.drop_table("agreement_step")
