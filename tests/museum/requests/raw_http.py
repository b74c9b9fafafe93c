"""A client that sends any bytes as an HTTP/1.1 request, also what no honest client would, and reads one response."""

import http.client
import socket
from dataclasses import dataclass

TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class RawResponse:
    """What came back: the status line and headers as one text, and the body."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def as_bytes(self) -> bytes:
        """Return all of it, to search in."""
        return str(self.headers).encode("utf-8", "surrogateescape") + self.body


def send_raw(port: int, request: bytes) -> RawResponse:
    """Send the bytes to the loopback address, say that no more will come, and return the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS) as connection:
        try:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the server has refused and closed before it had read everything; its answer is still to be read
        response = http.client.HTTPResponse(connection)
        response.begin()
        body = response.read()
        return RawResponse(response.status, response.headers, body)


def format_request(method: str, target: str, headers: list[tuple[str, str]], body: bytes) -> bytes:
    """Return the request's bytes; nothing is checked and no header is added."""
    head = f"{method} {target} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers)
    return head.encode("utf-8") + b"\r\n" + body


def chunked(body: bytes) -> bytes:
    """Return a body in chunked transfer coding (RFC 9112 section 7.1)."""
    return f"{len(body):x}\r\n".encode("ascii") + body + b"\r\n0\r\n\r\n"
