"""The wire between a connector and the gateway, in the hands of somebody who listens or changes what passes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import httpx

from connectors.cli.session import Session
from connectors.gateway_client import TIMEOUT, GatewayClient


@dataclass(frozen=True, slots=True)
class Exchanged:
    """One request with its answer, headers and bodies, as they passed."""

    path: str
    request_headers: httpx.Headers = field(repr=False)
    request: bytes = field(repr=False)
    status: int
    response_headers: httpx.Headers = field(repr=False)
    response: bytes = field(repr=False)


Change = Callable[[Exchanged], Exchanged]
"""Returns what the connector is to receive instead."""


class Wire(httpx.BaseTransport):
    """Passes everything on, keeps a copy, and lets `change` alter what comes back."""

    def __init__(self, change: Change | None = None) -> None:
        self._inner = httpx.HTTPTransport()
        self._change = change
        self.passed: list[Exchanged] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        sent = request.read()
        response = self._inner.handle_request(request)
        received = response.read()
        status, headers = response.status_code, response.headers
        exchanged = Exchanged(request.url.path, request.headers, sent, status, headers, received)
        self.passed.append(exchanged)
        if self._change is not None:
            exchanged = self._change(exchanged)
        kept = {name: value for name, value in exchanged.response_headers.items() if name != "content-length"}
        return httpx.Response(exchanged.status, headers=kept, content=exchanged.response)

    def close(self) -> None:
        self._inner.close()

    def bodies(self, path: str) -> list[bytes]:
        """Return the request bodies that went to `path`, in order."""
        return [exchanged.request for exchanged in self.passed if exchanged.path == path]


@contextmanager
def over(wire: Wire, session: Session) -> Iterator[Session]:
    """Let a desk reach the gateway over `wire`."""
    with httpx.Client(transport=wire, timeout=TIMEOUT) as http:
        yield replace(session, client=GatewayClient(session.connector, session.trust, http))
