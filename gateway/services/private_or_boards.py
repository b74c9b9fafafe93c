"""Boards of the private OR: opened by the requester, completed by the keeper, activated, told of, and destroyed."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from gateway.domain.budgets import budget_day
from gateway.log.events import Event, EventType
from gateway.log.journal import Draft
from gateway.persistence.agreement_queries import StoredAgreement, find_state
from gateway.persistence.engine import forget_deleted, read_transaction
from gateway.persistence.private_or_queries import (
    StoredBoard,
    add_board,
    count_rows,
    end_board,
    find_board,
    list_boards,
    next_epoch,
    set_keeper_share,
    set_live,
)
from gateway.services.answers import Reply
from gateway.services.authorise import accept_once
from gateway.services.context import Gateway
from gateway.services.private_or_offices import offices_of
from gateway.services.private_or_steps import (
    Step,
    boards_of,
    decide_step,
    get_stored,
    party_key_finder,
    permit_step,
    private_or_purpose,
    reply_with_boards,
    require_board,
    take_step,
)
from gateway.services.request_events import register_event
from gateway.services.request_trail import M, Received
from keys.private_or.board_statements import StatementError, board_key, verify_share
from keys.private_or.opening_share import StatedShare
from schemas.agency_kinds import AgencyKind
from schemas.agreement import Agreement, AgreementState
from schemas.messages.private_or import BoardActivate, BoardList, BoardOpen, BoardShare, BoardState
from schemas.policy import Standing
from schemas.problem import ProblemCode, ProblemError
from schemas.rule_packs.parental_rules import ParentalRules, rules_on


def open_board(gateway: Gateway, received: Received[BoardOpen]) -> Reply:
    """Open a board under the agreement with the resolver, in the place of one that never became live.

    Raises:
        ProblemError: refused, or board_invalid: other rules than those in force, a keeper that is none, a share that
            is not proven, or an id that was used before.
    """
    standing, message = permit_step(gateway, received), received.message
    _require_rules(gateway, received, standing.agreement)
    _verify_share(gateway, received, standing.agreement, message.board, message.share)

    def change(connection: Connection) -> Draft[StoredBoard]:
        decide_step(gateway, received, _standing_now(connection, standing))
        accept_once(connection, received)
        if find_board(connection, message.board) is not None:
            raise ProblemError(ProblemCode.BOARD_INVALID, "/board")
        _require_keeper(received, get_stored(connection, message.keeper), standing.agreement)
        new = StoredBoard(
            board=message.board,
            resolver=standing.digest,
            keeper=message.keeper,
            epoch=next_epoch(connection, standing.digest),
            rules=message.rules,
            list_size=message.list_size,
            state=BoardState.SHARING,
            requester_share=message.share,
            keeper_share=None,
            opened_at=gateway.seconds(),
        )
        ended = _end_before(connection, received, new, {BoardState.SHARING, BoardState.MARKING})
        add_board(connection, new)
        return Draft(new, (register_event(received, EventType.BOARD_OPEN), *ended))

    written = gateway.journal.write(change)
    return reply_with_boards(gateway, received, (written.value,), written.receipts[0])


def share_board(gateway: Gateway, received: Received[BoardShare]) -> Reply:
    """Take the keeper's share, with which the key is complete.

    Raises:
        ProblemError: refused, board_changed, or board_invalid: not this board's keeper, or a share that does not fit.
    """
    standing, message = permit_step(gateway, received), received.message
    keepers = _verify_share(gateway, received, standing.agreement, message.board, message.share)

    def change(connection: Connection, stored: StoredBoard) -> int:
        if stored.keeper != standing.digest:
            raise ProblemError(ProblemCode.BOARD_INVALID, "/board")
        terms = get_stored(connection, stored.resolver).signed.agreement
        requester = terms.requester.agency
        requesters = _verify_share(gateway, received, terms, stored.board, stored.requester_share, requester)
        try:
            board_key({requester: requesters, received.claims.issuer: keepers}, stored.board)
        except StatementError:
            raise ProblemError(ProblemCode.BOARD_INVALID, "/share") from None
        set_keeper_share(connection, stored.board, message.share)
        return 0

    return take_step(gateway, received, message.board, Step(EventType.BOARD_SHARE, BoardState.SHARING, change))


def activate_board(gateway: Gateway, received: Received[BoardActivate]) -> Reply:
    """Let questions be answered from a board from now on, and destroy the one before.

    Raises:
        ProblemError: refused, board_changed, board_invalid, or too_few_offices.
    """
    standing, message = permit_step(gateway, received), received.message

    def change(connection: Connection) -> Draft[StoredBoard]:
        decide_step(gateway, received, _standing_now(connection, standing))
        accept_once(connection, received)
        stored = require_board(connection, message.board)
        if stored.resolver != standing.digest or stored.state is not BoardState.MARKING:
            raise ProblemError(ProblemCode.BOARD_CHANGED, "/board")
        offices_of(gateway, connection, received.members, stored)
        set_live(connection, stored.board)
        event = register_event(received, EventType.BOARD_ACTIVATE, count_rows(connection, stored.board))
        ended = _end_before(connection, received, stored, set(BoardState))
        return Draft(require_board(connection, stored.board), (event, *ended))

    written = gateway.journal.write(change)
    forget_deleted(gateway.engine)
    return reply_with_boards(gateway, received, (written.value,), written.receipts[0])


def list_own_boards(gateway: Gateway, received: Received[BoardList]) -> Reply:
    """Tell of the boards of those with whom the asking agency has an agreement."""
    with read_transaction(gateway.engine) as connection:
        boards = boards_of(connection, received.claims.issuer)

    def change(connection: Connection) -> Draft[None]:
        accept_once(connection, received)
        return Draft(None, ())

    gateway.journal.write(change)
    return reply_with_boards(gateway, received, boards)


def _standing_now(connection: Connection, standing: Standing) -> Standing:
    return replace(standing, state=find_state(connection, standing.digest) or AgreementState.REVOKED)


def _end_before(
    connection: Connection, received: Received[M], stored: StoredBoard, states: Collection[BoardState]
) -> list[Event]:
    """End the older boards of the same resolver that are in one of these states; returns the events of that."""
    older = [one for one in list_boards(connection) if one.resolver == stored.resolver and one.epoch < stored.epoch]
    events = []
    for one in (one for one in older if one.state in states):
        events.append(register_event(received, EventType.BOARD_DESTROY, count_rows(connection, one.board) or None))
        end_board(connection, one.board)
    return events


def _require_rules(gateway: Gateway, received: Received[BoardOpen], agreement: Agreement) -> None:
    rules = _rules_now(gateway, received, agreement)
    resolver = received.members.find(agreement.provider.agency)
    if received.message.rules != rules.id:
        raise ProblemError(ProblemCode.BOARD_INVALID, "/rules")
    if resolver is None or resolver.agency_type != rules.resolver.value:
        raise ProblemError(ProblemCode.BOARD_INVALID, "/board")


def _rules_now(gateway: Gateway, received: Received[M], agreement: Agreement) -> ParentalRules:
    requester = received.members.find(agreement.requester.agency)
    if requester is None:
        raise ProblemError(ProblemCode.UNKNOWN_MEMBER)
    return rules_on(date.fromisoformat(budget_day(gateway.now())), requester.region)


def _require_keeper(received: Received[BoardOpen], keeper: StoredAgreement, agreement: Agreement) -> None:
    """Check that the keeper's agreement is active and with the same requester, and that a keeper may be of its kind."""
    purpose, terms = private_or_purpose(agreement), keeper.signed.agreement
    member = received.members.find(terms.provider.agency)
    if purpose is None or terms.purpose != agreement.purpose or terms.requester != agreement.requester:
        raise ProblemError(ProblemCode.BOARD_INVALID, "/keeper")
    if member is None or AgencyKind(member.agency_type) not in purpose.keeper_agencies:
        raise ProblemError(ProblemCode.BOARD_INVALID, "/keeper")
    if keeper.standing.state is not AgreementState.ACTIVE:
        raise ProblemError(ProblemCode.AGREEMENT_NOT_ACTIVE, "/keeper", "state")


def _verify_share(
    gateway: Gateway, received: Received[M], agreement: Agreement, board: str, token: str, holder: str | None = None
) -> StatedShare:
    find_key = party_key_finder(gateway, received.members, agreement)
    try:
        return verify_share(token, holder or received.claims.issuer, board, find_key)
    except StatementError:
        raise ProblemError(ProblemCode.BOARD_INVALID, "/share") from None
