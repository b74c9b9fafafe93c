"""What the resolver keeps of its boards: which they are, and the rows of each child's parents.

A child is found by a keyed digest, and what is kept of it is sealed under the storage key.
"""

from sqlalchemy import Column, Integer, LargeBinary, String, Table

from connectors.state.tables import DIGEST, UUID, metadata

resolved_board = Table(
    "resolved_board",
    metadata,
    Column("board", UUID, primary_key=True),
    Column("agreement", DIGEST, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("rules", String(4), nullable=False),
    Column("list_size", Integer, nullable=False),
)

board_child = Table(
    "board_child",
    metadata,
    Column("board", UUID, primary_key=True),
    Column("lookup", LargeBinary(16), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
