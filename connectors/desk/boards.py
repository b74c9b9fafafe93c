"""Boards of the private OR (purpose P03) at the desk: how far each is, whose turn it is, what it can answer."""

from dataclasses import dataclass
from enum import StrEnum

from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import Recorded, list_record, record_in
from connectors.desk.purposes_for import name_agency
from connectors.private_or.advance import taken
from connectors.private_or.board_client import BoardClient
from connectors.private_or.requester import BoardOffice
from connectors.private_or.trusted_board import TrustedBoard, kind_of, own_agreements, trust_board
from connectors.state.database import reading, writing
from schemas.agency_kinds import AgencyKind
from schemas.agreement import Agreement
from schemas.faults import Wording
from schemas.messages.private_or import Board, BoardState, TurnClaims
from schemas.problem import ProblemCode, ProblemError
from schemas.purpose_catalogue import load_purposes
from schemas.rule_packs.parental_rules import load_parental_rules, rules_on


class BoardPart(StrEnum):
    """What this agency does for a board."""

    REQUESTER = "requester"
    KEEPER = "keeper"
    RESOLVER = "resolver"
    OFFICE = "office"


@dataclass(frozen=True, slots=True)
class OfficeOnBoard:
    """An office that marked a board: who it is, of which kind, and the regions on which it has data."""

    agency: Wording
    kind: AgencyKind
    regions: tuple[str, ...]
    is_own: bool


@dataclass(frozen=True, slots=True)
class BoardView:
    """A board whose statements were verified.

    Attributes:
        board: as the gateway tells of it.
        part: what this agency does for it.
        requester: who asks.
        resolver: who knows the parents.
        keeper: who keeps the other half of the key.
        marked: the offices that have marked it, in turn.
        without: kinds of office that may state something and have not marked it.
        may_be_live: whether so many kinds have marked it that it may answer.
        is_own_turn: whether this agency's step is the one that is waited for.
    """

    board: Board
    part: BoardPart
    requester: Wording
    resolver: Wording
    keeper: Wording
    marked: tuple[OfficeOnBoard, ...]
    without: tuple[AgencyKind, ...]
    may_be_live: bool
    is_own_turn: bool


def list_board_views(console: Console) -> list[BoardView]:
    """Return the boards that concern this agency, the newest first.

    Raises:
        ProblemError, GatewayUnreachableError, AnswerError: refused, no answer, or a statement does not verify.
    """
    if not own_agreements(console.connector):
        return []
    boards = BoardClient(console.client).list_boards()
    return [_view(console, trust_board(console.connector, console.trust, board)) for board in reversed(boards)]


def find_live_board(console: Console, agreement: str) -> BoardView | None:
    """Return the board that answers under the agreement with a resolver, or None; raises as `list_board_views`."""
    return next(
        (
            one
            for one in list_board_views(console)
            if one.board.state is BoardState.LIVE and one.board.resolver.agreement.digest() == agreement
        ),
        None,
    )


def list_own_steps(console: Console, board: str) -> list[Recorded]:
    """Return what this agency did for a board, the newest first."""
    with reading(console.connector.state) as connection:
        return list_record(connection, subject=board)


def may_open_board(console: Console) -> bool:
    """Return whether this agency has agreed with a resolver and with a keeper as the one who asks."""
    return all(_agreements_to_open(console))


def open_board(console: Console, account: str, list_size: int) -> Board:
    """Open a board; raises as `BoardOffice.open`, and ProblemError (no_agreement)."""
    resolver, keeper = _agreements_to_open(console)
    if resolver is None or keeper is None:
        raise ProblemError(ProblemCode.NO_AGREEMENT)
    opened = _office(console).open(resolver, keeper, list_size)
    _record(console, account, opened.board, "open")
    return opened


def activate_board(console: Console, account: str, board: str) -> None:
    """Let questions be answered from a board; raises as `BoardOffice.activate`."""
    _office(console).activate(board)
    _record(console, account, board, "activate")


def _agreements_to_open(console: Console) -> tuple[Agreement | None, Agreement | None]:
    """Return the own agreements with a resolver and with a keeper, each None where there is none."""
    connector = console.connector
    resolver_kind = rules_on(connector.today(), connector.settings.region).resolver
    resolver = keeper = None
    for copy in own_agreements(connector):
        terms = copy.agreement
        if terms.requester.agency != connector.agency:
            continue
        kind = kind_of(connector, console.trust, terms.provider.agency)
        if kind is resolver_kind:
            resolver = terms
        elif kind in load_purposes()[terms.purpose].keeper_agencies:
            keeper = terms
    return resolver, keeper


def _office(console: Console) -> BoardOffice:
    return BoardOffice(console.connector, console.client, console.trust)


def _record(console: Console, account: str, board: str, step: str) -> None:
    with writing(console.connector.state) as connection:
        record_in(connection, console.seconds(), account, Action.BOARD_STEP, board, step)


def _view(console: Console, trusted: TrustedBoard) -> BoardView:
    board, rules = trusted.board, load_parental_rules()[trusted.board.rules]
    turns, part = taken(board), _part_of(console, trusted)
    marked = tuple(_office_on(console, claims) for claims in turns.values())
    kinds = {one.kind for one in marked}
    return BoardView(
        board=board,
        part=part,
        requester=name_agency(console, trusted.resolver.requester.agency),
        resolver=name_agency(console, trusted.resolver.provider.agency),
        keeper=name_agency(console, trusted.keeper.provider.agency),
        marked=marked,
        without=tuple(sorted(rules.offices() - kinds)),
        may_be_live=len(kinds & rules.offices()) >= rules.least_offices,
        is_own_turn=_is_own_turn(console, board, part),
    )


def _part_of(console: Console, trusted: TrustedBoard) -> BoardPart:
    agency = console.connector.agency
    if trusted.resolver.requester.agency == agency:
        return BoardPart.REQUESTER
    if trusted.keeper.provider.agency == agency:
        return BoardPart.KEEPER
    return BoardPart.RESOLVER if trusted.resolver.provider.agency == agency else BoardPart.OFFICE


def _is_own_turn(console: Console, board: Board, part: BoardPart) -> bool:
    if board.state is BoardState.SHARING:
        return part is BoardPart.KEEPER
    if board.state is not BoardState.MARKING or console.connector.agency in taken(board):
        return False
    return part is (BoardPart.OFFICE if board.turns else BoardPart.RESOLVER)


def _office_on(console: Console, claims: TurnClaims) -> OfficeOnBoard:
    return OfficeOnBoard(
        agency=name_agency(console, claims.agency),
        kind=kind_of(console.connector, console.trust, claims.agency),
        regions=claims.regions,
        is_own=claims.agency == console.connector.agency,
    )
