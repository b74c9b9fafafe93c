"""Sends a requester's message on to the provider's connector; every size and every time is bounded."""

from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse

from gateway.services.provider_connections import ProviderConnections, parse_address
from schemas.envelope import ENVELOPE_HEADER
from schemas.problem import MAX_PROBLEM_BYTES, PROBLEM_MEDIA_TYPE, ProblemCode, ProblemError


@dataclass(frozen=True, slots=True)
class ProviderReply:
    """What came back, unverified: the envelope's text ('' if none), the body, and whether it is a problem."""

    envelope: str
    body: bytes = field(repr=False)
    is_problem: bool


class ProviderClient:
    """Reaches the connectors of providers: a message goes to the enrolled endpoint or nowhere.

    No proxy from the environment, no redirect, no cookie.
    """

    def __init__(self, timeout_seconds: float, max_connections: int) -> None:
        self._connections = ProviderConnections(timeout_seconds, max_connections)

    def send(self, url: str, headers: dict[str, str], body: bytes, max_bytes: int) -> ProviderReply:
        """Post `body` and return what comes back.

        Raises:
            ProblemError: provider_unreachable; provider_answer_invalid for an answer that is too large or is neither
                an answer nor a problem.
        """
        try:
            address = parse_address(url)
            with self._connections.lent(address) as connection:
                connection.request("POST", address.path, body, headers)
                with connection.getresponse() as response:
                    return _read_reply(response, max_bytes)
        except (OSError, HTTPException, ValueError):
            raise ProblemError(ProblemCode.PROVIDER_UNREACHABLE) from None

    def close(self) -> None:
        """Close all connections."""
        self._connections.close()


def _read_reply(response: HTTPResponse, max_bytes: int) -> ProviderReply:
    is_problem = response.getheader("Content-Type", "") == PROBLEM_MEDIA_TYPE
    if is_problem == (response.status == HTTPStatus.OK):
        raise ProblemError(ProblemCode.PROVIDER_ANSWER_INVALID)
    received = _read_at_most(response, MAX_PROBLEM_BYTES if is_problem else max_bytes)
    return ProviderReply(response.getheader(ENVELOPE_HEADER, ""), received, is_problem)


def _read_at_most(response: HTTPResponse, max_bytes: int) -> bytes:
    """Read the whole body; raises HTTPException where it ends before its stated length."""
    if response.length is not None and response.length > max_bytes:
        raise ProblemError(ProblemCode.PROVIDER_ANSWER_INVALID)
    received = response.read(max_bytes + 1)
    if len(received) > max_bytes:
        raise ProblemError(ProblemCode.PROVIDER_ANSWER_INVALID)
    if response.length:
        raise HTTPException("the answer ended early")
    return received
