"""Create the tables of emergency calls and of what each officer was charged; let a run know who began it.

Revision ID: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Create the tables and the column."""
    op.create_table(
        "emergency_call",
        *_columns(sa.Text, "agreement", "call", "requester", "provider", "officer", "reason"),
        *_columns(sa.BigInteger, "opened_at", "due_at", "evaluations"),
        *_columns(sa.Text, "run", "verdict", nullable=True),
        *_columns(sa.BigInteger, "reviewed_at", "suspended_at", nullable=True),
        *_columns(sa.Text, "lift_proposed_by", nullable=True),
        *_columns(sa.BigInteger, "lift_proposed_at", nullable=True),
        *_columns(sa.Text, "lifted_by", nullable=True),
        *_columns(sa.BigInteger, "lifted_at", nullable=True),
        sa.PrimaryKeyConstraint("agreement", "call", name="pk_emergency_call"),
        sa.ForeignKeyConstraint(["agreement"], ["agreement.digest"], name="fk_emergency_call_agreement_agreement"),
    )
    op.create_index("ix_emergency_call_requester_emergency_call_officer", "emergency_call", ["requester", "officer"])
    op.create_index("ix_emergency_call_due_at", "emergency_call", ["due_at"])
    op.create_index("ix_emergency_call_lifted_at", "emergency_call", ["lifted_at"])
    op.create_table(
        "officer_budget_use",
        *_columns(sa.Text, "agreement", "officer", "day", "kind"),
        *_columns(sa.BigInteger, "used"),
        sa.PrimaryKeyConstraint("agreement", "officer", "day", "kind", name="pk_officer_budget_use"),
    )
    op.create_index("ix_officer_budget_use_day", "officer_budget_use", ["day"])
    op.add_column("match_run", sa.Column("officer", sa.LargeBinary, nullable=True))


def downgrade() -> None:
    """Drop the tables and the column."""
    op.drop_column("match_run", "officer")
    op.drop_table("officer_budget_use")
    op.drop_table("emergency_call")


def _columns(kind: type[sa.Text | sa.BigInteger], *names: str, nullable: bool = False) -> tuple[sa.Column[object], ...]:
    return tuple(sa.Column(name, kind, nullable=nullable) for name in names)
