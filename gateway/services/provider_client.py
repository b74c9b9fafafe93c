"""Sends a requester's message on to the provider's connector; every size and every time is bounded."""

from dataclasses import dataclass, field

import httpx

from hosting.certificates import trusted_authorities
from schemas.envelope import ENVELOPE_HEADER
from schemas.problem import MAX_PROBLEM_BYTES, PROBLEM_MEDIA_TYPE, ProblemCode, ProblemError

CONNECT_TIMEOUT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class ProviderReply:
    """What came back, unverified: the envelope's text ('' if none), the body, and whether it is a problem."""

    envelope: str
    body: bytes = field(repr=False)
    is_problem: bool


class ProviderClient:
    """Reaches the connectors of providers."""

    def __init__(self, timeout_seconds: float, max_connections: int) -> None:
        # No proxy from the environment, no redirects: a message goes to the enrolled endpoint or nowhere.
        self._http = httpx.Client(
            timeout=httpx.Timeout(timeout_seconds, connect=CONNECT_TIMEOUT_SECONDS),
            limits=httpx.Limits(max_connections=max_connections, max_keepalive_connections=max_connections),
            verify=trusted_authorities(),
            trust_env=False,
            follow_redirects=False,
        )

    def send(self, url: str, headers: dict[str, str], body: bytes, max_bytes: int) -> ProviderReply:
        """Post `body` and return what comes back.

        Raises:
            ProblemError: provider_unreachable; provider_answer_invalid for an answer that is too large or is neither
                an answer nor a problem.
        """
        try:
            with self._http.stream("POST", url, headers=headers, content=body) as response:
                is_problem = response.headers.get("Content-Type", "") == PROBLEM_MEDIA_TYPE
                if is_problem == (response.status_code == httpx.codes.OK):
                    raise ProblemError(ProblemCode.PROVIDER_ANSWER_INVALID)
                received = _read_at_most(response, MAX_PROBLEM_BYTES if is_problem else max_bytes)
                return ProviderReply(response.headers.get(ENVELOPE_HEADER, ""), received, is_problem)
        except httpx.HTTPError:
            raise ProblemError(ProblemCode.PROVIDER_UNREACHABLE) from None

    def close(self) -> None:
        """Close all connections."""
        self._http.close()


def _read_at_most(response: httpx.Response, max_bytes: int) -> bytes:
    received = bytearray()
    for chunk in response.iter_raw():
        received += chunk
        if len(received) > max_bytes:
            raise ProblemError(ProblemCode.PROVIDER_ANSWER_INVALID)
    return bytes(received)
