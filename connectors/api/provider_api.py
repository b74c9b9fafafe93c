"""The provider's HTTP interface: /v1/evaluate, /v1/exchange and /v1/receipts, called by the gateway alone."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import HTTPException

from connectors.api.private_or_api import PrivateOrService
from connectors.api.settle_exchange import settle_exchange
from connectors.api.settle_receipt import settle_receipt
from connectors.api.signed_answers import keep_verified, respond
from connectors.api.witness_api import witness_blueprint
from connectors.context import Connector
from connectors.emergency.notices import note_review
from connectors.provider.evaluate import answer_evaluate
from connectors.provider.verify_request import Arrived, Verified, verify_arrived
from connectors.register import Register
from connectors.state.charges import BudgetKind, charge
from connectors.state.joint_commit import JointCommit
from connectors.statistics.answer import answer_statistics
from connectors.trust import TrustStore
from connectors.witness.witness import Witness
from schemas.envelope import ENVELOPE_HEADER, RELAY_HEADER, MessageType
from schemas.message import Message
from schemas.messages.emergency import MAX_EMERGENCY_MESSAGE_BYTES, EmergencyReview, EmergencyReviewAnswer
from schemas.messages.evaluate import MAX_EVALUATE_BYTES, EvaluateRequest
from schemas.messages.exchange import (
    MAX_EXCHANGE_BYTES,
    MAX_RECEIPT_BYTES,
    ExchangeRequest,
    ReceiptRequest,
)
from schemas.messages.statistics import MAX_STATISTICS_BYTES, StatisticsRequest
from schemas.problem import PROBLEM_MEDIA_TYPE, ProblemCode, ProblemError

LOG = logging.getLogger("tongxin.connector")

T = TypeVar("T", bound=Message)


@dataclass(frozen=True)
class ProviderService:
    """What the interface stands on; made once a process. An agency without a register answers by none."""

    connector: Connector
    trust: TrustStore
    register: Register | None
    commits: JointCommit = field(default_factory=JointCommit)

    @property
    def _own_register(self) -> Register:
        if self.register is None:
            raise ProblemError(ProblemCode.SOURCE_UNAVAILABLE)
        return self.register

    def evaluate(self, arrived: Arrived) -> Response:
        """Answer an evaluate request."""
        verified = self._verify(arrived, MessageType.EVALUATE, EvaluateRequest, MAX_EVALUATE_BYTES)
        return self._respond(verified, answer_evaluate(self.connector, verified))

    def exchange(self, arrived: Arrived) -> Response:
        """Answer an exchange request; all that becomes of it is durable, in one commit, before the answer leaves."""
        connector = self.connector.for_one_request()
        verified = verify_arrived(
            connector, self.trust, arrived, MessageType.EXCHANGE, ExchangeRequest, MAX_EXCHANGE_BYTES
        )
        return settle_exchange(connector, self.register, verified, self.commits).as_response()

    def receipt(self, arrived: Arrived) -> Response:
        """Note the requester's receipt."""
        connector = self.connector.for_one_request()
        verified = verify_arrived(
            connector, self.trust, arrived, MessageType.RECEIPT, ReceiptRequest, MAX_RECEIPT_BYTES
        )
        return settle_receipt(connector, verified, self.commits).as_response()

    def review(self, arrived: Arrived) -> Response:
        """Note what the requester's second person found about an emergency call; also after the agreement's end."""
        verified = self._verify(arrived, MessageType.EMERGENCY_REVIEW, EmergencyReview, MAX_EMERGENCY_MESSAGE_BYTES)
        connector, claims, standing = self.connector, verified.claims, verified.copy.standing
        note = note_review(connector, claims, verified.message)
        day, seconds = connector.today(), connector.seconds()
        charge(connector.state, claims, standing, BudgetKind.RELEASES, 0, day, seconds, note)
        return self._respond(verified, EmergencyReviewAnswer(call=verified.message.call))

    def statistics(self, arrived: Arrived) -> Response:
        """Answer a request for statistics."""
        verified = self._verify(arrived, MessageType.STATISTICS, StatisticsRequest, MAX_STATISTICS_BYTES)
        return self._respond(verified, answer_statistics(self.connector, self.trust, self._own_register, verified))

    def _verify(self, arrived: Arrived, expected: MessageType, model: type[T], max_bytes: int) -> Verified[T]:
        verified = verify_arrived(self.connector, self.trust, arrived, expected, model, max_bytes)
        return keep_verified(self.connector, verified, self.commits)

    def _respond(self, verified: Verified[T], answer: Message) -> Response:
        return respond(self.connector, verified, answer, self.commits)


def provider_blueprint(service: ProviderService) -> Blueprint:
    """Return the routes. Each request is authenticated by the requester's envelope and the gateway's promise."""
    blueprint = Blueprint("provider", __name__, url_prefix="/v1")
    routes: tuple[tuple[str, Callable[[Arrived], Response], int], ...] = (
        ("/evaluate", service.evaluate, MAX_EVALUATE_BYTES),
        ("/exchange", service.exchange, MAX_EXCHANGE_BYTES),
        ("/receipts", service.receipt, MAX_RECEIPT_BYTES),
        ("/statistics", service.statistics, MAX_STATISTICS_BYTES),
        ("/emergency/reviews", service.review, MAX_EMERGENCY_MESSAGE_BYTES),
    )
    private_or = PrivateOrService(service.connector, service.trust, service.commits)
    for path, answer, max_bytes in (*routes, *private_or.routes()):
        blueprint.add_url_rule(path, path.strip("/"), _view(answer, max_bytes), methods=["POST"])
    return blueprint


def create_provider_app(service: ProviderService) -> Flask:
    """Return the connector's HTTP service."""
    app = Flask("tongxin-connector", static_folder=None)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.register_blueprint(provider_blueprint(service))
    app.register_blueprint(witness_blueprint(Witness(service.connector)))
    app.add_url_rule("/healthz", "healthz", lambda: Response("ok\n", content_type="text/plain"))
    app.register_error_handler(Exception, _refuse)
    return app


def _view(answer: Callable[[Arrived], Response], max_bytes: int) -> Callable[[], Response]:
    def view() -> Response:
        if request.content_length is None or request.content_length > max_bytes:
            raise ProblemError(ProblemCode.TOO_LARGE)
        if request.mimetype != "application/json":
            raise ProblemError(ProblemCode.UNSUPPORTED_MEDIA_TYPE)
        envelope = request.headers.get(ENVELOPE_HEADER, "")
        if not envelope:
            raise ProblemError(ProblemCode.ENVELOPE_MISSING)
        body = request.get_data()
        if len(body) != request.content_length:
            raise ProblemError(ProblemCode.MALFORMED)
        return answer(Arrived(envelope, request.headers.get(RELAY_HEADER, ""), body))

    return view


def _refuse(error: Exception) -> Response:
    """Turn whatever went wrong into a problem document; an unforeseen exception shows its type in the log only."""
    if isinstance(error, HTTPException):
        by_status = {404: ProblemCode.NOT_FOUND, 405: ProblemCode.METHOD_NOT_ALLOWED, 413: ProblemCode.TOO_LARGE}
        error = ProblemError(by_status.get(error.code or 0, ProblemCode.MALFORMED))
    if not isinstance(error, ProblemError):
        LOG.error("unforeseen %s", type(error).__name__)
        error = ProblemError(ProblemCode.INTERNAL)
    language = request.accept_languages.best_match(["zh", "en"], "zh") or "zh"
    problem = error.as_problem(language)
    response = Response(problem.to_bytes(), problem.status, content_type=PROBLEM_MEDIA_TYPE)
    response.headers["Content-Language"] = language
    return response
