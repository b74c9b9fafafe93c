"""Steps for a board of the private OR: decided by the same pure function as questions, and logged with what they do."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from gateway.log.events import EventType
from gateway.log.journal import Draft, LeafReceipt
from gateway.persistence.agreement_queries import StoredAgreement, find_agreement, find_state, list_agreements
from gateway.persistence.engine import read_transaction
from gateway.persistence.private_or_queries import StoredBoard, count_parts, find_board, list_boards
from gateway.services.answers import Reply, reply_with, sign_answer
from gateway.services.authorise import accept_once, keys_of_party, load_agreement
from gateway.services.context import Gateway
from gateway.services.members import Members
from gateway.services.request_events import register_event
from gateway.services.request_trail import M, Received
from gateway.services.witness_gate import require_witnessed
from keys.crypto.signing import VerificationKey
from schemas.agreement import Agreement, AgreementState
from schemas.attribute_catalogue import never_released
from schemas.messages.private_or import Board, BoardAnswer, BoardState, PresentedAgreement
from schemas.policy import Deny, PolicyRequest, Standing, decide
from schemas.problem import ProblemCode, ProblemError
from schemas.purpose_catalogue import Purpose, load_purposes
from schemas.purpose_parts import MatchProfile

Change = Callable[[Connection, StoredBoard], int]
"""Makes the change of a step on the board as it stands now; returns the number of rows that the log is to tell."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a step is called in the log, which state the board must be in, and what changes."""

    event: EventType
    state: BoardState
    change: Change = field(repr=False)


def private_or_purpose(agreement: Agreement) -> Purpose | None:
    """Return the agreement's purpose if it is answered by the private OR, else None."""
    purpose = load_purposes().get(agreement.purpose)
    return purpose if purpose is not None and purpose.match_on is MatchProfile.PARENTS_INSIDE_POLICE else None


def permit_step(gateway: Gateway, received: Received[M]) -> Standing:
    """Decide on a step under the agreement that its envelope names, and return where that stands.

    Raises:
        ProblemError: the first clause that refuses, or log_not_witnessed.
    """
    standing = load_agreement(gateway, received).standing
    decide_step(gateway, received, standing)
    require_witnessed(gateway)
    return standing


def decide_step(gateway: Gateway, received: Received[M], standing: Standing) -> None:
    """Decide from the agreement; raises ProblemError with the clause that refuses."""
    purpose = private_or_purpose(standing.agreement)
    request = PolicyRequest(claims=received.claims, provider=standing.agreement.provider.agency, records=0)
    decision = decide(request, standing, purpose, never_released(), gateway.now())
    if isinstance(decision, Deny):
        raise ProblemError(decision.code, decision.pointer, decision.clause)


def take_step(gateway: Gateway, received: Received[M], board_id: str, step: Step) -> Reply:
    """Make a permitted step durable with its event, and return the board.

    Raises:
        ProblemError: not permitted any more, no_live_board, board_changed, or whatever the change refuses.
    """
    standing = _standing_of(received)

    def change(connection: Connection) -> Draft[StoredBoard]:
        state = find_state(connection, standing.digest) or AgreementState.REVOKED
        decide_step(gateway, received, replace(standing, state=state))
        accept_once(connection, received)
        stored = require_board(connection, board_id)
        if stored.state is not step.state:
            raise ProblemError(ProblemCode.BOARD_CHANGED, "/board")
        rows = step.change(connection, stored)
        return Draft(require_board(connection, board_id), (register_event(received, step.event, rows or None),))

    written = gateway.journal.write(change)
    return reply_with_boards(gateway, received, (written.value,), written.receipts[0])


def reply_with_boards(
    gateway: Gateway, received: Received[M], boards: tuple[StoredBoard, ...], receipt: LeafReceipt | None = None
) -> Reply:
    """Return the boards as they are told of, with the promise where the step was logged."""
    with read_transaction(gateway.engine) as connection:
        answer = BoardAnswer(boards=tuple(_told(connection, stored) for stored in boards))
    signed = sign_answer(gateway, received, answer)
    return Reply(signed) if receipt is None else reply_with(gateway, received, signed, receipt)


def require_board(connection: Connection, board_id: str) -> StoredBoard:
    """Return the board; raises ProblemError (no_live_board) where there is none, or it has ended."""
    stored = find_board(connection, board_id)
    if stored is None or stored.state is BoardState.ENDED:
        raise ProblemError(ProblemCode.NO_LIVE_BOARD, "/board")
    return stored


def get_stored(connection: Connection, digest: str) -> StoredAgreement:
    """Return an agreement that a board refers to; raises ProblemError (no_agreement)."""
    stored = find_agreement(connection, digest)
    if stored is None:
        raise ProblemError(ProblemCode.NO_AGREEMENT)
    return stored


def requester_of(connection: Connection, stored: StoredBoard) -> str:
    """Return the agency whose questions a board answers."""
    return get_stored(connection, stored.resolver).signed.agreement.requester.agency


def boards_of(connection: Connection, agency: str) -> tuple[StoredBoard, ...]:
    """Return the boards of the requesters with whom `agency` has an active agreement for the private OR."""
    circles = {
        stored.signed.agreement.requester.agency
        for stored in list_agreements(connection, agency)
        if stored.standing.state is AgreementState.ACTIVE and private_or_purpose(stored.signed.agreement) is not None
    }
    return tuple(stored for stored in list_boards(connection) if requester_of(connection, stored) in circles)


def party_key_finder(gateway: Gateway, members: Members, agreement: Agreement) -> Callable[[str, str], VerificationKey]:
    """Return the finder of keys that follow from those that an agreement pins for its parties."""

    def find_key(agency: str, key_id: str) -> VerificationKey:
        party = agreement.party_of(agency)
        if party is None:
            raise ProblemError(ProblemCode.NOT_A_PARTY, clause="parties")
        return keys_of_party(members, party).verification_key(key_id, gateway.now().timestamp())

    return find_key


def _standing_of(received: Received[M]) -> Standing:
    if received.trail.agreement is None:
        raise ProblemError(ProblemCode.NO_AGREEMENT, clause="agreement")
    return received.trail.agreement.standing


def _told(connection: Connection, stored: StoredBoard) -> Board:
    shares = (stored.requester_share,) if stored.keeper_share is None else (stored.requester_share, stored.keeper_share)
    return Board(
        board=stored.board,
        epoch=stored.epoch,
        rules=stored.rules,
        list_size=stored.list_size,
        state=stored.state,
        resolver=_presented(connection, stored.resolver),
        keeper=_presented(connection, stored.keeper),
        shares=shares,
        turns=tuple(turn.statement for turn in stored.turns),
        parts=count_parts(connection, stored.board),
        opened_at=stored.opened_at,
    )


def _presented(connection: Connection, digest: str) -> PresentedAgreement:
    signed = get_stored(connection, digest).signed
    return PresentedAgreement(agreement=signed.agreement, signatures=signed.signatures)
