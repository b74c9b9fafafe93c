"""GET /metrics on a loopback port of its own: no caller of the public port reaches it.

Every serving process listens on the same port (SO_REUSEPORT); whichever is asked tells the counts of all.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import Any, Final
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

LOOPBACK: Final = "127.0.0.1"
SAMPLE_SECONDS: Final = 5.0


@contextmanager
def metrics_served(port: int, figures: Collector, sample: Callable[[], None]) -> Iterator[None]:
    """Serve the shared counts and `figures`, and take a sample of this process every few seconds.

    Raises:
        OSError: the port is taken by another program.
    """
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    registry.register(figures)
    server = _Server((LOOPBACK, port), _Quiet)
    server.set_app(make_wsgi_app(registry))
    stopping = threading.Event()
    threads = (
        threading.Thread(target=server.serve_forever, name="metrics", daemon=True),
        threading.Thread(target=_sample, args=(sample, stopping), name="metrics-sample", daemon=True),
    )
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopping.set()
        server.shutdown()
        server.server_close()
        for thread in threads:
            thread.join()


def _sample(sample: Callable[[], None], stopping: threading.Event) -> None:
    sample()
    while not stopping.wait(SAMPLE_SECONDS):
        sample()


class _Server(ThreadingMixIn, WSGIServer):
    allow_reuse_port = True
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Write nothing down of who asked."""
