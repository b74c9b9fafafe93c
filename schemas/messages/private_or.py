"""The board of the private OR: opened by the requester, its key shared with a keeper, marked by the offices in turn.

(1) `board.open`: the requester, with its share of the opening key. (2) `board.share`: the keeper, with the other share.
(3) `board.part`, then `board.turn`: the resolver, with the rows and its own marks, then each office with its marks.
(4) `board.activate`: the requester; from now on questions are answered and no marks are set. An office reads what was
marked before its turn with `board.read`, and learns which rows are its own persons with `board.evaluate`.
"""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from schemas.agreement import Agreement
from schemas.formats import (
    MAX_ENVELOPE_CHARACTERS,
    AgencyId,
    Digest,
    ElementText,
    PackedBoardRows,
    PackedElements,
    PackedMarks,
    PackedRowHashes,
    Proof,
    RegionScope,
    Token,
    UnixSeconds,
    Uuid,
)
from schemas.message import Message
from schemas.messages.evaluate import Epoch

BOARD_SHARE_TOKEN_TYPE = "tongxin-board-share"  # noqa: S105 - a media type, not a secret
BOARD_TURN_TOKEN_TYPE = "tongxin-board-turn"  # noqa: S105 - a media type, not a secret
MAX_BOARD_ROWS = 400_000
ROWS_A_PART = 4_000
MAX_BOARD_PARTS = MAX_BOARD_ROWS // ROWS_A_PART
MIN_LIST_SIZE = 16
MAX_LIST_SIZE = 40_000
MAX_TURNS = 64
MAX_BOARD_PART_BYTES = 1024 * 1024
MAX_BOARD_MESSAGE_BYTES = 16 * 1024
MAX_BOARD_EVALUATE_BYTES = 512 * 1024
MAX_BOARD_LIST_BYTES = 8 * 1024 * 1024

StatementToken = Annotated[Token, StringConstraints(max_length=MAX_ENVELOPE_CHARACTERS)]
RulesId = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
PartNumber = Annotated[int, Field(ge=0, lt=MAX_BOARD_PARTS)]
TurnNumber = Annotated[int, Field(ge=0, lt=MAX_TURNS)]


class PresentedAgreement(Message):
    """An agreement with its signatures, shown to an agency that is no party: the common requester vouches for it."""

    agreement: Agreement
    signatures: Annotated[tuple[Token, ...], Field(min_length=2, max_length=3)]


class ShareClaims(Message):
    """What a holder signs: its share of a board's opening key, the mark under it and the proof that it knows it."""

    agency: AgencyId
    board: Uuid
    public_key: ElementText
    mark: ElementText
    proof: Proof


class TurnClaims(Message):
    """What an office signs: its turn on a board, the regions on which it has data, and digests of what it hands over.

    The first turn is the resolver's: it names the rows and the key under which offices have their persons evaluated.
    """

    agency: AgencyId
    board: Uuid
    turn: TurnNumber
    regions: Annotated[tuple[RegionScope, ...], Field(min_length=1, max_length=64)]
    marks: Digest
    rows: Digest | None = None
    evaluation_key: ElementText | None = None

    @model_validator(mode="after")
    def _first_names_rows(self) -> Self:
        is_first = self.turn == 0
        if (self.rows is not None) != is_first or (self.evaluation_key is not None) != is_first:
            raise ValueError("the first turn names the rows and the key, and no other does")
        return self


class BoardOpen(Message):
    """Open a board: with which keeper, under which rules, to which size offices fill their lists, and one share."""

    board: Uuid
    keeper: Digest
    rules: RulesId
    list_size: Annotated[int, Field(ge=MIN_LIST_SIZE, le=MAX_LIST_SIZE)]
    share: StatementToken


class BoardShare(Message):
    """The keeper's share of a board's opening key."""

    board: Uuid
    share: StatementToken


class BoardPart(Message):
    """Part `number` of what a turn hands over; rows (index hash and county) stand in the resolver's alone."""

    board: Uuid
    turn: TurnNumber
    number: PartNumber
    rows: PackedBoardRows = ""
    marks: PackedMarks


class BoardTurn(Message):
    """End a turn whose parts were all sent."""

    board: Uuid
    parts: Annotated[int, Field(ge=1, le=MAX_BOARD_PARTS)]
    statement: StatementToken


class BoardActivate(Message):
    """Let questions be answered from a board; the one before it is destroyed."""

    board: Uuid


class BoardList(Message):
    """Ask for the boards of the requesters with whom the asking agency has an agreement."""


class BoardState(StrEnum):
    """Where a board stands."""

    SHARING = "sharing"
    MARKING = "marking"
    LIVE = "live"
    ENDED = "ended"


class Board(Message):
    """A board as the gateway tells of it; every statement in it can be verified without believing the gateway."""

    board: Uuid
    epoch: Epoch
    rules: RulesId
    list_size: int
    state: BoardState
    resolver: PresentedAgreement
    keeper: PresentedAgreement
    shares: Annotated[tuple[StatementToken, ...], Field(min_length=1, max_length=2)]
    turns: Annotated[tuple[StatementToken, ...], Field(max_length=MAX_TURNS)]
    parts: Annotated[int, Field(ge=0, le=MAX_BOARD_PARTS)]
    opened_at: UnixSeconds


class BoardAnswer(Message):
    """The boards concerned, as they stand now, oldest first."""

    boards: Annotated[tuple[Board, ...], Field(max_length=1_000)]


class BoardRead(Message):
    """Ask for one part of a board as the last turn left it; for an office before its own turn."""

    board: Uuid
    number: PartNumber


class BoardPartAnswer(Message):
    """A part: the rows' index hashes, without their counties, and the marks after `turns` turns."""

    board: Uuid
    turns: Annotated[int, Field(ge=1, le=MAX_TURNS)]
    hashes: PackedRowHashes
    marks: PackedMarks


class BoardEvaluate(Message):
    """An office's persons, blinded, in a list filled up to the board's size; evaluated by the resolver.

    `agreement` is the office's own with the requester: the resolver holds no copy of it.
    """

    board: Uuid
    agreement: PresentedAgreement
    blinded: PackedElements


class BoardEvaluateAnswer(Message):
    """Evaluated elements in the order asked, with the (sampled) batch proof for the board's key."""

    evaluated: PackedElements
    proof: Proof
