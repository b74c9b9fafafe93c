"""Our HTTP server with nothing behind it: takes what a query brings, and answers with as many bytes, unsigned.

`python -m bench.bare_server PORT HEADER_CHARACTERS BODY_BYTES`, as a process of its own.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, request

from bench.harness import Sample
from bench.load import HttpRequest, send_all
from bench.machine import processor_seconds
from demo.scenario.servers import free_port, serving
from hosting.http_server import HttpServer
from schemas.envelope import ENVELOPE_HEADER, RELAY_HEADER

THREADS = 16
"""As many as the gateway has, if nobody asks for another number."""


@dataclass(frozen=True, slots=True)
class BareServer:
    """The running server."""

    url: str
    process: int

    def answer(self, asked: HttpRequest, times: int, clients: int) -> Sample:
        """Send the same request again and again; units are answers."""
        before = processor_seconds(self.process)
        sample = send_all(self.url, [asked] * times, clients).sample
        return Sample(sample.units, sample.seconds, processor_seconds(self.process) - before, sample.latencies)


@contextmanager
def bare_server(folder: Path, header_characters: int, body_bytes: int) -> Iterator[BareServer]:
    """Serve answers of that size, with two headers of that length, while the block runs; the log goes to `folder`."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    arguments = ["-m", "bench.bare_server", str(port), str(header_characters), str(body_bytes)]
    with serving("python", arguments, f"{url}/healthz", folder / "bare_server.log") as process:
        yield BareServer(url, process)


def bare_app(header_characters: int, body_bytes: int) -> Flask:
    """Return an application that reads any request to its end."""
    app = Flask("bare", static_folder=None)
    body, header = bytes(body_bytes), "x" * header_characters

    @app.route("/<path:_path>", methods=["GET", "POST"])
    def answer(_path: str) -> Response:
        request.get_data(cache=False)
        response = Response(body, content_type="application/json")
        response.headers[ENVELOPE_HEADER] = response.headers[RELAY_HEADER] = header
        return response

    return app


def _serve(port: int, header_characters: int, body_bytes: int) -> None:
    app = bare_app(header_characters, body_bytes)
    HttpServer(lambda _: app, lambda: None, bind=f"127.0.0.1:{port}", workers=1, threads=THREADS).run()


if __name__ == "__main__":
    _serve(*map(int, sys.argv[1:]))
