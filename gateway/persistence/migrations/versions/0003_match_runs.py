"""Create the tables of match runs and models; tell flagged entries of an index from others, and keep its profile.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_TABLES = ("linkage_model", "match_outcome", "match_run_part", "match_run")


def upgrade() -> None:
    """Add the columns, create the tables. Entries of before have no flag."""
    op.add_column("index_entry", sa.Column("is_flagged", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("active_index", sa.Column("profile", sa.LargeBinary))
    _create_runs()
    _create_outcomes()
    _create_models()


def downgrade() -> None:
    """Drop the tables and the columns, and with them the entries that would lose their flag."""
    for table in _TABLES:
        op.drop_table(table)
    op.execute(sa.text("DELETE FROM index_entry WHERE is_flagged"))
    op.drop_column("active_index", "profile")
    op.drop_column("index_entry", "is_flagged")


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(*names: str) -> tuple[sa.Column[str], ...]:
    return tuple(sa.Column(name, sa.Text, nullable=False) for name in names)


def _create_runs() -> None:
    op.create_table(
        "match_run",
        sa.Column("id", _number(), nullable=False),
        *_text("run_id", "agreement"),
        sa.Column("epoch", sa.Integer, nullable=False),
        *_text("requester", "subject", "state"),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("parts", sa.Integer),
        sa.Column("records", sa.Integer),
        sa.Column("judge", sa.Text),
        sa.Column("judge_until", sa.BigInteger),
        sa.Column("index_id", sa.Text),
        sa.Column("summary", sa.LargeBinary),
        sa.PrimaryKeyConstraint("id", name="pk_match_run"),
        sa.UniqueConstraint("agreement", "run_id", name="uq_match_run_agreement_run_id"),
        sa.ForeignKeyConstraint(["agreement"], ["agreement.digest"], name="fk_match_run_agreement_agreement"),
        sqlite_autoincrement=True,
    )
    for column in ("state", "expires_at"):
        op.create_index(f"ix_match_run_{column}", "match_run", [column])
    op.create_table(
        "match_run_part",
        sa.Column("run", _number(), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        *_text("digest"),
        sa.Column("rows", sa.LargeBinary, nullable=False),
        sa.Column("entries", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("run", "number", name="pk_match_run_part"),
    )


def _create_outcomes() -> None:
    op.create_table(
        "match_outcome",
        sa.Column("run", _number(), nullable=False),
        sa.Column("row", sa.Integer, nullable=False),
        *_text("outcome"),
        sa.Column("handles", sa.LargeBinary, nullable=False),
        sa.Column("probability", sa.Integer),
        sa.Column("agreed", sa.BigInteger, nullable=False),
        sa.Column("comparison", sa.LargeBinary, nullable=False),
        sa.Column("decision", sa.Text),
        sa.PrimaryKeyConstraint("run", "row", name="pk_match_outcome"),
        sa.CheckConstraint("length(handles) % 16 = 0", name=op.f("ck_match_outcome_handles")),
        sqlite_with_rowid=False,
    )


def _create_models() -> None:
    op.create_table(
        "linkage_model",
        *_text("requester", "provider", "purpose", "key_set"),
        *(
            sa.Column(name, sa.BigInteger, nullable=False)
            for name in ("fitted_at", "asked_records", "index_records", "expected_matches")
        ),
        sa.Column("model", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("requester", "provider", "purpose", "key_set", name="pk_linkage_model"),
    )
