"""A wire in the hands of somebody who tries each kind of message changed in every part before it passes, then again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import httpx

from connectors.cli.session import Session
from connectors.gateway_client import AnswerError, GatewayClient, Prepared
from keys.protocol.envelopes import read_unverified
from schemas.agreement import Agreement
from schemas.envelope import ENVELOPE_HEADER, EnvelopeClaims, MessageType
from schemas.formats import MAX_ENVELOPE_CHARACTERS
from schemas.message import Message
from schemas.problem import MAX_PROBLEM_BYTES, Problem, ProblemCode

REGIONS = 16
"""Into so many parts a body is cut, and one byte of each is changed; so is the envelope."""

MAX_ANSWER_BYTES = 8 * 1024 * 1024


@dataclass
class Tried:
    """What came of the tries with one message: codes of refusals (None: passed), and why answers were not believed."""

    bodies: list[ProblemCode | None] = field(default_factory=list)
    envelopes: list[ProblemCode | None] = field(default_factory=list)
    again: list[ProblemCode | None] = field(default_factory=list)
    answers: list[str | None] = field(default_factory=list)


class TamperingWire(httpx.BaseTransport):
    """Passes everything on. Of each kind of message, the first that passes is tried in all ways; `tried` says the rest.

    `agreements` are those by provider: under whose keys answers are verified that the provider signs.
    """

    def __init__(self, session: Session, agreements: Mapping[str, Agreement]) -> None:
        self._inner = httpx.HTTPTransport()
        self._session = session
        self._agreements = agreements
        self.tried: dict[MessageType, Tried] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body, token = request.read(), request.headers.get(ENVELOPE_HEADER)
        if not token:
            return self._inner.handle_request(request)
        claims = read_unverified(EnvelopeClaims, token, MAX_ENVELOPE_CHARACTERS)
        if claims.type in self.tried:
            return self._inner.handle_request(request)
        tried = self.tried[claims.type] = Tried()
        tried.bodies += [self._refusal(request, changed, token) for changed in each_part_changed(body)]
        for changed in each_part_changed(token.encode()):
            tried.envelopes.append(self._refusal(request, body, changed.decode("latin-1")))
        response = self._inner.handle_request(request)
        received = response.read()
        prepared = Prepared(claims, token, body)
        for changed in each_part_changed(received):
            tried.answers.append(self._disbelief(prepared, response, changed))
        tried.again.append(self._refusal(request, body, token))
        kept = {name: value for name, value in response.headers.items() if name != "content-length"}
        return httpx.Response(response.status_code, headers=kept, content=received)

    def close(self) -> None:
        self._inner.close()

    def _refusal(self, request: httpx.Request, body: bytes, token: str) -> ProblemCode | None:
        headers = {ENVELOPE_HEADER: token.encode("latin-1"), "Content-Type": "application/json"}
        response = self._inner.handle_request(httpx.Request(request.method, request.url, headers=headers, content=body))
        content = response.read()
        return None if response.is_success else Problem.from_bytes(content, MAX_PROBLEM_BYTES).code

    def _disbelief(self, prepared: Prepared, response: httpx.Response, changed: bytes) -> str | None:
        """Return why the client does not believe an answer with this body, None if it does."""
        headers = {name: value for name, value in response.headers.items() if name != "content-length"}

        def answer(_request: httpx.Request) -> httpx.Response:
            return httpx.Response(response.status_code, headers=headers, content=changed)

        agreement = self._agreements.get(prepared.claims.audience)
        with httpx.Client(transport=httpx.MockTransport(answer)) as http:
            client = GatewayClient(self._session.connector, self._session.trust, http)
            try:
                client.send(prepared, Message, MAX_ANSWER_BYTES, agreement)
            except AnswerError as error:
                return error.reason
        return None


def each_part_changed(content: bytes) -> Iterator[bytes]:
    """Yield the content with one letter or digit changed, in each of `REGIONS` parts that have one."""
    size = max(1, -(-len(content) // REGIONS))
    for start in range(0, len(content), size):
        places = [
            place for place in range(start, min(start + size, len(content))) if content[place : place + 1].isalnum()
        ]
        if places:
            place = places[len(places) // 2]
            other = b"B" if content[place : place + 1] == b"A" else b"A"
            yield content[:place] + other + content[place + 1 :]
