"""Create the tables of the private OR.

Revision ID: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "board",
        *_texts("board", "resolver", "keeper"),
        *_integers("epoch"),
        *_texts("rules"),
        *_integers("list_size"),
        *_texts("state", "requester_share"),
        sa.Column("keeper_share", sa.Text),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("board", name="pk_board"),
        sa.ForeignKeyConstraint(["resolver"], ["agreement.digest"], name="fk_board_resolver_agreement"),
        sa.ForeignKeyConstraint(["keeper"], ["agreement.digest"], name="fk_board_keeper_agreement"),
        sa.UniqueConstraint("resolver", "epoch", name="uq_board_resolver_epoch"),
    )
    op.create_index("ix_board_state", "board", ["state"])
    _create_content()
    op.create_table(
        "concealed_answer",
        *_texts("request", "board", "concealed"),
        *_integers("children"),
        sa.PrimaryKeyConstraint("request", name="pk_concealed_answer"),
        sa.ForeignKeyConstraint(["board"], ["board.board"], name="fk_concealed_answer_board_board"),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in ("concealed_answer", "board_arrival", "board_turn", "board_part", "board"):
        op.drop_table(table)


def _create_content() -> None:
    op.create_table(
        "board_part",
        *_texts("board"),
        *_integers("number"),
        *_blobs("hashes", "counties", "marks"),
        sa.PrimaryKeyConstraint("board", "number", name="pk_board_part"),
        sa.ForeignKeyConstraint(["board"], ["board.board"], name="fk_board_part_board_board"),
        sa.CheckConstraint("length(marks) = 8 * length(hashes)", name="ck_board_part_marks"),
    )
    op.create_table(
        "board_turn",
        *_texts("board"),
        *_integers("number"),
        *_texts("agreement", "statement"),
        sa.PrimaryKeyConstraint("board", "number", name="pk_board_turn"),
        sa.ForeignKeyConstraint(["board"], ["board.board"], name="fk_board_turn_board_board"),
        sa.ForeignKeyConstraint(["agreement"], ["agreement.digest"], name="fk_board_turn_agreement_agreement"),
        sa.UniqueConstraint("board", "agreement", name="uq_board_turn_board_agreement"),
    )
    op.create_table(
        "board_arrival",
        *_texts("board", "agreement"),
        *_integers("turn", "number"),
        *_blobs("rows", "marks"),
        sa.PrimaryKeyConstraint("board", "agreement", "turn", "number", name="pk_board_arrival"),
        sa.ForeignKeyConstraint(["board"], ["board.board"], name="fk_board_arrival_board_board"),
    )


def _texts(*names: str) -> tuple[sa.Column[str], ...]:
    return tuple(sa.Column(name, sa.Text, nullable=False) for name in names)


def _integers(*names: str) -> tuple[sa.Column[int], ...]:
    return tuple(sa.Column(name, sa.Integer, nullable=False) for name in names)


def _blobs(*names: str) -> tuple[sa.Column[bytes], ...]:
    return tuple(sa.Column(name, sa.LargeBinary, nullable=False) for name in names)
