"""The private OR's part of the provider's interface: evaluating for offices, resolving parents, removing a share."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response

from connectors.api.signed_answers import keep_verified, respond
from connectors.context import Connector
from connectors.private_or.keeper import answer_open
from connectors.private_or.resolver import answer_board_evaluate, answer_resolve, presented_copy
from connectors.provider.verify_request import Arrived, verify_arrived
from connectors.state.joint_commit import JointCommit
from connectors.trust import TrustStore
from schemas.envelope import MessageType
from schemas.message import MessageError
from schemas.messages.private_or import MAX_BOARD_EVALUATE_BYTES, BoardEvaluate
from schemas.messages.private_or_question import (
    MAX_CONCEALED_BYTES,
    MAX_RESOLVE_BYTES,
    ParentsOpen,
    ParentsResolve,
)
from schemas.problem import ProblemCode, ProblemError


@dataclass(frozen=True)
class PrivateOrService:
    """Answers for the resolver and for the keeper; made once a process."""

    connector: Connector
    trust: TrustStore
    commits: JointCommit

    def routes(self) -> tuple[tuple[str, Callable[[Arrived], Response], int], ...]:
        """Return path, view and the most bytes of each."""
        return (
            ("/boards/evaluate", self.evaluate, MAX_BOARD_EVALUATE_BYTES),
            ("/parents/resolve", self.resolve, MAX_RESOLVE_BYTES),
            ("/parents/open", self.open, MAX_CONCEALED_BYTES),
        )

    def evaluate(self, arrived: Arrived) -> Response:
        """Answer another office, which shows its agreement with the common requester."""
        try:
            shown = BoardEvaluate.from_bytes(arrived.body, MAX_BOARD_EVALUATE_BYTES).agreement
        except MessageError as error:
            raise ProblemError(ProblemCode(error.reason), error.pointer) from None
        copy = presented_copy(self.connector, self.trust, shown)
        verified = verify_arrived(
            self.connector,
            self.trust,
            arrived,
            MessageType.BOARD_EVALUATE,
            BoardEvaluate,
            MAX_BOARD_EVALUATE_BYTES,
            copy,
        )
        keep_verified(self.connector, verified, self.commits)
        answer = answer_board_evaluate(self.connector, self.trust, verified)
        return respond(self.connector, verified, answer, self.commits)

    def resolve(self, arrived: Arrived) -> Response:
        """Answer which rows are the parents of the children asked about."""
        verified = verify_arrived(
            self.connector, self.trust, arrived, MessageType.PARENTS_RESOLVE, ParentsResolve, MAX_RESOLVE_BYTES
        )
        keep_verified(self.connector, verified, self.commits)
        answer = answer_resolve(self.connector, verified)
        return respond(self.connector, verified, answer, self.commits)

    def open(self, arrived: Arrived) -> Response:
        """Remove this agency's share from concealed answers."""
        verified = verify_arrived(
            self.connector, self.trust, arrived, MessageType.PARENTS_OPEN, ParentsOpen, MAX_CONCEALED_BYTES
        )
        keep_verified(self.connector, verified, self.commits)
        answer = answer_open(self.connector, verified)
        return respond(self.connector, verified, answer, self.commits)
