"""Clients that send requests over connections they keep, each one request after the other."""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from urllib.parse import urlsplit

from bench.harness import Sample


class LoadError(Exception):
    """A request was not answered as it should be; a rate of refusals would mean nothing."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request that is ready to be sent."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """What a turn took, and the bodies that came back, in no particular order."""

    sample: Sample
    bodies: tuple[bytes, ...] = field(repr=False)


def send_all(url: str, requests: Sequence[HttpRequest], clients: int) -> Answers:
    """Send `requests` to the server at `url`, dealt out to so many clients; connecting is not timed.

    Raises:
        LoadError: an answer's status is not 200.
        OSError: the server went away.
    """
    ready = threading.Barrier(clients + 1)

    def work(place: int, connection: HTTPConnection) -> list[tuple[float, bytes]]:
        ready.wait()
        return [_send(connection, request) for request in requests[place::clients]]

    with ExitStack() as stack, ThreadPoolExecutor(clients) as pool:
        connections = [stack.enter_context(_connect(url)) for _ in range(clients)]
        futures = [pool.submit(work, place, connection) for place, connection in enumerate(connections)]
        ready.wait()
        began = time.perf_counter()
        answers = [answer for future in futures for answer in future.result()]
        seconds = time.perf_counter() - began
    latencies = tuple(latency for latency, _ in answers)
    return Answers(Sample(len(requests), seconds, latencies=latencies), tuple(body for _, body in answers))


@contextmanager
def _connect(url: str) -> Iterator[HTTPConnection]:
    address = urlsplit(url)
    with closing(HTTPConnection(address.hostname or "", address.port)) as connection:
        connection.connect()
        yield connection


def _send(connection: HTTPConnection, request: HttpRequest) -> tuple[float, bytes]:
    began = time.perf_counter()
    connection.request(request.method, request.path, request.body, dict(request.headers))
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise LoadError(f"{request.path} answered {response.status}")
    return time.perf_counter() - began, body
