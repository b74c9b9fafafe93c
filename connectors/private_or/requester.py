"""The requester's part: it opens and activates boards, and opens answers about children with its half of the key."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from connectors.context import Connector
from connectors.gateway_client import AnswerError, GatewayClient, Prepared, QueryContext
from connectors.identifiers import new_uuid
from connectors.private_or.board_client import BoardClient
from connectors.private_or.opening_shares import get_share, make_share
from connectors.private_or.trusted_board import TrustedBoard, own_agreements, trust_board
from connectors.trust import TrustStore
from keys.crypto.errors import CryptoError
from keys.private_or.concealed_answer import decode_concealed, reveal_answer
from keys.protocol.sealed_children import seal_children
from schemas.agreement import Agreement
from schemas.base64url import decode_base64url
from schemas.envelope import MessageType
from schemas.formats import CONCEALED_BYTES
from schemas.messages.private_or import Board, BoardActivate, BoardOpen, BoardState
from schemas.messages.private_or_question import (
    MAX_CONCEALED_BYTES,
    AskedChild,
    ConcealedAnswers,
    ParentsOpen,
    ParentsOpenAnswer,
    ParentsResolve,
)
from schemas.parental_status import StatusAnswer, possible_answers
from schemas.problem import ProblemCode, ProblemError
from schemas.rule_packs.parental_rules import load_parental_rules, rules_on


@dataclass(frozen=True, slots=True)
class Told:
    """What a board told about children, in the order asked; when it was opened (POSIX seconds), and its rules."""

    answers: tuple[StatusAnswer, ...] = field(repr=False)
    opened_at: int
    rules: str


@dataclass(frozen=True)
class BoardOffice:
    """What the requester does with boards."""

    connector: Connector
    client: GatewayClient
    trust: TrustStore

    def open(self, resolver: Agreement, keeper: Agreement, list_size: int) -> Board:
        """Open a board under the rules in force, with this agency's share of its key; raises as `BoardClient.step`."""
        board = new_uuid(self.connector.random)
        message = BoardOpen(
            board=board,
            keeper=keeper.digest(),
            rules=rules_on(self.connector.today(), self.connector.settings.region).id,
            list_size=list_size,
            share=make_share(self.connector, board),
        )
        return BoardClient(self.client).step(MessageType.BOARD_OPEN, message, resolver)

    def activate(self, board: str) -> Board:
        """Let questions be answered from a board; raises ProblemError (no_live_board, too_few_offices) and the like."""
        trusted = self._find(lambda one: one.board == board)
        message = BoardActivate(board=board)
        return BoardClient(self.client).step(MessageType.BOARD_ACTIVATE, message, trusted.resolver)

    def live_board(self, resolver: str) -> TrustedBoard:
        """Return the board that answers under the agreement with the resolver; raises ProblemError (no_live_board)."""
        return self._find(lambda one: one.state is BoardState.LIVE and one.resolver.agreement.digest() == resolver)

    def ask(self, query: QueryContext, attributes: tuple[str, ...], children: Sequence[AskedChild]) -> Told:
        """Ask about children by the live board of the query's agreement.

        Raises:
            ProblemError, GatewayUnreachableError: refused, or no answer.
            AnswerError: an answer can't be opened, or holds none that there can be.
        """
        trusted = self.live_board(query.agreement.digest())
        keeper = self._keeper(trusted)
        prepared = self._prepare(query, trusted, tuple(children))
        resolved = self.client.send(prepared, ConcealedAnswers, MAX_CONCEALED_BYTES, query.agreement)
        request = ParentsOpen(
            board=trusted.id,
            request=resolved.request,
            attributes=attributes,
            concealed=resolved.message.concealed,
        )
        asking = replace(query, agreement=keeper)
        opened = self.client.ask(MessageType.PARENTS_OPEN, request, ParentsOpenAnswer, MAX_CONCEALED_BYTES, asking)
        answers = self._reveal(trusted, decode_base64url(opened.message.half_open))
        if len(answers) != len(children):
            raise AnswerError("wrong_number_of_answers")
        return Told(answers, trusted.board.opened_at, trusted.board.rules)

    def _prepare(self, query: QueryContext, trusted: TrustedBoard, children: tuple[AskedChild, ...]) -> Prepared:
        resolver, now, request_id = query.agreement.provider, self.connector.now(), new_uuid(self.connector.random)
        opening = self.trust.opening_key(resolver, now)
        binding = (query.agreement.digest(), request_id, resolver.agency)
        sealed = seal_children(children, opening, binding, self.connector.random)
        message = ParentsResolve(board=trusted.id, children=len(children), sealed=sealed)
        return self.client.prepare(MessageType.PARENTS_RESOLVE, message, query, request_id=request_id)

    def _reveal(self, trusted: TrustedBoard, half_open: bytes) -> tuple[StatusAnswer, ...]:
        secret = get_share(self.connector, trusted.id)
        known = possible_answers(load_parental_rules()[trusted.board.rules].needed())
        by_bytes = {answer.to_bytes(): answer for answer in known}

        def reveal(start: int) -> StatusAnswer:
            concealed = decode_concealed(half_open[start : start + CONCEALED_BYTES])
            return by_bytes[reveal_answer(concealed, secret, by_bytes)]

        try:
            with ThreadPoolExecutor(self.connector.settings.workers) as pool:
                return tuple(pool.map(reveal, range(0, len(half_open), CONCEALED_BYTES)))
        except CryptoError:
            raise AnswerError("answer_not_revealed") from None

    def _keeper(self, trusted: TrustedBoard) -> Agreement:
        """Return the own copy of the agreement with the board's keeper; raises ProblemError (no_agreement)."""
        digest = trusted.keeper.digest()
        copies = {copy.standing.digest: copy.agreement for copy in own_agreements(self.connector)}
        if digest not in copies:
            raise ProblemError(ProblemCode.NO_AGREEMENT)
        return copies[digest]

    def _find(self, is_wanted: Callable[[Board], bool]) -> TrustedBoard:
        found = next((one for one in BoardClient(self.client).list_boards() if is_wanted(one)), None)
        if found is None:
            raise ProblemError(ProblemCode.NO_LIVE_BOARD)
        return trust_board(self.connector, self.trust, found)
