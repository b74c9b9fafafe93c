"""Create the tables of erasure, legal holds and verification; find the subject index by place.

Revision ID: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_TABLES = ("outside_verification", "verification_run", "legal_hold", "erasure_decision", "erasure_entry", "erasure")
_PLACE_INDEX = "ix_audit_subject_index_shard_idx"


def upgrade() -> None:
    """Create the tables and the index."""
    op.create_index(_PLACE_INDEX, "audit_subject_index", ["shard", "idx"])
    _create_erasures()
    _create_holds()
    _create_verifications()


def downgrade() -> None:
    """Drop the tables and the index."""
    for table in _TABLES:
        op.drop_table(table)
    op.drop_index(_PLACE_INDEX, "audit_subject_index")


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _texts(*names: str, nullable: bool = False) -> tuple[sa.Column[str], ...]:
    return tuple(sa.Column(name, sa.Text, nullable=nullable) for name in names)


def _numbers(*names: str, nullable: bool = False) -> tuple[sa.Column[int], ...]:
    return tuple(sa.Column(name, _number(), nullable=nullable) for name in names)


def _seconds(*names: str, nullable: bool = False) -> tuple[sa.Column[int], ...]:
    return tuple(sa.Column(name, sa.BigInteger, nullable=nullable) for name in names)


def _create_erasures() -> None:
    op.create_table(
        "erasure",
        *_numbers("id"),
        *_texts("state"),
        *_texts("proposed_by", nullable=True),
        *_seconds("proposed_at"),
        *_texts("basis", "reason"),
        *_texts("case_ref", "purpose", nullable=True),
        *_texts("fields"),
        *_numbers("entries"),
        *_texts("content", "event_id"),
        *_seconds("ended_at", nullable=True),
        *_numbers("erased_disclosures", "erased_tags", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_erasure"),
        sa.UniqueConstraint("event_id", name="uq_erasure_event_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_erasure_state", "erasure", ["state"])
    op.create_table(
        "erasure_entry",
        *_numbers("erasure"),
        sa.Column("shard", sa.Integer, nullable=False),
        *_numbers("idx"),
        sa.PrimaryKeyConstraint("erasure", "shard", "idx", name="pk_erasure_entry"),
        sa.ForeignKeyConstraint(["erasure"], ["erasure.id"], name="fk_erasure_entry_erasure_erasure"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "erasure_decision",
        *_numbers("erasure"),
        *_texts("account", "role"),
        sa.Column("approves", sa.Boolean, nullable=False),
        *_texts("reason"),
        *_seconds("decided_at"),
        *_texts("event_id"),
        sa.PrimaryKeyConstraint("erasure", "account", name="pk_erasure_decision"),
        sa.ForeignKeyConstraint(["erasure"], ["erasure.id"], name="fk_erasure_decision_erasure_erasure"),
    )


def _create_holds() -> None:
    op.create_table(
        "legal_hold",
        *_numbers("id"),
        *_texts("agency", "agreement", "corr", "from_on", "to_on", "case_ref", nullable=True),
        *_texts("reason", "set_by"),
        *_seconds("set_at"),
        *_texts("lift_reason", "lifted_by", nullable=True),
        *_seconds("lifted_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_legal_hold"),
        sqlite_autoincrement=True,
    )


def _create_verifications() -> None:
    op.create_table(
        "verification_run",
        *_numbers("id"),
        *_texts("started_by"),
        *_seconds("started_at"),
        *_texts("state"),
        *_seconds("seen_at"),
        *_numbers("total", "done"),
        *_seconds("ended_at", nullable=True),
        *_texts("result", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_verification_run"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "outside_verification",
        *_numbers("id"),
        sa.Column("shard", sa.Integer, nullable=False),
        *_numbers("size"),
        sa.Column("root", sa.LargeBinary, nullable=False),
        *_texts("verified_by", "verified_on", "recorded_by"),
        *_seconds("recorded_at"),
        sa.Column("agrees", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outside_verification"),
        sqlite_autoincrement=True,
    )
