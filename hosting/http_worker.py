"""Gunicorn's thread worker, except that a request that can't be read is quoted neither in the answer nor in the log.

Gunicorn itself answers what is not HTTP, before any application sees it, and repeats the line or header at fault in
its answer and in its log: whatever a caller put there by mistake, an identifier for instance, would stay in a file.
"""

import logging
import socket
from typing import Any

from gunicorn.http.errors import (
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
)
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

from schemas.problem import PROBLEM_MEDIA_TYPE, ProblemCode, ProblemError

_logger = logging.getLogger("tongxin.http")


class HttpWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Serves the application; answers what can't be read with a problem document (RFC 9457)."""

    def handle_error(self, _request: Any, client: socket.socket, _address: Any, error: Exception) -> None:
        """Answer in gunicorn's place: by the kind of the error, without its text."""
        _logger.warning("unreadable request: %s", type(error).__name__)
        try:
            write_nonblock(client, problem_response(_code_of(error)))
        except OSError:
            _logger.warning("the caller of an unreadable request is gone")


def problem_response(code: ProblemCode) -> bytes:
    """Return a whole HTTP/1.1 response; in Chinese, since no header could be read that asks for English."""
    problem = ProblemError(code).as_problem()
    body = problem.to_bytes()
    head = (
        f"HTTP/1.1 {problem.status} {code.value}\r\nConnection: close\r\nContent-Type: {PROBLEM_MEDIA_TYPE}\r\n"
        f"Content-Language: zh\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode("ascii") + body


def _code_of(error: Exception) -> ProblemCode:
    match error:
        case LimitRequestLine() | LimitRequestHeaders():
            return ProblemCode.TOO_LARGE
        case InvalidResponseHeader() | InvalidResponseHeaderName():
            return ProblemCode.INTERNAL
        case ParseException():
            return ProblemCode.MALFORMED
    return ProblemCode.INTERNAL
