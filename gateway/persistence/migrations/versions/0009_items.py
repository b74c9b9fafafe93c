"""Create the tables of items between agencies.

Revision ID: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "item",
        *_texts("item", "workflow"),
        sa.Column("version", sa.Integer, nullable=False),
        *_texts("region"),
        sa.Column("events", sa.Integer, nullable=False),
        sa.Column("change", sa.BigInteger, nullable=False),
        sa.Column("look_at", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("item", name="pk_item"),
        sa.UniqueConstraint("change", name="uq_item_change"),
    )
    op.create_index("ix_item_look_at", "item", ["look_at"])
    op.create_index("ix_item_ended_at", "item", ["ended_at"])
    _create_events()
    op.create_table(
        "item_party",
        *_texts("item", "agency"),
        sa.Column("events", sa.Integer, nullable=False),
        sa.Column("change", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("item", "agency", name="pk_item_party"),
        sa.ForeignKeyConstraint(["item"], ["item.item"], name="fk_item_party_item_item"),
    )
    op.create_index("ix_item_party_agency_item_party_change", "item_party", ["agency", "change"])


def downgrade() -> None:
    """Drop the tables."""
    for table in ("item_party", "item_paper", "item_event", "item"):
        op.drop_table(table)


def _create_events() -> None:
    op.create_table(
        "item_event",
        *_texts("item"),
        sa.Column("number", sa.Integer, nullable=False),
        *_texts("digest", "token"),
        sa.PrimaryKeyConstraint("item", "number", name="pk_item_event"),
        sa.ForeignKeyConstraint(["item"], ["item.item"], name="fk_item_event_item_item"),
    )
    op.create_table(
        "item_paper",
        *_texts("item"),
        sa.Column("event", sa.Integer, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        *_texts("recipient"),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("item", "event", "place", name="pk_item_paper"),
        sa.ForeignKeyConstraint(
            ["item", "event"], ["item_event.item", "item_event.number"], name="fk_item_paper_item_item_event"
        ),
    )
    op.create_index("ix_item_paper_item_item_paper_recipient", "item_paper", ["item", "recipient"])


def _texts(*names: str) -> tuple[sa.Column[str], ...]:
    return tuple(sa.Column(name, sa.Text, nullable=False) for name in names)
