"""An office's work on a board's marks: the same on every row, whatever the office states."""

from collections.abc import Mapping, Sequence

from connectors.context import Connector
from keys.crypto.ristretto255 import Element
from keys.private_or.board_statements import content_digest, sign_turn
from keys.private_or.marks import RowMarks, mark_rows
from schemas.formats import MARKS_BYTES
from schemas.messages.private_or import ROWS_A_PART, TurnClaims
from schemas.parental_status import ParentStatus


def mark_anew(
    connector: Connector, marks: Sequence[RowMarks], statuses: Mapping[int, ParentStatus], sealing_key: Element
) -> list[bytes]:
    """Return the marks after this agency's turn, in parts."""
    new = mark_rows(marks, statuses, sealing_key, connector.random, workers=connector.settings.workers)
    packed = [one.to_bytes() for one in new]
    return cut(packed)


def unpack_marks(packed: bytes) -> list[RowMarks]:
    """Return the marks of rows that stand one after the other; raises DeserializeError."""
    return [RowMarks.from_bytes(packed[start : start + MARKS_BYTES]) for start in range(0, len(packed), MARKS_BYTES)]


def cut(rows: Sequence[bytes]) -> list[bytes]:
    """Return rows one after the other, in parts of as many as one message takes."""
    return [b"".join(rows[start : start + ROWS_A_PART]) for start in range(0, len(rows), ROWS_A_PART)]


def state_turn(connector: Connector, board: str, turn: int, marks: Sequence[bytes], **first: str) -> str:
    """Return this agency's signed statement of its turn; `first` are the members that the resolver's has beside."""
    claims = TurnClaims(
        agency=connector.agency,
        board=board,
        turn=turn,
        regions=(connector.settings.region,),
        marks=content_digest(b"".join(marks)),
        **first,
    )
    return sign_turn(connector.signing_key(), claims)
