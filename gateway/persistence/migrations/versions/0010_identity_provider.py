"""Create the tables of signing in with an identity provider: whose account a person has, who is on the way.

Revision ID: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "console_identity",
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("linked_at", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["console_account.id"], name="fk_console_identity_account_console_account"
        ),
        sa.PrimaryKeyConstraint("account", name="pk_console_identity"),
        sa.UniqueConstraint("issuer", "subject", name="uq_console_identity_issuer_subject"),
    )
    op.create_table(
        "console_visit",
        sa.Column("state_digest", sa.LargeBinary, nullable=False),
        sa.Column("browser_digest", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("begun_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("state_digest", name="pk_console_visit"),
        sa.CheckConstraint("length(state_digest) = 32", name=op.f("ck_console_visit_state_digest")),
        sa.CheckConstraint("length(browser_digest) = 32", name=op.f("ck_console_visit_browser_digest")),
    )
    op.create_index("ix_console_visit_begun_at", "console_visit", ["begun_at"])


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("console_visit")
    op.drop_table("console_identity")
