"""Create the tables of members, agreements, budgets, accepted envelopes and indexes.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_TABLES = (
    "index_removal",
    "index_entry",
    "index_part",
    "active_index",
    "publication",
    "seen_envelope",
    "budget_use",
    "agreement",
    "registry_version",
    "key_statement",
    "member",
)


def upgrade() -> None:
    """Create the tables, those referred to first, and the index by which a promised leaf is found."""
    op.create_index("ix_audit_leaf_leaf_hash", "audit_leaf", ["leaf_hash"])
    _create_members()
    _create_agreements()
    _create_publications()
    _create_entries()


def downgrade() -> None:
    """Drop the tables and the index."""
    for table in _TABLES:
        op.drop_table(table)
    op.drop_index("ix_audit_leaf_leaf_hash", "audit_leaf")


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(*names: str) -> tuple[sa.Column[str], ...]:
    return tuple(sa.Column(name, sa.Text, nullable=False) for name in names)


def _create_members() -> None:
    op.create_table(
        "member",
        *_text("agency", "agency_type", "name_zh", "name_en", "region", "endpoint", "root"),
        sa.Column("enrolled_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("agency", name="pk_member"),
    )
    op.create_table(
        "key_statement",
        *_text("agency"),
        sa.Column("place", sa.Integer, nullable=False),
        *_text("token"),
        sa.PrimaryKeyConstraint("agency", "place", name="pk_key_statement"),
        sa.UniqueConstraint("agency", "token", name="uq_key_statement_agency_token"),
        sa.ForeignKeyConstraint(["agency"], ["member.agency"], name="fk_key_statement_agency_member"),
    )
    op.create_table(
        "registry_version",
        sa.Column("version", sa.Integer, autoincrement=False, nullable=False),
        *_text("token"),
        sa.Column("issued_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_registry_version"),
    )


def _create_agreements() -> None:
    op.create_table(
        "agreement",
        *_text("digest", "id", "requester", "provider"),
        sa.Column("document", sa.LargeBinary, nullable=False),
        *_text("requester_signature"),
        sa.Column("provider_signature", sa.Text),
        *_text("state"),
        sa.Column("valid_until", sa.BigInteger, nullable=False),
        sa.Column("expired_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("digest", name="pk_agreement"),
        sa.UniqueConstraint("id", name="uq_agreement_id"),
    )
    op.create_index("ix_agreement_requester", "agreement", ["requester"])
    op.create_index("ix_agreement_provider", "agreement", ["provider"])
    op.create_table(
        "budget_use",
        *_text("agreement", "day", "kind"),
        sa.Column("used", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("agreement", "day", "kind", name="pk_budget_use"),
    )
    op.create_table(
        "seen_envelope",
        *_text("id"),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_seen_envelope"),
    )
    op.create_index("ix_seen_envelope_expires_at", "seen_envelope", ["expires_at"])


def _create_publications() -> None:
    op.create_table(
        "publication",
        sa.Column("id", _number(), nullable=False),
        *_text("index_id", "agreement"),
        sa.Column("epoch", sa.Integer, nullable=False),
        *_text("mode"),
        sa.Column("volume", _number(), nullable=False),
        sa.Column("parts", sa.Integer, nullable=False),
        sa.Column("records", sa.BigInteger, nullable=False),
        *_text("state"),
        sa.PrimaryKeyConstraint("id", name="pk_publication"),
        sa.UniqueConstraint("agreement", "epoch", "index_id", name="uq_publication_agreement_epoch_index_id"),
        sa.ForeignKeyConstraint(["agreement"], ["agreement.digest"], name="fk_publication_agreement_agreement"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_publication_state", "publication", ["state"])
    op.create_table(
        "active_index",
        *_text("agreement"),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("volume", _number(), nullable=False),
        sa.Column("generation", _number(), nullable=False),
        *_text("index_id"),
        sa.PrimaryKeyConstraint("agreement", "epoch", name="pk_active_index"),
        sa.ForeignKeyConstraint(["agreement"], ["agreement.digest"], name="fk_active_index_agreement_agreement"),
    )
    op.create_table(
        "index_part",
        sa.Column("publication", _number(), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        *_text("digest"),
        sa.Column("entries", sa.LargeBinary, nullable=False),
        sa.Column("removals", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("publication", "number", name="pk_index_part"),
    )


def _create_entries() -> None:
    op.create_table(
        "index_entry",
        sa.Column("volume", _number(), nullable=False),
        sa.Column("key_type_code", sa.Integer, nullable=False),
        sa.Column("index_hash", sa.LargeBinary, nullable=False),
        sa.Column("handle", sa.LargeBinary, nullable=False),
        sa.Column("generation", _number(), nullable=False),
        sa.Column("county", sa.Integer, nullable=False),
        sa.Column("key_types", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("volume", "key_type_code", "index_hash", "handle", "generation", name="pk_index_entry"),
        sa.CheckConstraint("length(index_hash) = 16", name=op.f("ck_index_entry_index_hash")),
        sa.CheckConstraint("length(handle) = 16", name=op.f("ck_index_entry_handle")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "index_removal",
        sa.Column("volume", _number(), nullable=False),
        sa.Column("handle", sa.LargeBinary, nullable=False),
        sa.Column("generation", _number(), nullable=False),
        sa.PrimaryKeyConstraint("volume", "handle", "generation", name="pk_index_removal"),
        sqlite_with_rowid=False,
    )
