"""Sends a requester's message on to the provider's connector; every size and every time is bounded.

Through HTTPCore, the part of HTTPX that speaks HTTP: every relayed message waits for this, and what HTTPX does beside
(cookies, redirects, content codings) nobody wants here, and it takes as long again.
"""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

import httpcore

from hosting.certificates import trusted_authorities
from schemas.envelope import ENVELOPE_HEADER
from schemas.problem import MAX_PROBLEM_BYTES, PROBLEM_MEDIA_TYPE, ProblemCode, ProblemError

CONNECT_TIMEOUT_SECONDS: Final = 5.0
KEPT_SECONDS: Final = 5.0
"""An idle connection is kept so long: shorter than connectors do, so that none is closed while a message is sent."""

_FAILURES: Final = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
    ValueError,  # the address is none
)


@dataclass(frozen=True, slots=True)
class ProviderReply:
    """What came back, unverified: the envelope's text ('' if none), the body, and whether it is a problem."""

    envelope: str
    body: bytes = field(repr=False)
    is_problem: bool


class ProviderClient:
    """Reaches the connectors of providers: a message goes to the enrolled endpoint or nowhere.

    No proxy from the environment, no redirect, no cookie.

    Args:
        timeout_seconds: how long each wait for the other side may take, and that for a connection to become free.
        max_connections: how many there are at once, in use or idle.
    """

    def __init__(self, timeout_seconds: float, max_connections: int) -> None:
        self._connections = httpcore.ConnectionPool(
            ssl_context=trusted_authorities(), max_connections=max_connections, keepalive_expiry=KEPT_SECONDS
        )
        seconds = dict.fromkeys(("read", "write", "pool"), timeout_seconds)
        self._extensions = {"timeout": {**seconds, "connect": CONNECT_TIMEOUT_SECONDS}}

    def send(self, url: str, headers: dict[str, str], body: bytes, max_bytes: int) -> ProviderReply:
        """Post `body` and return what comes back.

        Raises:
            ProblemError: provider_unreachable; provider_answer_invalid for an answer that is too large or is neither
                an answer nor a problem.
        """
        try:
            with self._connections.stream(
                "POST", url, headers=[*headers.items()], content=body, extensions=self._extensions
            ) as response:
                return _read_reply(response, max_bytes)
        except _FAILURES:
            raise ProblemError(ProblemCode.PROVIDER_UNREACHABLE) from None

    def close(self) -> None:
        """Close all connections."""
        self._connections.close()


def _read_reply(response: httpcore.Response, max_bytes: int) -> ProviderReply:
    headers = {name.lower().decode("ascii"): value.decode("latin-1") for name, value in response.headers}
    is_problem = headers.get("content-type") == PROBLEM_MEDIA_TYPE
    limit = MAX_PROBLEM_BYTES if is_problem else max_bytes
    if is_problem == (response.status == HTTPStatus.OK) or int(headers.get("content-length", 0)) > limit:
        raise ProblemError(ProblemCode.PROVIDER_ANSWER_INVALID)
    received = _read_at_most(response, limit)
    return ProviderReply(headers.get(ENVELOPE_HEADER.lower(), ""), received, is_problem)


def _read_at_most(response: httpcore.Response, max_bytes: int) -> bytes:
    received = bytearray()
    for chunk in response.iter_stream():
        received += chunk
        if len(received) > max_bytes:
            raise ProblemError(ProblemCode.PROVIDER_ANSWER_INVALID)
    return bytes(received)
