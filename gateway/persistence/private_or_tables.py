"""Tables of the private OR: boards, their rows with encrypted marks, the offices' turns, and answers under way.

Nothing here can be opened without both shares of a board's key, which the gateway never has.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from gateway.persistence.metadata import metadata

board = Table(
    "board",
    metadata,
    Column("board", Text, nullable=False),
    Column("resolver", Text, ForeignKey("agreement.digest"), nullable=False),
    Column("keeper", Text, ForeignKey("agreement.digest"), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("rules", Text, nullable=False),
    Column("list_size", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("requester_share", Text, nullable=False),
    Column("keeper_share", Text),
    Column("opened_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("board"),
    UniqueConstraint("resolver", "epoch"),
    Index(None, "state"),
)

# Rows stand in parts of at most ROWS_A_PART: index hashes, counties and marks one after the other.
board_part = Table(
    "board_part",
    metadata,
    Column("board", Text, ForeignKey("board.board"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("hashes", LargeBinary, nullable=False),
    Column("counties", LargeBinary, nullable=False),
    Column("marks", LargeBinary, nullable=False),
    PrimaryKeyConstraint("board", "number"),
    CheckConstraint("length(marks) = 8 * length(hashes)", name="marks"),
)

board_turn = Table(
    "board_turn",
    metadata,
    Column("board", Text, ForeignKey("board.board"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("agreement", Text, ForeignKey("agreement.digest"), nullable=False),
    Column("statement", Text, nullable=False),
    PrimaryKeyConstraint("board", "number"),
    UniqueConstraint("board", "agreement"),
)

# What an office has sent of a turn that it has not ended yet.
board_arrival = Table(
    "board_arrival",
    metadata,
    Column("board", Text, ForeignKey("board.board"), nullable=False),
    Column("agreement", Text, nullable=False),
    Column("turn", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("rows", LargeBinary, nullable=False),
    Column("marks", LargeBinary, nullable=False),
    PrimaryKeyConstraint("board", "agreement", "turn", "number"),
)

# Answers that the keeper may work on once: by the request's envelope, the digest of what the requester was given.
concealed_answer = Table(
    "concealed_answer",
    metadata,
    Column("request", Text, nullable=False),
    Column("board", Text, ForeignKey("board.board"), nullable=False),
    Column("concealed", Text, nullable=False),
    Column("children", Integer, nullable=False),
    PrimaryKeyConstraint("request"),
)
