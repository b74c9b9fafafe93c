"""Reading and writing boards of the private OR: their shares, rows, marks and turns, and the answers under way."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, or_, select, update

from gateway.persistence.private_or_tables import board, board_arrival, board_part, board_turn, concealed_answer
from schemas.formats import INDEX_HASH_BYTES, MARKS_BYTES
from schemas.messages.private_or import ROWS_A_PART, BoardState

COUNTY_BYTES = 3
_LIVING = (BoardState.SHARING.value, BoardState.MARKING.value, BoardState.LIVE.value)


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """A turn that was taken: under which agreement (digest), and the office's statement (JWS)."""

    agreement: str
    statement: str


@dataclass(frozen=True, slots=True)
class StoredBoard:
    """A board as its rows tell; `resolver` and `keeper` are digests of agreements, `opened_at` is POSIX seconds."""

    board: str
    resolver: str
    keeper: str
    epoch: int
    rules: str
    list_size: int
    state: BoardState
    requester_share: str
    keeper_share: str | None
    opened_at: int
    turns: tuple[StoredTurn, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredPart:
    """Rows of a board one after the other: index hashes (16 bytes each), counties (3), marks (128)."""

    hashes: bytes = field(repr=False)
    counties: bytes = field(repr=False)
    marks: bytes = field(repr=False)


def add_board(connection: Connection, new: StoredBoard) -> None:
    """Store a board that was just opened; raises IntegrityError if its id was used before."""
    values = {name: getattr(new, name) for name in StoredBoard.__slots__ if name != "turns"}
    connection.execute(insert(board).values(**values))


def next_epoch(connection: Connection, resolver: str) -> int:
    """Return the number of the next board under the resolver's agreement, from 1."""
    return (connection.scalar(select(func.max(board.c.epoch)).where(board.c.resolver == resolver)) or 0) + 1


def find_board(connection: Connection, board_id: str) -> StoredBoard | None:
    """Return the board, or None."""
    row = connection.execute(select(board).where(board.c.board == board_id)).first()
    return None if row is None else _stored(connection, row)


def list_boards(connection: Connection) -> tuple[StoredBoard, ...]:
    """Return all boards that have not ended, oldest first."""
    query = select(board).where(board.c.state.in_(_LIVING)).order_by(board.c.opened_at, board.c.board)
    return tuple(_stored(connection, row) for row in connection.execute(query).all())


def list_boards_under(connection: Connection, agreement: str) -> tuple[str, ...]:
    """Return the boards that have not ended and in which this agreement (digest) has a part."""
    turned = select(board_turn.c.board).where(board_turn.c.agreement == agreement)
    concerned = or_(board.c.resolver == agreement, board.c.keeper == agreement, board.c.board.in_(turned))
    return tuple(connection.scalars(select(board.c.board).where(board.c.state.in_(_LIVING), concerned)))


def set_keeper_share(connection: Connection, board_id: str, share: str) -> None:
    """Store the keeper's share: the resolver's turn comes next."""
    connection.execute(
        update(board).where(board.c.board == board_id).values(keeper_share=share, state=BoardState.MARKING.value)
    )


def set_live(connection: Connection, board_id: str) -> None:
    """Let questions be answered from a board."""
    connection.execute(update(board).where(board.c.board == board_id).values(state=BoardState.LIVE.value))


def end_board(connection: Connection, board_id: str) -> None:
    """End a board and delete its rows, marks and answers under way; its statements stay."""
    for table in (board_part, board_arrival, concealed_answer):
        connection.execute(delete(table).where(table.c.board == board_id))
    connection.execute(update(board).where(board.c.board == board_id).values(state=BoardState.ENDED.value))


def end_boards_under(connection: Connection, agreement: str) -> bool:
    """End every board in which an agreement has a part, since that is over; return whether there was one."""
    ended = list_boards_under(connection, agreement)
    for board_id in ended:
        end_board(connection, board_id)
    return bool(ended)


def put_arrival(
    connection: Connection, board_id: str, agreement: str, place: tuple[int, int], part: StoredPart
) -> None:
    """Store a part of a turn that is being sent; `place` is the turn and the part's number. Sent again, it replaces."""
    turn, number = place
    where = _arrival(board_id, agreement, turn)
    connection.execute(delete(board_arrival).where(*where, board_arrival.c.number == number))
    connection.execute(
        insert(board_arrival).values(
            board=board_id,
            agreement=agreement,
            turn=turn,
            number=number,
            rows=part.hashes + part.counties,
            marks=part.marks,
        )
    )


def list_arrivals(connection: Connection, board_id: str, agreement: str, turn: int) -> tuple[StoredPart, ...]:
    """Return the parts that were sent of a turn, in order, if none before the last is missing; else none."""
    query = select(board_arrival).where(*_arrival(board_id, agreement, turn)).order_by(board_arrival.c.number)
    rows = connection.execute(query).all()
    if [row.number for row in rows] != list(range(len(rows))):
        return ()
    return tuple(_part_of(row.rows, row.marks) for row in rows)


def put_turn(connection: Connection, board_id: str, turn: StoredTurn, number: int, parts: Sequence[StoredPart]) -> None:
    """Store a turn that was taken: new marks in the place of the old ones, or rows and marks where it is the first."""
    connection.execute(
        insert(board_turn).values(board=board_id, number=number, agreement=turn.agreement, statement=turn.statement)
    )
    for place, part in enumerate(parts):
        where = board_part.c.board == board_id, board_part.c.number == place
        values = {"hashes": part.hashes, "counties": part.counties} if number == 0 else {}
        if number == 0:
            connection.execute(insert(board_part).values(board=board_id, number=place, marks=part.marks, **values))
        else:
            connection.execute(update(board_part).where(*where).values(marks=part.marks))
    connection.execute(delete(board_arrival).where(board_arrival.c.board == board_id))


def count_parts(connection: Connection, board_id: str) -> int:
    """Return how many parts a board has."""
    return connection.scalar(select(func.count()).where(board_part.c.board == board_id)) or 0


def count_rows(connection: Connection, board_id: str) -> int:
    """Return how many rows a board has."""
    total = select(func.sum(func.length(board_part.c.hashes))).where(board_part.c.board == board_id)
    return int(connection.scalar(total) or 0) // INDEX_HASH_BYTES


def list_part_rows(connection: Connection, board_id: str) -> tuple[int, ...]:
    """Return how many rows each part of a board has, in order."""
    query = select(func.length(board_part.c.hashes)).where(board_part.c.board == board_id)
    return tuple(int(length) // INDEX_HASH_BYTES for length in connection.scalars(query.order_by(board_part.c.number)))


def find_part(connection: Connection, board_id: str, number: int) -> StoredPart | None:
    """Return a part of a board, or None."""
    row = connection.execute(
        select(board_part).where(board_part.c.board == board_id, board_part.c.number == number)
    ).first()
    return None if row is None else StoredPart(row.hashes, row.counties, row.marks)


def find_rows(connection: Connection, board_id: str, rows: Iterable[int]) -> Mapping[int, tuple[str, bytes]]:
    """Return county (6 digits) and marks (128 bytes) of rows; one that the board doesn't have is not among them."""
    by_part: dict[int, list[int]] = {}
    for row in set(rows):
        by_part.setdefault(row // ROWS_A_PART, []).append(row)
    found: dict[int, tuple[str, bytes]] = {}
    for number, wanted in by_part.items():
        part = find_part(connection, board_id, number)
        if part is not None:
            places = {row: row % ROWS_A_PART for row in wanted}
            found |= {
                row: _row_of(part, place) for row, place in places.items() if place * MARKS_BYTES < len(part.marks)
            }
    return found


def add_concealed(connection: Connection, request: str, board_id: str, concealed: str, children: int) -> None:
    """Note what the requester was given for the request with this envelope: its digest and how many answers."""
    connection.execute(
        insert(concealed_answer).values(request=request, board=board_id, concealed=concealed, children=children)
    )


def find_concealed(connection: Connection, request: str, board_id: str) -> tuple[str, int] | None:
    """Return the digest of the answers given for a request, and how many; None once they were opened."""
    row = connection.execute(
        select(concealed_answer).where(concealed_answer.c.request == request, concealed_answer.c.board == board_id)
    ).first()
    return None if row is None else (row.concealed, row.children)


def delete_concealed(connection: Connection, request: str) -> None:
    """Forget answers that the keeper has worked on."""
    connection.execute(delete(concealed_answer).where(concealed_answer.c.request == request))


def _arrival(board_id: str, agreement: str, turn: int) -> tuple[ColumnElement[bool], ...]:
    columns = board_arrival.c
    return columns.board == board_id, columns.agreement == agreement, columns.turn == turn


def _row_of(part: StoredPart, place: int) -> tuple[str, bytes]:
    county = part.counties[place * COUNTY_BYTES : (place + 1) * COUNTY_BYTES]
    return f"{int.from_bytes(county, 'big'):06}", part.marks[place * MARKS_BYTES : (place + 1) * MARKS_BYTES]


def _part_of(rows: bytes, marks: bytes) -> StoredPart:
    size = len(marks) // MARKS_BYTES * INDEX_HASH_BYTES
    return StoredPart(rows[:size], rows[size:], marks)


def _stored(connection: Connection, row: Row[tuple[object, ...]]) -> StoredBoard:
    turns = connection.execute(
        select(board_turn.c.agreement, board_turn.c.statement)
        .where(board_turn.c.board == row.board)
        .order_by(board_turn.c.number)
    )
    values = {name: getattr(row, name) for name in StoredBoard.__slots__ if name not in {"turns", "state"}}
    taken = tuple(StoredTurn(turn.agreement, turn.statement) for turn in turns)
    return StoredBoard(**values, state=BoardState(row.state), turns=taken)
