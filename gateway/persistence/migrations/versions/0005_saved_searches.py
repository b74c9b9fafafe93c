"""Create the tables of saved searches and of large exports that wait for a second person.

Revision ID: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "saved_search",
        *_text("account", "name", "query"),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account", "name", name="pk_saved_search"),
        _account("saved_search", "account"),
    )
    op.create_table(
        "export_request",
        *_text("id", "account", "query", "format"),
        sa.Column("records", sa.Integer, nullable=False),
        *_text("reason", "reason_text", "case_ref"),
        sa.Column("nonce", sa.LargeBinary, nullable=False),
        sa.Column("requested_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("approver", sa.Text),
        sa.Column("approved_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_export_request"),
        _account("export_request", "account"),
        _account("export_request", "approver"),
        sa.CheckConstraint("length(nonce) = 16", name=op.f("ck_export_request_nonce")),
        sa.CheckConstraint("approver IS NULL OR approver <> account", name=op.f("ck_export_request_second_person")),
    )
    op.create_index("ix_export_request_expires_at", "export_request", ["expires_at"])


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("export_request")
    op.drop_table("saved_search")


def _text(*names: str) -> tuple[sa.Column[str], ...]:
    return tuple(sa.Column(name, sa.Text, nullable=False) for name in names)


def _account(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["console_account.id"], name=f"fk_{table}_{column}_console_account")
