"""Create the tables of console accounts: accounts, roles, credentials, sessions, attempts that failed.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_TABLES = ("console_attempt", "console_session", "console_credential", "console_role", "console_account")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "console_account",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("agency", sa.Text),
        sa.Column("is_disabled", sa.Boolean, nullable=False),
        _time("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_console_account"),
    )
    op.create_table(
        "console_role",
        *_account("console_role"),
        sa.Column("role", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("account", "role", name="pk_console_role"),
    )
    op.create_table(
        "console_credential",
        *_account("console_credential"),
        sa.Column("password_hash", sa.Text, nullable=False),
        _time("password_set_at"),
        sa.Column("is_one_time", sa.Boolean, nullable=False),
        sa.Column("totp_secret", sa.LargeBinary, nullable=False),
        sa.Column("totp_step", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account", name="pk_console_credential"),
    )
    _create_session()
    _create_attempt()


def downgrade() -> None:
    """Drop the tables."""
    for table in _TABLES:
        op.drop_table(table)


def _time(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _account(table: str) -> tuple[sa.Column[str], sa.ForeignKeyConstraint]:
    return (
        sa.Column("account", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["account"], ["console_account.id"], name=f"fk_{table}_account_console_account"),
    )


def _create_session() -> None:
    op.create_table(
        "console_session",
        sa.Column("token_digest", sa.LargeBinary, nullable=False),
        *_account("console_session"),
        _time("began_at"),
        _time("seen_at"),
        sa.PrimaryKeyConstraint("token_digest", name="pk_console_session"),
        sa.CheckConstraint("length(token_digest) = 32", name=op.f("ck_console_session_token_digest")),
    )
    op.create_index("ix_console_session_account", "console_session", ["account"])


def _create_attempt() -> None:
    op.create_table(
        "console_attempt",
        sa.Column("subject", sa.LargeBinary, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        _time("failed_at"),
        _time("locked_until"),
        sa.PrimaryKeyConstraint("subject", name="pk_console_attempt"),
        sa.CheckConstraint("length(subject) = 32", name=op.f("ck_console_attempt_subject")),
    )
    op.create_index("ix_console_attempt_failed_at", "console_attempt", ["failed_at"])
