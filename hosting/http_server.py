"""Gunicorn with our options: the app is made in each worker, after the fork, so that nothing is shared across it.

On SIGTERM the workers take no new connection, finish what they are answering, close what they opened, and end.
"""

import gc
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from hosting.http_worker import HttpWorker
from hosting.metrics.shared_files import share_counts
from hosting.structured_logs import log_settings

REQUEST_SECONDS = 120
"""A worker that answers nothing for so long is replaced."""

GRACE_SECONDS = 60
"""So long a stopping worker may take to answer what it has begun; then it is ended, which loses no logged entry."""


IDLE_SECONDS = 15
"""An idle connection is kept so long: longer than our callers keep one (HTTPX: 5 s), so that the caller lets go first.

If the server let go first, a request sent at that very moment would be lost without an answer.
"""


class GunicornLog(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn's log of faults; what was asked stands in no log of the server's, so nothing is made ready for one."""

    def access(self, *_said: Any) -> None:
        """Write nothing."""


class HttpServer(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Serves an app until it is told to stop.

    Args:
        create_app: called in each worker; what it opens goes into the stack, which is closed when the worker ends.
        announce: called once, when the server listens.
        bind: host and port.
        workers: processes.
        threads: threads of each process.
        counts: whether the processes share their counts of requests (`hosting.metrics`).
    """

    def __init__(
        self,
        create_app: Callable[[ExitStack], Flask],
        announce: Callable[[], None],
        *,
        bind: str,
        workers: int,
        threads: int,
        counts: bool = False,
    ) -> None:
        self._create_app = create_app
        self._opened = ExitStack()
        self._options: dict[str, Any] = {
            "bind": bind,
            "worker_class": HttpWorker,
            "workers": workers,
            "threads": threads,
            "timeout": REQUEST_SECONDS,
            "graceful_timeout": GRACE_SECONDS,
            "keepalive": IDLE_SECONDS,
            "control_socket_disable": True,
            "accesslog": None,
            "logger_class": GunicornLog,
            "errorlog": "-",
            "logconfig_dict": log_settings(),
            "when_ready": lambda _server: announce(),
            "worker_exit": self._close,
            **(share_counts() if counts else {}),
        }
        super().__init__()

    def load_config(self) -> None:
        """Hand our options to gunicorn."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Make the app in the worker."""
        app = self._create_app(self._opened)
        spare_the_collector()
        return app

    def _close(self, _server: Any, _worker: Any) -> None:
        self._opened.close()


def spare_the_collector() -> None:
    """Take what the process has made so far out of garbage collection: it stays until the process ends.

    Each full collection would walk through it, and every request would wait for tens of milliseconds.
    """
    gc.collect()
    gc.freeze()
