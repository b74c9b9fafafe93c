"""What a connector does for boards by itself: its share or its turn where one is due, and destroying what is over."""

from dataclasses import dataclass

from connectors.console.actions import Action
from connectors.console.record import record_in
from connectors.context import Connector
from connectors.evaluation import destroy_evaluation_keys
from connectors.gateway_client import GatewayClient
from connectors.private_or.board_client import BoardClient
from connectors.private_or.keeper import state_share
from connectors.private_or.office import take_turn
from connectors.private_or.opening_shares import destroy_shares
from connectors.private_or.resolver import board_children, make_rows
from connectors.private_or.trusted_board import TrustedBoard, own_agreements, trust_board
from connectors.state.database import writing
from connectors.trust import TrustStore
from keys.protocol.envelopes import read_unverified
from schemas.agency_kinds import AgencyKind
from schemas.formats import MAX_ENVELOPE_CHARACTERS
from schemas.messages.private_or import Board, BoardState, TurnClaims
from schemas.problem import ProblemCode, ProblemError
from schemas.rule_packs.parental_rules import load_parental_rules


@dataclass(frozen=True)
class BoardWork:
    """One agency's work on boards; done again, it goes on where it was."""

    connector: Connector
    client: GatewayClient
    trust: TrustStore

    def run(self) -> int:
        """Do what is due on each board and return on how many there was something.

        Raises:
            ProblemError, GatewayUnreachableError, AnswerError, SourceError, SettingsError: the rest is left.
        """
        if not own_agreements(self.connector):
            return 0
        boards = BoardClient(self.client).list_boards()
        self._destroy_ended(boards)
        return sum(self._try_to_advance(trust_board(self.connector, self.trust, board)) for board in boards)

    def _try_to_advance(self, trusted: TrustedBoard) -> bool:
        try:
            return self._advance(trusted)
        except ProblemError as error:
            # Another process of this agency, or another office, was quicker: the next time it shows what is left.
            if error.code is not ProblemCode.BOARD_CHANGED:
                raise
            return False

    def _advance(self, trusted: TrustedBoard) -> bool:
        board, client, agency = trusted.board, BoardClient(self.client), self.connector.agency
        if board.state is BoardState.SHARING:
            is_keepers = trusted.keeper.provider.agency == agency
            if is_keepers:
                state_share(self.connector, client, trusted)
                self._record(board, "share")
            return is_keepers
        if board.state is not BoardState.MARKING or not self._may_mark(trusted):
            return False
        if not board.turns:
            make_rows(self.connector, client, trusted)
        else:
            take_turn(self.connector, client, trusted)
        self._record(board, f"turn:list={board.list_size}")
        return True

    def _record(self, board: Board, step: str) -> None:
        """Note in the agency's own record what was done, and by nobody at a screen."""
        with writing(self.connector.state) as connection:
            record_in(connection, self.connector.seconds(), None, Action.BOARD_STEP, board.board, step)

    def _may_mark(self, trusted: TrustedBoard) -> bool:
        """Whether this agency has a turn to take: the resolver the first one, each other office that has a list one."""
        board, agency, settings = trusted.board, self.connector.agency, self.connector.settings
        is_resolver = trusted.resolver.provider.agency == agency
        is_office = AgencyKind(settings.agency_type) in load_parental_rules()[board.rules].offices()
        has_list = settings.parent_grounds_mapping is not None
        is_provider = trusted.own.agreement.provider.agency == agency
        is_due = is_resolver == (not board.turns) and agency not in taken(board)
        return is_provider and is_office and has_list and is_due

    def _destroy_ended(self, boards: tuple[Board, ...]) -> None:
        """Destroy shares, kept parents and evaluation keys of all boards but those that the gateway still has."""
        living = {board.board for board in boards}
        destroy_shares(self.connector, living)
        board_children(self.connector).forget(living)
        for copy in own_agreements(self.connector):
            epochs = [board.epoch for board in boards if board.resolver.agreement.digest() == copy.standing.digest]
            if copy.agreement.provider.agency == self.connector.agency:
                destroy_evaluation_keys(self.connector, copy.standing.digest, keep_epochs=epochs)


def taken(board: Board) -> dict[str, TurnClaims]:
    """Return the turns that the gateway says were taken, by agency, as they were stated."""
    stated = (read_unverified(TurnClaims, token, MAX_ENVELOPE_CHARACTERS) for token in board.turns)
    return {claims.agency: claims for claims in stated}
