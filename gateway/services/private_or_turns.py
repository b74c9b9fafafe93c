"""The offices' turns on a board: the rows and marks that they send, part by part, and what they read before."""

from dataclasses import replace

from sqlalchemy import Connection

from gateway.log.events import EventType
from gateway.log.journal import Draft
from gateway.persistence.agreement_queries import find_state
from gateway.persistence.engine import read_transaction
from gateway.persistence.private_or_queries import (
    COUNTY_BYTES,
    StoredBoard,
    StoredPart,
    StoredTurn,
    find_part,
    list_arrivals,
    list_part_rows,
    put_arrival,
    put_turn,
)
from gateway.services.answers import Reply, reply_with, sign_answer
from gateway.services.authorise import accept_once
from gateway.services.context import Gateway
from gateway.services.members import Members
from gateway.services.private_or_offices import kind_of
from gateway.services.private_or_steps import (
    Step,
    decide_step,
    get_stored,
    party_key_finder,
    permit_step,
    reply_with_boards,
    require_board,
    take_step,
)
from gateway.services.request_events import register_event
from gateway.services.request_trail import Received
from keys.crypto.errors import DeserializeError
from keys.private_or.board_statements import StatementError, content_digest, verify_turn
from keys.private_or.marks import RowMarks
from schemas.agreement import AgreementState
from schemas.base64url import decode_base64url, encode_base64url
from schemas.formats import BOARD_ROW_BYTES, INDEX_HASH_BYTES, MARKS_BYTES
from schemas.messages.private_or import (
    ROWS_A_PART,
    BoardPart,
    BoardPartAnswer,
    BoardRead,
    BoardState,
    BoardTurn,
    TurnClaims,
)
from schemas.policy import Standing
from schemas.problem import ProblemCode, ProblemError
from schemas.rule_packs.parental_rules import load_parental_rules


def receive_board_part(gateway: Gateway, received: Received[BoardPart]) -> Reply:
    """Keep a part of a turn until the turn is ended; sent again, it replaces the one before.

    Raises:
        ProblemError: refused, board_changed where it is another's turn, or board_invalid.
    """
    standing, message = permit_step(gateway, received), received.message
    part = _part_of(message)

    def change(connection: Connection) -> Draft[StoredBoard]:
        decide_step(gateway, received, _standing_now(connection, standing))
        accept_once(connection, received)
        stored = require_board(connection, message.board)
        require_turn(connection, received.members, stored, standing)
        if message.turn != len(stored.turns):
            raise ProblemError(ProblemCode.BOARD_CHANGED, "/turn")
        if bool(part.hashes) != (message.turn == 0):
            raise ProblemError(ProblemCode.BOARD_INVALID, "/rows")
        put_arrival(connection, stored.board, standing.digest, (message.turn, message.number), part)
        return Draft(stored, ())

    return reply_with_boards(gateway, received, (gateway.journal.write(change).value,))


def end_turn(gateway: Gateway, received: Received[BoardTurn]) -> Reply:
    """Put an office's marks in the place of those before, as a whole.

    Raises:
        ProblemError: refused, board_changed where another office was quicker, or board_invalid.
    """
    standing, message = permit_step(gateway, received), received.message
    find_key = party_key_finder(gateway, received.members, standing.agreement)
    try:
        claims = verify_turn(message.statement, message.board, find_key)
    except StatementError:
        raise ProblemError(ProblemCode.BOARD_INVALID, "/statement") from None
    if claims.agency != received.claims.issuer:
        raise ProblemError(ProblemCode.BOARD_INVALID, "/statement")

    def change(connection: Connection, stored: StoredBoard) -> int:
        require_turn(connection, received.members, stored, standing)
        number = len(stored.turns)
        if claims.turn != number:
            raise ProblemError(ProblemCode.BOARD_CHANGED, "/statement")
        parts = list_arrivals(connection, stored.board, standing.digest, number)
        if len(parts) != message.parts:
            raise ProblemError(ProblemCode.BOARD_INVALID, "/parts")
        _require_fit(connection, stored, claims, parts)
        put_turn(connection, stored.board, StoredTurn(standing.digest, message.statement), number, parts)
        return sum(len(part.marks) for part in parts) // MARKS_BYTES

    return take_step(gateway, received, message.board, Step(EventType.BOARD_TURN, BoardState.MARKING, change))


def read_board_part(gateway: Gateway, received: Received[BoardRead]) -> Reply:
    """Return a part as the last turn left it, to an office whose turn is still to come.

    Raises:
        ProblemError: refused, board_changed, or no_live_board where there is no such part.
    """
    standing, message = permit_step(gateway, received), received.message
    with read_transaction(gateway.engine) as connection:
        stored = require_board(connection, message.board)
        require_turn(connection, received.members, stored, standing)
        part = find_part(connection, stored.board, message.number)
    if part is None:
        raise ProblemError(ProblemCode.NO_LIVE_BOARD, "/number")
    answer = BoardPartAnswer(
        board=stored.board,
        turns=len(stored.turns),
        hashes=encode_base64url(part.hashes),
        marks=encode_base64url(part.marks),
    )
    event = register_event(received, EventType.BOARD_READ, len(part.hashes) // INDEX_HASH_BYTES)

    def change(connection: Connection) -> Draft[None]:
        decide_step(gateway, received, _standing_now(connection, standing))
        accept_once(connection, received)
        return Draft(None, (event,))

    (receipt,) = gateway.journal.write(change).receipts
    return reply_with(gateway, received, sign_answer(gateway, received, answer), receipt)


def require_turn(connection: Connection, members: Members, stored: StoredBoard, standing: Standing) -> None:
    """Check that the office of this agreement may take the next turn: the resolver the first, each other one once.

    Raises:
        ProblemError: board_changed.
    """
    resolver = get_stored(connection, stored.resolver).signed.agreement
    kind = kind_of(members, standing.agreement.provider.agency)
    is_office = kind in load_parental_rules()[stored.rules].offices() and standing.digest != stored.keeper
    is_in_circle = standing.agreement.requester == resolver.requester
    is_first = standing.digest == stored.resolver
    is_next = is_first == (not stored.turns) and all(turn.agreement != standing.digest for turn in stored.turns)
    if not (is_office and is_in_circle and is_next and stored.state is BoardState.MARKING):
        raise ProblemError(ProblemCode.BOARD_CHANGED, "/board")


def _standing_now(connection: Connection, standing: Standing) -> Standing:
    return replace(standing, state=find_state(connection, standing.digest) or AgreementState.REVOKED)


def _part_of(message: BoardPart) -> StoredPart:
    """Take rows and marks apart, and check that the marks are such that an office has made."""
    rows, marks = decode_base64url(message.rows), decode_base64url(message.marks)
    count = len(marks) // MARKS_BYTES
    if not 0 < count <= ROWS_A_PART or len(rows) not in {0, count * BOARD_ROW_BYTES}:
        raise ProblemError(ProblemCode.BOARD_INVALID, "/rows")
    try:
        for start in range(0, len(marks), MARKS_BYTES):
            RowMarks.from_bytes(marks[start : start + MARKS_BYTES])
    except DeserializeError:
        raise ProblemError(ProblemCode.BOARD_INVALID, "/marks") from None
    cut = [rows[start : start + BOARD_ROW_BYTES] for start in range(0, len(rows), BOARD_ROW_BYTES)]
    hashes = b"".join(row[:-COUNTY_BYTES] for row in cut)
    return StoredPart(hashes, b"".join(row[-COUNTY_BYTES:] for row in cut), marks)


def _require_fit(
    connection: Connection, stored: StoredBoard, claims: TurnClaims, parts: tuple[StoredPart, ...]
) -> None:
    """Check that the parts are what the statement names, and as many rows as the board has."""
    counts = [len(part.marks) // MARKS_BYTES for part in parts]
    hashes = b"".join(part.hashes for part in parts)
    if claims.marks != content_digest(b"".join(part.marks for part in parts)):
        raise ProblemError(ProblemCode.BOARD_INVALID, "/statement")
    if claims.turn == 0:
        each = [hashes[start : start + INDEX_HASH_BYTES] for start in range(0, len(hashes), INDEX_HASH_BYTES)]
        is_ordered = each == sorted(set(each)) and all(count == ROWS_A_PART for count in counts[:-1])
        if not is_ordered or claims.rows != content_digest(hashes):
            raise ProblemError(ProblemCode.BOARD_INVALID, "/statement")
    elif counts != list(list_part_rows(connection, stored.board)):
        raise ProblemError(ProblemCode.BOARD_INVALID, "/parts")
