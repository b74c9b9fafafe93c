"""Connections to providers' connectors that are kept between messages; how many and how long is bounded.

Through the standard library: every relayed message waits for this, and a client that can do more takes four times as
long.
"""

import select
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPSConnection
from time import monotonic
from typing import Final
from urllib.parse import urlsplit

from hosting.certificates import trusted_authorities

CONNECT_TIMEOUT_SECONDS: Final = 5.0
KEPT_SECONDS: Final = 5.0
"""An idle connection is kept so long: shorter than connectors do, so that none is closed while a message is sent."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a connector answers: its host, its port (None: that of the scheme), whether by TLS, and the path."""

    is_tls: bool
    host: str
    port: int | None
    path: str

    @property
    def origin(self) -> tuple[bool, str, int | None]:
        """What one connection reaches."""
        return self.is_tls, self.host, self.port


def parse_address(url: str) -> Address:
    """Return the parts of an http or https URL; raises ValueError for any other."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("not an address of HTTP")
    return Address(parts.scheme == "https", parts.hostname, parts.port, parts.path or "/")


@dataclass(frozen=True, slots=True)
class _Idle:
    """A connection that nobody uses, and since when."""

    origin: tuple[bool, str, int | None]
    http: HTTPConnection = field(repr=False)
    since: float


class ProviderConnections:
    """Lends connections; threads share it.

    Args:
        timeout_seconds: how long each wait for the other side may take, and that for a connection to become free.
        max_connections: how many are lent, and how many are kept, at once.
    """

    def __init__(self, timeout_seconds: float, max_connections: int) -> None:
        self._timeout_seconds = timeout_seconds
        self._free = threading.BoundedSemaphore(max_connections)
        self._lock = threading.Lock()
        self._idle: deque[_Idle] = deque(maxlen=max_connections)

    @contextmanager
    def lent(self, address: Address) -> Iterator[HTTPConnection]:
        """Lend a connection for one message, whose answer is read to its end in the block; else it is not kept.

        Raises:
            OSError: nobody can be reached there, or no connection became free in time (TimeoutError).
        """
        if not self._free.acquire(timeout=self._timeout_seconds):
            raise TimeoutError("all connections to providers are in use")
        try:
            connection = self._take(address) or self._open(address)
            try:
                yield connection
            except BaseException:
                connection.close()
                raise
            self._keep(address, connection)
        finally:
            self._free.release()

    def close(self) -> None:
        """Close the connections that are not in use."""
        with self._lock:
            closed = list(self._idle)
            self._idle.clear()
        for idle in closed:
            idle.http.close()

    def _open(self, address: Address) -> HTTPConnection:
        if address.is_tls:
            authorities = trusted_authorities()
            connection: HTTPConnection = HTTPSConnection(
                address.host, address.port, timeout=CONNECT_TIMEOUT_SECONDS, context=authorities
            )
        else:
            connection = HTTPConnection(address.host, address.port, timeout=CONNECT_TIMEOUT_SECONDS)
        connection.connect()
        connection.sock.settimeout(self._timeout_seconds)
        return connection

    def _take(self, address: Address) -> HTTPConnection | None:
        """Return the connection to this origin that was used last, if the other side has not closed it."""
        while (connection := self._pop(address)) is not None:
            if not _is_readable(connection):
                return connection
            connection.close()
        return None

    def _pop(self, address: Address) -> HTTPConnection | None:
        expired: list[_Idle] = []
        with self._lock:
            while self._idle and self._idle[0].since < monotonic() - KEPT_SECONDS:
                expired.append(self._idle.popleft())
            found = next((idle for idle in reversed(self._idle) if idle.origin == address.origin), None)
            if found is not None:
                self._idle.remove(found)
        for idle in expired:
            idle.http.close()
        return None if found is None else found.http

    def _keep(self, address: Address, connection: HTTPConnection) -> None:
        if connection.sock is None:  # the other side said that it closes it
            return
        with self._lock:
            crowded_out = self._idle.popleft() if len(self._idle) == self._idle.maxlen else None
            self._idle.append(_Idle(address.origin, connection, monotonic()))
        if crowded_out is not None:
            crowded_out.http.close()


def _is_readable(connection: HTTPConnection) -> bool:
    """Return whether the other side has sent something: without a question, only that it closes the connection."""
    poll = select.poll()
    poll.register(connection.sock, select.POLLIN)
    return bool(poll.poll(0))
