"""Every error becomes a problem document (RFC 9457); refusals of signed messages are logged before they leave."""

import logging

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from gateway.log.journal import AuditUnavailableError, JournalFullError
from gateway.services.context import Gateway
from gateway.services.refuse_request import log_refusal
from schemas.envelope import RELAY_HEADER
from schemas.problem import PROBLEM_MEDIA_TYPE, ProblemCode, ProblemError

_logger = logging.getLogger("tongxin.gateway")

_CODE_OF_STATUS = {
    404: ProblemCode.NOT_FOUND,
    405: ProblemCode.METHOD_NOT_ALLOWED,
    413: ProblemCode.TOO_LARGE,
    500: ProblemCode.INTERNAL,
}

_RETRY_AFTER_SECONDS = {
    ProblemCode.OVERLOADED: 1,  # a full queue of 4,096 is written within a second
    ProblemCode.AUDIT_UNAVAILABLE: 10,
}


def install_error_handlers(app: Flask, gateway: Gateway) -> None:
    """Make `app` answer every exception with a problem document."""

    def refuse(error: Exception) -> Response:
        problem = _problem_of(error)
        relay = None
        if "trail" in g and not isinstance(error, AuditUnavailableError):
            try:
                relay = log_refusal(gateway, g.trail, problem)
            except AuditUnavailableError as unavailable:
                problem = _problem_of(unavailable)
        return _respond(problem, relay)

    app.register_error_handler(Exception, refuse)


def _problem_of(error: Exception) -> ProblemError:
    """Return the refusal that `error` is; of an unforeseen exception nothing but its type is written down."""
    match error:
        case ProblemError():
            return error
        case JournalFullError():
            return ProblemError(ProblemCode.OVERLOADED)
        case AuditUnavailableError():
            return ProblemError(ProblemCode.AUDIT_UNAVAILABLE)
        case HTTPException():
            return ProblemError(_CODE_OF_STATUS.get(error.code or 0, ProblemCode.MALFORMED))
    _logger.error("unforeseen %s at %s", type(error).__name__, request.endpoint)
    return ProblemError(ProblemCode.INTERNAL)


def _respond(problem: ProblemError, relay: str | None) -> Response:
    language = request.accept_languages.best_match(["zh", "en"], "zh") or "zh"
    document = problem.as_problem(language)
    response = Response(document.to_bytes(), document.status, content_type=PROBLEM_MEDIA_TYPE)
    response.headers["Content-Language"] = language
    if problem.code in _RETRY_AFTER_SECONDS:
        response.headers["Retry-After"] = str(_RETRY_AFTER_SECONDS[problem.code])
    if relay is not None:
        response.headers[RELAY_HEADER] = relay
    return response
