"""What an agency believes of a board: what the parties have signed, under keys that its own agreement leads to.

An agency has an agreement with the requester alone. The requester's signature stands on the agreements with the
resolver and the keeper as well, under the very key that is pinned: so it vouches for their keys, and the gateway can't
put others in their place.
"""

from dataclasses import dataclass, field

from connectors.context import Connector
from connectors.state.agreements import AgreementCopy, list_agreements
from connectors.trust import TrustStore
from keys.crypto.ristretto255 import Element
from keys.crypto.signing import VerificationKey
from keys.private_or.board_statements import KeyFinder, StatementError, board_key, verify_share, verify_turn
from keys.protocol.agreements import AgreementError, verify_all_signatures
from keys.protocol.key_chain import AgencyKeys, UntrustedKeyError
from schemas.agency_kinds import AgencyKind
from schemas.agreement import Agreement, AgreementState, Party
from schemas.messages.private_or import Board, PresentedAgreement, TurnClaims
from schemas.problem import ProblemCode, ProblemError
from schemas.purpose_catalogue import Purpose, load_purposes
from schemas.purpose_parts import MatchProfile
from schemas.rule_packs.parental_rules import load_parental_rules


@dataclass(frozen=True, slots=True)
class TrustedBoard:
    """A board whose statements were verified.

    Attributes:
        board: as the gateway tells of it.
        own: the own agreement with the requester.
        sealing_key: what marks are sealed to; None until the keeper has stated its share.
        first: the resolver's turn, which names rows and evaluation key; None before it.
    """

    board: Board
    own: AgreementCopy
    sealing_key: Element | None = field(repr=False)
    first: TurnClaims | None

    @property
    def id(self) -> str:
        """The board's id."""
        return self.board.board

    @property
    def resolver(self) -> Agreement:
        """The agreement between requester and resolver."""
        return self.board.resolver.agreement

    @property
    def keeper(self) -> Agreement:
        """The agreement between requester and keeper."""
        return self.board.keeper.agreement


def private_or_purpose(agreement: Agreement) -> Purpose | None:
    """Return the agreement's purpose if it is answered by the private OR, else None."""
    purpose = load_purposes().get(agreement.purpose)
    return purpose if purpose is not None and purpose.match_on is MatchProfile.PARENTS_INSIDE_POLICE else None


def own_agreements(connector: Connector) -> list[AgreementCopy]:
    """Return this agency's own copies of its agreements for the private OR that are active."""
    active = [copy for copy in list_agreements(connector.state) if copy.standing.state is AgreementState.ACTIVE]
    return [copy for copy in active if private_or_purpose(copy.agreement) is not None]


def trust_board(connector: Connector, trust: TrustStore, board: Board) -> TrustedBoard:
    """Return the board with what its statements say.

    Raises:
        ProblemError: no_agreement where there is none with its requester, board_invalid where a statement does not
            verify.
    """
    own = _own_agreement(connector, board)
    for presented in (board.resolver, board.keeper):
        verify_presented(connector, trust, presented, own.agreement)
    _require_kinds(connector, trust, board)
    try:
        return TrustedBoard(board, own, _key_of(connector, trust, board), _first_turn(connector, trust, board))
    except StatementError:
        raise ProblemError(ProblemCode.BOARD_INVALID) from None


def verify_presented(connector: Connector, trust: TrustStore, presented: PresentedAgreement, own: Agreement) -> None:
    """Check that an agreement is signed by all who must, with the requester that the own agreement pins.

    Raises:
        ProblemError: board_invalid.
    """

    def keys_of(agency: str, pinned: str) -> AgencyKeys:
        return trust.keys_of(agency, pinned, connector.now())

    agreement = presented.agreement
    if (agreement.requester, agreement.purpose) != (own.requester, own.purpose):
        raise ProblemError(ProblemCode.BOARD_INVALID, "/agreement")
    if not agreement.valid_from <= connector.seconds() < agreement.valid_until:
        raise ProblemError(ProblemCode.AGREEMENT_EXPIRED, "/agreement")
    try:
        verify_all_signatures(agreement, presented.signatures, keys_of)
    except AgreementError:
        raise ProblemError(ProblemCode.BOARD_INVALID, "/agreement") from None


def kind_of(connector: Connector, trust: TrustStore, agency: str) -> AgencyKind:
    """Return what kind of agency a member is; raises ProblemError (unknown_member)."""
    member = trust.registry(connector.now()).find_member(agency)
    if member is None:
        raise ProblemError(ProblemCode.UNKNOWN_MEMBER)
    return AgencyKind(member.agency_type)


def _own_agreement(connector: Connector, board: Board) -> AgreementCopy:
    """Return the own agreement with the board's requester: the resolver's where this agency asks or resolves."""
    copies = {copy.standing.digest: copy for copy in own_agreements(connector)}
    for named in (board.resolver.agreement, board.keeper.agreement):
        if (copy := copies.get(named.digest())) is not None:
            return copy
    requester = board.resolver.agreement.requester
    found = next((copy for copy in copies.values() if copy.agreement.requester == requester), None)
    if found is None:
        raise ProblemError(ProblemCode.NO_AGREEMENT)
    return found


def _require_kinds(connector: Connector, trust: TrustStore, board: Board) -> None:
    """Check that resolver and keeper are of the kinds that rules and purpose name: nobody has both parts."""
    purpose, rules = private_or_purpose(board.keeper.agreement), load_parental_rules().get(board.rules)
    resolver, keeper = (
        kind_of(connector, trust, presented.agreement.provider.agency) for presented in (board.resolver, board.keeper)
    )
    if rules is None or resolver is not rules.resolver:
        raise ProblemError(ProblemCode.BOARD_INVALID, "/resolver")
    if purpose is None or keeper not in purpose.keeper_agencies:
        raise ProblemError(ProblemCode.BOARD_INVALID, "/keeper")


def _key_of(connector: Connector, trust: TrustStore, board: Board) -> Element | None:
    if len(board.shares) == 1:
        return None
    holders = (board.resolver.agreement.requester, board.keeper.agreement.provider)
    shares = {
        holder.agency: verify_share(token, holder.agency, board.board, _finder(connector, trust, holder))
        for holder, token in zip(holders, board.shares, strict=True)
    }
    return board_key(shares, board.board)


def _first_turn(connector: Connector, trust: TrustStore, board: Board) -> TurnClaims | None:
    if not board.turns:
        return None
    claims = verify_turn(board.turns[0], board.board, _finder(connector, trust, board.resolver.agreement.provider))
    if claims.turn != 0:
        raise StatementError("the first turn is not the resolver's")
    return claims


def _finder(connector: Connector, trust: TrustStore, party: Party) -> KeyFinder:
    def find_key(agency: str, key_id: str) -> VerificationKey:
        if agency != party.agency:
            raise UntrustedKeyError(agency, "unknown_agency")
        return trust.verification_key(agency, party.signing_key, key_id, connector.now())

    return find_key
